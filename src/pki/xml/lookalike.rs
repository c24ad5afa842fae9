//! Where parts of a document are signed: whether a reader could take something else for them (signature wrapping).

use std::collections::HashMap;

use roxmltree::{Node, NodeId};

use crate::model::told::told;
use crate::pki::verdict::Flaw;
use crate::pki::xml::document::written_name;
use crate::pki::xml::elements::unsafe_reference;
use crate::pki::xml::limits::too_complex;

/// Most parts that one signature may cover: an invoice has one, and the object with its time.
const PARTS_MAX: usize = 16;

/// Refuses a document in which an element of a signed part's name is not signed and stands beside the part, or elsewhere
/// in the document's order of elements: programs look for an element by its name or its path, and would read that one.
/// A bundle of documents, each with its own part in the same place, is none.
///
/// # Errors
///
/// `reference_wrong`; `too_complex` with more than 16 parts.
pub(super) fn refuse<'a>(root: Node<'a, '_>, parts: &[Node<'a, '_>]) -> Result<(), Flaw> {
    if parts.len() > PARTS_MAX {
        let (count, most) = (parts.len(), PARTS_MAX);
        return Err(too_complex(told!(
            "chữ ký phủ {count} phần rời nhau, nhiều hơn {most}",
            "the signature covers {count} separate parts, more than {most}"
        )));
    }
    for part in parts {
        let mut places = Places { part: *part, known: HashMap::new() };
        let other = root.descendants().find(|node| {
            node.is_element()
                && node.tag_name() == part.tag_name()
                && !parts.iter().any(|part| within(*node, *part))
                && places.confuses(*node)
        });
        if other.is_some() {
            let name = written_name(*part);
            return Err(unsafe_reference(told!(
                "tệp còn một <{name}> khác không được ký, có thể bị đọc nhầm là phần đã ký",
                "the file has another <{name}> that is not signed and could be read in place of the signed one"
            )));
        }
    }
    Ok(())
}

/// Whether a node is in a part, by the places of both in the text.
fn within(node: Node<'_, '_>, part: Node<'_, '_>) -> bool {
    let (inner, outer) = (node.range(), part.range());
    outer.start <= inner.start && inner.end <= outer.end
}

/// Which elements stand where the ancestors of a part stand, each looked at once.
struct Places<'a, 'i> {
    part: Node<'a, 'i>,
    known: HashMap<NodeId, bool>,
}

impl<'a, 'i> Places<'a, 'i> {
    fn confuses(&mut self, other: Node<'a, 'i>) -> bool {
        let (mine, its) = (self.part.parent_element(), other.parent_element());
        mine == its || !self.alike(its, mine)
    }

    /// Whether two elements have the same names up to the document's element. The depth of a document is bounded.
    fn alike(&mut self, one: Option<Node<'a, 'i>>, own: Option<Node<'a, 'i>>) -> bool {
        let (Some(one), Some(own)) = (one, own) else { return one.is_none() && own.is_none() };
        if one == own {
            return true;
        }
        if let Some(known) = self.known.get(&one.id()) {
            return *known;
        }
        let alike =
            one.tag_name() == own.tag_name() && self.alike(one.parent_element(), own.parent_element());
        self.known.insert(one.id(), alike);
        alike
    }
}
