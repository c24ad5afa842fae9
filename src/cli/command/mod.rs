//! One function per command: takes its arguments, calls its use case in `app`, prints, and says how to end.

mod check;
mod completions;
mod dashboards;
mod demo;
mod doctor;
mod healthcheck;
mod history;
mod lists;
mod probe;
mod report;
mod rules;
mod sandbox;
mod serve;
mod verify;

use crate::cli::args::{Arguments, Command, ConfigCommand, SchemaCommand};
use crate::cli::exit::Exit;
use crate::cli::out::Out;
use crate::cli::surroundings::Surroundings;

/// Runs the command that was asked for.
pub(in crate::cli) fn run(arguments: Arguments, surroundings: &Surroundings, out: &mut Out) -> Exit {
    let common = arguments.common;
    match arguments.command {
        Command::Probe(probe) => probe::run(&probe, &common, surroundings, out),
        Command::Verify(verify) => verify::run(&verify, &common, surroundings, out),
        Command::History(history) => history::run(*history, &common, surroundings, out),
        Command::Report(report) => report::run(report, &common, surroundings, out),
        Command::Kinds(kinds) => lists::kinds(&kinds, surroundings, out),
        Command::Schema(SchemaCommand::Result) => lists::result_schema(out),
        Command::Schema(SchemaCommand::Verification) => lists::verification_schema(out),
        Command::Config(ConfigCommand::Schema) => lists::config_schema(out),
        Command::Rules(rules) => rules::run(&rules, &common, surroundings, out),
        Command::Doctor => doctor::run(&common, surroundings, out),
        Command::Healthcheck(health) => healthcheck::run(&health, surroundings, out),
        Command::Completions(completions) => completions::completions(&completions, out),
        Command::Man(man) => completions::man(&man, surroundings, out),
        Command::Serve(serve) => serve::run(&serve, &common, surroundings, out),
        Command::Check(check) => check::run(&check, &common, surroundings, out),
        Command::Dashboards(command) => dashboards::run(command, surroundings, out),
        Command::Sandbox(sandbox) => sandbox::run(sandbox, surroundings.language, out),
        Command::Demo(demo) => demo::run(&demo, *surroundings, out),
    }
}
