//! One `Signature` element into one claim.

use roxmltree::Node;

use crate::model::text::presentable;
use crate::model::told::told;
use crate::pki::claim::{Claim, Format};
use crate::pki::evidence::Evidence;
use crate::pki::key::Proof;
use crate::pki::verdict::{Flaw, SignatureReason};
use crate::pki::xml::algorithms::{canonical_of, signature_of};
use crate::pki::xml::canonical::{View, write};
use crate::pki::xml::coverage::{self, Coverage};
use crate::pki::xml::elements::{
    DS, attribute, child_elements, is, octets, only, refuse_strangers, text, unsafe_reference, wrong,
};
use crate::pki::xml::keys::{self, Value};
use crate::pki::xml::reference::{Covered, Surroundings, Work, follow};
use crate::pki::xml::signer_names::NamedSigner;
use crate::pki::xml::xades::{self, Properties};

/// The most references of one signature.
const REFERENCES_MAX: usize = 256;
/// The longest `SignedInfo`, in bytes as it stands in the file.
const SIGNED_INFO_MAX: usize = 1 << 20;

/// Reads one signature and checks what it says by itself.
pub(super) fn claim(
    around: &Surroundings<'_, '_>,
    number: usize,
    coverage: Coverage,
    work: &mut Work,
) -> Claim {
    let name = attribute(around.signature, "Id").filter(|id| !id.is_empty());
    let mut claim = Claim {
        format: Format::Xmldsig,
        name: name.map_or_else(|| number.to_string(), |id| presentable(id, 80)),
        flaws: Vec::new(),
        signer: None,
        names_signer: false,
        algorithms: Vec::new(),
        claimed_time: None,
        stamps: Vec::new(),
        carried: Evidence::default(),
        covers: None,
        notes: Vec::new(),
    };
    if let Err(flaw) = examine(around, coverage, work, &mut claim) {
        claim.flaws.push(flaw);
    }
    claim.flaws.sort_by_key(|flaw| (std::cmp::Reverse(flaw.reason.verdict()), flaw.reason));
    claim.algorithms.dedup();
    claim
}

/// What ends with an error could not be read; what could be read and is wrong is added to the claim.
fn examine(
    around: &Surroundings<'_, '_>,
    coverage: Coverage,
    work: &mut Work,
    claim: &mut Claim,
) -> Result<(), Flaw> {
    let parts = Parts::of(around.signature)?;
    parts.key_info.map_or(Ok(()), refuse_strangers)?;
    let embedded = parts.key_info.map(keys::certificates).transpose()?.unwrap_or_default();
    claim.carried.certificates.clone_from(&embedded);
    let mut flaws = Vec::new();
    let covered = references(parts.signed_info, around, work, claim, &mut flaws);
    let properties = match xades::read(around, &covered) {
        Ok(properties) => properties,
        Err(flaw) => {
            claim.format = Format::Xades;
            flaws.push(flaw);
            None
        }
    };
    let named = properties.map(|properties| adopt(properties, claim)).unwrap_or_default();
    // Where a reference could not be followed, that is what is said: what it would have covered is not known.
    if flaws.is_empty() {
        flaws.extend(coverage::check(around, &covered, coverage).err());
        claim.covers = coverage::parts_of(around, &covered);
    }
    claim.claimed_time = claim.claimed_time.or_else(|| signed_time(around, &covered));
    claim.flaws.extend(flaws);
    value(&parts, &named, claim, work)
}

/// The parts of a signature, in the order in which they must stand.
struct Parts<'a, 'i> {
    signed_info: Node<'a, 'i>,
    value: Node<'a, 'i>,
    key_info: Option<Node<'a, 'i>>,
}

impl<'a, 'i> Parts<'a, 'i> {
    fn of(signature: Node<'a, 'i>) -> Result<Self, Flaw> {
        let broken = || {
            wrong(told!("phần tử Signature sai cấu trúc", "the element Signature is not built as it must be"))
        };
        let mut children = child_elements(signature);
        let mut next = |name: &str| children.next().filter(|child| is(*child, DS, name));
        let signed_info = next("SignedInfo").ok_or_else(broken)?;
        let value = next("SignatureValue").ok_or_else(broken)?;
        let mut rest = child_elements(signature).skip(2).peekable();
        let key_info = rest.next_if(|child| is(*child, DS, "KeyInfo"));
        if !rest.all(|child| is(child, DS, "Object")) {
            return Err(broken());
        }
        Ok(Self { signed_info, value, key_info })
    }
}

/// Follows all references of a signature.
fn references(
    signed_info: Node<'_, '_>,
    around: &Surroundings<'_, '_>,
    work: &mut Work,
    claim: &mut Claim,
    flaws: &mut Vec<Flaw>,
) -> Vec<Covered> {
    let mut covered = Vec::new();
    let mut properties_missing = false;
    // Behind the two methods nothing but references may stand.
    let list: Vec<_> = child_elements(signed_info).skip(2).take(REFERENCES_MAX + 1).collect();
    let foreign = list.iter().any(|child| !is(*child, DS, "Reference"));
    if list.is_empty() || list.len() > REFERENCES_MAX || foreign {
        flaws.push(wrong(told!(
            "SignedInfo phải có từ 1 đến {REFERENCES_MAX} tham chiếu và không chứa phần tử lạ",
            "SignedInfo must have 1 to {REFERENCES_MAX} references and nothing else behind its two methods"
        )));
        return covered;
    }
    for reference in list {
        match follow(reference, around, work) {
            Ok(followed) => {
                if !followed.fits {
                    flaws.push(mismatch(reference));
                }
                if xades::is_to_properties(reference) {
                    claim.format = Format::Xades;
                    properties_missing |= !leads_to_properties(followed.covered, around);
                }
                if !claim.algorithms.contains(&followed.algorithm) {
                    claim.algorithms.push(followed.algorithm);
                }
                covered.push(followed.covered);
            }
            Err(flaw) => flaws.push(flaw),
        }
    }
    if properties_missing {
        flaws.push(xades::unsigned());
    }
    if covered.iter().filter(|covered| **covered == Covered::Detached).count() > 1 {
        flaws.push(unsafe_reference(told!(
            "nhiều tham chiếu cùng dẫn tới nội dung đưa kèm",
            "several references lead to the content that was handed in"
        )));
    }
    covered
}

fn leads_to_properties(covered: Covered, around: &Surroundings<'_, '_>) -> bool {
    let Covered::Tree(id) = covered else { return false };
    let node = around.page.tree.get_node(id);
    node.is_some_and(|node| xades::is_xades(node) && node.tag_name().name() == "SignedProperties")
}

fn mismatch(reference: Node<'_, '_>) -> Flaw {
    let uri = presentable(attribute(reference, "URI").unwrap_or_default(), 80);
    Flaw::new(
        SignatureReason::DigestMismatch,
        told!(
            "nội dung của tham chiếu \"{uri}\" không khớp với giá trị băm đã ký",
            "the content of the reference \"{uri}\" does not match the signed digest"
        ),
    )
}

/// Takes over what the properties say; gives back how they name the signer.
fn adopt(properties: Properties, claim: &mut Claim) -> Vec<NamedSigner> {
    claim.format = Format::Xades;
    claim.claimed_time = properties.claimed_time;
    claim.stamps = properties.stamps;
    claim.carried.certificates.extend(properties.carried.certificates);
    claim.carried.crls = properties.carried.crls;
    claim.carried.ocsps = properties.carried.ocsps;
    claim.notes = properties.notes;
    claim.names_signer = !properties.signers.is_empty();
    properties.signers
}

/// Without XAdES, Vietnamese invoices and forms sign a time of their own form along.
fn signed_time(around: &Surroundings<'_, '_>, covered: &[Covered]) -> Option<chrono::DateTime<chrono::Utc>> {
    let trees = covered.iter().filter_map(|covered| match covered {
        Covered::Tree(id) => around.page.tree.get_node(*id),
        Covered::Text(_) | Covered::Detached => None,
    });
    let own = trees.filter(|node| node.ancestors().skip(1).any(|ancestor| ancestor == around.signature));
    let mut times = own
        .flat_map(|node| node.descendants())
        .filter(|node| node.is_element() && node.tag_name().name() == "SigningTime");
    times.next().and_then(|node| xades::time(text(node).ok()?))
}

/// Whether the value was made over `SignedInfo` by the key of the certificate that the signature names.
fn value(
    parts: &Parts<'_, '_>,
    named: &[NamedSigner],
    claim: &mut Claim,
    work: &mut Work,
) -> Result<(), Flaw> {
    let length = parts.signed_info.range().len();
    if length > SIGNED_INFO_MAX {
        return Err(wrong(told!("SignedInfo quá lớn", "SignedInfo is too large")));
    }
    work.spend(length)?;
    let stated = only(parts.signed_info, DS, "CanonicalizationMethod")?;
    let method = canonical_of(stated).ok_or_else(|| {
        let uri = presentable(attribute(stated, "Algorithm").unwrap_or_default(), 100);
        unsafe_reference(told!(
            "dạng chuẩn hóa \"{uri}\" không được phép",
            "the canonical form \"{uri}\" is not allowed"
        ))
    })?;
    let mut message = Vec::new();
    write(&View::of(parts.signed_info), &method, &mut message).map_err(unsafe_reference)?;
    let algorithm = signature_of(only(parts.signed_info, DS, "SignatureMethod")?)?;
    let signature = octets(parts.value)?;
    let value = Value { algorithm, message: &message, signature: &signature };
    let signer = named.first();
    let chosen = choose(&value, signer, &claim.carried.certificates);
    claim
        .algorithms
        .push(value.algorithm_use(chosen.as_ref().map(|(certificate, _)| certificate.as_slice())));
    let Some((certificate, proof)) = chosen else {
        return Err(Flaw::new(
            SignatureReason::SignerMissing,
            told!(
                "chữ ký không kèm chứng thư của người ký",
                "the signature does not carry the signer's certificate"
            ),
        ));
    };
    claim.flaws.extend(value.flaw(proof));
    if signer.is_some_and(|signer| !signer.is_digest_of(&certificate) || !signer.agrees_with(&certificate)) {
        claim.flaws.push(Flaw::new(SignatureReason::SignerMismatch, SignatureReason::SignerMismatch.text()));
    }
    claim.signer = Some(certificate);
    Ok(())
}

/// The certificate whose key made the value; if there are several with that key, the one that the signature names. If
/// there is none, the one that it names, or the first.
fn choose(
    value: &Value<'_>,
    signer: Option<&NamedSigner>,
    certificates: &[Vec<u8>],
) -> Option<(Vec<u8>, Proof)> {
    let is_named = |certificate: &&Vec<u8>| signer.is_some_and(|signer| signer.is_digest_of(certificate));
    let named = certificates.iter().find(is_named);
    if let Some(named) = named {
        let proof = value.made_by(named);
        if proof == Proof::Good {
            return Some((named.clone(), proof));
        }
    }
    let tried: Vec<_> =
        certificates.iter().map(|certificate| (certificate, value.made_by(certificate))).collect();
    let good = tried.iter().find(|(_, proof)| *proof == Proof::Good);
    let unchecked = tried.iter().find(|(_, proof)| *proof == Proof::Unchecked);
    let first = named.and_then(|named| tried.iter().find(|(certificate, _)| *certificate == named));
    good.or(first)
        .or(unchecked)
        .or(tried.first())
        .map(|(certificate, proof)| ((*certificate).clone(), *proof))
}
