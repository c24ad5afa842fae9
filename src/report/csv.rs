//! As a table for spreadsheets: a line per portal, then a line per outage; the first column says which.

use crate::model::text::Language;
use crate::report::availability::{AuthorityFigures, PortalFigures, Report, reason_in_words};
use crate::report::words;

/// Writes the table: UTF-8 with a mark at the beginning, by which Excel knows it.
///
/// # Errors
/// What the writer said; it writes to memory.
pub fn write(report: &Report, language: Language) -> Result<String, csv::Error> {
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record([
        "row",
        "authority",
        "portal",
        "availability_24x7",
        "availability_office_hours",
        "coverage",
        "objective",
        "broken_seconds",
        "outages",
        "from",
        "until",
        "reason",
        "reason_in_words",
        "probe",
        "maintenance_seconds",
    ])?;
    for authority in &report.authorities {
        for portal in &authority.portals {
            table.write_record(portal_row(authority, portal))?;
        }
    }
    for authority in &report.authorities {
        for portal in &authority.portals {
            for outage in &portal.outages {
                let until =
                    if outage.ongoing { String::new() } else { words::moment(outage.until, language) };
                table.write_record([
                    "outage",
                    &authority.id,
                    &portal.id,
                    "",
                    "",
                    "",
                    "",
                    &outage.seconds.to_string(),
                    "",
                    &words::moment(outage.from, language),
                    &until,
                    &outage.reason,
                    &words::harmless(&reason_in_words(&outage.reason, language)),
                    &outage.probe,
                    "",
                ])?;
            }
        }
    }
    let bytes = table.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    Ok(format!("\u{feff}{}", String::from_utf8_lossy(&bytes)))
}

fn portal_row(authority: &AuthorityFigures, portal: &PortalFigures) -> [String; 15] {
    let figure = |share: Option<f64>| share.map_or_else(String::new, |share| format!("{share:.6}"));
    let told =
        |figures: &crate::report::availability::Figures| figure(figures.ratio.filter(|_| figures.sufficient));
    [
        "portal".to_owned(),
        authority.id.clone(),
        portal.id.clone(),
        told(&portal.always),
        told(&portal.office),
        figure(portal.always.coverage),
        figure(portal.objective),
        portal.always.broken_seconds.to_string(),
        portal.outages.len().to_string(),
        String::new(),
        String::new(),
        String::new(),
        String::new(),
        String::new(),
        portal.always.maintenance_seconds.to_string(),
    ]
}
