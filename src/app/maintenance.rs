//! Announced maintenance while the monitor runs: which portals have it now, which runs fall into it, what comes next.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use crate::config::maintenance::Announced;
use crate::model::finding::Finding;
use crate::model::id::Name;
use crate::model::reason::Reason;
use crate::model::status::Status;
use crate::model::told::told;
use crate::schedule::engine::Finished;
use crate::slo::interval::{Interval, union};
use crate::slo::maintenance::Times;
use crate::web::notices::Maintenance;

/// Windows are worked out so far around now, and again long before that has passed.
const AROUND: TimeDelta = TimeDelta::days(3);
const RENEWED: TimeDelta = TimeDelta::days(1);
/// How far ahead the next one of windows that come again is looked for: a fifth Saturday can be four months away.
const AHEAD: TimeDelta = TimeDelta::days(150);

/// Authority and portal.
type PortalId = (Name, Name);

/// All that is announced.
#[derive(Debug, Default)]
pub struct Agenda {
    all: Vec<Announced>,
    /// Around which moment windows are worked out.
    around: Option<DateTime<Utc>>,
    windows: BTreeMap<PortalId, Vec<Interval>>,
    under_way: BTreeSet<PortalId>,
}

impl Agenda {
    /// Nothing is worked out yet.
    #[must_use]
    pub fn new(all: Vec<Announced>) -> Self {
        Self { all, ..Self::default() }
    }

    /// Looks at the clock. Answers whether a window has begun or ended since.
    pub fn look(&mut self, now: DateTime<Utc>) -> bool {
        let renewed = self.around.is_none_or(|around| (now - around).abs() > RENEWED);
        if renewed {
            self.work_out(now);
        }
        let on = |windows: &Vec<Interval>| windows.iter().any(|one| one.from <= now && now < one.until);
        let under_way: BTreeSet<PortalId> =
            self.windows.iter().filter(|(_, windows)| on(windows)).map(|(id, _)| id.clone()).collect();
        let changed = under_way != self.under_way;
        self.under_way = under_way;
        renewed || changed
    }

    fn work_out(&mut self, now: DateTime<Utc>) {
        let mut windows: BTreeMap<PortalId, Vec<Interval>> = BTreeMap::new();
        if let Some(stretch) = Interval::new(now - AROUND, now + AROUND) {
            for one in &self.all {
                windows.entry(one.portal.clone()).or_default().extend(one.times.within(&stretch));
            }
        }
        self.windows = windows.into_iter().map(|(id, all)| (id, union(all))).collect();
        self.around = Some(now);
    }

    /// Whether a portal has maintenance now.
    #[must_use]
    pub fn is_under_way(&self, portal: &PortalId) -> bool {
        self.under_way.contains(portal)
    }

    /// The window under way or the next one of each announcement, first come first.
    #[must_use]
    pub fn next(&self, now: DateTime<Utc>) -> Vec<(&Announced, Interval)> {
        let mut next: Vec<(&Announced, Interval)> =
            self.all.iter().filter_map(|one| Some((one, next_of(&one.times, now)?))).collect();
        next.sort_by_key(|(_, window)| *window);
        next
    }

    /// The same for the status page.
    #[must_use]
    pub fn notices(&self, now: DateTime<Utc>) -> Vec<Maintenance> {
        let notice = |(one, window): (&Announced, Interval)| Maintenance {
            portal: one.portal.clone(),
            what: one.what.clone(),
            begins: window.from,
            ends: window.until,
        };
        self.next(now).into_iter().map(notice).collect()
    }

    /// A run that failed while a window was on says nothing of the portal, and is no news. Answers whether it was so.
    pub fn excuse(&self, run: &mut Finished) -> bool {
        let result = &run.result;
        let portal = (result.id.authority.clone(), result.id.portal.clone());
        let Some(windows) = self.windows.get(&portal) else { return false };
        let lasted = TimeDelta::from_std(result.duration).unwrap_or_default();
        let ended = result.started_at + lasted;
        let meets = |window: &&Interval| result.started_at < window.until && window.from <= ended;
        let Some(window) = windows.iter().find(meets) else { return false };
        let excused = result.status() == Status::Down;
        if excused {
            let assessment = &mut run.result.assessment;
            assessment.status = Reason::Maintenance.status();
            assessment.reason = Some(Reason::Maintenance);
            assessment.findings.push(of_window(window));
        }
        if run.confirmed.status == Status::Down {
            run.confirmed.status = Reason::Maintenance.status();
            run.confirmed.reason = Some(Reason::Maintenance);
        }
        excused
    }
}

/// Beside what was found, so that whoever looks at the run sees both.
fn of_window(window: &Interval) -> Finding {
    let moment = |at: DateTime<Utc>| at.with_timezone(&crate::slo::calendar::zone()).format("%Y-%m-%d %H:%M");
    let (from, until) = (moment(window.from), moment(window.until));
    Finding::failed(
        "maintenance",
        Reason::Maintenance,
        told!("không có bảo trì đã thông báo", "no announced maintenance"),
        told!("bảo trì đã thông báo từ {from} đến {until}", "maintenance announced from {from} to {until}"),
    )
}

fn next_of(times: &Times, now: DateTime<Utc>) -> Option<Interval> {
    match times {
        Times::Once(window) => (now < window.until).then_some(*window),
        Times::Repeated(_) => times.within(&Interval::new(now, now + AHEAD)?).first().copied(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::facts::Facts;
    use crate::model::finding::Assessment;
    use crate::model::id::{ProbeId, RunId};
    use crate::model::phase::Phases;
    use crate::model::result::ProbeResult;
    use crate::model::timeline::Timeline;
    use crate::probe::spec::Names;
    use crate::schedule::confirm::Confirmed;

    fn name(text: &str) -> Name {
        Name::try_from(text.to_owned()).unwrap()
    }

    fn at(text: &str) -> DateTime<Utc> {
        format!("2026-11-28T{text}:00+07:00").parse().unwrap()
    }

    fn agenda() -> Agenda {
        let times = Times::Once(Interval::new(at("22:00"), at("23:00")).unwrap());
        let what = Names::default();
        Agenda::new(vec![Announced { portal: (name("bo-vd"), name("dvc")), what, times }])
    }

    fn run(started_at: DateTime<Utc>, reason: Reason) -> Finished {
        let assessment = Assessment::of(vec![Finding::failed("status", reason, "", "")]);
        let confirmed = Confirmed { status: assessment.status, reason: assessment.reason };
        let result = ProbeResult {
            id: ProbeId { authority: name("bo-vd"), portal: name("dvc"), probe: name("trang-chu") },
            kind: "http",
            target: "https://dvc.bo-vd.example/".to_owned(),
            run_id: RunId::new(1),
            started_at,
            duration: Duration::from_secs(10),
            phases: Phases::default(),
            assessment,
            facts: Facts::default(),
            timeline: Timeline::default(),
        };
        Finished { result, confirmed, lateness: None }
    }

    #[test]
    fn a_run_that_fails_in_an_announced_window_is_nobodys_fault_and_neither_before_nor_after() {
        let mut agenda = agenda();
        assert!(agenda.look(at("21:00")) && !agenda.look(at("21:59")));
        for (moment, excused) in [("21:59", false), ("22:00", true), ("22:59", true), ("23:00", false)] {
            let mut run = run(at(moment), Reason::MaintenancePage);
            assert_eq!(agenda.excuse(&mut run), excused, "{moment}");
            let wanted = if excused {
                (Status::Unknown, Some(Reason::Maintenance))
            } else {
                (Status::Down, Some(Reason::MaintenancePage))
            };
            assert_eq!((run.result.status(), run.result.reason()), wanted, "{moment}");
            assert_eq!((run.confirmed.status, run.confirmed.reason), wanted, "{moment}");
        }
        let mut over_the_beginning = run(at("22:00") - TimeDelta::seconds(5), Reason::ConnectTimeout);
        assert!(agenda.excuse(&mut over_the_beginning), "it ended within the window");
        let mut slow = run(at("22:30"), Reason::Slow);
        assert!(!agenda.excuse(&mut slow) && slow.result.status() == Status::Degraded);
    }

    #[test]
    fn a_window_begins_and_ends_and_is_told_until_it_is_over() {
        let (mut agenda, portal) = (agenda(), (name("bo-vd"), name("dvc")));
        agenda.look(at("21:00"));
        assert!(!agenda.is_under_way(&portal) && agenda.notices(at("21:00")).len() == 1);
        assert!(agenda.look(at("22:00")) && agenda.is_under_way(&portal));
        assert!(!agenda.look(at("22:30")));
        assert!(agenda.look(at("23:00")) && !agenda.is_under_way(&portal));
        assert!(agenda.notices(at("23:00")).is_empty());
        assert!(agenda.look(at("22:30")) && agenda.is_under_way(&portal), "the clock was set back");
    }
}
