//! Signatures in XML: XMLDSig and XAdES over a narrow, safe subset.
//!
//! [`claims`] reads a file. XML lets a signature refer to anything and transform it into anything; what is accepted here
//! is little: the whole document, one element by its identifier, or content handed in; the enveloped signature taken
//! out, a canonical form, base64. The rest is refused as `reference_wrong`. A signature must cover what a reader of the
//! file sees, or it is refused, too ([`Coverage`]). No document type declaration is read, so that there are no entities.

mod algorithms;
mod canonical;
mod coverage;
mod document;
mod elements;
mod insert;
mod keys;
mod limits;
mod lookalike;
mod reference;
mod signature;
mod signer_names;
mod text;
mod xades;

use crate::model::told::told;
use crate::pki::claim::Claim;
use crate::pki::verdict::{Flaw, SignatureReason};
use crate::pki::xml::canonical::{Method, View, write};
use crate::pki::xml::document::{Named, Page};
use crate::pki::xml::elements::{DS, is};
use crate::pki::xml::limits::too_complex;
use crate::pki::xml::reference::{Surroundings, Work};

pub use coverage::Coverage;
pub use insert::insert_last;

/// The most signatures of one file.
const SIGNATURES_MAX: usize = 64;

/// Reads the signatures of an XML file, each of which must cover the whole of it. `detached` is the content of a
/// detached signature.
///
/// # Errors
///
/// `malformed` where it is no XML or has a document type declaration, `too_complex` beyond the limits (32 MiB, a depth of
/// 256, a million tags), `no_signature` where there is none.
pub fn claims(bytes: &[u8], detached: Option<&[u8]>) -> Result<Vec<Claim>, Flaw> {
    claims_covering(bytes, detached, Coverage::Whole)
}

/// As [`claims`], with a say in how much a signature must cover.
///
/// # Errors
///
/// Those of [`claims`].
pub fn claims_covering(
    bytes: &[u8],
    detached: Option<&[u8]>,
    coverage: Coverage,
) -> Result<Vec<Claim>, Flaw> {
    if bytes.len() > limits::BYTES_MAX {
        let most = limits::BYTES_MAX >> 20;
        return Err(too_complex(told!(
            "tệp XML lớn hơn {most} MiB",
            "the XML file is larger than {most} MiB"
        )));
    }
    let text = text::read(bytes)?;
    let page = Page::parse(&text)?;
    let signatures: Vec<_> = page
        .tree
        .descendants()
        .filter(|node| is(*node, DS, "Signature") && !is_countersignature(*node))
        .take(SIGNATURES_MAX + 1)
        .collect();
    if signatures.is_empty() {
        return Err(Flaw::new(SignatureReason::NoSignature, SignatureReason::NoSignature.text()));
    }
    if signatures.len() > SIGNATURES_MAX {
        return Err(too_complex(told!(
            "tệp có quá {SIGNATURES_MAX} chữ ký",
            "the file has more than {SIGNATURES_MAX} signatures"
        )));
    }
    let mut work = Work::default();
    let claim = |(place, signature)| {
        let around = Surroundings { page: &page, signature, detached };
        signature::claim(&around, place + 1, coverage, &mut work)
    };
    Ok(signatures.into_iter().enumerate().map(claim).collect())
}

/// The canonical form of a file, or of the one element in it that has an identifier, as a signature takes its digest. The
/// form is named by its address; `prefixes` are those that the exclusive form treats as the inclusive ones do.
///
/// # Errors
///
/// Those of [`claims`]; `reference_wrong` where the identifier leads to no or to several elements, or the address to no
/// canonical form.
pub fn canonical(
    bytes: &[u8],
    form: &str,
    prefixes: &[&str],
    identifier: Option<&str>,
) -> Result<Vec<u8>, Flaw> {
    let text = text::read(bytes)?;
    let page = Page::parse(&text)?;
    let named =
        identifier.map_or(Some(Named::Once(page.tree.root().id())), |identifier| page.named(identifier));
    let (Some((form, comments)), Some(Named::Once(id))) = (algorithms::form_of(form), named) else {
        return Err(elements::unsafe_reference(SignatureReason::ReferenceWrong.text()));
    };
    let mut octets = Vec::new();
    let apex = page.tree.get_node(id).unwrap_or(page.tree.root());
    let method = Method { form, comments, prefixes: prefixes.to_vec() };
    write(&View::of(apex), &method, &mut octets).map_err(elements::unsafe_reference)?;
    Ok(octets)
}

/// A signature over another one's value, among that one's properties: it says nothing about the content.
fn is_countersignature(node: roxmltree::Node<'_, '_>) -> bool {
    node.parent()
        .is_some_and(|parent| xades::is_xades(parent) && parent.tag_name().name() == "CounterSignature")
}
