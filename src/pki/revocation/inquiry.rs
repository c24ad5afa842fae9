//! One question about one certificate and all that hangs on it: the signers of lists and responses are certificates
//! too, and must be in order by the same rules.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::ControlFlow;

use chrono::{DateTime, Utc};
use der::asn1::ObjectIdentifier;

use crate::model::told::{Told, told};
use crate::pki::algorithm::Algorithm;
use crate::pki::claim::AlgorithmUse;
use crate::pki::der::{OID, Reader, implicit};
use crate::pki::evidence::{Evidence, Source, Statement, Wanted};
use crate::pki::key::PublicKey;
use crate::pki::path::PolicyInputs;
use crate::pki::path::build::{Route, Search};
use crate::pki::path::card::Card;
use crate::pki::path::general::sequence;
use crate::pki::path::name::Name;
use crate::pki::path::oids;
use crate::pki::path::purpose::Purpose;
use crate::pki::path::store::{Budget, Root, Store};
use crate::pki::path::validate::{Rule, validate};
use crate::pki::revocation::crl::List;
use crate::pki::revocation::observation::Hearing;
use crate::pki::revocation::request::certificate_id;
use crate::pki::revocation::response::{self, Basic};
use crate::pki::revocation::scope::Point;
use crate::pki::revocation::{Standing, lists, responses};
use crate::pki::scheme::Scheme;

/// The most lists, and responses, that are looked at.
const STATEMENTS_MAX: usize = 1024;
/// How deep the certificates of signers may hang on one another.
const DEPTH_MAX: usize = 6;
/// The most addresses that one certificate may send us to.
const ADDRESSES_MAX: usize = 8;

/// Lists and responses, read once.
#[derive(Debug, Default)]
pub(in crate::pki) struct Statements<'a> {
    lists: Vec<List<'a>>,
    by_issuer: HashMap<Name, Vec<usize>>,
    /// Responses, in their order.
    pub(in crate::pki) responses: Vec<Result<Basic<'a>, Told>>,
    /// Whether there were more than are looked at.
    pub(in crate::pki) is_overfull: bool,
}

impl<'a> Statements<'a> {
    /// Reads what can be read.
    pub(in crate::pki) fn new(evidence: &'a Evidence) -> Self {
        let is_overfull = evidence.crls.len() > STATEMENTS_MAX || evidence.ocsps.len() > STATEMENTS_MAX;
        let mut statements = Self { is_overfull, ..Self::default() };
        for list in fetched_first(&evidence.crls).filter_map(List::read) {
            statements.by_issuer.entry(list.issuer.clone()).or_default().push(statements.lists.len());
            statements.lists.push(list);
        }
        statements.responses = fetched_first(&evidence.ocsps).map(response::read).collect();
        statements
    }

    /// What it costs to look something up in every list.
    pub(in crate::pki) fn steps(&self) -> usize {
        self.lists.iter().map(List::steps).sum()
    }

    /// Lists of an issuer.
    pub(in crate::pki) fn lists_of(&self, issuer: &Name) -> impl Iterator<Item = &List<'a>> {
        self.by_issuer.get(issuer).into_iter().flatten().filter_map(|place| self.lists.get(*place))
    }
}

/// What we fetched ourselves must not drown in what a file carries.
fn fetched_first(statements: &[Statement]) -> impl Iterator<Item = &Statement> {
    let is_fetched = |statement: &&Statement| statement.source != Source::Embedded;
    let fetched = statements.iter().filter(is_fetched);
    fetched.chain(statements.iter().filter(move |statement| !is_fetched(statement))).take(STATEMENTS_MAX)
}

/// A certificate on a route, and the time in question.
#[derive(Clone, Copy, Debug)]
pub(in crate::pki) struct Subject<'r, 's> {
    /// The route.
    pub(in crate::pki) route: &'r Route<'s>,
    /// Where on it.
    pub(in crate::pki) place: usize,
    /// The time.
    pub(in crate::pki) at: DateTime<Utc>,
}

impl<'s> Subject<'_, 's> {
    /// The certificate.
    pub(in crate::pki) fn card(&self) -> Option<&'s Card<'s>> {
        self.route.cards.get(self.place).copied()
    }
}

/// The work on one question.
pub(in crate::pki) struct Inquiry<'s, 'b> {
    /// Certificates and anchors.
    pub(in crate::pki) store: &'s Store<'s>,
    /// Lists and responses.
    pub(in crate::pki) statements: &'s Statements<'s>,
    /// What may still be done.
    pub(in crate::pki) budget: &'b Budget,
    /// Now.
    pub(in crate::pki) now: DateTime<Utc>,
    /// Whether what was fetched can say that a certificate is good.
    fetched_counts: bool,
    /// Certificates whose standing is being found out: it may hang on their own, and then adds nothing.
    open: RefCell<Vec<[u8; 32]>>,
    wanted: RefCell<Vec<Wanted>>,
    algorithms: RefCell<Vec<AlgorithmUse>>,
}

impl<'s, 'b> Inquiry<'s, 'b> {
    /// Nothing is asked yet.
    pub(in crate::pki) const fn new(
        store: &'s Store<'s>,
        statements: &'s Statements<'s>,
        budget: &'b Budget,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            store,
            statements,
            budget,
            now,
            fetched_counts: true,
            open: RefCell::new(Vec::new()),
            wanted: RefCell::new(Vec::new()),
            algorithms: RefCell::new(Vec::new()),
        }
    }

    /// Says whether what was fetched can tell that a certificate is good, or only that one was revoked.
    #[must_use]
    pub(in crate::pki) fn counting_fetched(mut self, counts: bool) -> Self {
        self.fetched_counts = counts;
        self
    }

    /// What could be fetched to know more, and what the signatures of lists and responses rest on.
    pub(in crate::pki) fn into_gathered(self) -> (Vec<Wanted>, Vec<AlgorithmUse>) {
        (self.wanted.into_inner(), self.algorithms.into_inner())
    }

    /// How a certificate of a route stands.
    pub(in crate::pki) fn standing(&self, subject: Subject<'_, 's>) -> Standing {
        let Some(card) = subject.card() else { return Standing::NotAsked };
        if subject.route.is_root {
            return Standing::Anchor;
        }
        if is_never_revoked(card) {
            return Standing::NotNeeded;
        }
        let mut hearing = Hearing::default();
        self.open.borrow_mut().push(card.digest);
        responses::hear(self, subject, &mut hearing);
        lists::hear(self, subject, &mut hearing);
        self.open.borrow_mut().pop();
        if !self.fetched_counts {
            hearing.observations.retain(|told| told.is_listed() || told.source == Source::Embedded);
        }
        let standing = hearing.conclude();
        if matches!(standing, Standing::Unknown { .. }) {
            self.want_statements(subject, card);
        }
        standing
    }

    /// Whether the signer of a list or response is in order: it leads to the anchor, may do this, and is not revoked.
    pub(in crate::pki) fn vouch(
        &self,
        card: &'s Card<'s>,
        at: DateTime<Utc>,
        purpose: Purpose,
        root: &Root<'s>,
    ) -> Result<(), Told> {
        if self.open.borrow().contains(&card.digest) {
            return Ok(());
        }
        if self.open.borrow().len() >= DEPTH_MAX {
            return Err(told!(
                "chuỗi xác nhận thu hồi quá sâu",
                "those who tell of revocations hang on one another too deeply"
            ));
        }
        let mut outcome = Err(told!(
            "nơi ký thông tin thu hồi \"{name}\" không dẫn tới cùng chứng thư gốc",
            "the signer of the revocation information, \"{name}\", does not lead to the same root",
            name = card.shown()
        ));
        let _dead_ends = Search::run(self.store, self.budget, at, card, &mut |route| {
            if route.root.key_digest != root.key_digest || route.root.name != root.name {
                return ControlFlow::Continue(());
            }
            outcome = self.vouch_on(route, at, purpose);
            if outcome.is_ok() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        outcome
    }

    fn vouch_on(&self, route: &Route<'s>, at: DateTime<Utc>, purpose: Purpose) -> Result<(), Told> {
        let policies = PolicyInputs::default();
        let findings = validate(self.store, route, Rule { at, purpose, policies: &policies });
        if let Some(fault) = findings.faults.into_iter().next() {
            return Err(fault.flaw.told);
        }
        for (place, card) in route.cards.iter().enumerate() {
            if !self.open.borrow().contains(&card.digest) {
                in_order(&self.standing(Subject { route, place, at }), card, at)?;
            }
        }
        Ok(())
    }

    /// Whether a responder that its issuer appointed is not revoked. One that vouches for itself adds nothing.
    pub(in crate::pki) fn delegate_in_order(&self, subject: Subject<'_, 's>) -> Result<(), Told> {
        let Some(card) = subject.card() else { return Err(Told::nothing()) };
        let depth = self.open.borrow().len();
        if self.open.borrow().contains(&card.digest) || depth >= DEPTH_MAX {
            return Err(told!(
                "máy chủ OCSP tự xác nhận cho chính mình",
                "the OCSP responder only vouches for itself"
            ));
        }
        in_order(&self.standing(subject), card, subject.at)
    }

    /// Notes what the signature of a statement that counts rests on.
    pub(in crate::pki) fn note(&self, algorithm: Algorithm<'_>, key: &PublicKey<'_>) {
        let noted = Scheme::of(algorithm, None).usage(key);
        let mut algorithms = self.algorithms.borrow_mut();
        if !algorithms.contains(&noted) {
            algorithms.push(noted);
        }
    }

    /// Notes where the issuer of a certificate may be fetched.
    pub(in crate::pki) fn want_issuer(&self, card: &Card<'_>) {
        for url in access(card, &oids::AD_CA_ISSUERS) {
            self.want(Wanted::Certificate { url });
        }
    }

    fn want_statements(&self, subject: Subject<'_, 's>, card: &'s Card<'s>) {
        let id = certificate_id(card, &subject.route.issuer(subject.place));
        for url in access(card, &oids::AD_OCSP) {
            self.want(Wanted::Ocsp { url, certificate: id.clone() });
        }
        let points = [Point::of(card), Point::of_changes(card)].concat();
        for url in points.iter().flat_map(Point::addresses).filter(|url| is_web(url)).take(ADDRESSES_MAX) {
            self.want(Wanted::Crl { url: url.to_owned() });
        }
    }

    fn want(&self, wanted: Wanted) {
        let mut list = self.wanted.borrow_mut();
        if !list.contains(&wanted) {
            list.push(wanted);
        }
    }
}

/// Whether a standing holds at a time.
fn in_order(standing: &Standing, card: &Card<'_>, at: DateTime<Utc>) -> Result<(), Told> {
    let name = card.shown();
    match standing {
        Standing::Anchor | Standing::Good { .. } | Standing::NotNeeded => Ok(()),
        Standing::Revoked { revocation, .. } if revocation.at > at => Ok(()),
        Standing::Revoked { revocation, .. } => {
            let since = revocation.at;
            Err(told!(
                "chứng thư của \"{name}\" bị thu hồi từ {since}",
                "the certificate of \"{name}\" is revoked since {since}"
            ))
        }
        Standing::Unknown { .. } | Standing::NotAsked => Err(told!(
            "không rõ tình trạng thu hồi của \"{name}\"",
            "whether the certificate of \"{name}\" was revoked is not known"
        )),
    }
}

/// Certificates that say of themselves that nobody tells of their revocation.
fn is_never_revoked(card: &Card<'_>) -> bool {
    let says = |oid: &ObjectIdentifier| card.find(oid).is_some();
    let names_responses =
        || card.extended_key_usage().is_some_and(|usage| usage.contains(&oids::OCSP_SIGNING.as_bytes()));
    let is_authority = card.authority().is_some();
    !is_authority
        && (says(&oids::SHORT_TERM)
            || says(&oids::NO_REVOCATION_AVAILABLE)
            || says(&oids::OCSP_NOCHECK) && names_responses())
}

/// Addresses on the web at which the issuer is reached in one way.
fn access(card: &Card<'_>, way: &ObjectIdentifier) -> Vec<String> {
    let list = card.extension(&oids::AUTHORITY_INFO_ACCESS).and_then(sequence).into_iter().flatten();
    let addresses = list.filter_map(|element| {
        let mut access = Reader::new(element.content);
        let is_way = access.expect(OID)?.content == way.as_bytes();
        let url = std::str::from_utf8(access.expect(implicit(6))?.content).ok()?;
        (is_way && is_web(url)).then(|| url.to_owned())
    });
    addresses.take(ADDRESSES_MAX).collect()
}

fn is_web(url: &str) -> bool {
    let begins = |scheme: &str| url.get(..scheme.len()).is_some_and(|own| own.eq_ignore_ascii_case(scheme));
    begins("http://") || begins("https://")
}
