//! What a dashboard is made of, before it becomes Grafana's JSON or a page: both are drawn from these types.

use crate::model::text::Text;

/// A sentence in both languages, Vietnamese first.
#[must_use]
pub const fn t(vi: &'static str, en: &'static str) -> Text {
    Text { vi, en }
}

/// One dashboard.
#[derive(Clone, Debug)]
pub struct Board {
    /// Its name in files and addresses: `emc-<id>-<language>` is its uid.
    pub id: &'static str,
    /// Its title.
    pub title: Text,
    /// Whose question it answers.
    pub purpose: Text,
    /// Whether it is about one portal at a time.
    pub one_portal: bool,
    /// Variables beside those that every dashboard has.
    pub variables: Vec<Variable>,
    /// What it shows, from top to bottom.
    pub rows: Vec<Row>,
}

/// A variable that the reader may set by hand.
#[derive(Clone, Copy, Debug)]
pub struct Variable {
    /// Its name in queries.
    pub name: &'static str,
    /// What the reader sees beside it.
    pub label: Text,
    /// Its values, the first one being the default; a single one is free text.
    pub values: &'static [&'static str],
}

/// Panels below a heading.
#[derive(Clone, Debug)]
pub struct Row {
    /// The heading.
    pub title: Text,
    /// The panels, from left to right; they wrap at [`COLUMNS`].
    pub panels: Vec<Panel>,
}

/// How wide a dashboard is.
pub const COLUMNS: u32 = 24;

/// One panel.
#[derive(Clone, Debug)]
pub struct Panel {
    /// Its title.
    pub title: Text,
    /// A sentence on what it is for.
    pub purpose: Text,
    /// Width in columns.
    pub width: u32,
    /// Height in Grafana's units of some 38 pixels.
    pub height: u32,
    /// How it is drawn.
    pub view: View,
    /// What its values measure.
    pub unit: Unit,
    /// What it asks.
    pub queries: Vec<Query>,
    /// What stands where there is no answer.
    pub nothing: Text,
}

/// What stands where nothing is known: never 0, never 100 %.
pub const NOTHING: Text = t("không đủ dữ liệu", "n/a");
/// What stands where a list of troubles is empty: it may be good news, or none.
pub const NO_TROUBLE: Text = t("không có vấn đề nào, hoặc không có số liệu", "no trouble, or no data");

/// How a panel is drawn.
#[derive(Clone, Debug)]
pub enum View {
    /// One big figure.
    Number(Scale),
    /// One big word.
    Word(Meaning),
    /// Lines over time.
    Lines(Lines),
    /// A bar over time that changes colour.
    Timeline(Meaning),
    /// A table of the values now, sorted by a column of values.
    Table {
        /// From left to right.
        columns: Vec<Column>,
        /// The query whose values sort the rows, and whether the largest come first.
        sort: (usize, Order),
    },
    /// How often each duration came, over time.
    Heat,
    /// A bar for each series.
    Bars(Scale),
    /// Text, in Markdown.
    Words(Text),
}

/// How lines are drawn.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    /// The areas add up to a whole.
    pub stacked: bool,
    /// Points of single runs (exemplars) lie on top; they lead to the run.
    pub exemplars: bool,
    /// Lines of limits.
    pub limits: Option<Scale>,
}

/// The order of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The smallest first.
    Rising,
    /// The largest first.
    Falling,
}

/// What values measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A count.
    Count,
    /// A share between 0 and 1, shown in percent.
    Share,
    /// Seconds of a measurement.
    Seconds,
    /// A longer time in seconds: until a certificate ends, since a run.
    Span,
    /// A moment, in milliseconds of Unix time.
    Moment,
    /// Bytes.
    Bytes,
    /// A code that is not counted with.
    Code,
    /// A rank of status, or another value with a [`Meaning`].
    Status,
}

/// What a value between thresholds means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// As wished.
    Good,
    /// Worse than wished.
    Warn,
    /// Bad.
    Bad,
    /// Nothing is known.
    Unknown,
    /// Says nothing about good and bad.
    Plain,
}

/// Colours by value: the first below all thresholds, the others from theirs upwards.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// The colour of the lowest values.
    pub lowest: Colour,
    /// Thresholds, ascending.
    pub steps: &'static [(f64, Colour)],
}

/// No judgement.
pub const PLAIN: Scale = Scale { lowest: Colour::Plain, steps: &[] };
/// Nothing is good, anything is bad.
pub const NONE_IS_GOOD: Scale = Scale { lowest: Colour::Good, steps: &[(1.0, Colour::Bad)] };
/// Nothing is good, anything deserves a look.
pub const NONE_IS_BEST: Scale = Scale { lowest: Colour::Good, steps: &[(1.0, Colour::Warn)] };
/// An error budget: used up below 0, nearly so below a quarter.
pub const BUDGET: Scale = Scale { lowest: Colour::Bad, steps: &[(0.0, Colour::Warn), (0.25, Colour::Good)] };
/// Time until a certificate ends: 7 and 30 days.
pub const EXPIRY: Scale =
    Scale { lowest: Colour::Bad, steps: &[(604_800.0, Colour::Warn), (2_592_000.0, Colour::Good)] };
/// Rank of status.
pub const STATUS: Scale =
    Scale { lowest: Colour::Unknown, steps: &[(1.0, Colour::Good), (2.0, Colour::Warn), (3.0, Colour::Bad)] };
/// 1 is good, 0 is not.
pub const YES_IS_GOOD: Scale = Scale { lowest: Colour::Bad, steps: &[(1.0, Colour::Good)] };

/// Values that are words.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Meaning(pub &'static [(f64, Text, Colour)]);

/// The rank of a status; see `promql::rank`.
pub const STATUSES: Meaning = Meaning(&[
    (0.0, t("không xác định", "unknown"), Colour::Unknown),
    (1.0, t("hoạt động", "up"), Colour::Good),
    (2.0, t("suy giảm", "degraded"), Colour::Warn),
    (3.0, t("gián đoạn", "down"), Colour::Bad),
]);
/// Whether a trouble is there.
pub const TROUBLE: Meaning =
    Meaning(&[(0.0, t("không", "none"), Colour::Good), (1.0, t("đang gặp", "present"), Colour::Bad)]);
/// Whether something succeeded.
pub const SUCCESS: Meaning = Meaning(&[
    (0.0, t("không thành công", "failed"), Colour::Bad),
    (1.0, t("thành công", "succeeded"), Colour::Good),
]);

/// One question to Prometheus.
#[derive(Clone, Debug)]
pub struct Query {
    /// The question; `LANG` in a label stands for the language.
    pub expression: String,
    /// What the series are called: words, or labels as `{{label}}`.
    pub legend: Text,
    /// A colour where the series has a meaning.
    pub colour: Option<Colour>,
}

/// One column of a table.
#[derive(Clone, Debug)]
pub struct Column {
    /// Where its cells come from.
    pub cells: Cells,
    /// Its heading.
    pub title: Text,
    /// What its values measure.
    pub unit: Unit,
    /// Colours of the cells.
    pub scale: Option<Scale>,
    /// Where a click leads.
    pub link: Option<Link>,
}

/// Where the cells of a column come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cells {
    /// A label.
    Label(&'static str),
    /// The values of a query, by its place.
    Value(usize),
}

/// Where a cell leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// To the portal's dashboard, by the row's `authority` and `portal`.
    Portal,
    /// To the overview, by the row's `authority`.
    Authority,
    /// To the monitor's own page, where the recent runs of the row's `probe` are.
    Runs,
}

impl Panel {
    fn new(title: Text, purpose: Text, view: View) -> Self {
        Self {
            title,
            purpose,
            width: 12,
            height: 8,
            view,
            unit: Unit::Count,
            queries: Vec::new(),
            nothing: NOTHING,
        }
    }

    /// One big figure.
    #[must_use]
    pub fn number(title: Text, purpose: Text, scale: Scale) -> Self {
        Self::new(title, purpose, View::Number(scale)).sized(4, 4)
    }

    /// One big word.
    #[must_use]
    pub fn word(title: Text, purpose: Text, meaning: Meaning) -> Self {
        Self::new(title, purpose, View::Word(meaning)).sized(4, 4).measured_in(Unit::Status)
    }

    /// Lines over time.
    #[must_use]
    pub fn lines(title: Text, purpose: Text, lines: Lines) -> Self {
        Self::new(title, purpose, View::Lines(lines))
    }

    /// Changing colours over time.
    #[must_use]
    pub fn timeline(title: Text, purpose: Text, meaning: Meaning) -> Self {
        Self::new(title, purpose, View::Timeline(meaning)).measured_in(Unit::Status)
    }

    /// A table of the values now.
    #[must_use]
    pub fn table(title: Text, purpose: Text, sort: (usize, Order), columns: Vec<Column>) -> Self {
        Self::new(title, purpose, View::Table { columns, sort }).sized(24, 8)
    }

    /// How often each duration came.
    #[must_use]
    pub fn heat(title: Text, purpose: Text) -> Self {
        Self::new(title, purpose, View::Heat).measured_in(Unit::Seconds)
    }

    /// A bar for each series.
    #[must_use]
    pub fn bars(title: Text, purpose: Text, scale: Scale) -> Self {
        Self::new(title, purpose, View::Bars(scale))
    }

    /// Text.
    #[must_use]
    pub fn words(title: Text, purpose: Text, content: Text) -> Self {
        Self::new(title, purpose, View::Words(content)).sized(24, 5)
    }

    /// Its size.
    #[must_use]
    pub fn sized(mut self, width: u32, height: u32) -> Self {
        (self.width, self.height) = (width, height);
        self
    }

    /// Its unit.
    #[must_use]
    pub fn measured_in(mut self, unit: Unit) -> Self {
        self.unit = unit;
        self
    }

    /// A list of troubles, which is empty when all is well.
    #[must_use]
    pub fn of_troubles(mut self) -> Self {
        self.nothing = NO_TROUBLE;
        self
    }

    /// A question whose series are called so.
    #[must_use]
    pub fn ask(mut self, legend: Text, expression: impl Into<String>) -> Self {
        self.queries.push(Query { expression: expression.into(), legend, colour: None });
        self
    }

    /// A question whose series have a meaning and its colour.
    #[must_use]
    pub fn ask_in(mut self, colour: Colour, legend: Text, expression: impl Into<String>) -> Self {
        self.queries.push(Query { expression: expression.into(), legend, colour: Some(colour) });
        self
    }
}

impl Column {
    /// A column of labels.
    #[must_use]
    pub fn label(label: &'static str, title: Text) -> Self {
        Self { cells: Cells::Label(label), title, unit: Unit::Code, scale: None, link: None }
    }

    /// A column of values of a query.
    #[must_use]
    pub fn value(query: usize, title: Text, unit: Unit) -> Self {
        Self { cells: Cells::Value(query), title, unit, scale: None, link: None }
    }

    /// With coloured cells.
    #[must_use]
    pub fn coloured(mut self, scale: Scale) -> Self {
        self.scale = Some(scale);
        self
    }

    /// With cells that lead somewhere.
    #[must_use]
    pub fn leading_to(mut self, link: Link) -> Self {
        self.link = Some(link);
        self
    }
}

impl Board {
    /// All panels, from top to bottom.
    pub fn panels(&self) -> impl Iterator<Item = &Panel> {
        self.rows.iter().flat_map(|row| &row.panels)
    }
}
