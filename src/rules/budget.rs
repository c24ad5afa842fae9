//! The rules of one promise: how fast its error budget is spent at each location, and when that deserves an alert.

use std::time::Duration;

use crate::metrics::catalogue as c;
use crate::model::id::Name;
use crate::model::text::Text;
use crate::rules::file::{Alert, Group, Record, Rule};
use crate::rules::query::{indented, quorum, select, series, unannounced};
use crate::rules::{Settings, Severity, Words};
use crate::slo::burn::{EVENTS_MIN, FAILURES_MIN, Pair, Urgency, fitted};

/// Up to this length a window is judged often; longer ones change slowly and cost more to read.
const READ_OFTEN: Duration = Duration::from_secs(6 * 3600);
const OFTEN: Duration = Duration::from_secs(30);
const SELDOM: Duration = Duration::from_secs(5 * 60);
const BY: &str = "authority, portal, location";
const DASHBOARD: &str = "/d/emc-slo-vi?var-authority={{ $labels.authority }}&var-portal={{ $labels.portal }}";

/// What a share is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Indicator {
    /// Runs that found the portal at work.
    Availability,
    /// Runs that ended within a bucket of the duration histogram; its bound as in the label `le`.
    Within(String),
}

/// What is promised of a portal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// The portal; `None` for every portal that has such an objective.
    pub portal: Option<(Name, Name)>,
    /// The objective's name, as in the label `slo`.
    pub slo: String,
    /// What it is about.
    pub indicator: Indicator,
    /// The mean time between two runs that count.
    pub gap: Duration,
}

impl Promise {
    /// Availability of whatever portal has such an objective, with probes that run about once a minute.
    #[must_use]
    pub fn of_any_portal() -> Self {
        let slo = "availability".to_owned();
        Self { portal: None, slo, indicator: Indicator::Availability, gap: Duration::from_secs(60) }
    }

    /// Matchers of the portal.
    fn of_portal(&self) -> String {
        self.portal.as_ref().map_or_else(String::new, |(authority, portal)| {
            format!("authority=\"{authority}\",portal=\"{portal}\"")
        })
    }

    fn of_slo(&self) -> String {
        format!("slo=\"{}\"", self.slo)
    }

    /// Labels that tell this promise's rules from those of others.
    fn labels(&self) -> Vec<(&'static str, String)> {
        let portal = self.portal.iter().flat_map(|(authority, portal)| {
            [("authority", authority.to_string()), ("portal", portal.to_string())]
        });
        portal.chain([("slo", self.slo.clone())]).collect()
    }

    /// Growth of a counter over a window, per location.
    fn growth(&self, name: &str, more: &str, window: &str) -> String {
        format!("sum by ({BY}) (increase({}[{window}]))", select(name, &[&self.of_portal(), more]))
    }

    /// Runs that broke the promise.
    fn bad(&self, window: &str) -> String {
        match &self.indicator {
            Indicator::Availability => self.growth(c::PROBE_FAILURE.name, "", window),
            Indicator::Within(le) => {
                let duration = c::PROBE_DURATION.name;
                let fast = self.growth(&format!("{duration}_bucket"), &format!("le=\"{le}\""), window);
                format!("{}\n- {fast}", self.growth(&format!("{duration}_count"), "", window))
            }
        }
    }

    /// Runs that count.
    fn events(&self, window: &str) -> String {
        match &self.indicator {
            Indicator::Availability => format!(
                "{}\n+ {}",
                self.growth(c::PROBE_SUCCESS.name, "", window),
                self.growth(c::PROBE_FAILURE.name, "", window)
            ),
            Indicator::Within(_) => self.growth(&format!("{}_count", c::PROBE_DURATION.name), "", window),
        }
    }

    /// How many times faster than allowed the budget is spent. Nothing where too few runs say anything.
    fn burn(&self, window: &str) -> Record {
        let (bad, events) = (indented(&self.bad(window)), indented(&self.events(window)));
        let objective = series(&c::SLO_OBJECTIVE, &[&self.of_portal(), &self.of_slo()]);
        let query = format!(
            "(\n{bad}\n)\n/ (\n  (\n{}\n  )\n  >= {EVENTS_MIN}\n)\n/ on (authority, portal) group_left ()\n  \
             (1 - max by (authority, portal) ({objective}))",
            indented(&events)
        );
        Record { name: burn_name(window), labels: self.labels(), query }
    }

    fn failures(&self, window: &str) -> Record {
        Record { name: failures_name(window), labels: self.labels(), query: self.bad(window) }
    }

    /// Both windows say so, and more than a failure or two.
    fn too_fast(&self, pair: &Pair, settings: &Settings) -> String {
        let (long, short) = (settings.pace.of(pair.long), settings.pace.of(pair.short));
        let (portal, slo, factor) = (self.of_portal(), self.of_slo(), pair.factor);
        let of = |name: String| select(&name, &[&portal, &slo]);
        let saying_so = format!(
            "{} > {factor}\nand {} > {factor}\nand {} >= {FAILURES_MIN}",
            of(burn_name(&long)),
            of(burn_name(&short)),
            of(failures_name(&long))
        );
        quorum("authority, portal, slo", &saying_so, &of(burn_name(&long)))
    }
}

fn burn_name(window: &str) -> String {
    format!("emc:slo_burn:rate{window}")
}

fn failures_name(window: &str) -> String {
    format!("emc:slo_failures:increase{window}")
}

/// The groups of one promise: windows that are read often, those that are read seldom, and the alerts.
#[must_use]
pub fn groups(promise: &Promise, settings: &Settings) -> Vec<Group> {
    let pairs = fitted(promise.gap);
    let name = promise.portal.as_ref().map_or_else(
        || format!("emc-slo/{}", promise.slo),
        |(authority, portal)| format!("emc-slo/{authority}/{portal}/{}", promise.slo),
    );
    let mut often = Vec::new();
    let mut seldom = Vec::new();
    for (window, is_long) in windows(&pairs) {
        let rules = if window <= READ_OFTEN { &mut often } else { &mut seldom };
        let text = settings.pace.of(window);
        rules.push(Rule::Record(promise.burn(&text)));
        if is_long {
            rules.push(Rule::Record(promise.failures(&text)));
        }
    }
    for urgency in [Urgency::Page, Urgency::Ticket] {
        let alert = Rule::Alert(Box::new(alert(promise, &pairs, urgency, settings)));
        if urgency == Urgency::Page { often.push(alert) } else { seldom.push(alert) }
    }
    let group = |suffix: &str, every: Duration, rules| Group {
        name: format!("{name}/{suffix}"),
        every: Some(every.mul_f64(settings.pace.0).max(Duration::from_secs(1))),
        rules,
    };
    vec![group("fast", OFTEN, often), group("slow", SELDOM, seldom)]
}

/// Every window once, shortest first, and whether it is the long one of a pair.
fn windows(pairs: &[Pair]) -> Vec<(Duration, bool)> {
    let mut all: Vec<(Duration, bool)> =
        pairs.iter().flat_map(|pair| [(pair.short, false), (pair.long, true)]).collect();
    // Where a window is the long one of one pair and the short one of another, the long one comes first and stays.
    all.sort_by_key(|(window, is_long)| (*window, !is_long));
    all.dedup_by_key(|(window, _)| *window);
    all
}

fn alert(promise: &Promise, pairs: &[Pair], urgency: Urgency, settings: &Settings) -> Alert {
    let mut conditions: Vec<String> = pairs
        .iter()
        .filter(|pair| pair.urgency == urgency)
        .map(|pair| format!("(\n{}\n)", indented(&promise.too_fast(pair, settings))))
        .collect();
    conditions.dedup();
    let (name, severity, after, keep, words) = match urgency {
        Urgency::Page => ("EmcErrorBudgetBurnFast", Severity::Critical, 2, 10, FAST),
        Urgency::Ticket => ("EmcErrorBudgetBurnSlow", Severity::Warning, 15, 60, SLOW),
    };
    let minutes = |count: u64| Duration::from_secs(60 * count);
    Alert {
        name,
        severity,
        query: unannounced(&conditions.join("\nor\n")),
        after: minutes(after),
        keep: minutes(keep),
        labels: promise.labels(),
        words,
        dashboard: DASHBOARD,
    }
}

const FAST: Words = Words {
    summary: Text {
        vi: "Cổng dịch vụ đang hỏng đến mức ngân sách lỗi cạn nhanh.",
        en: "A portal fails so much that its error budget is being spent fast.",
    },
    description: Text {
        vi: "{{ $labels.authority }}/{{ $labels.portal }}: mục tiêu {{ $labels.slo }} đang bị vi phạm nhanh gấp nhiều lần mức cho phép, theo quá nửa số điểm đo. Người dân đang bị ảnh hưởng. Việc đầu tiên: mở bảng của cổng, xem lý do và thời điểm bắt đầu, rồi báo đơn vị vận hành cổng.",
        en: "{{ $labels.authority }}/{{ $labels.portal }}: the objective {{ $labels.slo }} is being broken many times faster than allowed, as seen from more than half of the locations. Citizens are affected. First: open the portal's dashboard, see the reason and when it began, then tell whoever runs the portal.",
    },
};

const SLOW: Words = Words {
    summary: Text {
        vi: "Cổng dịch vụ hỏng lẻ tẻ, ngân sách lỗi sẽ cạn trước hạn.",
        en: "A portal fails now and then, and its error budget will not last.",
    },
    description: Text {
        vi: "{{ $labels.authority }}/{{ $labels.portal }}: với tốc độ này, mục tiêu {{ $labels.slo }} của 30 ngày sẽ không đạt. Một số người dân bị ảnh hưởng. Việc đầu tiên: xem các lý do trong ba ngày qua trên bảng của cổng và lập phiếu việc.",
        en: "{{ $labels.authority }}/{{ $labels.portal }}: at this speed the objective {{ $labels.slo }} of 30 days will be missed. Some citizens are affected. First: look at the reasons of the last three days on the portal's dashboard and open a ticket.",
    },
};
