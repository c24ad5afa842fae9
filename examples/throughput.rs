//! How many probes of one page a second of CPU time gives: the whole path of `emc serve`, recording included.
//!
//!     cargo run --release --example throughput -- https://127.0.0.1:8443/ 10 --ca-file ca.pem
//!
//! Prints one line of JSON. `benches/throughput.sh` runs it beside others.

mod measuring;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use clap::Parser;
use emc_monitor::model::reason::Reason;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::{TimeVal, TimeValLike};
use serde_json::json;

use crate::measuring::{Measuring, Page};

/// Probes one page as fast as it can.
#[derive(Parser)]
struct Arguments {
    #[command(flatten)]
    page: Page,
    /// How long, in seconds.
    seconds: f64,
    /// Runs in flight.
    #[arg(long, default_value_t = 16)]
    concurrency: usize,
}

/// What came of all runs: how many ended with each reason, those that were up with none.
type Tally = Arc<Mutex<BTreeMap<&'static str, u64>>>;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), String> {
    emc_monitor::app::limits::keep_freed_memory();
    let arguments = Arguments::parse();
    let measuring = Arc::new(Measuring::new(&arguments.page)?);
    // The first run reads roots, starts threads and warms caches.
    let first = measuring.run().await;
    let (user, system) = cpu_seconds();
    let began = Instant::now();
    let until = began + Duration::from_secs_f64(arguments.seconds);
    let tally = Tally::default();
    let runners: Vec<_> = (0..arguments.concurrency)
        .map(|_| tokio::spawn(keep_running(Arc::clone(&measuring), Arc::clone(&tally), until)))
        .collect();
    for runner in runners {
        runner.await.map_err(|error| error.to_string())?;
    }
    let (user_after, system_after) = cpu_seconds();
    let spent = (user_after - user) + (system_after - system);
    let reasons = tally.lock().map_err(|error| error.to_string())?.clone();
    let probes: u64 = reasons.values().sum();
    let up = reasons.get("").copied().unwrap_or_default();
    #[expect(clippy::print_stdout, reason = "the line that the caller reads")]
    #[expect(clippy::cast_precision_loss, reason = "nobody runs 2^52 probes")]
    {
        let line = json!({
            "probes": probes,
            "failed": probes - up,
            "per_cpu_s": (probes as f64 / spent).round(),
            "cpu_us": (spent * 1e6 / probes as f64).round(),
            "user_share": (user_after - user) / spent,
            "wall_s": began.elapsed().as_secs_f64(),
            "kernel_timed": first.facts.kernel_timed,
            "reasons": reasons,
        });
        println!("{line}");
    }
    Ok(())
}

async fn keep_running(measuring: Arc<Measuring>, tally: Tally, until: Instant) {
    let mut own: BTreeMap<&'static str, u64> = BTreeMap::new();
    while Instant::now() < until {
        let result = measuring.run().await;
        *own.entry(result.reason().map_or("", Reason::as_str)).or_default() += 1;
    }
    if let Ok(mut all) = tally.lock() {
        for (reason, count) in own {
            *all.entry(reason).or_default() += count;
        }
    }
}

/// User and system time of this process.
fn cpu_seconds() -> (f64, f64) {
    #[expect(clippy::cast_precision_loss, reason = "microseconds of one run")]
    let seconds = |time: TimeVal| time.num_microseconds() as f64 / 1e6;
    getrusage(UsageWho::RUSAGE_SELF)
        .map_or((0.0, 0.0), |usage| (seconds(usage.user_time()), seconds(usage.system_time())))
}
