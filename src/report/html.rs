//! As a page: printable on A4, readable without any other file.

use askama::Template;

use crate::model::text::{Language, Text};
use crate::report::availability::{AuthorityFigures, Figures, OutageFigures, Report, reason_in_words};
use crate::report::words;

#[derive(Template)]
#[template(path = "report/availability.html")]
struct Page<'a> {
    report: &'a Report,
    language: Language,
}

/// Writes the page.
///
/// # Errors
/// What the template said; it writes to memory.
pub fn write(report: &Report, language: Language) -> Result<String, askama::Error> {
    Page { report, language }.render()
}

impl Page<'_> {
    fn code(&self) -> &'static str {
        match self.language {
            Language::Vi => "vi",
            Language::En => "en",
        }
    }

    fn say(&self, text: Text) -> &'static str {
        text.in_language(self.language)
    }

    fn availability(&self, figures: &Figures) -> String {
        words::availability(figures, self.language)
    }

    fn coverage(&self, figures: &Figures) -> String {
        words::coverage(figures, self.language)
    }

    #[expect(clippy::ref_option, reason = "the shape that templates call")]
    fn objective(&self, objective: &Option<f64>) -> String {
        objective.map_or_else(|| "–".to_owned(), |share| words::percent(share, self.language))
    }

    fn moment(&self, moment: &chrono::DateTime<chrono::Utc>) -> String {
        words::moment(*moment, self.language)
    }

    fn ended(&self, outage: &OutageFigures) -> String {
        if outage.ongoing { self.say(words::ONGOING).to_owned() } else { self.moment(&outage.until) }
    }

    fn why(&self, outage: &OutageFigures) -> String {
        reason_in_words(&outage.reason, self.language)
    }

    fn has_outages(authority: &AuthorityFigures) -> bool {
        authority.portals.iter().any(|portal| !portal.outages.is_empty())
    }
}
