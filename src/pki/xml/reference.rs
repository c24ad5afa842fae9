//! One reference of a signature: what it leads to, what is done with that, and whether the digest fits.
//!
//! The subset is narrow on purpose. A reference leads to the whole document, to the one element that has an identifier,
//! or to content that was handed in; on the way the signature itself may be taken out, a canonical form written, base64
//! decoded. Whatever could select, rewrite or fetch is refused.

use std::borrow::Cow;

use aws_lc_rs::digest;
use roxmltree::{Node, NodeId};

use crate::model::text::presentable;
use crate::model::told::told;
use crate::pki::claim::{AlgorithmUse, Use};
use crate::pki::digests::DigestAlgorithm;
use crate::pki::verdict::{Flaw, SignatureReason};
use crate::pki::xml::algorithms::{BASE64, ENVELOPED, canonical_of, digest_of, unsupported};
use crate::pki::xml::canonical::{Form, Method, Sink, View, write};
use crate::pki::xml::document::{Named, Page};
use crate::pki::xml::elements::{
    DS, at_most_one, attribute, child_elements, decode, is, octets, only, unsafe_reference, wrong,
};
use crate::pki::xml::limits::too_complex;
use crate::pki::xml::text;

/// The type of a reference to a list of further references, which is not read.
const MANIFEST: &str = "http://www.w3.org/2000/09/xmldsig#Manifest";
/// The most transforms of one reference.
const TRANSFORMS_MAX: usize = 8;
/// What may be written in canonical form for all signatures of a file, in bytes of the file.
const WORK_MAX: usize = 1 << 28;

/// What a signature stands in and what came beside it.
pub(super) struct Surroundings<'a, 'i> {
    /// The file.
    pub(super) page: &'a Page<'i>,
    /// The signature.
    pub(super) signature: Node<'a, 'i>,
    /// Content that was handed in.
    pub(super) detached: Option<&'a [u8]>,
}

/// How much was written in canonical form so far.
#[derive(Debug, Default)]
pub(super) struct Work(usize);

impl Work {
    /// Takes so much more.
    ///
    /// # Errors
    ///
    /// `too_complex` where it becomes too much.
    pub(super) fn spend(&mut self, bytes: usize) -> Result<(), Flaw> {
        self.0 = self.0.saturating_add(bytes);
        if self.0 <= WORK_MAX {
            return Ok(());
        }
        Err(too_complex(told!(
            "các chữ ký trong tệp phủ cùng một nội dung quá nhiều lần",
            "the signatures of the file cover the same content too many times"
        )))
    }
}

/// What a reference covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Covered {
    /// An element, or the root for the whole document, with all that is in it, but for the signature.
    Tree(NodeId),
    /// An element's text alone.
    Text(NodeId),
    /// What was handed in.
    Detached,
}

/// A reference that was followed.
pub(super) struct Followed {
    /// What it covers.
    pub(super) covered: Covered,
    /// The digest algorithm.
    pub(super) algorithm: AlgorithmUse,
    /// Whether the digest fits.
    pub(super) fits: bool,
}

/// Follows a reference.
///
/// # Errors
///
/// Why it could not be followed.
pub(super) fn follow(
    reference: Node<'_, '_>,
    around: &Surroundings<'_, '_>,
    work: &mut Work,
) -> Result<Followed, Flaw> {
    let expected = octets(only(reference, DS, "DigestValue")?)?;
    let algorithm = digest_of(only(reference, DS, "DigestMethod")?)?;
    if attribute(reference, "Type") == Some(MANIFEST) {
        return Err(unsafe_reference(told!(
            "chữ ký tham chiếu tới một danh mục (Manifest), không đọc loại này",
            "the signature refers to a Manifest, which is not read"
        )));
    }
    let (material, covered) = material(attribute(reference, "URI"), around)?;
    let transforms = transforms(reference)?;
    let mut path = Path { material, covered, around, work };
    let last = path.walk(&transforms)?;
    let computed = path.digest(last, algorithm)?;
    Ok(Followed {
        covered: path.covered,
        algorithm: AlgorithmUse { r#use: Use::Digest, name: algorithm.name.to_owned(), key: None },
        fits: computed.as_ref() == expected.as_slice(),
    })
}

/// What a reference has come to on its way through the transforms.
enum Material<'a, 'i> {
    Nodes(View<'a, 'i>),
    Octets(Cow<'a, [u8]>),
}

/// Where an address leads.
fn material<'a, 'i>(
    uri: Option<&str>,
    around: &Surroundings<'a, 'i>,
) -> Result<(Material<'a, 'i>, Covered), Flaw> {
    let Some(fragment) = uri.and_then(|uri| if uri.is_empty() { Some("") } else { uri.strip_prefix('#') })
    else {
        return outside(uri, around);
    };
    let root = around.page.tree.root();
    let view = |apex, comments| Material::Nodes(View { apex, without: None, comments });
    if uri == Some("") || fragment == "xpointer(/)" {
        return Ok((view(root, !fragment.is_empty()), Covered::Tree(root.id())));
    }
    let quoted = ["xpointer(id('", "xpointer(id(\""].iter().zip(["'))", "\"))"]);
    let pointed = quoted.into_iter().find_map(|(begin, end)| fragment.strip_prefix(begin)?.strip_suffix(end));
    let identifier = pointed.unwrap_or(fragment);
    let shown = presentable(identifier, 60);
    if identifier.is_empty() || identifier.contains(['(', ')', '\'', '"', '%', '#', ' ']) {
        return Err(unsafe_reference(told!(
            "tham chiếu \"#{shown}\" không thuộc dạng được phép",
            "the reference \"#{shown}\" is of no form that is allowed"
        )));
    }
    match around.page.named(identifier) {
        Some(Named::Once(id)) => {
            let apex = around.page.tree.get_node(id).unwrap_or(root);
            Ok((view(apex, pointed.is_some()), Covered::Tree(id)))
        }
        Some(Named::Often) => Err(unsafe_reference(told!(
            "nhiều phần tử cùng có định danh \"{shown}\"",
            "several elements have the identifier \"{shown}\""
        ))),
        None => Err(unsafe_reference(told!(
            "không có phần tử nào mang định danh \"{shown}\"",
            "no element has the identifier \"{shown}\""
        ))),
    }
}

/// Content outside the file: only what was handed in, under a name that leads nowhere else.
fn outside<'a, 'i>(
    uri: Option<&str>,
    around: &Surroundings<'a, 'i>,
) -> Result<(Material<'a, 'i>, Covered), Flaw> {
    let uri = uri.unwrap_or_default();
    let shown = presentable(uri, 80);
    if uri.contains(':') || uri.starts_with('/') || uri.contains('#') || uri.contains('\\') {
        return Err(unsafe_reference(told!(
            "chữ ký tham chiếu ra ngoài tệp, tới \"{shown}\"",
            "the signature refers outside the file, to \"{shown}\""
        )));
    }
    let Some(content) = around.detached else {
        return Err(Flaw::new(
            SignatureReason::ContentMissing,
            told!(
                "chữ ký tách rời ký \"{shown}\": cần đưa kèm nội dung này",
                "the detached signature is over \"{shown}\", which must be handed in with it"
            ),
        ));
    };
    Ok((Material::Octets(Cow::Borrowed(content)), Covered::Detached))
}

fn transforms<'a, 'i>(reference: Node<'a, 'i>) -> Result<Vec<Node<'a, 'i>>, Flaw> {
    let Some(list) = at_most_one(reference, DS, "Transforms")? else { return Ok(Vec::new()) };
    let steps: Vec<_> = child_elements(list).take(TRANSFORMS_MAX + 1).collect();
    if steps.len() > TRANSFORMS_MAX || !steps.iter().all(|step| is(*step, DS, "Transform")) {
        return Err(wrong(told!(
            "danh sách phép biến đổi (Transforms) sai cấu trúc",
            "the list of transforms is not built as it must be"
        )));
    }
    Ok(steps)
}

struct Path<'a, 'i, 'w> {
    material: Material<'a, 'i>,
    covered: Covered,
    around: &'w Surroundings<'a, 'i>,
    work: &'w mut Work,
}

impl<'a> Path<'a, '_, '_> {
    /// Goes through the transforms. The canonical form that comes last is not written into memory but given back, so
    /// that it can be written into the digest.
    fn walk(&mut self, steps: &[Node<'a, '_>]) -> Result<Option<Method<'a>>, Flaw> {
        for (place, step) in steps.iter().enumerate() {
            let uri = attribute(*step, "Algorithm").unwrap_or_default();
            if uri == ENVELOPED {
                self.take_signature_out()?;
            } else if uri == BASE64 {
                self.decode()?;
            } else if let Some(method) = canonical_of(*step) {
                if place + 1 == steps.len() {
                    return Ok(Some(method));
                }
                let mut written = Vec::new();
                self.canonical(&method, &mut written)?;
                self.material = Material::Octets(Cow::Owned(written));
            } else {
                let uri = presentable(uri, 100);
                return Err(unsafe_reference(told!(
                    "phép biến đổi \"{uri}\" không được phép",
                    "the transform \"{uri}\" is not allowed"
                )));
            }
        }
        Ok(None)
    }

    fn take_signature_out(&mut self) -> Result<(), Flaw> {
        let Material::Nodes(view) = &mut self.material else {
            return Err(unsafe_reference(told!(
                "phép biến đổi enveloped-signature đứng sai chỗ",
                "the transform enveloped-signature stands where it cannot be applied"
            )));
        };
        view.without = Some(self.around.signature.id());
        Ok(())
    }

    fn decode(&mut self) -> Result<(), Flaw> {
        let text = match &self.material {
            Material::Octets(octets) => String::from_utf8_lossy(octets).into_owned(),
            Material::Nodes(view) => {
                if let Covered::Tree(id) = self.covered {
                    self.covered = Covered::Text(id);
                }
                if view.without.is_some() || view.apex.descendants().skip(1).any(|node| !node.is_text()) {
                    return Err(unsafe_reference(told!(
                        "base64 được áp dụng cho phần tử chứa thứ khác ngoài văn bản",
                        "base64 is applied to an element that holds more than text"
                    )));
                }
                view.apex.text().unwrap_or_default().to_owned()
            }
        };
        let decoded =
            decode(&text).ok_or_else(|| wrong(told!("nội dung base64 bị hỏng", "the base64 is broken")))?;
        self.material = Material::Octets(Cow::Owned(decoded));
        Ok(())
    }

    /// Writes the canonical form of what the way has come to.
    fn canonical(&mut self, method: &Method<'_>, sink: &mut impl Sink) -> Result<(), Flaw> {
        match &self.material {
            Material::Nodes(view) => {
                self.work.spend(view.apex.range().len())?;
                if !(method.comments && view.comments) {
                    refuse_split_text(view)?;
                }
                write(view, method, sink).map_err(unsafe_reference)
            }
            Material::Octets(octets) => {
                self.work.spend(octets.len())?;
                let text = text::read(octets)?;
                let inner = Page::parse(&text)?;
                let view = View::of(inner.tree.root());
                if !method.comments {
                    refuse_split_text(&view)?;
                }
                write(&view, method, sink).map_err(unsafe_reference)
            }
        }
    }

    fn digest(
        &mut self,
        last: Option<Method<'a>>,
        algorithm: DigestAlgorithm,
    ) -> Result<digest::Digest, Flaw> {
        let mut context = algorithm.context().ok_or_else(|| unsupported(algorithm.name))?;
        match (last, &self.material) {
            (Some(method), _) => self.canonical(&method, &mut context)?,
            (None, Material::Nodes(_)) => self.canonical(&Method::plain(Form::Inclusive), &mut context)?,
            (None, Material::Octets(octets)) => {
                self.work.spend(octets.len())?;
                context.update(octets);
            }
        }
        Ok(context.finish())
    }
}

/// A comment that nothing signs, in the middle of a text, makes some readers see half of the text.
fn refuse_split_text(view: &View<'_, '_>) -> Result<(), Flaw> {
    let beside = |node: Option<Node<'_, '_>>| {
        node.is_some_and(|node| node.is_text() && !node.text().unwrap_or_default().trim().is_empty())
    };
    let mut comments = view.apex.descendants().filter(Node::is_comment);
    if comments.any(|comment| beside(comment.prev_sibling()) || beside(comment.next_sibling())) {
        return Err(unsafe_reference(told!(
            "một chú thích không được ký nằm giữa văn bản đã ký",
            "a comment that is not signed stands inside a signed text"
        )));
    }
    Ok(())
}
