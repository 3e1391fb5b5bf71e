//! `sapwood`: the broker, its command line and its load tester.

use std::process::ExitCode;

use broker::commands::applets;
use broker::commands::install_shims::InstallShims;
use broker::commands::log::LogCommand;
use broker::commands::{CheckConfig, Completion, ConfigCommand, Generate, Manual};
use broker::server::start;
use clap::{CommandFactory, FromArgMatches, Parser};
use clap_complete::CompleteEnv;
use client::cli::terminal::{self, TerminalArgs};

/// Memory that comes and goes by the megabyte is what a broker does all day.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A Kafka-compatible log broker, its command line and its load tester.
///
/// Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 not found or exists already, 4 denied,
/// 5 the broker cannot be reached, 10 the cluster is not well.
#[derive(Debug, Parser)]
#[command(name = "sapwood", version, disable_help_subcommand = true, max_term_width = 100)]
struct Arguments {
    #[command(flatten)]
    terminal: TerminalArgs,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
#[expect(clippy::large_enum_variant, reason = "there is one in the life of a process")]
enum Command {
    /// Run a broker for development: nothing to configure, topics are made on first use.
    Dev(start::DevArguments),
    /// Run a broker from a configuration file.
    #[command(subcommand)]
    Server(ServerCommand),
    /// Look into partitions on disk, also of a running broker; changes nothing
    #[command(subcommand)]
    Log(LogCommand),
    #[command(flatten)]
    Client(client::cli::Commands),
    /// Load-test any broker that speaks Kafka's protocol
    #[command(subcommand)]
    Bench(bench::command::Bench),
    InstallShims(InstallShims),
    /// Write a Grafana dashboard, alert rules, or a Prometheus configuration
    #[command(subcommand)]
    Generate(Generate),
    /// Print a script that completes command lines
    Completion(Completion),
    /// Print the manual, or write a page for each command
    Man(Manual),
}

#[derive(Debug, clap::Subcommand)]
enum ServerCommand {
    /// Run a broker in the foreground until SIGTERM.
    Start(start::StartArguments),
    /// Say whether a broker would start with a configuration, and with which values
    CheckConfig(CheckConfig),
    /// Say what the keys of the configuration mean
    #[command(subcommand)]
    Config(ConfigCommand),
}

impl ServerCommand {
    fn run(self) -> ExitCode {
        match self {
            Self::Start(arguments) => start::run(&arguments),
            Self::CheckConfig(check) => check.run(),
            Self::Config(config) => config.run(),
        }
    }
}

fn main() -> ExitCode {
    use_small_pages();
    match applets::called() {
        Some(code) => code,
        None => sapwood(),
    }
}

/// Keeps the kernel from giving 2 MB at a time to an allocator that asked for a few KB here and there.
///
/// mimalloc asks for huge pages where the system leaves it to programs. A broker's memory is small pieces in many
/// threads' heaps: idle it took 29 MB with them and takes 21 MB without (bench/RESULTS.md, W11), at the same processor time for
/// a load. It is the first thing that a process does, since memory that has been touched stays as it is.
fn use_small_pages() {
    #[cfg(target_os = "linux")]
    // An old kernel that knows no such wish is as good a place to run.
    let _ = rustix::thread::disable_transparent_huge_pages(true);
}

fn sapwood() -> ExitCode {
    // A shell that asks how a line may go on is answered, and that is all.
    CompleteEnv::with_factory(Arguments::command).complete();
    let arguments = arguments();
    arguments.terminal.choose();
    match arguments.command {
        Command::Dev(arguments) => start::dev(&arguments),
        Command::Log(command) => command.run(),
        Command::Server(command) => command.run(),
        Command::Completion(completion) => completion.run(),
        Command::Man(manual) => manual.run(Arguments::command()),
        Command::Client(command) => client::cli::run(command),
        Command::Bench(command) => command.run(),
        Command::InstallShims(command) => command.run(),
        Command::Generate(generate) => generate.run(),
    }
}

/// What was typed. Wrong usage and calls for help end the process here.
fn arguments() -> Arguments {
    let color = terminal::color_of(std::env::args_os());
    let typed = Arguments::command().color(color).get_matches();
    Arguments::from_arg_matches(&typed).unwrap_or_else(|error| error.exit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_command_has_a_flag_twice() {
        Arguments::command().debug_assert();
    }
}
