//! The key `calendars`: when offices are open, for availability in office hours.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::decode::decode;
use crate::config::files::NameText;
use crate::config::node::Node;
use crate::config::problem::{GIVEN, Problems};
use crate::model::id::Name;
use crate::model::told::{Told, told};
use crate::slo::calendar::{Calendar, Hours};

/// Keys of `hours`, from Monday on.
const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// When an office is open.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CalendarKeys {
    /// Its name for `--calendar`; `hanh-chinh` replaces our own office hours.
    #[schemars(with = "NameText")]
    pub(super) id: Name,
    /// Opening hours by weekday (`mon` to `sun`), such as `{mon: ["07:30-11:30", "13:30-17:30"]}`. Without it, Monday to
    /// Friday 07:30-11:30 and 13:30-17:30.
    #[serde(default)]
    pub(super) hours: Option<BTreeMap<String, Vec<String>>>,
    /// Whether public holidays of Viet Nam are off, and days worked in exchange are not. `true` by default.
    #[serde(default = "yes")]
    pub(super) national: bool,
    /// Further days off, such as `2027-02-05`.
    #[serde(default)]
    pub(super) off: Vec<String>,
    /// Further days worked.
    #[serde(default)]
    pub(super) working: Vec<String>,
}

const fn yes() -> bool {
    true
}

/// Reads the key. Our own office hours come last, unless one of the operator's has their name.
pub(super) fn read(node: Option<&Node>, problems: &mut Problems) -> Vec<Calendar> {
    let mut calendars: Vec<Calendar> = Vec::new();
    for item in node.map(Node::items).unwrap_or_default() {
        match decode::<CalendarKeys>(item) {
            Ok(keys) => calendars.push(Reader { item, problems }.calendar(&keys)),
            Err(error) => problems.undecodable(item, error),
        }
    }
    let official = Calendar::official();
    if !calendars.iter().any(|calendar| calendar.id == official.id) {
        calendars.push(official);
    }
    calendars
}

struct Reader<'a> {
    item: &'a Node,
    problems: &'a mut Problems,
}

impl Reader<'_> {
    fn calendar(&mut self, keys: &CalendarKeys) -> Calendar {
        let mut calendar = Calendar::official();
        keys.id.as_str().clone_into(&mut calendar.id);
        calendar.national = keys.national;
        if let Some(hours) = &keys.hours {
            calendar.week = Default::default();
            for (weekday, times) in hours {
                self.weekday(&mut calendar, weekday, times);
            }
        }
        calendar.off = self.days("off", &keys.off);
        calendar.working = self.days("working", &keys.working);
        calendar
    }

    fn weekday(&mut self, calendar: &mut Calendar, weekday: &str, times: &[String]) {
        let Some(number) = WEEKDAYS.iter().position(|known| *known == weekday) else {
            let message = told!("\"{weekday}\" không phải là thứ trong tuần", "\"{weekday}\" is no weekday");
            let days = WEEKDAYS.join(", ");
            let help = told!("viết {days}", "one of {days}");
            self.error(&["hours"], message, help);
            return;
        };
        for (index, time) in times.iter().enumerate() {
            match Hours::parse(time) {
                Some(hours) => calendar.week[number].push(hours),
                None => {
                    let message = told!("\"{GIVEN}\" không phải là giờ mở cửa", "\"{GIVEN}\" are no hours");
                    let help = told!(
                        "viết giờ bắt đầu rồi giờ kết thúc, ví dụ \"07:30-11:30\"",
                        "write when they begin and end, such as \"07:30-11:30\""
                    );
                    self.error(&["hours", weekday, &index.to_string()], message, help);
                }
            }
        }
    }

    fn days(&mut self, key: &str, texts: &[String]) -> BTreeSet<NaiveDate> {
        let mut days = BTreeSet::new();
        for (index, text) in texts.iter().enumerate() {
            if let Ok(day) = text.parse() {
                days.insert(day);
                continue;
            }
            let message = told!("\"{GIVEN}\" không phải là ngày", "\"{GIVEN}\" is no day");
            let help = told!(
                "viết năm, tháng, ngày, ví dụ \"2027-02-05\"",
                "write year, month and day, such as \"2027-02-05\""
            );
            self.error(&[key, &index.to_string()], message, help);
        }
        days
    }

    fn error(&mut self, path: &[&str], message: Told, help: Told) {
        let span = self.item.at(path).map_or(self.item.span, |node| node.span);
        self.problems.error(span, message, help);
    }
}
