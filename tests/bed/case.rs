//! A case, and what is demanded of every one: the verdict, the reason, the deadline, memory, CPU time, clean text.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hickory_proto::op::ResponseCode;
use serde_json::{Value, json};

use crate::child::{Order, Report, run_in_child};
use crate::names::{Says, name_server};
use crate::soak;

/// How much later than its timeout a run may end.
const GRACE: Duration = Duration::from_millis(500);
/// How much a run may add to the process's memory.
const MEMORY_MAX_KIB: u64 = 32 << 10;
/// How much CPU time a run may take. The tests' build is not optimised: it is given what it is slower by.
const CPU_MAX: Duration = Duration::from_secs(if cfg!(debug_assertions) { 4 } else { 1 });
/// How long a run may last where nothing else is said: long enough for a busy machine to answer in.
const TIMEOUT: Duration = Duration::from_secs(30);
/// How long a run may last where the server makes it last to the end.
const SHORT: Duration = Duration::from_millis(1500);
/// How many cases run at a time.
const AT_A_TIME: usize = 4;

/// Whose turn it is.
static TURN: Mutex<()> = Mutex::new(());

/// A server that misbehaves, and the verdict it must get.
pub(crate) struct Case {
    /// What the server does, in a few words.
    pub(crate) name: &'static str,
    /// What is run.
    pub(crate) order: Order,
    /// The status it must get.
    pub(crate) status: &'static str,
    /// The reason it must get; empty when up.
    pub(crate) reason: &'static str,
}

impl Case {
    /// A case of the `http` kind for this address.
    pub(crate) fn http(
        name: &'static str,
        url: impl Into<String>,
        status: &'static str,
        reason: &'static str,
    ) -> Self {
        Self::of(name, json!({"http": {"url": url.into()}}), status, reason)
    }

    /// A case of whatever kind.
    pub(crate) fn of(
        name: &'static str,
        settings: Value,
        status: &'static str,
        reason: &'static str,
    ) -> Self {
        // The machine's own resolver is never asked: this one knows of no name.
        let resolvers = vec![name_server(Says::Code(ResponseCode::NXDomain))];
        let order = Order { settings, resolvers, timeout: TIMEOUT, ..Order::default() };
        Self { name, order, status, reason }
    }

    /// Sets a key of the kind's settings.
    pub(crate) fn with(mut self, key: &str, value: Value) -> Self {
        let kind = self.order.settings.as_object_mut().unwrap().values_mut().next().unwrap();
        kind[key] = value;
        self
    }

    /// The server makes the run last until its deadline.
    pub(crate) fn until_the_deadline(mut self) -> Self {
        self.order.timeout = SHORT;
        self
    }

    fn faults(&self, report: &Report) -> Vec<String> {
        let mut faults = Vec::new();
        if (report.status.as_str(), report.reason.as_str()) != (self.status, self.reason) {
            let wanted = format!("{} {}", self.status, self.reason);
            faults.push(format!("is {} {} instead of {wanted}", report.status, report.reason));
        }
        if report.spent > self.order.timeout + GRACE {
            faults.push(format!("took {:?} of {:?}", report.spent, self.order.timeout));
        }
        if report.memory_kib > MEMORY_MAX_KIB {
            faults.push(format!("took {} KiB", report.memory_kib));
        }
        if report.cpu > CPU_MAX {
            faults.push(format!("took {:?} of CPU time", report.cpu));
        }
        if report.told.chars().any(|c| c.is_control() && c != '\n' || ('\u{202a}'..='\u{202e}').contains(&c))
        {
            faults.push("shows control characters".to_owned());
        }
        faults
    }
}

/// Waits for the turn of whoever measures.
pub(crate) fn turn() -> MutexGuard<'static, ()> {
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs cases, a few at a time, and panics with everything that is wrong.
pub(crate) fn check(cases: &[Case]) {
    // One group after the other, however many tests run at once: deadlines and CPU times are measured here.
    let _turn = turn();
    let next = AtomicUsize::new(0);
    let runs = cases.len() * soak::pick(1, 5);
    let wrong = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(case) = cases.get(number % cases.len()).filter(|_| number < runs) else { break };
                    let report = run_in_child(&case.order);
                    let faults = case.faults(&report);
                    println!(
                        "{:<50} {:<8} {:<20} {:>6} ms {:>6} KiB {:>5} ms CPU",
                        case.name,
                        report.status,
                        report.reason,
                        report.spent.as_millis(),
                        report.memory_kib,
                        report.cpu.as_millis()
                    );
                    if !faults.is_empty() {
                        wrong.lock().unwrap().push(format!(
                            "{}: {}\n{}",
                            case.name,
                            faults.join(", "),
                            report.told
                        ));
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} of {} cases:\n\n{}", wrong.len(), cases.len(), wrong.join("\n\n"));
}
