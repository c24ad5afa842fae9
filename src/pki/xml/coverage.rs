//! Whether what a signature covers is what a reader of the file reads: the answer to signature wrapping.

use std::collections::HashSet;

use roxmltree::{Node, NodeId};

use crate::model::text::presentable;
use crate::model::told::told;
use crate::pki::verdict::Flaw;
use crate::pki::xml::document::written_name;
use crate::pki::xml::elements::{DS, attribute, child_elements, is, unsafe_reference};
use crate::pki::xml::lookalike;
use crate::pki::xml::reference::{Covered, Surroundings};
use crate::pki::xml::xades::is_xades;

/// Most characters of the names of what is covered.
const PARTS_SHOWN: usize = 300;
/// Most elements of a path that are named, from the innermost.
const STEPS_SHOWN: usize = 16;

/// How much of a file a signature must cover.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Coverage {
    /// The document's element and all that is in it, or all objects of an enveloping signature, or what was handed in.
    #[default]
    Whole,
    /// At least one element by its identifier, which the claim then names: what invoices and forms have whose parts are
    /// signed by different people. Whoever asks must read these parts and no others.
    Parts,
}

/// Refuses a signature that leaves out what a reader would take for signed.
///
/// # Errors
///
/// `reference_wrong`.
pub(super) fn check(
    around: &Surroundings<'_, '_>,
    covered: &[Covered],
    coverage: Coverage,
) -> Result<(), Flaw> {
    let cover = Cover { around, covered };
    let root = around.page.tree.root_element();
    let detached = covered.contains(&Covered::Detached);
    if around.detached.is_some() && !detached {
        return Err(unsafe_reference(told!(
            "chữ ký không ký nội dung được đưa kèm",
            "the signature is not over the content that was handed in"
        )));
    }
    if let Some(object) = child_elements(around.signature).find(|child| is_open(*child, &cover)) {
        let name = attribute(object, "Id").unwrap_or_default();
        let name = presentable(name, 60);
        return Err(unsafe_reference(told!(
            "chữ ký mang theo một Object \"{name}\" mà nó không ký",
            "the signature carries an Object \"{name}\" that it does not sign"
        )));
    }
    if cover.has(root) {
        return cover.beside_root();
    }
    let parts = cover.parts();
    let bare = root.id() == around.signature.id() || holds_signatures_only(root);
    if bare && (detached || !parts.is_empty()) {
        return Ok(());
    }
    if parts.is_empty() && !detached {
        return Err(unsafe_reference(told!(
            "chữ ký không phủ nội dung nào của tệp",
            "the signature covers nothing of the file's content"
        )));
    }
    if coverage == Coverage::Parts {
        return lookalike::refuse(root, &parts);
    }
    let parts = presentable(&names(&parts), PARTS_SHOWN);
    let root = presentable(written_name(root), 60);
    Err(unsafe_reference(told!(
        "chữ ký chỉ phủ {parts}, không phủ toàn bộ phần tử gốc <{root}>; loại tệp vốn chỉ ký từng phần như hóa đơn điện tử thì dùng --coverage parts",
        "the signature covers only {parts}, not the whole of the document's element <{root}>; use --coverage parts for files that are signed in parts, as electronic invoices are"
    )))
}

/// The elements that a signature covers beside its own parts, by name and identifier; `None` where it covers the whole
/// document, or nothing of it.
pub(super) fn parts_of(around: &Surroundings<'_, '_>, covered: &[Covered]) -> Option<String> {
    let cover = Cover { around, covered };
    let parts = cover.parts();
    let is_part = !cover.has(around.page.tree.root_element()) && !parts.is_empty();
    is_part.then(|| presentable(&names(&parts), PARTS_SHOWN))
}

/// Where each stands, as an `XPath`: an element that was moved to where nobody looks is told from one in its place.
fn names(parts: &[Node<'_, '_>]) -> String {
    let path = |part: &Node<'_, '_>| {
        let mut steps: Vec<&str> = part
            .ancestors()
            .filter(Node::is_element)
            .take(STEPS_SHOWN)
            .map(|node| written_name(node))
            .collect();
        steps.reverse();
        let named = ["Id", "ID", "id"].iter().find_map(|name| Some((name, part.attribute(*name)?)));
        let named = named.map_or_else(String::new, |(name, value)| format!("[@{name}=\"{value}\"]"));
        format!("/{}{named}", steps.join("/"))
    };
    parts.iter().map(path).collect::<Vec<_>>().join(", ")
}

struct Cover<'a, 'i, 's> {
    around: &'s Surroundings<'a, 'i>,
    covered: &'s [Covered],
}

impl<'a, 'i> Cover<'a, 'i, '_> {
    /// Whether an element with all that is in it is covered. What lies in the signature is covered only by what lies in
    /// it, too: around it, the signature itself is left out.
    fn has(&self, node: Node<'_, '_>) -> bool {
        node.ancestors()
            .take_while(|ancestor| ancestor.id() != self.around.signature.id())
            .any(|ancestor| self.trees().any(|id| id == ancestor.id()))
            && node.id() != self.around.signature.id()
    }

    fn trees(&self) -> impl Iterator<Item = NodeId> {
        self.covered.iter().filter_map(|covered| match covered {
            Covered::Tree(id) => Some(*id),
            Covered::Text(_) | Covered::Detached => None,
        })
    }

    /// An instruction beside the document's element can change how it is shown; a reference to the element by its
    /// identifier leaves it out.
    fn beside_root(&self) -> Result<(), Flaw> {
        let root = self.around.page.tree.root();
        if self.trees().any(|id| id == root.id()) || !root.children().any(|node| node.is_pi()) {
            return Ok(());
        }
        Err(unsafe_reference(told!(
            "bên cạnh phần tử gốc có chỉ thị xử lý không được ký",
            "beside the document's element stands a processing instruction that is not signed"
        )))
    }

    /// The covered elements that are content, each once: none that the signature lies in, and of its own parts only its objects.
    fn parts(&self) -> Vec<Node<'a, 'i>> {
        let signature = self.around.signature;
        let nodes = self.covered.iter().filter_map(|covered| match covered {
            Covered::Tree(id) | Covered::Text(id) => self.around.page.tree.get_node(*id),
            Covered::Detached => None,
        });
        let mut seen = HashSet::new();
        nodes
            .filter(|node| seen.insert(node.id()))
            .filter(|node| !signature.ancestors().any(|ancestor| ancestor.id() == node.id()))
            .filter(|node| is_content(*node, signature))
            .collect()
    }
}

fn is_content(node: Node<'_, '_>, signature: Node<'_, '_>) -> bool {
    let own: Vec<_> = node.ancestors().take_while(|ancestor| ancestor.id() != signature.id()).collect();
    // The walk upwards ended at the root: it did not meet the signature.
    if own.last().is_some_and(Node::is_root) {
        return true;
    }
    let in_object = own.last().is_some_and(|last| is(*last, DS, "Object"));
    in_object && !own.iter().any(|part| is_xades(*part) || is(*part, DS, "SignatureProperties"))
}

/// An object of the signature that nothing covers and that holds more than what XAdES keeps unsigned.
fn is_open(child: Node<'_, '_>, cover: &Cover<'_, '_, '_>) -> bool {
    let closed = |node: Node<'_, '_>| {
        cover.has(node) || cover.covered.contains(&Covered::Text(node.id())) || is_properties(node)
    };
    let blank = |node: Node<'_, '_>| {
        !node.is_element() && (!node.is_text() || node.text().unwrap_or_default().trim().is_empty())
    };
    is(child, DS, "Object")
        && !closed(child)
        && child.children().any(|node| if node.is_element() { !closed(node) } else { !blank(node) })
}

fn is_properties(node: Node<'_, '_>) -> bool {
    is_xades(node) && node.tag_name().name() == "QualifyingProperties"
}

/// A container of signatures, as `ASiC` has it.
fn holds_signatures_only(root: Node<'_, '_>) -> bool {
    root.attributes().next().is_none()
        && root.children().all(|node| {
            is(node, DS, "Signature")
                || node.is_comment()
                || (node.is_text() && node.text().unwrap_or_default().trim().is_empty())
        })
}
