//! Canonical XML: 1.0 (RFC 3076), 1.1 and exclusive (RFC 3741), each with and without comments.
//!
//! What is written is always a whole subtree, or the whole document, possibly without one subtree in it (the signature
//! that is enveloped): no other node set can come about, because transforms that could select one are refused. The
//! walk needs no stack of its own and no recursion.

use std::collections::HashMap;

use roxmltree::{Node, NodeId, NodeType};

use crate::model::told::{Told, told};
use crate::pki::xml::document::{XML, prefix, written_attribute, written_name};

/// Which of the canonical forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// 1.0, with the context of what it is cut out of.
    Inclusive,
    /// 1.1: as 1.0, but `xml:id` stays where it is.
    Inclusive11,
    /// Exclusive: only the namespaces that are used.
    Exclusive,
}

/// How to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Method<'a> {
    /// The form.
    pub(super) form: Form,
    /// Whether comments are written.
    pub(super) comments: bool,
    /// `InclusiveNamespaces`: prefixes that the exclusive form treats as the inclusive ones do; empty for the default
    /// namespace.
    pub(super) prefixes: Vec<&'a str>,
}

impl Method<'_> {
    /// A form without comments and prefixes.
    pub(super) const fn plain(form: Form) -> Self {
        Self { form, comments: false, prefixes: Vec::new() }
    }
}

/// What is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct View<'a, 'i> {
    /// The subtree; the root node stands for the whole document.
    pub(super) apex: Node<'a, 'i>,
    /// A subtree that is left out.
    pub(super) without: Option<NodeId>,
    /// Whether comments belong to what was selected.
    pub(super) comments: bool,
}

impl<'a, 'i> View<'a, 'i> {
    /// A subtree with all that is in it.
    pub(super) const fn of(apex: Node<'a, 'i>) -> Self {
        Self { apex, without: None, comments: true }
    }
}

/// Where octets go: to a digest or into memory.
pub(super) trait Sink {
    /// Takes the next octets.
    fn put(&mut self, octets: &[u8]);
}

impl Sink for Vec<u8> {
    fn put(&mut self, octets: &[u8]) {
        self.extend_from_slice(octets);
    }
}

impl Sink for aws_lc_rs::digest::Context {
    fn put(&mut self, octets: &[u8]) {
        self.update(octets);
    }
}

/// Writes the canonical form.
///
/// # Errors
///
/// What the form cannot be written of: `xml:base` that would have to be joined.
pub(super) fn write(view: &View<'_, '_>, method: &Method<'_>, sink: &mut impl Sink) -> Result<(), Told> {
    let mut writer = Writer {
        method,
        comments: method.comments && view.comments,
        apex: view.apex.id(),
        root: view.apex.document().root_element().range().start,
        rendered: HashMap::new(),
        undo: Vec::new(),
        marks: Vec::new(),
        sink,
    };
    let mut node = view.apex;
    loop {
        if view.without != Some(node.id()) {
            writer.begin(node)?;
            if let Some(child) = node.first_child() {
                node = child;
                continue;
            }
            writer.end(node);
        }
        loop {
            if node.id() == view.apex.id() {
                return Ok(());
            }
            if let Some(next) = node.next_sibling() {
                node = next;
                break;
            }
            let Some(parent) = node.parent() else { return Ok(()) };
            node = parent;
            writer.end(node);
        }
    }
}

struct Writer<'a, 'm, S> {
    method: &'m Method<'m>,
    comments: bool,
    apex: NodeId,
    /// Where the document's element begins. Looked up once: to find it costs what stands before it.
    root: usize,
    /// What each prefix is bound to in the output, at the place where the writer stands.
    rendered: HashMap<&'a str, &'a str>,
    /// What the bindings were before, to be put back.
    undo: Vec<(&'a str, Option<&'a str>)>,
    /// For each open element how long `undo` was before it.
    marks: Vec<usize>,
    sink: &'m mut S,
}

impl<'a, S: Sink> Writer<'a, '_, S> {
    fn begin(&mut self, node: Node<'a, '_>) -> Result<(), Told> {
        match node.node_type() {
            NodeType::Root => {}
            NodeType::Element => self.open(node)?,
            NodeType::Text => escape(node.text().unwrap_or_default(), in_text, self.sink),
            NodeType::Comment if !self.comments => {}
            NodeType::Comment => {
                let text = node.text().unwrap_or_default();
                self.outside(node, |sink| {
                    sink.put(b"<!--");
                    sink.put(text.as_bytes());
                    sink.put(b"-->");
                });
            }
            NodeType::PI => {
                let Some(pi) = node.pi() else { return Ok(()) };
                self.outside(node, |sink| {
                    sink.put(b"<?");
                    sink.put(pi.target.as_bytes());
                    if let Some(value) = pi.value.filter(|value| !value.is_empty()) {
                        sink.put(b" ");
                        sink.put(value.as_bytes());
                    }
                    sink.put(b"?>");
                });
            }
        }
        Ok(())
    }

    /// A comment or instruction; beside the document's element it stands on a line of its own.
    fn outside(&mut self, node: Node<'_, '_>, write: impl FnOnce(&mut S)) {
        let beside = node.parent().is_some_and(|parent| parent.is_root());
        if beside && node.range().start > self.root {
            self.sink.put(b"\n");
        }
        write(self.sink);
        if beside && node.range().start < self.root {
            self.sink.put(b"\n");
        }
    }

    fn open(&mut self, node: Node<'a, '_>) -> Result<(), Told> {
        self.marks.push(self.undo.len());
        let name = written_name(node);
        self.sink.put(b"<");
        self.sink.put(name.as_bytes());
        let mut attributes = attributes(node);
        if node.id() == self.apex && self.method.form != Form::Exclusive {
            inherit(node, self.method.form, &mut attributes)?;
        }
        let mut spaces = match self.method.form {
            Form::Exclusive => self.used(node, name, &attributes),
            _ => scope(node),
        };
        spaces.sort_unstable();
        for (prefix, uri) in spaces {
            self.bind(prefix, uri);
        }
        attributes.sort_unstable_by_key(|attribute| (attribute.space, attribute.local));
        for attribute in attributes {
            self.sink.put(b" ");
            self.sink.put(attribute.qualified.as_bytes());
            self.sink.put(b"=\"");
            escape(attribute.value, in_attribute, self.sink);
            self.sink.put(b"\"");
        }
        self.sink.put(b">");
        Ok(())
    }

    /// Writes a namespace, unless the output has it already.
    fn bind(&mut self, prefix: &'a str, uri: &'a str) {
        if self.rendered.get(prefix).copied().unwrap_or_default() == uri {
            return;
        }
        self.undo.push((prefix, self.rendered.insert(prefix, uri)));
        self.sink.put(if prefix.is_empty() { b" xmlns" } else { b" xmlns:" });
        self.sink.put(prefix.as_bytes());
        self.sink.put(b"=\"");
        escape(uri, in_attribute, self.sink);
        self.sink.put(b"\"");
    }

    /// The namespaces that the exclusive form writes: of the prefixes in use, and of those on the list.
    fn used(&self, node: Node<'a, '_>, name: &'a str, attributes: &[Written<'a>]) -> Vec<(&'a str, &'a str)> {
        let mut used: Vec<&str> = vec![prefix(name)];
        used.extend(
            attributes
                .iter()
                .map(|attribute| prefix(attribute.qualified))
                .filter(|prefix| !prefix.is_empty()),
        );
        used.sort_unstable();
        used.dedup();
        let mut spaces = Vec::new();
        let mut default = "";
        for space in node.namespaces() {
            let prefix = space.name().unwrap_or_default();
            if prefix.is_empty() {
                default = space.uri();
            } else if used.binary_search(&prefix).is_ok() || self.method.prefixes.contains(&prefix) {
                spaces.push((prefix, space.uri()));
            }
        }
        if used.binary_search(&"").is_ok() || self.method.prefixes.contains(&"") {
            spaces.push(("", default));
        }
        spaces
    }

    fn end(&mut self, node: Node<'a, '_>) {
        if !node.is_element() {
            return;
        }
        self.sink.put(b"</");
        self.sink.put(written_name(node).as_bytes());
        self.sink.put(b">");
        let mark = self.marks.pop().unwrap_or(0);
        for (prefix, before) in self.undo.drain(mark.min(self.undo.len())..).rev() {
            match before {
                Some(uri) => self.rendered.insert(prefix, uri),
                None => self.rendered.remove(prefix),
            };
        }
    }
}

/// An attribute as it is written.
struct Written<'a> {
    space: &'a str,
    local: &'a str,
    qualified: &'a str,
    value: &'a str,
}

fn attributes<'a>(node: Node<'a, '_>) -> Vec<Written<'a>> {
    node.attributes()
        .map(|attribute| Written {
            space: attribute.namespace().unwrap_or_default(),
            local: attribute.name(),
            qualified: written_attribute(node, &attribute),
            value: attribute.value(),
        })
        .collect()
}

/// The namespaces in scope; the default one always, because it may have to be taken back.
fn scope<'a>(node: Node<'a, '_>) -> Vec<(&'a str, &'a str)> {
    let mut spaces: Vec<_> =
        node.namespaces().map(|space| (space.name().unwrap_or_default(), space.uri())).collect();
    if !spaces.iter().any(|(prefix, _)| prefix.is_empty()) {
        spaces.push(("", ""));
    }
    spaces
}

/// What a subtree takes along of the `xml:` attributes of the elements that it is cut out of.
fn inherit<'a>(apex: Node<'a, '_>, form: Form, attributes: &mut Vec<Written<'a>>) -> Result<(), Told> {
    for ancestor in apex.ancestors().skip(1).filter(Node::is_element) {
        for attribute in self::attributes(ancestor).into_iter().filter(|attribute| attribute.space == XML) {
            if form == Form::Inclusive11 && attribute.local == "base" {
                return Err(told!(
                    "phần được ký nằm trong phần tử có xml:base, chưa chuẩn hóa được theo C14N 1.1",
                    "what is signed lies in an element with xml:base, which is not canonicalised by C14N 1.1 here"
                ));
            }
            let taken = form == Form::Inclusive || matches!(attribute.local, "lang" | "space");
            let stands = attributes.iter().any(|known| known.space == XML && known.local == attribute.local);
            if taken && !stands {
                attributes.push(attribute);
            }
        }
    }
    Ok(())
}

fn in_text(byte: u8) -> Option<&'static str> {
    Some(match byte {
        b'&' => "&amp;",
        b'<' => "&lt;",
        b'>' => "&gt;",
        b'\r' => "&#xD;",
        _ => return None,
    })
}

fn in_attribute(byte: u8) -> Option<&'static str> {
    Some(match byte {
        b'&' => "&amp;",
        b'<' => "&lt;",
        b'"' => "&quot;",
        b'\t' => "&#x9;",
        b'\n' => "&#xA;",
        b'\r' => "&#xD;",
        _ => return None,
    })
}

fn escape(text: &str, with: fn(u8) -> Option<&'static str>, sink: &mut impl Sink) {
    let bytes = text.as_bytes();
    let mut written = 0;
    for (place, byte) in bytes.iter().enumerate() {
        if let Some(reference) = with(*byte) {
            sink.put(&bytes[written..place]);
            sink.put(reference.as_bytes());
            written = place + 1;
        }
    }
    sink.put(&bytes[written..]);
}
