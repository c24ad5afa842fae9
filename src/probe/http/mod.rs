//! The `http` kind: availability and latency of a page, and whether it is the page that was asked for.
//!
//! [`settings`] is what an operator writes, [`build`] checks it and makes a [`HttpProbe`] of it; [`observe`] fetches
//! the page hop by hop, [`reading`] reads it once, [`assess`] judges.

mod address;
mod assess;
mod build;
mod expect;
mod json;
mod observe;
mod reading;
mod redirect;
mod request;
mod settings;
mod soft;
mod status;

use chrono::{DateTime, Utc};

use crate::model::facts::Facts;
use crate::model::fault::Fault;
use crate::model::finding::Assessment;
use crate::model::phase::Phases;
use crate::model::status::Status;
use crate::model::text::Text;
use crate::net::run::Run;
use crate::probe::http::build::Plan;
use crate::probe::http::observe::Observation;
use crate::probe::http::reading::Memo;
use crate::probe::{Probe, Tools};

pub use settings::HttpSettings;

/// What it measures.
pub const HTTP_SUMMARY: Text = Text {
    vi: "một trang web có truy cập được không, có đúng nội dung không và nhanh đến đâu",
    en: "whether a page answers, with what, and how fast",
};

/// One page that is watched.
#[derive(Debug)]
pub(super) struct HttpProbe {
    plan: Plan,
    memo: Memo,
}

impl Probe for HttpProbe {
    type Observation = Observation;

    async fn observe(&self, tools: &Tools, run: &mut Run) -> Result<Observation, Fault> {
        observe::observe(&self.plan, &self.memo, tools, run).await
    }

    fn assess(&self, seen: &Observation, now: DateTime<Utc>) -> Assessment {
        Assessment::of(assess::findings(&self.plan, seen, now))
    }

    fn phases(&self, seen: &Observation) -> Phases {
        seen.phases
    }

    fn facts(&self, seen: Observation, status: Status) -> Facts {
        seen.into_facts(&self.plan.request, status)
    }

    fn target(&self) -> String {
        address::shown(&self.plan.request.url)
    }

    fn hosts(&self) -> Vec<String> {
        vec![address::host_and_port(&self.plan.request.url)]
    }
}
