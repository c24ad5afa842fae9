//! One signer of a CMS judged by itself: whether content, digest, attributes, certificate and signature fit together.

use chrono::{DateTime, Utc};

use crate::model::told::{Told, told};
use crate::pki::ber::canonical_set;
use crate::pki::certificate::{Certificate, time};
use crate::pki::claim::{AlgorithmUse, Claim, Format, StampClaim, StampKind, StampedMessage, Use};
use crate::pki::cms::attributes::{Attributes, wrong};
use crate::pki::cms::carried;
use crate::pki::cms::content::Pieces;
use crate::pki::cms::ess::{self, Named};
use crate::pki::cms::names;
use crate::pki::cms::oids::{
    ALGORITHM_PROTECTION, ARCHIVE_TIMESTAMPS, CONTENT_TIMESTAMP, CONTENT_TYPE, DATA, MESSAGE_DIGEST,
    SIGNATURE_POLICY, SIGNATURE_TIMESTAMP, SIGNING_TIME,
};
use crate::pki::cms::protection;
use crate::pki::cms::read::{Identifier, SignedData, Signer, too_many};
use crate::pki::der::{Element, OCTET_STRING, OID, Reader, SET};
use crate::pki::digests::DigestAlgorithm;
use crate::pki::key::Proof;
use crate::pki::oid::{SUBJECT_KEY_IDENTIFIER, dotted};
use crate::pki::scheme::{Scheme, Signed};
use crate::pki::stamp;
use crate::pki::verdict::{Flaw, SignatureReason};

/// The most timestamps of one signer.
const STAMPS_MAX: usize = 32;

/// The most certificates of one identifier whose keys are tried.
const CANDIDATES_MAX: usize = 4;

/// What is being judged, and what was found so far.
struct Judging<'a> {
    data: &'a SignedData<'a>,
    signer: &'a Signer<'a>,
    content: Option<&'a Pieces<'a>>,
    digest: Option<DigestAlgorithm>,
    flaws: Vec<Flaw>,
}

/// Judges one signer. Whatever is wrong with it becomes a flaw of the claim.
///
/// # Errors
/// It carries more than is read here.
pub(super) fn judge<'a>(
    data: &'a SignedData<'a>,
    signer: &'a Signer<'a>,
    content: Option<&'a Pieces<'a>>,
    number: usize,
) -> Result<Claim, Flaw> {
    let digest = DigestAlgorithm::of(signer.digest.oid);
    let mut judging = Judging { data, signer, content, digest, flaws: Vec::new() };
    judging.check_content();
    let named = judging.named();
    let scheme = Scheme::of(signer.algorithm, digest);
    let carried = carried::with_signer(data.carried.clone(), signer)?;
    let certificate = judging.certificate(&carried.certificates, &named, &scheme);
    judging.check_algorithms(&scheme);
    let mut algorithms = vec![judging.digest_use()];
    match certificate.and_then(Certificate::parse) {
        Some(certificate) => {
            algorithms.push(scheme.usage(&certificate.key));
            judging.check_signature(&scheme, &certificate);
        }
        None => algorithms.push(AlgorithmUse { r#use: Use::Signature, name: scheme.name, key: None }),
    }
    let claimed_time = judging.claimed_time();
    let stamps = judging.stamps()?;
    let mut flaws = judging.flaws;
    flaws.sort_by_key(|flaw| flaw.reason);
    flaws.dedup();
    Ok(Claim {
        format: if named.is_empty() { Format::Cms } else { Format::Cades },
        name: number.to_string(),
        names_signer: !named.is_empty()
            && certificate.is_some_and(|der| named.iter().all(|named| named.is(der).is_ok())),
        signer: certificate.map(<[u8]>::to_vec),
        flaws,
        algorithms,
        claimed_time,
        stamps,
        covers: None,
        notes: notes(signer),
        carried,
    })
}

impl<'a> Judging<'a> {
    fn attributes(&self) -> Option<&'a Attributes<'a>> {
        self.signer.signed.as_ref().map(|(_, attributes)| attributes)
    }

    /// Takes what was found, or notes the flaw.
    fn note<T>(&mut self, found: Result<T, Flaw>) -> Option<T> {
        found.map_err(|flaw| self.flaws.push(flaw)).ok()
    }

    fn digest_use(&self) -> AlgorithmUse {
        let name =
            self.digest.map_or_else(|| dotted(self.signer.digest.oid), |digest| digest.name.to_owned());
        AlgorithmUse { r#use: Use::Digest, name, key: None }
    }

    fn unsupported(&mut self, name: &str) {
        self.flaws.push(Flaw::new(
            SignatureReason::UnsupportedAlgorithm,
            told!("không kiểm tra được thuật toán {name}", "the algorithm {name} cannot be checked here"),
        ));
    }

    /// The digest and the type of the content, as the attributes have them (RFC 5652 §5.3, §11.1, §11.2).
    fn check_content(&mut self) {
        if self.content.is_none() {
            let told = told!("thiếu nội dung được ký", "the signed content is not at hand");
            self.flaws.push(Flaw::new(SignatureReason::ContentMissing, told));
        }
        let Some(attributes) = self.attributes() else { return self.check_bare_content() };
        let kind = self.note(required(attributes, CONTENT_TYPE, "content-type", OID));
        if kind.is_some_and(|kind| kind.content != self.data.content_type) {
            self.flaws.push(wrong(told!(
                "thuộc tính content-type khác với loại nội dung",
                "the attribute content-type is not the type of the content"
            )));
        }
        let Some(expected) = self.note(required(attributes, MESSAGE_DIGEST, "message-digest", OCTET_STRING))
        else {
            return;
        };
        let Some(content) = self.content else { return };
        match self.digest.and_then(|digest| content.digest(digest)) {
            Some(digest) if digest.as_ref() == expected.content => {}
            Some(_) => {
                let told = told!(
                    "nội dung không khớp với giá trị băm trong thuộc tính message-digest",
                    "the content does not match the digest in the attribute message-digest"
                );
                self.flaws.push(Flaw::new(SignatureReason::DigestMismatch, told));
            }
            None => self.unsupported(&self.digest_use().name),
        }
    }

    /// Without signed attributes the content itself is signed, which only plain data may be; and content that reads as
    /// attributes is refused, because a signature over attributes could be passed off as one over such content.
    fn check_bare_content(&mut self) {
        if self.data.content_type != DATA.as_bytes() {
            self.flaws.push(wrong(told!("thiếu các thuộc tính được ký", "there are no signed attributes")));
        }
        if self.content.is_some_and(Pieces::reads_as_attributes) {
            self.flaws.push(wrong(told!(
                "nội dung là các thuộc tính của một chữ ký khác",
                "the content is the attributes of another signature"
            )));
        }
    }

    /// What the signed attributes say of the signer's certificate.
    fn named(&mut self) -> Vec<Named<'a>> {
        let attributes = self.attributes();
        attributes.and_then(|attributes| self.note(ess::read(attributes))).unwrap_or_default()
    }

    /// The signer's certificate, among those that bear the signer's identifier: the one that the attributes mean, or else
    /// the one whose key made the signature.
    fn certificate<'c>(
        &mut self,
        pool: &'c [Vec<u8>],
        named: &[Named<'a>],
        scheme: &Scheme,
    ) -> Option<&'c [u8]> {
        let candidates = || {
            let pool = pool.iter().map(Vec::as_slice);
            pool.filter(|der| bears(self.signer.identifier, der))
        };
        let Some(first) = candidates().next() else {
            let told = told!(
                "chữ ký không kèm chứng thư của người ký",
                "the signature does not carry the signer's certificate"
            );
            self.flaws.push(Flaw::new(SignatureReason::SignerMissing, told));
            return None;
        };
        let meant = |der: &&[u8]| named.iter().all(|named| named.is(der).is_ok());
        let made = |der: &&[u8]| {
            let certificate = Certificate::parse(der);
            certificate.is_some_and(|it| self.proof(scheme, &it) == Some(Proof::Good))
        };
        let found = match (named.is_empty(), candidates().nth(1)) {
            (_, None) => Some(first),
            (false, Some(_)) => candidates().find(meant),
            (true, Some(_)) => candidates().take(CANDIDATES_MAX).find(made),
        };
        let found = found.unwrap_or(first);
        let flaws: Vec<Flaw> = named.iter().filter_map(|named| named.is(found).err()).collect();
        self.flaws.extend(flaws);
        Some(found)
    }

    /// The digest of the signature algorithm is that of the content (RFC 5652 §5.4), SHA-512 for Ed25519 (RFC 8419
    /// §3.1), and what `CMSAlgorithmProtection` says (RFC 6211).
    fn check_algorithms(&mut self, scheme: &Scheme) {
        let of_signature = match scheme.name.as_str() {
            "Ed25519" if self.signer.signed.is_some() => Some("SHA-512"),
            _ => scheme.digest.map(|digest| digest.name),
        };
        if self.digest.is_none() {
            self.unsupported(&self.digest_use().name);
        }
        if let (Some(signature), Some(content)) = (of_signature, self.digest.map(|digest| digest.name))
            && signature != content
        {
            self.flaws.push(wrong(told!(
                "thuật toán băm {content} không khớp với thuật toán ký {name}",
                "the digest algorithm {content} does not go with the signature algorithm {name}",
                name = scheme.name
            )));
        }
        let Some(attributes) = self.attributes() else { return };
        let told = self.note(attributes.single(ALGORITHM_PROTECTION, "CMSAlgorithmProtection")).flatten();
        if told.is_some_and(|told| !protection::agrees(told, self.signer)) {
            self.flaws.push(wrong(told!(
                "thuật toán khác với thuộc tính CMSAlgorithmProtection",
                "the algorithms are not those of the attribute CMSAlgorithmProtection"
            )));
        }
    }

    fn check_signature(&mut self, scheme: &Scheme, certificate: &Certificate<'_>) {
        match self.proof(scheme, certificate) {
            Some(Proof::Good) => {}
            Some(Proof::Bad) => {
                let told = told!(
                    "chữ ký không phải do khóa của chứng thư tạo ra",
                    "the signature was not made with the key of the certificate"
                );
                self.flaws.push(Flaw::new(SignatureReason::SignatureWrong, told));
            }
            Some(Proof::Unchecked) => self.unsupported(&scheme.name),
            // That the content is missing has been said.
            None => {}
        }
    }

    /// Signed attributes are tried as they came, then as the DER that CMS asks for.
    fn proof(&self, scheme: &Scheme, certificate: &Certificate<'_>) -> Option<Proof> {
        let key = &certificate.key;
        let signature = self.signer.signature.as_ref();
        let Some((element, _)) = &self.signer.signed else {
            let content = self.content?;
            return Some(match (scheme.digest, content.together()) {
                (Some(digest), _) => match content.digest(digest) {
                    Some(digest) => scheme.proves(key, Signed::Digest(&digest), signature),
                    None => Proof::Unchecked,
                },
                (None, Some(bytes)) => scheme.proves(key, Signed::Bytes(bytes), signature),
                (None, None) => Proof::Unchecked,
            });
        };
        let mut signed = element.whole.to_vec();
        if let Some(tag) = signed.first_mut() {
            *tag = SET;
        }
        let proof = scheme.proves(key, Signed::Bytes(&signed), signature);
        let anew = canonical_set(element.content).filter(|anew| proof == Proof::Bad && *anew != signed);
        Some(anew.map_or(proof, |anew| scheme.proves(key, Signed::Bytes(&anew), signature)))
    }

    /// When the signer says that it signed; a time that cannot be read is none.
    fn claimed_time(&mut self) -> Option<DateTime<Utc>> {
        let attributes = self.attributes()?;
        let value = self.note(attributes.single(SIGNING_TIME, "signing-time"))??;
        time(value)
    }

    /// Timestamps over the content and over the signature value. Archive timestamps are not judged.
    ///
    /// # Errors
    /// There are more than are read here.
    fn stamps(&self) -> Result<Vec<StampClaim>, Flaw> {
        let over_content = self.attributes().into_iter().flat_map(|found| found.values(CONTENT_TIMESTAMP));
        let over_signature = self.signer.unsigned.values(SIGNATURE_TIMESTAMP);
        let content = over_content.map(|token| (token, StampKind::Content));
        let tokens = content.chain(over_signature.map(|token| (token, StampKind::Signature)));
        let tokens: Vec<_> = tokens.take(STAMPS_MAX + 1).collect();
        if tokens.len() > STAMPS_MAX {
            return Err(too_many(told!(
                "chữ ký có hơn {STAMPS_MAX} dấu thời gian",
                "the signature has more than {STAMPS_MAX} timestamps"
            )));
        }
        let claim = |(token, kind): (Element<'_>, StampKind)| StampClaim {
            token: token.whole.to_vec(),
            message: match kind {
                StampKind::Content => stamp::digest_named(token.whole, |digest| self.content?.digest(digest)),
                _ => StampedMessage::Bytes(self.signer.signature.to_vec()),
            },
            kind,
        };
        Ok(tokens.into_iter().map(claim).collect())
    }
}

/// What the signer carries that is not judged here.
fn notes(signer: &Signer<'_>) -> Vec<Told> {
    let mut notes = Vec::new();
    let count = signer.counter_signatures;
    if count > 0 {
        notes.push(told!(
            "có {count} chữ ký xác nhận (countersignature) không được kiểm tra",
            "{count} counter-signatures were not checked"
        ));
    }
    let signed = signer.signed.iter().flat_map(|(_, attributes)| attributes.values(SIGNATURE_POLICY));
    for policy in signed.filter_map(|value| Reader::new(value.content).expect(OID)).take(1) {
        let policy = dotted(policy.content);
        notes.push(told!(
            "chữ ký theo chính sách {policy}, chính sách này không được kiểm tra",
            "the signature names the policy {policy}, which was not checked"
        ));
    }
    let archive: usize = ARCHIVE_TIMESTAMPS.iter().map(|kind| signer.unsigned.values(*kind).count()).sum();
    if archive > 0 {
        notes.push(told!(
            "có {archive} dấu thời gian lưu trữ không được kiểm tra",
            "{archive} archive timestamps were not checked"
        ));
    }
    notes
}

fn required<'a>(
    attributes: &Attributes<'a>,
    kind: der::asn1::ObjectIdentifier,
    name: &str,
    tag: u8,
) -> Result<Element<'a>, Flaw> {
    let found = attributes.single(kind, name)?.filter(|value| value.tag == tag);
    found.ok_or_else(|| wrong(told!("thiếu thuộc tính {name}", "the attribute {name} is missing")))
}

/// Whether a certificate bears a signer's identifier.
fn bears(identifier: Identifier<'_>, der: &[u8]) -> bool {
    let Some(certificate) = Certificate::parse(der) else { return false };
    match identifier {
        Identifier::Serial { issuer, serial } => {
            certificate.serial == serial && names::same(certificate.issuer, issuer)
        }
        Identifier::Key(wanted) => {
            let extension = certificate.extension(SUBJECT_KEY_IDENTIFIER.as_bytes());
            let said = extension.and_then(|value| Reader::new(value).expect(OCTET_STRING));
            said.is_some_and(|said| said.content == wanted)
        }
    }
}
