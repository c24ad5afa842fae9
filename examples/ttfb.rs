//! How far the reported time to first byte is from the truth, against `ttfb_target`, which says the truth in its title.
//!
//! Prints one line of JSON; errors in microseconds. `benches/ttfb.sh` runs it beside others.

mod measuring;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use clap::Parser;
use emc_monitor::model::phase::Phase;
use emc_monitor::model::result::ProbeResult;
use serde_json::json;

use crate::measuring::{Measuring, Page};

/// Compares reported times with the truth.
#[derive(Parser)]
struct Arguments {
    #[command(flatten)]
    page: Page,
    /// How long, in seconds.
    seconds: f64,
    /// Runs in flight.
    #[arg(long, default_value_t = 1)]
    concurrency: usize,
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), String> {
    let arguments = Arguments::parse();
    let measuring = Arc::new(Measuring::new(&arguments.page)?);
    measuring.run().await;
    let until = Instant::now() + Duration::from_secs_f64(arguments.seconds);
    let errors = Arc::new(Mutex::new(Vec::new()));
    let runners: Vec<_> = (0..arguments.concurrency)
        .map(|_| {
            let (measuring, errors) = (Arc::clone(&measuring), Arc::clone(&errors));
            tokio::spawn(async move {
                while Instant::now() < until {
                    let seen = error_of(&measuring.run().await);
                    if let Ok(mut errors) = errors.lock() {
                        errors.push(seen);
                    }
                }
            })
        })
        .collect();
    for runner in runners {
        runner.await.map_err(|error| error.to_string())?;
    }
    let all = errors.lock().map_err(|error| error.to_string())?.clone();
    let mut known: Vec<(i64, bool)> = all.iter().copied().flatten().collect();
    known.sort_unstable();
    let at = |share: usize| known.get((known.len() * share / 100).min(known.len().saturating_sub(1)));
    let quantile = |share| at(share).map(|(error, _)| *error);
    #[expect(clippy::print_stdout, reason = "the line that the caller reads")]
    {
        let line = json!({
            "probes": all.len(),
            "failed": all.len() - known.len(),
            "kernel_timed": known.iter().filter(|(_, by_kernel)| *by_kernel).count(),
            "p1_us": quantile(1), "p50_us": quantile(50), "p90_us": quantile(90), "p99_us": quantile(99),
            "max_us": quantile(100),
        });
        println!("{line}");
    }
    Ok(())
}

/// Reported less true time in microseconds, and whether the kernel took it; `None` for a run that failed.
fn error_of(result: &ProbeResult) -> Option<(i64, bool)> {
    let truth: i64 = result.facts.http.as_ref()?.title.parse().ok()?;
    let reported = i64::try_from(result.phases.get(Phase::Processing)?.as_micros()).ok()?;
    Some((reported - truth, result.facts.kernel_timed == Some(true)))
}
