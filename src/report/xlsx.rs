//! As a workbook: a sheet of portals, a sheet of outages.

use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use crate::model::text::Language;
use crate::report::availability::{Figures, Report, reason_in_words};
use crate::report::words;

/// Writes the workbook.
///
/// # Errors
/// What the writer said.
pub fn write(report: &Report, language: Language) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    portals(book.add_worksheet(), report, language)?;
    outages(book.add_worksheet(), report, language)?;
    book.save_to_buffer()
}

fn head(sheet: &mut Worksheet, names: &[&str]) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    for (column, name) in (0_u16..).zip(names) {
        sheet.write_string_with_format(0, column, *name, &bold)?;
        sheet.set_column_width(column, 22)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}

fn share(sheet: &mut Worksheet, row: u32, column: u16, share: Option<f64>) -> Result<(), XlsxError> {
    if let Some(share) = share {
        sheet.write_number_with_format(row, column, share, &Format::new().set_num_format("0.00%"))?;
    }
    Ok(())
}

fn availability(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    figures: &Figures,
    language: Language,
) -> Result<(), XlsxError> {
    if figures.sufficient {
        return share(sheet, row, column, figures.ratio);
    }
    sheet.write_string(row, column, words::TOO_LITTLE.in_language(language))?;
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "seconds of a month and numbers of runs stay below 2^53")]
fn portals(sheet: &mut Worksheet, report: &Report, language: Language) -> Result<(), XlsxError> {
    sheet.set_name(report.month.as_str())?;
    let names = [
        words::AUTHORITY,
        words::PORTAL,
        words::ALWAYS,
        words::OFFICE,
        words::COVERAGE,
        words::OBJECTIVE,
        words::BROKEN,
        words::NUMBER,
        words::RUNS,
        words::MAINTENANCE,
    ];
    head(sheet, &names.map(|name| name.in_language(language)))?;
    let all = report.authorities.iter().flat_map(|one| one.portals.iter().map(move |portal| (one, portal)));
    for (row, (authority, portal)) in (1_u32..).zip(all) {
        sheet.write_string(row, 0, authority.name.or(&authority.id, language))?;
        sheet.write_string(row, 1, portal.name.or(&portal.id, language))?;
        availability(sheet, (row, 2), &portal.always, language)?;
        availability(sheet, (row, 3), &portal.office, language)?;
        share(sheet, row, 4, portal.always.coverage)?;
        share(sheet, row, 5, portal.objective)?;
        sheet.write_string(row, 6, words::lasted(portal.always.broken_seconds))?;
        sheet.write_number(row, 7, portal.outages.len() as f64)?;
        sheet.write_number(row, 8, portal.runs as f64)?;
        sheet.write_string(row, 9, words::lasted(portal.always.maintenance_seconds))?;
    }
    Ok(())
}

fn outages(sheet: &mut Worksheet, report: &Report, language: Language) -> Result<(), XlsxError> {
    sheet.set_name(words::OUTAGES.in_language(language))?;
    let names = [
        words::AUTHORITY,
        words::PORTAL,
        words::FROM,
        words::UNTIL,
        words::LASTED,
        words::REASON,
        words::PROBE,
    ];
    head(sheet, &names.map(|name| name.in_language(language)))?;
    let portals =
        report.authorities.iter().flat_map(|one| one.portals.iter().map(move |portal| (one, portal)));
    let all =
        portals.flat_map(|(one, portal)| portal.outages.iter().map(move |outage| (one, portal, outage)));
    for (row, (authority, portal, outage)) in (1_u32..).zip(all) {
        let until = if outage.ongoing {
            words::ONGOING.in_language(language).to_owned()
        } else {
            words::moment(outage.until, language)
        };
        let cells = [
            authority.name.or(&authority.id, language).to_owned(),
            portal.name.or(&portal.id, language).to_owned(),
            words::moment(outage.from, language),
            until,
            words::lasted(outage.seconds),
            reason_in_words(&outage.reason, language),
            outage.probe.clone(),
        ];
        for (column, cell) in (0_u16..).zip(cells) {
            sheet.write_string(row, column, cell)?;
        }
    }
    Ok(())
}
