//! One revocation list, read without copying: entries are walked where they lie, however many there are.

use std::cell::{Cell, OnceCell};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;

use chrono::{DateTime, Utc};
use der::asn1::ObjectIdentifier;

use crate::model::told::{Told, told};
use crate::pki::algorithm::Algorithm;
use crate::pki::certificate::time;
use crate::pki::der::{
    BIT_STRING, ENUMERATED, Element, GENERALIZED_TIME, INTEGER, Reader, SEQUENCE, UTC_TIME, explicit,
    octets_of_bits,
};
use crate::pki::evidence::Statement;
use crate::pki::path::card::{Extension, extensions, sha256, shortest};
use crate::pki::path::general::{General, sequence};
use crate::pki::path::name::Name;
use crate::pki::path::oids;
use crate::pki::revocation::scope::Scope;
use crate::pki::revocation::{Revocation, RevocationReason};

/// Extensions of a list that are understood, so that they may be critical.
const UNDERSTOOD: &[ObjectIdentifier] = &[
    oids::AUTHORITY_KEY_IDENTIFIER,
    oids::ISSUER_ALT_NAME,
    oids::CRL_NUMBER,
    oids::DELTA_INDICATOR,
    oids::ISSUING_DISTRIBUTION_POINT,
    oids::FRESHEST_CRL,
    oids::AUTHORITY_INFO_ACCESS,
    oids::EXPIRED_CERTS_ON_CRL,
];
/// Extensions of an entry that are understood.
const UNDERSTOOD_IN_ENTRIES: &[ObjectIdentifier] =
    &[oids::REASON_CODE, oids::INVALIDITY_DATE, oids::CERTIFICATE_ISSUER];
/// The most names of one `certificateIssuer`.
const ISSUERS_MAX: usize = 16;

/// A list.
#[derive(Debug)]
pub(in crate::pki) struct List<'a> {
    /// As it came.
    pub(in crate::pki) statement: &'a Statement,
    /// SHA-256 over it.
    pub(in crate::pki) digest: [u8; 32],
    /// What is signed.
    pub(in crate::pki) signed: &'a [u8],
    /// With what.
    pub(in crate::pki) algorithm: Algorithm<'a>,
    /// The signature.
    pub(in crate::pki) signature: &'a [u8],
    /// Who issued it.
    pub(in crate::pki) issuer: Name,
    /// When.
    pub(in crate::pki) this_update: DateTime<Utc>,
    /// When the next one comes, if that is said.
    pub(in crate::pki) next_update: Option<DateTime<Utc>>,
    /// What it is about; `None` for everything of its issuer.
    pub(in crate::pki) scope: Option<Scope<'a>>,
    /// The bytes of what it is about, for comparing lists.
    pub(in crate::pki) scope_der: Option<&'a [u8]>,
    /// Its number.
    pub(in crate::pki) number: Option<&'a [u8]>,
    /// The number of the list that it tells the changes to; `None` for a complete one.
    pub(in crate::pki) base: Option<&'a [u8]>,
    /// Since when it keeps certificates that expired.
    pub(in crate::pki) keeps_expired_since: Option<DateTime<Utc>>,
    /// Why it may not be used, if so.
    pub(in crate::pki) unusable: Option<Told>,
    entries: Reader<'a>,
    /// Whether all entries were looked at once.
    is_walked: Cell<bool>,
    /// The entries by serial number, or why they cannot be read; made for whoever asks the second time.
    index: OnceCell<Result<Vec<Line>, Told>>,
}

/// An entry in the index.
#[derive(Clone, Debug)]
struct Line {
    /// Of its serial number.
    mark: u64,
    /// Where the entry lies in what is signed.
    entry: Range<u32>,
    /// Whom it is of, if not of the list's issuer: where the value of a `certificateIssuer` lies.
    whose: Option<Range<u32>>,
}

/// What a list says of a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::pki) enum Lookup {
    /// Nothing.
    Absent,
    /// Revoked, or its suspension lifted.
    Listed(Revocation),
    /// The list cannot be read to its end.
    Unreadable(Told),
}

impl<'a> List<'a> {
    /// Reads the frame; `None` where that is broken.
    pub(in crate::pki) fn read(statement: &'a Statement) -> Option<Self> {
        let mut outer = Reader::new(&statement.bytes).enter(SEQUENCE)?;
        let signed = outer.expect(SEQUENCE)?;
        let outer_algorithm = outer.clone().next()?.whole;
        let algorithm = Algorithm::parse(&mut outer)?;
        let signature = octets_of_bits(outer.expect(BIT_STRING)?.content)?;

        let mut inner = Reader::new(signed.content);
        let version = inner.expect(INTEGER);
        let inner_algorithm = inner.expect(SEQUENCE)?.whole;
        let issuer = Name::read(inner.expect(SEQUENCE)?.whole)?;
        let this_update = inner.next().and_then(time)?;
        let next_update = match next_time(&mut inner) {
            Some(element) => Some(time(element)?),
            None => None,
        };
        let entries = inner.enter(SEQUENCE).unwrap_or(Reader::new(&[]));
        let own = inner.expect(explicit(0)).map_or(Some(Vec::new()), |own| extensions(own.content))?;
        let is_sound = inner.is_empty()
            && inner_algorithm == outer_algorithm
            && (own.is_empty() || version.is_some_and(|version| version.content == [1]));
        let value = |oid: &ObjectIdentifier| value_of(&own, oid);
        let scope_der = value(&oids::ISSUING_DISTRIBUTION_POINT);
        let integer = |value: &'a [u8]| Reader::new(value).expect(INTEGER).map(|n| shortest(n.content));
        Some(Self {
            statement,
            digest: sha256(&statement.bytes),
            signed: signed.whole,
            algorithm,
            signature,
            issuer,
            this_update,
            next_update,
            scope: match scope_der {
                Some(value) => Some(Scope::read(value)?),
                None => None,
            },
            scope_der,
            number: value(&oids::CRL_NUMBER).and_then(integer),
            base: match value(&oids::DELTA_INDICATOR) {
                Some(value) => Some(integer(value)?),
                None => None,
            },
            keeps_expired_since: value(&oids::EXPIRED_CERTS_ON_CRL)
                .and_then(|value| Reader::new(value).expect(GENERALIZED_TIME))
                .and_then(time),
            unusable: unusable(&own, is_sound),
            entries,
            is_walked: Cell::new(false),
            index: OnceCell::new(),
        })
    }

    /// Looks a certificate up, by its issuer and serial number. An entry that nobody understands makes the whole list
    /// useless (RFC 5280 §5.3), so that all are looked at: once for a list that is asked once, which most are, and
    /// once more for an index where it is asked again.
    pub(in crate::pki) fn find(&self, issuer: &Name, serial: &[u8]) -> Lookup {
        if self.index.get().is_none() && !self.is_walked.replace(true) {
            let mut found = Lookup::Absent;
            let walked = self.walk(|entry, whose, _| {
                if entry.serial == serial && found == Lookup::Absent && self.is_of(issuer, whose) {
                    found = Lookup::Listed(entry.revocation());
                }
            });
            return match walked {
                Ok(()) => found,
                Err(cause) => {
                    let _first = self.index.set(Err(cause.clone()));
                    Lookup::Unreadable(cause)
                }
            };
        }
        match self.index.get_or_init(|| self.indexed()) {
            Ok(lines) => self.look(lines, issuer, serial),
            Err(cause) => Lookup::Unreadable(cause.clone()),
        }
    }

    /// Shows every entry, with whom the entries from there on are of, if not of the list's issuer.
    fn walk(&self, mut visit: impl FnMut(&Entry<'a>, Option<&'a [u8]>, Element<'a>)) -> Result<(), Told> {
        let mut entries = self.entries.clone();
        let mut whose = None;
        for element in entries.by_ref() {
            let entry = Entry::read(element).ok_or_else(unreadable)?;
            if let Some(oid) = entry.strange() {
                return Err(told!(
                    "danh sách thu hồi có phần mở rộng bắt buộc chưa được hỗ trợ {oid}",
                    "the revocation list has the critical entry extension {oid}, which is not known here",
                    oid = crate::pki::oid::dotted(oid)
                ));
            }
            if let Some(value) = value_of(&entry.extensions, &oids::CERTIFICATE_ISSUER) {
                names(value).ok_or_else(unreadable)?;
                whose = Some(value);
            }
            visit(&entry, whose, element);
        }
        if entries.is_empty() { Ok(()) } else { Err(unreadable()) }
    }

    fn indexed(&self) -> Result<Vec<Line>, Told> {
        let mut lines = Vec::new();
        self.walk(|entry, whose, element| {
            let line = self.place_of(element.whole).map(|place| Line {
                mark: mark(entry.serial),
                entry: place,
                whose: whose.and_then(|value| self.place_of(value)),
            });
            lines.extend(line);
        })?;
        // Stable: of entries with one serial number the first counts, as it does on a walk.
        lines.sort_by_key(|line| line.mark);
        Ok(lines)
    }

    /// Where a part of what is signed lies in it.
    fn place_of(&self, part: &[u8]) -> Option<Range<u32>> {
        let begin = part.as_ptr().addr().checked_sub(self.signed.as_ptr().addr())?;
        let end = u32::try_from(begin + part.len()).ok()?;
        Some(u32::try_from(begin).ok()?..end)
    }

    fn part(&self, place: &Range<u32>) -> Option<&'a [u8]> {
        self.signed.get(usize::try_from(place.start).ok()?..usize::try_from(place.end).ok()?)
    }

    fn look(&self, lines: &[Line], issuer: &Name, serial: &[u8]) -> Lookup {
        let mark = mark(serial);
        let from = lines.partition_point(|line| line.mark < mark);
        let alike = lines.iter().skip(from).take_while(|line| line.mark == mark);
        for line in alike {
            let entry = self.part(&line.entry).and_then(|part| Entry::read(Reader::new(part).next()?));
            let whose = line.whose.as_ref().map(|place| self.part(place).unwrap_or_default());
            if let Some(entry) = entry.filter(|entry| entry.serial == serial && self.is_of(issuer, whose)) {
                return Lookup::Listed(entry.revocation());
            }
        }
        Lookup::Absent
    }

    /// Whether entries are of that issuer.
    fn is_of(&self, issuer: &Name, whose: Option<&[u8]>) -> bool {
        match whose.map(names) {
            Some(named) => named.is_some_and(|names| names.contains(&General::Directory(issuer.clone()))),
            None => self.issuer == *issuer,
        }
    }

    /// How much work a look-up is, in steps.
    pub(in crate::pki) fn steps(&self) -> usize {
        1 + self.signed.len() / 65_536
    }
}

fn unreadable() -> Told {
    told!("không đọc được hết danh sách thu hồi", "the revocation list cannot be read to its end")
}

/// A number for a serial number, the same for the same.
fn mark(serial: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    serial.hash(&mut hasher);
    hasher.finish()
}

fn names(value: &[u8]) -> Option<Vec<General<'_>>> {
    sequence(value).and_then(|names| General::list(names, ISSUERS_MAX))
}

fn value_of<'a>(extensions: &[Extension<'a>], oid: &ObjectIdentifier) -> Option<&'a [u8]> {
    extensions.iter().find(|own| own.oid == oid.as_bytes()).map(|own| own.value)
}

/// A time, if the next element is one.
fn next_time<'a>(reader: &mut Reader<'a>) -> Option<Element<'a>> {
    reader.expect(UTC_TIME).or_else(|| reader.expect(GENERALIZED_TIME))
}

fn unusable(extensions: &[Extension<'_>], is_sound: bool) -> Option<Told> {
    if !is_sound {
        return Some(told!(
            "danh sách thu hồi sai cấu trúc",
            "the revocation list is not built as it must be"
        ));
    }
    let strange = extensions
        .iter()
        .find(|own| own.critical && !UNDERSTOOD.iter().any(|known| known.as_bytes() == own.oid))?;
    Some(told!(
        "danh sách thu hồi có phần mở rộng bắt buộc chưa được hỗ trợ {oid}",
        "the revocation list has the critical extension {oid}, which is not known here",
        oid = crate::pki::oid::dotted(strange.oid)
    ))
}

/// One entry.
struct Entry<'a> {
    serial: &'a [u8],
    at: DateTime<Utc>,
    extensions: Vec<Extension<'a>>,
}

impl<'a> Entry<'a> {
    fn read(element: Element<'a>) -> Option<Self> {
        let mut reader = Reader::new(element.content);
        let serial = shortest(reader.expect(INTEGER)?.content);
        let at = reader.next().and_then(time)?;
        let extensions = match reader.next() {
            Some(list) => extensions(list.whole)?,
            None => Vec::new(),
        };
        (element.tag == SEQUENCE && reader.is_empty()).then_some(Self { serial, at, extensions })
    }

    /// A critical extension that is not understood.
    fn strange(&self) -> Option<&'a [u8]> {
        let mut critical = self.extensions.iter().filter(|own| own.critical);
        critical
            .find(|own| !UNDERSTOOD_IN_ENTRIES.iter().any(|known| known.as_bytes() == own.oid))
            .map(|own| own.oid)
    }

    fn revocation(&self) -> Revocation {
        let code = value_of(&self.extensions, &oids::REASON_CODE)
            .and_then(|value| Reader::new(value).expect(ENUMERATED))
            .and_then(|code| code.content.first().copied());
        Revocation { at: self.at, reason: RevocationReason::of(code.unwrap_or(0)) }
    }
}
