//! Results as JUnit XML: a suite per portal, a case per probe. Degraded and down are failures, unknown is an error.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite, XmlString};

use crate::app::probe::ProbeRun;
use crate::cli::write::human::human;
use crate::cli::write::{Asked, Manner, why};
use crate::model::status::Status;

/// The whole report.
#[must_use]
pub fn junit(runs: &[ProbeRun], manner: &Manner) -> String {
    let mut report = Report::new("emc");
    let mut suites: Vec<TestSuite> = Vec::new();
    for run in runs {
        let name = suite_of(run);
        let case = case_of(run, manner);
        if let Some(suite) = suites.iter_mut().find(|suite| suite.name.as_str() == name) {
            suite.add_test_case(case);
        } else {
            let mut suite = TestSuite::new(name);
            suite.add_test_case(case);
            suites.push(suite);
        }
    }
    report.add_test_suites(suites);
    report.to_string().expect("XML is written to memory") + "\n"
}

fn suite_of(run: &ProbeRun) -> String {
    format!("{}/{}", run.result.id.authority, run.result.id.portal)
}

fn case_of(run: &ProbeRun, manner: &Manner) -> TestCase {
    let mut case = TestCase::new(run.result.id.probe.to_string(), status_of(run, manner));
    case.set_classname(suite_of(run));
    case.set_time(run.result.duration);
    case.set_timestamp(run.result.started_at.fixed_offset());
    case.set_system_out(XmlString::new(human(std::slice::from_ref(run), Asked::One, manner)));
    case
}

fn status_of(run: &ProbeRun, manner: &Manner) -> TestCaseStatus {
    let kind = match run.result.status() {
        Status::Up => return TestCaseStatus::success(),
        Status::Degraded | Status::Down => NonSuccessKind::Failure,
        Status::Unknown => NonSuccessKind::Error,
    };
    let mut status = TestCaseStatus::non_success(kind);
    status.set_type(run.result.reason().map_or("", |reason| reason.as_str()));
    status.set_message(why(run, manner.language));
    let action = run.result.reason().map(|reason| reason.text().action.in_language(manner.language));
    status.set_description(action.unwrap_or_default());
    status
}
