//! The key `maintenance` of a portal or an authority's file: windows announced in advance, once or again and again.

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Utc};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::decode::decode;
use crate::config::files::{NameKeys, NameText};
use crate::config::global::names;
use crate::config::node::Node;
use crate::config::problem::{GIVEN, Problems};
use crate::config::source::Span;
use crate::config::words::suggestion;
use crate::model::id::Name;
use crate::model::told::{Told, told};
use crate::probe::spec::Names;
use crate::slo::calendar::{Calendar, Hours, zone};
use crate::slo::interval::Interval;
use crate::slo::maintenance::{Choice, Rhythm, Times};

/// A longer window is a mistake, or a portal that should be switched off.
const LONGEST: TimeDelta = TimeDelta::days(31);
/// How far windows that come again are looked at for others on the same portal: a year and a bit.
const LOOKED_AT: TimeDelta = TimeDelta::days(400);

/// A window of maintenance: once (`begins`, `ends`), or again and again (`hours` with `days` or `calendar`).
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MaintenanceKeys {
    /// What is done, for the status page.
    #[serde(default)]
    pub(super) what: NameKeys,
    /// Beginning of a window that comes once: `2026-11-28T22:00` in Viet Nam, or with its zone, `2026-11-28T15:00:00Z`.
    #[serde(default)]
    pub(super) begins: Option<String>,
    /// Its end, at most 31 days later.
    #[serde(default)]
    pub(super) ends: Option<String>,
    /// Days on which a window begins again and again: `sat`, `1st sat` to `5th sat` or `last sat` of a month.
    #[serde(default)]
    pub(super) days: Vec<String>,
    /// From when to when on such days, `22:00-02:00`; what goes past midnight belongs to the day on which it began.
    #[serde(default)]
    pub(super) hours: Option<String>,
    /// Only days on which the office of this calendar is closed, by its id in `calendars`: holidays, Tết, weekends.
    #[serde(default)]
    #[schemars(with = "Option<NameText>")]
    pub(super) calendar: Option<Name>,
    /// The first of such days, `2026-12-01`.
    #[serde(default)]
    pub(super) from: Option<String>,
    /// The last of such days.
    #[serde(default)]
    pub(super) until: Option<String>,
}

/// An announced maintenance of one portal.
#[derive(Clone, Debug, PartialEq)]
pub struct Announced {
    /// Authority and portal.
    pub portal: (Name, Name),
    /// What is done, in the operator's words; empty where they said nothing.
    pub what: Names,
    /// When.
    pub times: Times,
}

/// A window and where it is written.
#[derive(Clone, Debug)]
pub(super) struct Window {
    /// What is done.
    pub(super) what: Names,
    /// When.
    pub(super) times: Times,
    span: Span,
}

/// Reads the windows of a portal or an authority.
pub(super) fn read(node: Option<&Node>, calendars: &[Calendar], problems: &mut Problems) -> Vec<Window> {
    let mut windows = Vec::new();
    for item in node.map(Node::items).unwrap_or_default() {
        match decode::<MaintenanceKeys>(item) {
            Ok(keys) => {
                let times = Reader { item, calendars, problems }.times(&keys);
                windows.extend(times.map(|times| Window { what: names(keys.what), times, span: item.span }));
            }
            Err(error) => problems.undecodable(item, error),
        }
    }
    windows
}

/// Warns of windows of one portal that have time in common: somebody wrote the same thing twice, or meant another day.
pub(super) fn check_overlaps(windows: &[Window], problems: &mut Problems) {
    for (index, window) in windows.iter().enumerate() {
        let Some(first) = windows[..index].iter().find(|other| overlap(&window.times, &other.times)) else {
            continue;
        };
        let message = told!(
            "thời gian bảo trì này trùng một phần với thời gian bảo trì khác của cùng cổng",
            "this window of maintenance overlaps another one of the same portal"
        );
        let help = told!(
            "thời gian trùng chỉ tính một lần; sửa lại nếu viết nhầm ngày hoặc giờ",
            "time in both counts once; change it if a day or an hour is wrong"
        );
        let other = (first.span, told!("thời gian bảo trì kia", "the other one"));
        problems.warn_with(window.span, message, help, other);
    }
}

fn overlap(one: &Times, other: &Times) -> bool {
    let stretch = match (one, other) {
        (Times::Once(window), _) | (_, Times::Once(window)) => Some(*window),
        (Times::Repeated(one), Times::Repeated(other)) => looked_at(one.since.max(other.since)),
    };
    let Some(stretch) = stretch else { return false };
    let others = other.within(&stretch);
    one.within(&stretch).iter().any(|window| others.iter().any(|other| other.cut(window).is_some()))
}

/// Some time from the first day on; any year will do where there is none, since there is no clock here.
fn looked_at(since: Option<NaiveDate>) -> Option<Interval> {
    let day = since.or_else(|| NaiveDate::from_ymd_opt(2026, 1, 1))?;
    let begin = day.and_hms_opt(0, 0, 0)?.and_utc();
    Interval::new(begin, begin + LOOKED_AT)
}

struct Reader<'a> {
    item: &'a Node,
    calendars: &'a [Calendar],
    problems: &'a mut Problems,
}

impl Reader<'_> {
    fn times(&mut self, keys: &MaintenanceKeys) -> Option<Times> {
        let once = keys.begins.is_some() || keys.ends.is_some();
        let again = keys.hours.is_some()
            || !keys.days.is_empty()
            || keys.calendar.is_some()
            || keys.from.is_some()
            || keys.until.is_some();
        match (once, again) {
            (true, false) => self.once(keys).map(Times::Once),
            (false, true) => self.again(keys).map(Box::new).map(Times::Repeated),
            _ if self.item.pruned => None,
            _ => {
                let message = if once {
                    told!(
                        "thời gian bảo trì vừa có một lần (\"begins\", \"ends\") vừa lặp lại (\"days\", \"hours\")",
                        "the window comes once (\"begins\", \"ends\") and again and again (\"days\", \"hours\")"
                    )
                } else {
                    told!(
                        "thời gian bảo trì không cho biết khi nào",
                        "the window of maintenance does not say when"
                    )
                };
                let help = told!(
                    "viết \"begins\" và \"ends\", hoặc \"days\" và \"hours\"",
                    "write \"begins\" and \"ends\", or \"days\" and \"hours\""
                );
                self.problems.error(self.item.span, message, help);
                None
            }
        }
    }

    fn once(&mut self, keys: &MaintenanceKeys) -> Option<Interval> {
        let (begins, ends) =
            (self.moment("begins", keys.begins.as_ref()), self.moment("ends", keys.ends.as_ref()));
        let (begins, ends) = (begins?, ends?);
        let Some(window) = Interval::new(begins, ends) else {
            let message = if begins == ends { no_length() } else { ends_first() };
            let help = told!("\"ends\" phải sau \"begins\"", "\"ends\" comes after \"begins\"");
            let other = (self.span(&["begins"]), told!("bắt đầu ở đây", "it begins here"));
            self.problems.error_with(self.span(&["ends"]), message, help, other);
            return None;
        };
        if window.length() > LONGEST {
            let days = window.length().num_days();
            let message =
                told!("thời gian bảo trì dài {days} ngày", "the window of maintenance is {days} days long");
            let help = told!(
                "nhiều nhất 31 ngày; cổng ngừng lâu hơn thì đặt \"enabled: false\"",
                "at most 31 days; a portal that is gone for longer has \"enabled: false\""
            );
            self.problems.error(self.span(&["ends"]), message, help);
            return None;
        }
        Some(window)
    }

    fn again(&mut self, keys: &MaintenanceKeys) -> Option<Rhythm> {
        let before = self.problems.errors();
        let days: Vec<Choice> =
            (0..).zip(&keys.days).filter_map(|(place, text)| self.choice(place, text)).collect();
        let (since, until) = (self.day("from", keys.from.as_ref()), self.day("until", keys.until.as_ref()));
        let closed = keys.calendar.as_ref().and_then(|id| self.calendar(id));
        let hours = self.hours(keys.hours.as_ref());
        if let (Some(since), Some(until)) = (since, until)
            && until < since
        {
            let message = ends_first();
            let help = told!("\"until\" không thể trước \"from\"", "\"until\" is not before \"from\"");
            let other = (self.span(&["from"]), told!("bắt đầu ở đây", "it begins here"));
            self.problems.error_with(self.span(&["until"]), message, help, other);
        }
        if keys.days.is_empty() && keys.calendar.is_none() && !self.item.pruned {
            let message = told!(
                "thời gian bảo trì không cho biết vào ngày nào",
                "the window of maintenance does not say on which days"
            );
            let help = told!(
                "thêm \"days\", ví dụ \"days: [sat]\" hoặc \"days: [last sun]\", hoặc \"calendar\"",
                "add \"days\", such as \"days: [sat]\" or \"days: [last sun]\", or \"calendar\""
            );
            self.problems.error(self.item.span, message, help);
        }
        let (from, minutes) = hours.filter(|_| self.problems.errors() == before && !self.item.pruned)?;
        Some(Rhythm { days, closed, from, minutes, since, until })
    }

    /// A moment with its zone, or in Viet Nam where it has none.
    fn moment(&mut self, key: &str, text: Option<&String>) -> Option<DateTime<Utc>> {
        let Some(text) = text else {
            if !self.item.pruned {
                let message =
                    told!("thời gian bảo trì thiếu \"{key}\"", "the window of maintenance lacks \"{key}\"");
                let help = told!("thêm \"{key}: 2026-11-28T22:00\"", "add \"{key}: 2026-11-28T22:00\"");
                self.problems.error(self.item.span, message, help);
            }
            return None;
        };
        let zoned = DateTime::parse_from_rfc3339(text).map(|moment| moment.with_timezone(&Utc)).ok();
        let found = zoned.or_else(|| local(text));
        if found.is_none() {
            let message = told!("\"{GIVEN}\" không phải là thời điểm", "\"{GIVEN}\" is no moment");
            let help = told!(
                "viết ngày và giờ Việt Nam, ví dụ \"2026-11-28T22:00\", hoặc thêm múi giờ: \"2026-11-28T22:00:00+07:00\"",
                "write day and hour in Viet Nam, such as \"2026-11-28T22:00\", or with a zone: \"2026-11-28T22:00:00+07:00\""
            );
            self.problems.error(self.span(&[key]), message, help);
        }
        found
    }

    fn choice(&mut self, place: usize, text: &str) -> Option<Choice> {
        let choice = Choice::parse(text);
        if choice.is_none() {
            let message = told!(
                "\"{GIVEN}\" không phải là thứ trong tuần hay trong tháng",
                "\"{GIVEN}\" is no day of a week or month"
            );
            let help = told!(
                "viết mon, tue, wed, thu, fri, sat hoặc sun, hay \"1st sat\" đến \"5th sat\", \"last sat\"",
                "write mon, tue, wed, thu, fri, sat or sun, or \"1st sat\" to \"5th sat\", \"last sat\""
            );
            self.problems.error(self.span(&["days", &place.to_string()]), message, help);
        }
        choice
    }

    fn day(&mut self, key: &str, text: Option<&String>) -> Option<NaiveDate> {
        let text = text?;
        let day = text.parse().ok();
        if day.is_none() {
            let message = told!("\"{GIVEN}\" không phải là ngày", "\"{GIVEN}\" is no day");
            let help = told!(
                "viết năm, tháng, ngày, ví dụ \"2027-02-05\"",
                "write year, month and day, such as \"2027-02-05\""
            );
            self.problems.error(self.span(&[key]), message, help);
        }
        day
    }

    /// First minute and how many.
    fn hours(&mut self, text: Option<&String>) -> Option<(u32, u32)> {
        let Some(text) = text else {
            if !self.item.pruned {
                let message =
                    told!("thời gian bảo trì thiếu \"hours\"", "the window of maintenance lacks \"hours\"");
                let help = told!("thêm \"hours: 22:00-02:00\"", "add \"hours: 22:00-02:00\"");
                self.problems.error(self.item.span, message, help);
            }
            return None;
        };
        let Some((from, until)) = Hours::ends(text) else {
            let message = told!("\"{GIVEN}\" không phải là khoảng giờ", "\"{GIVEN}\" are no hours");
            let help = told!(
                "viết giờ bắt đầu rồi giờ kết thúc, ví dụ \"22:00-02:00\"",
                "write when they begin and end, such as \"22:00-02:00\""
            );
            self.problems.error(self.span(&["hours"]), message, help);
            return None;
        };
        if from == until {
            let message = no_length();
            let help = told!("cả ngày viết là \"00:00-24:00\"", "a whole day is written \"00:00-24:00\"");
            self.problems.error(self.span(&["hours"]), message, help);
            return None;
        }
        let until = if until <= from { until + 1440 } else { until };
        Some((from, until - from))
    }

    fn calendar(&mut self, id: &Name) -> Option<Calendar> {
        let found = self.calendars.iter().find(|calendar| calendar.id == id.as_str());
        if found.is_none() {
            let known: Vec<&str> = self.calendars.iter().map(|calendar| calendar.id.as_str()).collect();
            let message = told!("không có lịch nào tên là \"{id}\"", "the calendar \"{id}\" is not known");
            self.problems.error(self.span(&["calendar"]), message, suggestion(id.as_str(), &known));
        }
        found.cloned()
    }

    fn span(&self, path: &[&str]) -> Span {
        self.item.at(path).map_or(self.item.span, |node| node.span)
    }
}

fn ends_first() -> Told {
    told!("thời gian bảo trì kết thúc trước khi bắt đầu", "the window of maintenance ends before it begins")
}

fn no_length() -> Told {
    told!("thời gian bảo trì dài bằng không", "the window of maintenance has no length")
}

fn local(text: &str) -> Option<DateTime<Utc>> {
    let text = text.replacen(' ', "T", 1);
    let read = |format| NaiveDateTime::parse_from_str(&text, format).ok();
    let naive = read("%Y-%m-%dT%H:%M").or_else(|| read("%Y-%m-%dT%H:%M:%S"))?;
    Some(zone().from_local_datetime(&naive).single()?.with_timezone(&Utc))
}
