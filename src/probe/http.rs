//! The `http` kind: availability and latency of a page.
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::text::Text;
use crate::probe::SharedProbe;
use crate::probe::kind::Settings;
use crate::probe::settings::{Context, SettingsErrors};

/// What it measures.
pub const HTTP_SUMMARY: Text = Text {
    vi: "một trang web có truy cập được không và nhanh đến đâu",
    en: "whether a page answers, with what, and how fast",
};

/// Settings of the `http` kind.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HttpSettings {}

impl Settings for HttpSettings {
    fn build(self, _context: &Context<'_>) -> Result<SharedProbe, SettingsErrors> {
        todo!()
    }
}
