//! A probe that is never run, where only what is known of one matters.

use std::pin::Pin;

use chrono::{DateTime, Utc};
use emc_monitor::net::run::Run;
use emc_monitor::probe::{AnyProbe, Measured, Tools};

pub(crate) struct Never;

impl AnyProbe for Never {
    fn run<'a>(
        &'a self,
        _: &'a Tools,
        _: &'a mut Run,
        _: fn() -> DateTime<Utc>,
    ) -> Pin<Box<dyn Future<Output = Measured> + Send + 'a>> {
        unreachable!("nothing is measured here")
    }

    fn target(&self) -> String {
        String::new()
    }

    fn hosts(&self) -> Vec<String> {
        Vec::new()
    }
}
