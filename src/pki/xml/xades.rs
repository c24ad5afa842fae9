//! The properties of XAdES (ETSI EN 319 132-1, TS 101 903): what the signer signed about the signature, and what was
//! added to it later.

use chrono::{DateTime, FixedOffset, NaiveDateTime, Utc};
use roxmltree::Node;

use crate::model::text::presentable;
use crate::model::told::{Told, told};
use crate::pki::claim::{StampClaim, StampKind, StampedMessage};
use crate::pki::evidence::{Evidence, Source, Statement};
use crate::pki::verdict::Flaw;
use crate::pki::xml::algorithms::canonical_of;
use crate::pki::xml::canonical::{Form, Method, View, write};
use crate::pki::xml::elements::{
    DS, attribute, child_elements, is, octets, only, refuse_strangers, text, unsafe_reference, wrong,
};
use crate::pki::xml::reference::{Covered, Surroundings};
use crate::pki::xml::signer_names::{NamedSigner, named_signers};

/// The type of the reference to the signed properties, in the editions that are read.
const TYPES: [&str; 2] =
    ["http://uri.etsi.org/01903#SignedProperties", "http://uri.etsi.org/01903/v1.1.1#SignedProperties"];
/// What the namespaces of all editions begin with.
const NAMESPACES: &str = "http://uri.etsi.org/01903/v1.";
/// The most values of a kind that are taken along.
const VALUES_MAX: usize = 64;
/// Properties that are seen and not judged.
const NOT_JUDGED: [&str; 6] = [
    "ArchiveTimeStamp",
    "SigAndRefsTimeStamp",
    "RefsOnlyTimeStamp",
    "AllDataObjectsTimeStamp",
    "IndividualDataObjectsTimeStamp",
    "CounterSignature",
];

/// What the properties say.
#[derive(Debug, Default)]
pub(super) struct Properties {
    /// `SigningTime`.
    pub(super) claimed_time: Option<DateTime<Utc>>,
    /// `SigningCertificate` or `SigningCertificateV2`, the signer's first.
    pub(super) signers: Vec<NamedSigner>,
    /// `SignatureTimeStamp`.
    pub(super) stamps: Vec<StampClaim>,
    /// `CertificateValues`, `RevocationValues`.
    pub(super) carried: Evidence,
    /// What was seen and not judged.
    pub(super) notes: Vec<Told>,
}

/// Whether an element is of XAdES.
pub(super) fn is_xades(node: Node<'_, '_>) -> bool {
    node.is_element() && node.tag_name().namespace().is_some_and(|space| space.starts_with(NAMESPACES))
}

fn is_named(node: Node<'_, '_>, name: &str) -> bool {
    is_xades(node) && node.tag_name().name() == name
}

/// Whether a reference says that it is to the signed properties.
pub(super) fn is_to_properties(reference: Node<'_, '_>) -> bool {
    attribute(reference, "Type").is_some_and(|kind| TYPES.contains(&kind))
}

/// Reads the properties; `None` where the signature has none.
///
/// # Errors
///
/// `reference_wrong` where the signed properties are not signed, `structure_wrong` where they are broken.
pub(super) fn read(around: &Surroundings<'_, '_>, covered: &[Covered]) -> Result<Option<Properties>, Flaw> {
    let objects = child_elements(around.signature).filter(|child| is(*child, DS, "Object"));
    let mut found = objects.flat_map(child_elements).filter(|node| is_named(*node, "QualifyingProperties"));
    let (first, second) = (found.next(), found.next());
    if second.is_some() {
        return Err(wrong(told!(
            "có nhiều phần tử QualifyingProperties",
            "there are several QualifyingProperties elements"
        )));
    }
    let Some(qualifying) = first else { return Ok(None) };
    let own = attribute(around.signature, "Id").unwrap_or_default();
    if attribute(qualifying, "Target").is_none_or(|target| target.strip_prefix('#') != Some(own)) {
        return Err(unsafe_reference(told!(
            "QualifyingProperties không trỏ tới chữ ký chứa nó",
            "QualifyingProperties does not point to the signature that it stands in"
        )));
    }
    let mut properties = Properties::default();
    for part in child_elements(qualifying) {
        match part.tag_name().name() {
            "SignedProperties" if is_xades(part) => {
                if !covered.contains(&Covered::Tree(part.id())) {
                    return Err(unsigned());
                }
                signed(part, &mut properties)?;
            }
            "UnsignedProperties" if is_xades(part) => unsigned_properties(part, around, &mut properties)?,
            _ => {
                return Err(wrong(told!(
                    "QualifyingProperties chứa phần tử lạ",
                    "QualifyingProperties holds an element that does not belong there"
                )));
            }
        }
    }
    Ok(Some(properties))
}

/// The properties are there or referred to, but not signed.
pub(super) fn unsigned() -> Flaw {
    unsafe_reference(told!(
        "SignedProperties không được chữ ký phủ",
        "the SignedProperties are not covered by the signature"
    ))
}

fn signed(part: Node<'_, '_>, properties: &mut Properties) -> Result<(), Flaw> {
    for property in part.descendants().filter(|node| is_xades(*node)) {
        match property.tag_name().name() {
            "SigningTime" if properties.claimed_time.is_none() => {
                properties.claimed_time = time(text(property)?);
            }
            "SigningCertificate" | "SigningCertificateV2" => {
                properties.signers.extend(named_signers(property)?);
            }
            "SignaturePolicyIdentifier" => properties.notes.push(policy(property)),
            name => properties.notes.extend(not_judged(name)),
        }
    }
    Ok(())
}

fn not_judged(name: &str) -> Option<Told> {
    NOT_JUDGED.contains(&name).then(|| {
        told!(
            "chữ ký mang {name}: đã thấy, không dùng để đánh giá",
            "the signature carries {name}: seen, and not used in the verdict"
        )
    })
}

fn policy(property: Node<'_, '_>) -> Told {
    let identifier = property.descendants().find(|node| is_named(*node, "Identifier"));
    let identifier = identifier.and_then(|node| node.text()).map_or("", str::trim);
    let identifier = presentable(identifier, 120);
    if identifier.is_empty() {
        return told!("chữ ký theo một chính sách ngầm định", "the signature follows an implied policy");
    }
    told!(
        "chữ ký nêu chính sách {identifier}, không được đánh giá theo chính sách này",
        "the signature names the policy {identifier}, by which it is not judged"
    )
}

fn unsigned_properties(
    part: Node<'_, '_>,
    around: &Surroundings<'_, '_>,
    properties: &mut Properties,
) -> Result<(), Flaw> {
    refuse_strangers(part)?;
    for property in part.descendants().filter(|node| is_xades(*node)) {
        let carried = &mut properties.carried;
        match property.tag_name().name() {
            "SignatureTimeStamp" => stamps(property, around, &mut properties.stamps)?,
            "EncapsulatedX509Certificate" if carried.certificates.len() < VALUES_MAX => {
                carried.certificates.push(octets(property)?);
            }
            "EncapsulatedCRLValue" if carried.crls.len() < VALUES_MAX => {
                carried.crls.push(statement(property)?);
            }
            "EncapsulatedOCSPValue" if carried.ocsps.len() < VALUES_MAX => {
                carried.ocsps.push(statement(property)?);
            }
            name => {
                if let Some(note) = not_judged(name).filter(|note| !properties.notes.contains(note)) {
                    properties.notes.push(note);
                }
            }
        }
    }
    Ok(())
}

fn statement(property: Node<'_, '_>) -> Result<Statement, Flaw> {
    Ok(Statement { bytes: octets(property)?, source: Source::Embedded, nonce: None })
}

/// Tokens over the canonical signature value (EN 319 132-1 §5.3.0).
fn stamps(
    property: Node<'_, '_>,
    around: &Surroundings<'_, '_>,
    stamps: &mut Vec<StampClaim>,
) -> Result<(), Flaw> {
    let stated = child_elements(property).find(|child| is(*child, DS, "CanonicalizationMethod"));
    let method = match stated {
        None => Method::plain(Form::Inclusive),
        Some(stated) => canonical_of(stated).ok_or_else(|| {
            unsafe_reference(told!(
                "dấu thời gian dùng dạng chuẩn hóa không được phép",
                "a timestamp uses a canonical form that is not allowed"
            ))
        })?,
    };
    let value = only(around.signature, DS, "SignatureValue")?;
    for token in child_elements(property).filter(|child| is_named(*child, "EncapsulatedTimeStamp")) {
        if stamps.len() >= VALUES_MAX {
            break;
        }
        let mut message = Vec::new();
        write(&View::of(value), &method, &mut message).map_err(unsafe_reference)?;
        stamps.push(StampClaim {
            token: octets(token)?,
            message: StampedMessage::Bytes(message),
            kind: StampKind::Signature,
        });
    }
    Ok(())
}

/// A time of XML Schema. Without an offset it is taken for Viet Nam's: it proves nothing either way.
pub(super) fn time(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(time.to_utc());
    }
    let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").ok()?;
    let offset = FixedOffset::east_opt(7 * 3600)?;
    local.and_local_timezone(offset).single().map(|time| time.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_with_and_without_an_offset() {
        for (given, read) in [
            ("2026-03-04T05:06:07Z", "2026-03-04T05:06:07+00:00"),
            (" 2026-03-04T05:06:07.25+07:00", "2026-03-03T22:06:07.250+00:00"),
            ("2026-03-04T05:06:07", "2026-03-03T22:06:07+00:00"),
        ] {
            assert_eq!(time(given).unwrap().to_rfc3339(), read);
        }
        assert_eq!(time("yesterday"), None);
    }
}
