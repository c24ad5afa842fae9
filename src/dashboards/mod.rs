//! What the operator looks at: Grafana dashboards built from one source in two languages.
//!
//! A dashboard is a file in [`boards`]: rows of panels made of questions ([`promql`]) to metrics of the catalogue. A
//! new panel is one expression in one row; JSON, both languages, preview and tests follow. [`files`] is what
//! `emc dashboards export` writes. Knows no network and no file.

pub mod board;
pub mod boards;
pub mod filling;
pub mod json;
pub mod kubernetes;
pub mod origin;
pub mod preview;
pub mod promql;
pub mod provisioning;

mod panels;

use crate::model::text::Language;

/// A file below `grafana/`: path and content.
pub type File = (String, String);

/// Everything that is written: each dashboard in both languages, and the provisioning files.
#[must_use]
pub fn files() -> Vec<File> {
    let mut files = provisioning::files();
    for language in [Language::Vi, Language::En] {
        for board in boards::all() {
            let path = format!("dashboards/{}/{}.json", json::code(language), board.id);
            files.push((path, format!("{:#}\n", json::dashboard(&board, language))));
        }
    }
    files
}
