//! `sapwood`: the broker, its command line and its load tester.

use std::process::ExitCode;

use broker::commands::applets;
use broker::commands::install_shims::InstallShims;
use broker::commands::log::LogCommand;
use broker::server::start;
use clap::Parser;

/// Memory that comes and goes by the megabyte is what a broker does all day.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A Kafka-compatible log broker, its command line and its load tester.
///
/// Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 not found or exists already, 4 denied,
/// 5 the broker cannot be reached.
#[derive(Debug, Parser)]
#[command(name = "sapwood", version, disable_help_subcommand = true, max_term_width = 100)]
struct Arguments {
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
    InstallShims(InstallShims),
}

#[derive(Debug, clap::Subcommand)]
enum ServerCommand {
    /// Run a broker in the foreground until SIGTERM.
    Start(start::StartArguments),
}

fn main() -> ExitCode {
    match applets::called() {
        Some(code) => code,
        None => sapwood(),
    }
}

fn sapwood() -> ExitCode {
    match Arguments::parse().command {
        Command::Dev(arguments) => start::dev(&arguments),
        Command::Server(ServerCommand::Start(arguments)) => start::run(&arguments),
        Command::Log(command) => command.run(),
        Command::Client(command) => client::cli::run(command),
        Command::InstallShims(command) => command.run(),
    }
}
