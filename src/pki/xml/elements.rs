//! Small things about elements: which one it is, its only child of a kind, what is written in it.

use roxmltree::Node;

use crate::model::text::presentable;
use crate::model::told::{Told, told};
use crate::pki::verdict::{Flaw, SignatureReason};
use crate::pki::xml::xades::is_xades;

/// The namespace of XMLDSig.
pub(super) const DS: &str = "http://www.w3.org/2000/09/xmldsig#";

/// Its second edition's additions.
const DS11: &str = "http://www.w3.org/2009/xmldsig11#";

/// Refuses a part of a signature that nothing covers and that holds elements of other vocabularies: content could hide in
/// it.
///
/// # Errors
///
/// `structure_wrong`.
pub(super) fn refuse_strangers(part: Node<'_, '_>) -> Result<(), Flaw> {
    let known =
        |node: &Node<'_, '_>| is_xades(*node) || matches!(node.tag_name().namespace(), Some(DS | DS11));
    let Some(stranger) = part.descendants().filter(Node::is_element).find(|node| !known(node)) else {
        return Ok(());
    };
    let name = presentable(stranger.tag_name().name(), 60);
    Err(wrong(told!(
        "phần không được ký của chữ ký chứa phần tử lạ <{name}>",
        "an unsigned part of the signature holds a foreign element <{name}>"
    )))
}

/// Whether it is this element.
pub(super) fn is(node: Node<'_, '_>, space: &str, name: &str) -> bool {
    node.is_element() && node.tag_name().namespace() == Some(space) && node.tag_name().name() == name
}

/// The elements directly in it.
pub(super) fn child_elements<'a, 'i>(node: Node<'a, 'i>) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(Node::is_element)
}

/// The only element of a kind directly in it, if there is one.
///
/// # Errors
///
/// `structure_wrong` where there are several: two readers could take different ones.
pub(super) fn at_most_one<'a, 'i>(
    node: Node<'a, 'i>,
    space: &str,
    name: &str,
) -> Result<Option<Node<'a, 'i>>, Flaw> {
    let mut found = child_elements(node).filter(|child| is(*child, space, name));
    let first = found.next();
    if found.next().is_some() {
        return Err(wrong(told!("có nhiều phần tử {name}", "there are several {name} elements")));
    }
    Ok(first)
}

/// The only element of a kind directly in it.
///
/// # Errors
///
/// `structure_wrong` where there is none or there are several.
pub(super) fn only<'a, 'i>(node: Node<'a, 'i>, space: &str, name: &str) -> Result<Node<'a, 'i>, Flaw> {
    at_most_one(node, space, name)?
        .ok_or_else(|| wrong(told!("thiếu phần tử {name}", "the element {name} is missing")))
}

/// An attribute without a namespace.
pub(super) fn attribute<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    node.attributes()
        .find(|attribute| attribute.namespace().is_none() && attribute.name() == name)
        .map(|attribute| attribute.value())
}

/// The text of an element that holds nothing else. A comment in it would split the text for some readers and not for
/// others, and is refused.
///
/// # Errors
///
/// `structure_wrong` where something else stands in it.
pub(super) fn text<'a>(node: Node<'a, '_>) -> Result<&'a str, Flaw> {
    let mut children = node.children();
    let first = children.next();
    if children.next().is_some() || first.is_some_and(|child| !child.is_text()) {
        let name = node.tag_name().name();
        let name = presentable(name, 60);
        return Err(wrong(told!(
            "phần tử {name} chứa thứ khác ngoài văn bản",
            "the element {name} holds more than text"
        )));
    }
    Ok(first.and_then(|child| child.text()).unwrap_or_default())
}

/// The octets that an element holds in base64.
///
/// # Errors
///
/// `structure_wrong` where it is no base64.
pub(super) fn octets(node: Node<'_, '_>) -> Result<Vec<u8>, Flaw> {
    decode(text(node)?).ok_or_else(|| {
        let name = presentable(node.tag_name().name(), 60);
        wrong(told!("phần tử {name} không phải base64", "the element {name} is no base64"))
    })
}

/// Base64 as XML writes it: with white space anywhere; the last letter's spare bits are not looked at.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    use base64::Engine as _;
    use base64::alphabet::STANDARD;
    use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

    let lenient = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireCanonical);
    let letters: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    GeneralPurpose::new(&STANDARD, lenient).decode(letters).ok()
}

/// A signature that is not built as it must be.
pub(super) fn wrong(told: impl Into<Told>) -> Flaw {
    Flaw::new(SignatureReason::StructureWrong, told)
}

/// A signature that refers to its content in a way that is not safe.
pub(super) fn unsafe_reference(told: impl Into<Told>) -> Flaw {
    Flaw::new(SignatureReason::ReferenceWrong, told)
}
