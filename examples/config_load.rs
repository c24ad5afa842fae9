//! How long a configuration of many probes takes to load, beside one plain serde-saphyr pass over the same files.
//!
//! `cargo run --release --example config_load [PROBES] [ROUNDS]` prints one line of JSON; `ratio` is what counts.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use emc_monitor::config::load;
use emc_monitor::config::resources::NoEnvironment;
use serde::Deserialize;

/// Probes per file.
const PER_FILE: usize = 500;
/// Probes per portal.
const PER_PORTAL: usize = 5;

/// The same files as a program would read them that checks nothing.
#[derive(Deserialize)]
#[expect(dead_code, reason = "only the reading is measured")]
struct PlainFile {
    authority: PlainAuthority,
    portals: Vec<PlainPortal>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only the reading is measured")]
struct PlainAuthority {
    id: String,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only the reading is measured")]
struct PlainPortal {
    id: String,
    url: String,
    probes: Vec<PlainProbe>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only the reading is measured")]
struct PlainProbe {
    name: String,
    every: String,
    timeout: String,
    http: PlainHttp,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only the reading is measured")]
struct PlainHttp {
    path: String,
    slow_after: String,
    expect: PlainExpect,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only the reading is measured")]
struct PlainExpect {
    status: Vec<u16>,
    contains: Vec<String>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let probes: usize = arguments.next().map_or(Ok(10_000), |text| text.parse())?;
    let rounds: usize = arguments.next().map_or(Ok(7), |text| text.parse())?;
    let folder = tempfile::tempdir()?;
    write(folder.path(), probes)?;
    let (mut plain, mut whole) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        plain.push(timed(|| read_plainly(folder.path()))?);
        whole.push(timed(|| load_whole(folder.path(), probes))?);
    }
    let (plain, whole) = (median(plain), median(whole));
    let ratio = whole.as_secs_f64() / plain.as_secs_f64();
    let result = serde_json::json!({
        "probes": probes,
        "plain_ms": plain.as_secs_f64() * 1000.0,
        "load_ms": whole.as_secs_f64() * 1000.0,
        "ratio": ratio,
    });
    #[expect(clippy::print_stdout, reason = "this is what the program is for")]
    {
        println!("{result}");
    }
    Ok(())
}

/// Writes files of authorities as an operator would.
fn write(folder: &Path, probes: usize) -> Result<(), Box<dyn Error>> {
    use std::fmt::Write as _;
    for first in (0..probes).step_by(PER_FILE) {
        let mut text = format!("authority: {{id: a{first}, name: {{vi: Bộ {first}}}}}\nportals:\n");
        for number in first..probes.min(first + PER_FILE) {
            if number.is_multiple_of(PER_PORTAL) {
                write!(text, "  - id: p{number}\n    url: https://p{number}.bo-vd.example\n    probes:\n")?;
            }
            write!(
                text,
                "      - name: m{number}\n        every: 30s\n        timeout: 10s\n        http:\n          path: /trang-{number}\n          \
                 slow_after: 2s\n          expect:\n            status: [200]\n            contains: [Dịch vụ công]\n"
            )?;
        }
        fs::write(folder.join(format!("a{first}.yaml")), text)?;
    }
    Ok(())
}

fn read_plainly(folder: &Path) -> Result<usize, Box<dyn Error>> {
    let mut count = 0;
    for entry in fs::read_dir(folder)? {
        let file: PlainFile = serde_saphyr::from_str(&fs::read_to_string(entry?.path())?)?;
        count += file.portals.iter().map(|portal| portal.probes.len()).sum::<usize>();
    }
    Ok(count)
}

fn load_whole(folder: &Path, probes: usize) -> Result<usize, Box<dyn Error>> {
    let loaded = load(folder, &NoEnvironment)?;
    if loaded.specs.len() == probes { Ok(probes) } else { Err("probes were lost".into()) }
}

fn timed(work: impl FnOnce() -> Result<usize, Box<dyn Error>>) -> Result<Duration, Box<dyn Error>> {
    let began = Instant::now();
    work()?;
    Ok(began.elapsed())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
