//! `emc sandbox`: says where the practice ministry is and what to try; lists and switches faults.

use std::fmt::Write as _;

use crate::app::sandbox::{self, FaultLine, Opened, Settings, SwitchError};
use crate::cli::args::ListFormat;
use crate::cli::args::sandbox::{FaultCommand, FaultList, SandboxArguments, SandboxCommand};
use crate::cli::exit::{self, Exit};
use crate::cli::out::Out;
use crate::cli::surroundings::world;
use crate::model::text::{Language, Text};

const OPEN: Text = Text {
    vi: "Bộ thực hành đang chạy; nhấn Ctrl-C để dừng.",
    en: "The practice ministry is open; press Ctrl-C to stop.",
};
const PAGES: Text = Text { vi: "trang web", en: "pages" };
const CA: Text = Text { vi: "CA thử", en: "test CA" };
const FAULTS: Text = Text { vi: "bật tắt lỗi", en: "faults" };
const TRY: Text = Text { vi: "Thử ngay ở một cửa sổ khác:", en: "Try, in another window:" };
const SWITCHED_ON: Text = Text { vi: "đã bật", en: "on:" };
const SWITCHED_OFF: Text = Text { vi: "đã tắt", en: "off:" };
const ALL_OFF: Text = Text { vi: "đã tắt mọi lỗi", en: "all faults are off" };
const TAKES: Text = Text { vi: "tham số:", en: "takes:" };

/// Runs the command.
pub(super) fn run(arguments: SandboxArguments, language: Language, out: &mut Out) -> Exit {
    let done = match arguments.command {
        Some(SandboxCommand::Fault(command)) => {
            switch(&command, language, out).map_err(|error| error.to_string())
        }
        None => open(arguments, language, out).map_err(|error| error.to_string()),
    };
    match done {
        Ok(()) => exit::UP,
        Err(why) => {
            out.complain(&why);
            exit::UNKNOWN
        }
    }
}

fn open(given: SandboxArguments, language: Language, out: &mut Out) -> Result<(), sandbox::SandboxError> {
    let SandboxArguments { http, https, admin, name: names, ca_folder, allow_remote, .. } = given;
    let now = (world().clock)();
    let settings = Settings { http, https, admin, names, ca_folder: Some(ca_folder), allow_remote, now };
    sandbox::sandbox(settings, |opened| out.print(&welcome(opened, language)))
}

/// How the reader would call this program again.
pub(super) fn program() -> String {
    std::env::args_os().next().map_or_else(|| "emc".to_owned(), |name| name.to_string_lossy().into_owned())
}

/// The flag by which `fault` finds this ministry; nothing where it is at its usual place.
pub(super) fn admin_flag(opened: &Opened) -> String {
    if opened.admin.port() == 9718 { String::new() } else { format!(" --admin {}", opened.admin) }
}

fn welcome(opened: &Opened, language: Language) -> String {
    let text = |text: Text| text.in_language(language);
    let (emc, admin) = (program(), admin_flag(opened));
    let ca = opened.ca_path.as_ref().map_or_else(String::new, |path| path.display().to_string());
    let home = format!("https://{}/", opened.https);
    format!(
        "{}\n\n  {:<12} {home}  http://{}/\n  {:<12} {ca}\n  {:<12} http://{}/_sandbox/faults\n\n{}\n\n  \
         {emc} probe {home} --ca-file {ca}\n  {emc} sandbox fault list{admin}\n  \
         {emc} sandbox fault on maintenance{admin}\n  {emc} sandbox fault reset{admin}\n",
        text(OPEN),
        text(PAGES),
        opened.http,
        text(CA),
        text(FAULTS),
        opened.admin,
        text(TRY),
    )
}

fn switch(command: &FaultCommand, language: Language, out: &mut Out) -> Result<(), SwitchError> {
    match command {
        FaultCommand::List(list) => print_list(list, language, out)?,
        FaultCommand::On(on) => {
            sandbox::switch_on(on.address.admin, &on.fault, &on.params)?;
            out.print(&format!("{} {}\n", SWITCHED_ON.in_language(language), on.fault));
        }
        FaultCommand::Off(off) => {
            sandbox::switch_off(off.address.admin, &off.fault)?;
            out.print(&format!("{} {}\n", SWITCHED_OFF.in_language(language), off.fault));
        }
        FaultCommand::Reset(address) => {
            sandbox::reset(address.admin)?;
            out.print(&format!("{}\n", ALL_OFF.in_language(language)));
        }
    }
    Ok(())
}

fn print_list(list: &FaultList, language: Language, out: &mut Out) -> Result<(), SwitchError> {
    let lines = sandbox::list(list.address.admin, language)?;
    match list.output {
        ListFormat::Json => out.print(&format!("{:#}\n", serde_json::json!(lines))),
        ListFormat::Human => out.print(&table(&lines, language)),
    }
    Ok(())
}

fn table(lines: &[FaultLine], language: Language) -> String {
    let width = lines.iter().map(|line| line.name.len()).max().unwrap_or(0);
    let mut table = String::new();
    for FaultLine { name, on, params, takes, description, .. } in lines {
        let mark = if *on { '*' } else { ' ' };
        let told = if params.is_empty() { String::new() } else { format!(" [{}]", params.join(" ")) };
        let takes: Vec<&str> = takes.iter().map(String::as_str).filter(|param| *param != "path").collect();
        let takes = if takes.is_empty() {
            String::new()
        } else {
            format!(" ({} {})", TAKES.in_language(language), takes.join(", "))
        };
        // Writing to a string cannot fail.
        let _ = writeln!(table, "{mark} {name:<width$}  {description}{takes}{told}");
    }
    table
}
