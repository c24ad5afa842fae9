//! The rows of the table, read once.

use std::sync::LazyLock;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

const TABLE: &str = include_str!("algorithms.tsv");
const ROWS: &str = "the table is part of the program and a test reads it";

static LIMITS: LazyLock<Vec<Limit>> = LazyLock::new(|| {
    TABLE.lines().filter(|line| !line.starts_with('#')).map(|line| row(line).expect(ROWS)).collect()
});

/// What a row is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A digest algorithm.
    Digest,
    /// A signature algorithm.
    Signature,
    /// A family of keys.
    Key,
}

/// Until when something may be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It never could.
    Never,
    /// Before this day, 00:00 UTC.
    On(NaiveDate),
    /// No end is known.
    Open,
}

/// One row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// What it is about.
    pub subject: Subject,
    /// The algorithm's name, or the family of keys.
    pub name: &'static str,
    /// The smallest key that it is about, in bits; 0 for other subjects.
    pub bits: u32,
    /// From which day on it may be relied on; `None` since ever.
    pub begin: Option<NaiveDate>,
    /// Until when.
    pub end: End,
    /// Whether the rule asks for something else, which makes nothing invalid.
    pub nonconforming: bool,
    /// What it rests on: a circular, or `nội bộ` for a limit of our own.
    pub basis: &'static str,
}

/// All rows, in the order of the table.
#[must_use]
pub fn limits() -> &'static [Limit] {
    &LIMITS
}

impl Limit {
    /// The row for an algorithm or a key: of a family's rows that with the most bits that the key still has.
    pub(super) fn of(subject: Subject, name: &str, bits: u32) -> Option<&'static Self> {
        let rows = LIMITS.iter().filter(|limit| limit.subject == subject && limit.is_about(name));
        // A key whose size could not be read is not known, whatever its family.
        let known = subject != Subject::Key || bits > 0;
        rows.filter(|limit| known && limit.bits <= bits).max_by_key(|limit| limit.bits)
    }

    /// A curve's key is named by family and curve (`EC P-256`).
    fn is_about(&self, name: &str) -> bool {
        let family = if self.subject == Subject::Key { name.split(' ').next() } else { Some(name) };
        family == Some(self.name)
    }

    /// Whether it could be relied on at that moment.
    pub(super) fn holds(&self, at: DateTime<Utc>) -> bool {
        let midnight = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
        let begun = self.begin.is_none_or(|day| at >= midnight(day));
        begun
            && match self.end {
                End::Never => false,
                End::On(day) => at < midnight(day),
                End::Open => true,
            }
    }
}

/// `None` where a line is no row.
fn row(line: &'static str) -> Option<Limit> {
    let columns: Vec<&'static str> = line.split('\t').collect();
    let [subject, name, bits, begin, end, conformance, basis] = columns.try_into().ok()?;
    let day = |text: &str| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    Some(Limit {
        subject: match subject {
            "digest" => Subject::Digest,
            "signature" => Subject::Signature,
            "key" => Subject::Key,
            _ => return None,
        },
        name,
        bits: if bits == "-" { 0 } else { bits.parse().ok()? },
        begin: if begin == "-" { None } else { Some(day(begin)?) },
        end: match end {
            "-" => End::Open,
            "never" => End::Never,
            _ => End::On(day(end)?),
        },
        nonconforming: match conformance {
            "conforming" => false,
            "nonconforming" => true,
            _ => return None,
        },
        basis,
    })
}
