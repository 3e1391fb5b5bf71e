//! The command line: what people type.
//!
//! One file a command. Each command is a struct of arguments with a `run` that prints to the given output and returns a
//! [`Failure`] with three parts (what failed, why, what to do) and an exit code:
//!
//! | code | meaning |
//! |---|---|
//! | 0 | done |
//! | 1 | failed |
//! | 2 | the command line makes no sense |
//! | 3 | the thing is not there, or is there already |
//! | 4 | no permission |
//! | 5 | no broker could be reached, or none answered in time |
//!
//! A command starts in about a millisecond, and must: it uses one thread, one connection where one will do, and asks
//! nothing that it does not print.

mod begin;
mod brokers;
mod escape;
mod failure;
mod format;
mod group;
mod nearest;
mod output;
mod span;

mod topic;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Subcommand;

pub use brokers::BrokerArgs;
pub use failure::{Exit, Failure};

/// The commands that speak to a cluster.
#[derive(Debug, Subcommand)]
pub enum Commands {
    /// Make, list, describe and delete topics; write and read their records
    #[command(subcommand)]
    Topic(topic::Topic),
    /// List and describe consumer groups
    #[command(subcommand)]
    Group(group::Group),
}

impl Commands {
    /// Does what was asked, printing to `out`.
    pub async fn run(self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        match self {
            Self::Topic(topic) => topic.run(out).await,
            Self::Group(group) => group.run(out).await,
        }
    }
}

/// Runs a command to its end, on a runtime of its own, with standard output and standard error.
pub fn run(commands: Commands) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return report(&Failure::other("start", &error)),
    };
    let mut out = io::BufWriter::with_capacity(64 << 10, io::stdout());
    let done = runtime.block_on(commands.run(&mut out));
    let done = done.and_then(|()| out.flush().map_err(Failure::from));
    // A thread may still be waiting for standard input; nobody needs what it would read.
    runtime.shutdown_background();
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // What was found before the failure is still worth printing.
            let _ = out.flush();
            report(&failure)
        }
    }
}

fn report(failure: &Failure) -> ExitCode {
    if failure.exit() != Exit::Done {
        eprintln!("{failure}");
    }
    failure.exit().into()
}
