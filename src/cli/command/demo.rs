//! `emc demo`: starts both, says where they are and what to try.

use crate::app::check::styling;
use crate::app::demo::{DemoError, DemoOptions, Shown, demo};
use crate::app::serve::{ServeError, listen_address};
use crate::cli::args::DemoArguments;
use crate::cli::command::sandbox::{admin_flag, program};
use crate::cli::exit::{self, Exit};
use crate::cli::out::Out;
use crate::cli::surroundings::{Surroundings, world};
use crate::model::text::{Language, Text};

const RUNNING: Text = Text {
    vi: "Đang chạy: một cổng thực hành và trình giám sát theo dõi nó. Nhấn Ctrl-C để dừng.",
    en: "Running: a practice ministry and a monitor that watches it. Press Ctrl-C to stop.",
};
const MONITOR: Text = Text { vi: "trình giám sát", en: "monitor" };
const METRICS: Text = Text { vi: "số đo", en: "metrics" };
const PORTAL: Text = Text { vi: "cổng thực hành", en: "practice portal" };
const CONFIG: Text = Text { vi: "cấu hình", en: "configuration" };
const BREAK: Text = Text {
    vi: "Ở một cửa sổ khác, hãy làm hỏng cổng rồi xem trình giám sát nói gì sau vài giây:",
    en: "In another window, break the portal and see what the monitor says a few seconds later:",
};

/// Runs the command until it is told to stop.
pub(super) fn run(arguments: &DemoArguments, surroundings: Surroundings, out: &mut Out) -> Exit {
    let listen = match listen_address(&arguments.listen) {
        Ok(listen) => listen,
        Err(wrong) => {
            out.complain(wrong.in_language(surroundings.language));
            return exit::UNKNOWN;
        }
    };
    let options = DemoOptions { listen, scratch: std::env::temp_dir() };
    let language = surroundings.language;
    match demo(&options, world(), |shown| out.print(&welcome(shown, language))) {
        Ok(()) => exit::UP,
        Err(DemoError::Monitor(ServeError::Config(diagnostics))) => {
            out.warn(&diagnostics.render(styling(surroundings.colours_errors()), surroundings.language));
            exit::UNKNOWN
        }
        Err(error) => {
            out.complain(&error.to_string());
            exit::UNKNOWN
        }
    }
}

fn welcome(shown: &Shown, language: Language) -> String {
    let text = |text: Text| text.in_language(language);
    let (emc, admin) = (program(), admin_flag(&shown.ministry));
    let monitor = shown.monitor.trim_end_matches('/');
    let portal = format!("https://{}/", shown.ministry.https);
    format!(
        "{}\n\n  {:<16} {monitor}/\n  {:<16} {monitor}/metrics\n  {:<16} {portal}  http://{}/\n  {:<16} {}\n\n{}\n\n  \
         {emc} sandbox fault list{admin}\n  {emc} sandbox fault on maintenance{admin}\n  \
         curl -s {monitor}/metrics | grep emc_probe_reason_info\n  {emc} sandbox fault reset{admin}\n",
        text(RUNNING),
        text(MONITOR),
        text(METRICS),
        text(PORTAL),
        shown.ministry.http,
        text(CONFIG),
        shown.config.display(),
        text(BREAK),
    )
}
