//! A parsed XML file: its tree, the names as they are written, and the elements that have an identifier.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use roxmltree::{Attribute, Document, Node, NodeId, ParsingOptions};

use crate::model::text::presentable;
use crate::model::told::told;
use crate::pki::verdict::Flaw;
use crate::pki::xml::limits;
use crate::pki::xml::text::malformed;

/// The namespace that the prefix `xml` is bound to.
pub(super) const XML: &str = "http://www.w3.org/XML/1998/namespace";
/// WS-Security's identifiers.
const UTILITY: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";

/// An element that an identifier leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// The only one.
    Once(NodeId),
    /// Several have it: whoever looks it up may find another than the signer meant.
    Often,
}

/// A file that was read.
#[derive(Debug)]
pub(super) struct Page<'i> {
    /// The tree.
    pub(super) tree: Document<'i>,
    named: HashMap<String, Named>,
}

impl<'i> Page<'i> {
    /// Reads text that [`crate::pki::xml::text::read`] decoded.
    ///
    /// # Errors
    ///
    /// `too_complex` beyond a limit, `malformed` where it is no XML or has a document type declaration.
    pub(super) fn parse(text: &'i str) -> Result<Self, Flaw> {
        limits::check(text)?;
        let options = ParsingOptions { allow_dtd: false, ..ParsingOptions::default() };
        let tree = Document::parse_with_options(text, options).map_err(|error| {
            let error = presentable(&error.to_string(), 200);
            malformed(told!("XML không đúng cú pháp: {error}", "the XML is not well-formed: {error}"))
        })?;
        if tree.descendants().any(|node| node.is_pi() && is_odd_instruction(node)) {
            return Err(malformed(told!(
                "chỉ thị xử lý sai cú pháp",
                "a processing instruction is not well-formed"
            )));
        }
        let (mut named, mut seen) = (HashMap::new(), HashSet::new());
        for node in tree.descendants().filter(Node::is_element) {
            refuse_namespaces(node, &mut seen)?;
            for identifier in identifiers(node) {
                match named.entry(identifier.to_owned()) {
                    Entry::Vacant(free) => {
                        free.insert(Named::Once(node.id()));
                    }
                    Entry::Occupied(mut taken) if *taken.get() != Named::Once(node.id()) => {
                        taken.insert(Named::Often);
                    }
                    Entry::Occupied(_) => {}
                }
            }
        }
        Ok(Self { tree, named })
    }

    /// The element with an identifier.
    pub(super) fn named(&self, identifier: &str) -> Option<Named> {
        self.named.get(identifier).copied()
    }
}

/// The tree builder takes what is no name for the end of one, and a broken declaration for an instruction.
fn is_odd_instruction(node: Node<'_, '_>) -> bool {
    let source = node.document().input_text().get(node.range()).unwrap_or_default();
    let target = node.pi().map_or("", |pi| pi.target);
    let rest = source.get(2 + target.len()..).unwrap_or_default();
    target.eq_ignore_ascii_case("xml") || !rest.starts_with([' ', '\t', '\n', '?']) || rest.starts_with("??")
}

/// Refuses what is no declaration of a namespace: `xmlns:p=""`, which some readers take for one, and what is no absolute
/// address, of which there is no canonical form. Each namespace is looked at once, at its place in memory.
fn refuse_namespaces(node: Node<'_, '_>, seen: &mut HashSet<usize>) -> Result<(), Flaw> {
    for space in node.namespaces() {
        if !seen.insert(std::ptr::from_ref(space).addr())
            || (space.name().is_none() && space.uri().is_empty())
        {
            continue;
        }
        if !is_absolute(space.uri()) {
            let uri = presentable(space.uri(), 100);
            return Err(malformed(told!(
                "không gian tên \"{uri}\" không phải địa chỉ tuyệt đối, không chuẩn hóa được",
                "the namespace \"{uri}\" is no absolute address and has no canonical form"
            )));
        }
    }
    Ok(())
}

/// Whether it begins with a scheme and is written with the letters of addresses (RFC 3986).
fn is_absolute(uri: &str) -> bool {
    let letters = uri.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>\"{}|\\^`".contains(&byte));
    letters
        && uri.split_once(':').is_some_and(|(scheme, _)| {
            scheme.starts_with(|sign: char| sign.is_ascii_alphabetic())
                && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
        })
}

/// What an element is called by. Without a document type nothing says which attributes are identifiers; these are what
/// signers use, all looked at alike, so that none of them can be used to hide a second element of the same name.
fn identifiers<'a>(node: Node<'a, '_>) -> impl Iterator<Item = &'a str> {
    node.attributes().filter(is_identifier).map(|attribute| attribute.value())
}

fn is_identifier(attribute: &Attribute<'_, '_>) -> bool {
    match attribute.namespace() {
        None => matches!(attribute.name(), "Id" | "ID" | "id"),
        Some(XML) => attribute.name() == "id",
        Some(UTILITY) => attribute.name() == "Id",
        Some(_) => false,
    }
}

/// An element's name as it is written, with its prefix.
pub(super) fn written_name<'i>(node: Node<'_, 'i>) -> &'i str {
    let text = node.document().input_text();
    let rest = text.get(node.range().start + 1..).unwrap_or_default();
    let end = rest.find([' ', '\t', '\n', '\r', '/', '>']).unwrap_or(rest.len());
    rest.get(..end).unwrap_or_default()
}

/// An attribute's name as it is written, with its prefix.
pub(super) fn written_attribute<'i>(node: Node<'_, 'i>, attribute: &Attribute<'_, 'i>) -> &'i str {
    node.document().input_text().get(attribute.range_qname()).unwrap_or_default()
}

/// The prefix of a name as it is written; empty where it has none.
pub(super) fn prefix(written: &str) -> &str {
    written.split_once(':').map_or("", |(prefix, _)| prefix)
}
