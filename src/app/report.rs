//! `emc report availability`: a month out of history, by what the configuration calls things.

use std::path::Path;

use chrono::{DateTime, Utc};

use crate::app::history::HistoryError;
use crate::app::wiring::World;
use crate::config;
use crate::config::maintenance::Announced;
use crate::history::open;
use crate::history::stretch::Step;
use crate::model::text::Language;
use crate::probe::spec::{Names, Portal};
use crate::report::availability::{Known, Material, Report, Title};
use crate::report::{csv, html, xlsx};
use crate::slo::calendar::{self, Calendar};
use crate::slo::interval::Interval;
use crate::slo::maintenance::announced;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct ReportOptions {
    /// `2026-10`.
    pub month: String,
    /// Name of the calendar of office hours; the first of the configuration where none is given.
    pub calendar: Option<String>,
    /// Only this authority.
    pub authority: Option<String>,
}

/// In which form it is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A page.
    Html,
    /// A table.
    Csv,
    /// A workbook.
    Xlsx,
    /// For programs.
    Json,
}

/// Makes the report.
///
/// # Errors
/// [`HistoryError`].
pub fn availability(
    config_file: &Path,
    world: &World,
    options: &ReportOptions,
) -> Result<Report, HistoryError> {
    let loaded = config::load(config_file, world.variables.as_ref()).map_err(HistoryError::Configuration)?;
    let period = period(&options.month, (world.clock)())?;
    let calendar = calendar_of(&loaded.calendars, options.calendar.as_deref())?;
    let mut store = open::to_read(loaded.history.as_ref().ok_or(HistoryError::Disabled)?)?;
    let stretches = store.stretches(&period)?;
    let days = store.totals(Step::Day, &period)?;
    let maintenance = |portal: &Portal| {
        let own = |one: &&Announced| (&one.portal.0, &one.portal.1) == (&portal.authority, &portal.portal);
        announced(loaded.maintenance.iter().filter(own).map(|one| &one.times), &period)
    };
    let known: Vec<Known> = loaded.portals.iter().map(|portal| known(portal, maintenance(portal))).collect();
    Ok(Report::of(&Material {
        month: options.month.clone(),
        period,
        calendar,
        stretches: &stretches,
        days: &days,
        known: &known,
        authority: options.authority.as_deref(),
    }))
}

/// Writes the report.
///
/// # Errors
/// What a writer said; they write to memory.
pub fn written(report: &Report, form: Form, language: Language) -> Result<Vec<u8>, String> {
    match form {
        Form::Html => {
            html::write(report, language).map(String::into_bytes).map_err(|error| error.to_string())
        }
        Form::Csv => csv::write(report, language).map(String::into_bytes).map_err(|error| error.to_string()),
        Form::Xlsx => xlsx::write(report, language).map_err(|error| error.to_string()),
        Form::Json => serde_json::to_vec_pretty(report).map_err(|error| error.to_string()),
    }
}

/// The month, or what has passed of it.
fn period(month: &str, now: DateTime<Utc>) -> Result<Interval, HistoryError> {
    let wrong = || HistoryError::NoMonth(month.to_owned());
    let (year, number) = month.split_once('-').ok_or_else(wrong)?;
    let (year, number) = (year.parse().map_err(|_| wrong())?, number.parse().map_err(|_| wrong())?);
    let whole = calendar::month(year, number).ok_or_else(wrong)?;
    Interval::new(whole.from, whole.until.min(now)).ok_or_else(wrong)
}

fn calendar_of<'a>(all: &'a [Calendar], asked: Option<&str>) -> Result<&'a Calendar, HistoryError> {
    let found = all.iter().find(|calendar| asked.is_none_or(|asked| asked == calendar.id));
    found.ok_or_else(|| HistoryError::NoCalendar(asked.unwrap_or_default().to_owned()))
}

fn known(portal: &Portal, maintenance: Vec<Interval>) -> Known {
    let title = |names: &Names| Title { vi: names.vi.clone(), en: names.en.clone() };
    Known {
        id: (portal.authority.to_string(), portal.portal.to_string()),
        authority: title(&portal.authority_name),
        portal: title(&portal.portal_name),
        objective: portal.objectives.get("availability").copied(),
        maintenance,
    }
}
