//! What many portals depend on: how each dependency stands, and which failure is its fault. Pure.
//!
//! A dependency stands as the portal that is watched in its stead. While it is down, a portal that depends on it and
//! fails in what it answers is not to blame: the run keeps its status and gets the reason `dependency`. So does a run
//! that was sent on to the dependency's own address and could not resolve, reach or trust that. The same at the portal's
//! own door stays its own, since no sign-on or payment can bring that about; where a dependency can (a shared data centre,
//! name servers, a front), the operator says so in `breaks`.

use std::collections::{BTreeMap, HashMap};

use schemars::JsonSchema;
use serde::Deserialize;
use url::Url;

use crate::model::finding::Finding;
use crate::model::id::{Name, ProbeId};
use crate::model::reason::{Owner, Reason};
use crate::model::result::ProbeResult;
use crate::model::status::Status;
use crate::model::told::told;
use crate::probe::spec::Portal;

/// Authority and portal.
pub type PortalId = (Name, Name);

/// Host and port.
type Door = (String, u16);

/// What a dependency that is down breaks at the door of those that depend on it, in the words of `breaks`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Breakage {
    /// Their names no longer lead to an address.
    Resolve,
    /// Their hosts no longer take connections.
    Connect,
    /// Their TLS fails or cannot be trusted.
    Tls,
}

/// A dependency as the operator describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// Its name in `depends_on` and in labels.
    pub id: Name,
    /// The portal that is watched in its stead.
    pub watched_by: Option<PortalId>,
    /// What it breaks at others' doors while it is down.
    pub breaks: Vec<Breakage>,
}

/// All dependencies of a configuration, and how they stand.
#[derive(Debug, Default)]
pub struct Dependencies {
    /// How the probes of each dependency are shown.
    standing: BTreeMap<Name, BTreeMap<ProbeId, Status>>,
    /// Dependencies by the portal that is watched in their stead.
    watched: HashMap<PortalId, Vec<Name>>,
    /// Host and port of the portal that is watched in a dependency's stead.
    doors: HashMap<Name, Door>,
    /// What a dependency breaks at the doors of those that depend on it.
    breaks: HashMap<Name, Vec<Breakage>>,
    /// Dependencies by the portal that needs them.
    needed: HashMap<PortalId, Vec<Name>>,
}

impl Dependencies {
    /// Nothing is known yet of how they stand.
    #[must_use]
    pub fn new(all: &[Described], portals: &[Portal]) -> Self {
        let mut made = Self::default();
        for Described { id, watched_by, breaks } in all {
            made.standing.insert(id.clone(), BTreeMap::new());
            made.breaks.insert(id.clone(), breaks.clone());
            let stand_in = |portal: &&Portal| {
                watched_by.as_ref().is_some_and(|by| (&by.0, &by.1) == (&portal.authority, &portal.portal))
            };
            let door = portals.iter().find(stand_in).and_then(|portal| door(portal.url.as_ref()?));
            made.doors.extend(door.map(|door| (id.clone(), door)));
            if let Some(portal) = watched_by {
                made.watched.entry(portal.clone()).or_default().push(id.clone());
            }
        }
        let needs = portals.iter().filter(|portal| !portal.depends_on.is_empty());
        made.needed = needs
            .map(|portal| ((portal.authority.clone(), portal.portal.clone()), portal.depends_on.clone()))
            .collect();
        made
    }

    /// Goes on with what was known before a reload, for dependencies and probes that are still there.
    #[must_use]
    pub fn after(mut self, before: &Self, probes: impl Fn(&ProbeId) -> bool) -> Self {
        for (id, standing) in &mut self.standing {
            let known = before.standing.get(id).into_iter().flatten();
            standing.extend(
                known.filter(|(probe, _)| probes(probe)).map(|(probe, status)| (probe.clone(), *status)),
            );
        }
        self
    }

    /// Takes in how a probe is shown from now on. Answers whether a dependency may stand otherwise now.
    pub fn take(&mut self, probe: &ProbeId, shown: Status) -> bool {
        if self.watched.is_empty() {
            return false;
        }
        let Some(ids) = self.watched.get(&(probe.authority.clone(), probe.portal.clone())) else {
            return false;
        };
        let mut changed = false;
        for id in ids {
            if let Some(standing) = self.standing.get_mut(id) {
                changed |= standing.insert(probe.clone(), shown) != Some(shown);
            }
        }
        changed
    }

    /// How each dependency stands: as badly as the worst of its probes that can tell, unknown where none can. With it
    /// comes the portal that is watched in its stead.
    pub fn all(&self) -> impl Iterator<Item = (&Name, Status, Option<&PortalId>)> {
        self.standing.iter().map(|(id, probes)| {
            let watched = self.watched.iter().find(|(_, ids)| ids.contains(id)).map(|(portal, _)| portal);
            (id, worst(probes.values().copied()), watched)
        })
    }

    /// The dependency whose fault a run is, if it is one's.
    #[must_use]
    pub fn to_blame(&self, result: &ProbeResult) -> Option<&Name> {
        if self.needed.is_empty() {
            return None;
        }
        let reason = result.reason().filter(|reason| reason.owner() == Owner::Portal)?;
        let portal = (result.id.authority.clone(), result.id.portal.clone());
        let needed = self.needed.get(&portal)?.iter();
        let mut down = needed.filter(|id| self.is_down(id));
        if can_be_brought_about(reason) {
            return down.next();
        }
        let (sent_on_to, breakage) = (sent_on_to(result), breakage(reason));
        down.find(|id| {
            let at_its_door = sent_on_to.is_some() && self.doors.get(*id) == sent_on_to.as_ref();
            at_its_door
                || breakage.is_some_and(|one| self.breaks.get(*id).is_some_and(|all| all.contains(&one)))
        })
    }

    fn is_down(&self, id: &Name) -> bool {
        self.standing.get(id).is_some_and(|probes| worst(probes.values().copied()) == Status::Down)
    }
}

fn door(url: &Url) -> Option<Door> {
    Some((url.host_str()?.to_owned(), url.port_or_known_default()?))
}

/// Where a run ended that was sent on by a redirect.
fn sent_on_to(result: &ProbeResult) -> Option<Door> {
    let http = result.facts.http.as_ref().filter(|http| http.redirects > 0)?;
    door(&Url::parse(&http.final_url).ok()?)
}

/// Hands a run's failure to the dependency that brought it about; the status and what was found stay.
pub fn attribute(result: &mut ProbeResult, dependency: &Name) {
    result.assessment.reason = Some(Reason::Dependency);
    result.assessment.findings.push(Finding::failed(
        "dependency",
        Reason::Dependency,
        told!("{dependency} hoạt động", "{dependency} at work"),
        told!("{dependency} đang gián đoạn", "{dependency} is down"),
    ));
}

fn worst(all: impl Iterator<Item = Status>) -> Status {
    let rank = |status: &Status| match status {
        Status::Unknown => 0,
        Status::Up => 1,
        Status::Degraded => 2,
        Status::Down => 3,
    };
    all.max_by_key(rank).unwrap_or(Status::Unknown)
}

/// Whether something behind a portal can make it fail so: by what it answers, or by not answering in time.
const fn can_be_brought_about(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::TimeoutHeaders
            | Reason::TimeoutBody
            | Reason::MalformedResponse
            | Reason::Truncated
            | Reason::Status
            | Reason::BadRedirect
            | Reason::RedirectLoop
            | Reason::TooManyRedirects
            | Reason::WrongFinalHost
            | Reason::ContentMissing
            | Reason::ContentForbidden
            | Reason::MalformedContent
            | Reason::TooSmall
            | Reason::MaintenancePage
            | Reason::Soft404
            | Reason::LoginLoop
            | Reason::Slow
    )
}

/// What is broken at a door where a run failed so; `None` for what is no matter of the door. An answer that differs from
/// what was expected (`dns_mismatch`) is the portal's own choice.
const fn breakage(reason: Reason) -> Option<Breakage> {
    match reason {
        Reason::DnsNxdomain
        | Reason::DnsServfail
        | Reason::DnsRefused
        | Reason::DnsNoAddress
        | Reason::DnsTimeout
        | Reason::DnssecBogus => Some(Breakage::Resolve),
        Reason::ConnectRefused
        | Reason::ConnectTimeout
        | Reason::ConnectionReset
        | Reason::ConnectionClosed => Some(Breakage::Connect),
        Reason::TlsHandshake
        | Reason::TlsVersion
        | Reason::TlsUntrusted
        | Reason::TlsIncompleteChain
        | Reason::TlsRevoked
        | Reason::TlsExpired
        | Reason::TlsNotYetValid
        | Reason::TlsWrongHost
        | Reason::TlsClientCert
        | Reason::TimeoutTls => Some(Breakage::Tls),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::facts::{Facts, HttpFacts};
    use crate::model::finding::Assessment;
    use crate::model::id::RunId;
    use crate::model::phase::Phases;
    use crate::model::timeline::Timeline;
    use std::time::Duration;

    fn name(text: &str) -> Name {
        Name::try_from(text.to_owned()).unwrap()
    }

    fn probe(authority: &str, portal: &str) -> ProbeId {
        ProbeId { authority: name(authority), portal: name(portal), probe: name("trang-chu") }
    }

    fn portal(needs: &[&str]) -> Portal {
        let called = crate::probe::spec::Names::default();
        Portal {
            authority: name("bo-vd"),
            portal: name("dvc"),
            authority_name: called.clone(),
            portal_name: called,
            url: None,
            objectives: BTreeMap::new(),
            depends_on: needs.iter().map(|id| name(id)).collect(),
        }
    }

    fn house() -> Dependencies {
        house_where_sso_breaks(&[])
    }

    fn house_where_sso_breaks(breaks: &[Breakage]) -> Dependencies {
        let sso = Some((name("dung-chung"), name("sso")));
        let all = [
            Described { id: name("sso"), watched_by: sso, breaks: breaks.to_vec() },
            Described { id: name("ky-so"), watched_by: None, breaks: Vec::new() },
        ];
        let url = Url::parse("https://sso.example/").ok();
        let sso = Portal { authority: name("dung-chung"), portal: name("sso"), url, ..portal(&[]) };
        Dependencies::new(&all, &[portal(&["ky-so", "sso"]), sso])
    }

    fn failed(reason: Reason) -> ProbeResult {
        ProbeResult {
            id: probe("bo-vd", "dvc"),
            kind: "http",
            target: "https://dvc.bo-vd.example/".to_owned(),
            run_id: RunId::new(1),
            started_at: chrono::DateTime::UNIX_EPOCH,
            duration: Duration::ZERO,
            phases: Phases::default(),
            assessment: Assessment::of(vec![Finding::failed("status", reason, "", "")]),
            facts: Facts::default(),
            timeline: Timeline::default(),
        }
    }

    #[test]
    fn a_dependency_stands_as_the_portal_that_is_watched_in_its_stead() {
        let mut house = house();
        assert!(house.all().all(|(_, status, _)| status == Status::Unknown));
        assert!(house.take(&probe("dung-chung", "sso"), Status::Down));
        assert!(!house.take(&probe("dung-chung", "sso"), Status::Down));
        assert!(!house.take(&probe("bo-vd", "dvc"), Status::Down));
        let standing: Vec<_> = house.all().map(|(id, status, _)| (id.as_str(), status)).collect();
        assert_eq!(standing, [("ky-so", Status::Unknown), ("sso", Status::Down)]);
    }

    #[test]
    fn a_failure_that_a_dependency_can_bring_about_is_its_fault_while_it_is_down() {
        let mut house = house();
        let mut run = failed(Reason::Status);
        assert_eq!(house.to_blame(&run), None);
        house.take(&probe("dung-chung", "sso"), Status::Down);
        let guilty = house.to_blame(&run).unwrap().clone();
        attribute(&mut run, &guilty);
        assert_eq!((run.status(), run.reason()), (Status::Down, Some(Reason::Dependency)));
        house.take(&probe("dung-chung", "sso"), Status::Up);
        assert_eq!(house.to_blame(&failed(Reason::Status)), None);
    }

    #[test]
    fn a_portals_own_door_is_its_own_fault() {
        let mut house = house();
        house.take(&probe("dung-chung", "sso"), Status::Down);
        for reason in [Reason::DnsNxdomain, Reason::ConnectRefused, Reason::TlsExpired, Reason::Blocked] {
            assert_eq!(house.to_blame(&failed(reason)), None, "{reason}");
        }
    }

    #[test]
    fn a_dependencys_own_door_is_its_fault_for_whoever_is_sent_there() {
        let mut house = house();
        let sent_on = |reason, final_url: &str| {
            let mut run = failed(reason);
            let final_url = final_url.to_owned();
            run.facts.http = Some(HttpFacts { redirects: 1, final_url, ..HttpFacts::default() });
            run
        };
        let reasons = [Reason::DnsServfail, Reason::ConnectRefused, Reason::TlsUntrusted, Reason::TimeoutTls];
        for reason in reasons {
            assert_eq!(
                house.to_blame(&sent_on(reason, "https://sso.example/login?next=…")),
                None,
                "{reason}"
            );
        }
        house.take(&probe("dung-chung", "sso"), Status::Down);
        for reason in reasons {
            let blamed = |url: &str| house.to_blame(&sent_on(reason, url)).map(Name::as_str);
            assert_eq!(blamed("https://sso.example/login?next=…"), Some("sso"), "{reason}");
            assert_eq!(blamed("https://sso.example:444/login"), None, "{reason}: another door");
            assert_eq!(blamed("https://dvc.bo-vd.example/"), None, "{reason}: sent to itself");
        }
        let mut not_sent = sent_on(Reason::ConnectRefused, "https://sso.example/");
        not_sent.facts.http.as_mut().unwrap().redirects = 0;
        assert_eq!(house.to_blame(&not_sent), None);
    }

    #[test]
    fn what_a_dependency_is_said_to_break_at_others_doors_is_its_fault_while_it_is_down() {
        use Breakage::{Connect, Resolve, Tls};
        let doors = [
            (Reason::DnsServfail, Some(Resolve)),
            (Reason::DnsMismatch, None),
            (Reason::ConnectTimeout, Some(Connect)),
            (Reason::TlsHandshake, Some(Tls)),
            (Reason::TlsExpiresSoon, None),
            (Reason::Blocked, None),
        ];
        for broken in [Resolve, Connect, Tls] {
            let mut house = house_where_sso_breaks(&[broken]);
            for (reason, breakage) in doors {
                let run = failed(reason);
                assert_eq!(house.to_blame(&run), None, "{reason}: nothing is down");
                house.take(&probe("dung-chung", "sso"), Status::Down);
                assert_eq!(house.to_blame(&run).is_some(), breakage == Some(broken), "{reason} {broken:?}");
                house.take(&probe("dung-chung", "sso"), Status::Up);
            }
        }
    }

    #[test]
    fn a_reload_forgets_nothing_of_what_is_still_there() {
        let mut before = house();
        before.take(&probe("dung-chung", "sso"), Status::Down);
        let after = house().after(&before, |_| true);
        assert!(after.all().any(|(id, status, _)| id.as_str() == "sso" && status == Status::Down));
        let after = house().after(&before, |_| false);
        assert!(after.all().all(|(_, status, _)| status == Status::Unknown));
    }
}
