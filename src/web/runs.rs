//! Recent runs in memory, by id: bounded in bytes, and what went wrong stays longer than what went well.

use std::collections::{HashMap, VecDeque};
use std::mem::size_of;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use crate::model::facts::{AddressFacts, Facts};
use crate::model::finding::Finding;
use crate::model::id::{ProbeId, RunId};
use crate::model::result::ProbeResult;
use crate::model::status::Status;
use crate::model::timeline::Event;

/// How much is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunLogSettings {
    /// Bytes for runs that were up.
    pub healthy_bytes: usize,
    /// Bytes for all others.
    pub troubled_bytes: usize,
}

impl Default for RunLogSettings {
    /// Some 500 runs that were up and 4,000 that were not; older ones are shown out of history.
    fn default() -> Self {
        Self { healthy_bytes: 1 << 20, troubled_bytes: 8 << 20 }
    }
}

/// Runs in the order in which they came, up to a number of bytes.
#[derive(Debug)]
struct Shelf {
    order: VecDeque<(RunId, usize)>,
    bytes: usize,
    limit: usize,
}

impl Shelf {
    const fn new(limit: usize) -> Self {
        Self { order: VecDeque::new(), bytes: 0, limit }
    }

    /// Notes a run and gives back those that must go for it.
    fn put(&mut self, id: RunId, bytes: usize) -> Vec<RunId> {
        self.order.push_back((id, bytes));
        self.bytes += bytes;
        let mut gone = Vec::new();
        while self.bytes > self.limit
            && let Some((oldest, freed)) = self.order.pop_front()
        {
            self.bytes -= freed;
            gone.push(oldest);
        }
        gone
    }
}

#[derive(Debug)]
struct Shelves {
    runs: HashMap<RunId, Arc<ProbeResult>>,
    healthy: Shelf,
    troubled: Shelf,
}

/// Recent runs. Shared by whoever records and whoever shows.
#[derive(Debug)]
pub struct RunLog {
    shelves: Mutex<Shelves>,
}

impl RunLog {
    /// Empty.
    #[must_use]
    pub fn new(settings: RunLogSettings) -> Self {
        let shelves = Shelves {
            runs: HashMap::new(),
            healthy: Shelf::new(settings.healthy_bytes),
            troubled: Shelf::new(settings.troubled_bytes),
        };
        Self { shelves: Mutex::new(shelves) }
    }

    /// Keeps a run; the oldest of its sort go when there is no room.
    pub fn push(&self, run: Arc<ProbeResult>) {
        let (id, bytes, status) = (run.run_id, weight(&run), run.status());
        let mut shelves = self.lock();
        if shelves.runs.insert(id, run).is_some() {
            return;
        }
        let shelf = if status == Status::Up { &mut shelves.healthy } else { &mut shelves.troubled };
        for gone in shelf.put(id, bytes) {
            shelves.runs.remove(&gone);
        }
    }

    /// A run, if it is still kept.
    #[must_use]
    pub fn get(&self, id: RunId) -> Option<Arc<ProbeResult>> {
        self.lock().runs.get(&id).cloned()
    }

    /// Which of these runs are still kept.
    pub(crate) fn contains(&self, ids: impl Iterator<Item = RunId>) -> Vec<bool> {
        let shelves = self.lock();
        ids.map(|id| shelves.runs.contains_key(&id)).collect()
    }

    /// The newest kept runs of a probe, newest first.
    pub(crate) fn of_probe(&self, probe: &ProbeId, most: usize) -> Vec<Arc<ProbeResult>> {
        let mut runs: Vec<_> = self.lock().runs.values().filter(|run| run.id == *probe).cloned().collect();
        runs.sort_by_key(|run| std::cmp::Reverse((run.started_at, run.run_id)));
        runs.truncate(most);
        runs
    }

    fn lock(&self) -> MutexGuard<'_, Shelves> {
        self.shelves.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a run weighs in memory, near enough to bound the whole. A certificate chain is shared between runs and is
/// not counted.
fn weight(run: &ProbeResult) -> usize {
    let events: usize =
        run.timeline.events().iter().map(|event| size_of::<Event>() + event.detail.len()).sum();
    let findings: usize = run.assessment.findings.iter().map(weight_of_finding).sum();
    size_of::<ProbeResult>() + run.target.len() + events + findings + weight_of_facts(&run.facts)
}

fn weight_of_finding(finding: &Finding) -> usize {
    size_of::<Finding>() + finding.expected.bytes() + finding.found.bytes()
}

fn weight_of_facts(facts: &Facts) -> usize {
    let addresses = facts.addresses.iter().map(|address| {
        size_of::<AddressFacts>() + address.fault.as_ref().map_or(0, |fault| fault.detail.len())
    });
    let tls = facts.tls.as_ref().map_or(0, |tls| {
        tls.alpn.len() + tls.server_name.len() + tls.detail.len() + tls.ocsp.as_ref().map_or(0, Vec::len)
    });
    let http = facts.http.as_ref().map_or(0, |http| {
        let headers: usize = http.headers.iter().map(|(name, value)| 64 + name.len() + value.len()).sum();
        http.final_url.len() + http.title.len() + http.excerpt.len() + headers
    });
    addresses.sum::<usize>() + tls + http + facts.more.values().map(weight_of_value).sum::<usize>()
}

fn weight_of_value(value: &Value) -> usize {
    let own = size_of::<Value>();
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => own,
        Value::String(text) => own + text.len(),
        Value::Array(values) => own + values.iter().map(weight_of_value).sum::<usize>(),
        Value::Object(members) => {
            own + members.iter().map(|(name, value)| 48 + name.len() + weight_of_value(value)).sum::<usize>()
        }
    }
}
