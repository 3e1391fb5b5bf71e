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
//! | 10 | the cluster answered, and is not well (`cluster health`, `doctor`) |
//!
//! A command starts in about a millisecond, and must: it uses one thread, one connection where one will do, and asks
//! nothing that it does not print.

pub mod applets;
mod begin;
mod brokers;
mod cluster;
pub mod complete;
mod configs;
mod confirm;
mod debug;
mod doctor;
mod escape;
mod failure;
mod filter;
mod format;
mod group;
mod lines;
mod moment;
pub mod output;
mod parse;
mod profile;
mod progress;
mod record_json;
mod span;
mod stretch;
pub mod terminal;
mod terms;
mod topic;
mod version;
mod watch;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Subcommand;

pub use brokers::BrokerArgs;
pub use failure::{Exit, Failure};
pub use parse::key_value;
pub use span::Span;
pub use terms::{AcksArg, Codec};

/// The commands that speak to a cluster.
#[derive(Debug, Subcommand)]
pub enum Commands {
    /// Make, list, describe and delete topics; write and read their records
    #[command(subcommand)]
    Topic(topic::Topic),
    /// List, describe, rewind and delete consumer groups
    #[command(subcommand)]
    Group(group::Group),
    /// Look at a cluster, its health and its brokers
    #[command(subcommand)]
    Cluster(cluster::Cluster),
    /// Look at everything between here and a cluster that works, and say what is wrong
    Doctor(doctor::Doctor),
    /// Find out what is going on
    #[command(subcommand)]
    Debug(debug::Debug),
    /// Say which release this is
    Version(version::Version),
    /// Keep clusters by a name of one's own
    #[command(subcommand)]
    Profile(profile::Profile),
}

impl Commands {
    /// Does what was asked, printing to `out`.
    pub async fn run(self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        match self {
            Self::Topic(topic) => topic.run(out).await,
            Self::Group(group) => group.run(out).await,
            Self::Cluster(cluster) => cluster.run(out).await,
            Self::Doctor(doctor) => doctor.run(out).await,
            Self::Debug(debug) => debug.run(out).await,
            Self::Version(version) => version.run(out).await,
            Self::Profile(profile) => profile.run(out),
        }
    }
}

/// Runs a command to its end, on a runtime of its own, with standard output and standard error.
pub fn run(commands: Commands) -> ExitCode {
    perform(async |out| commands.run(out).await)
}

/// Does something to its end, on a runtime of its own, with standard output; a failure is told on standard error.
pub fn perform(act: impl AsyncFnOnce(&mut (dyn Write + Send)) -> Result<(), Failure>) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return report(&Failure::other("start", &error)),
    };
    let mut out = io::BufWriter::with_capacity(64 << 10, io::stdout());
    let done = runtime.block_on(act(&mut out));
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

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(subcommand)]
        commands: Commands,
    }

    fn accepts(line: &str) -> bool {
        let arguments = std::iter::once("sapwood").chain(line.split(' '));
        Line::try_parse_from(arguments).is_ok()
    }

    #[test]
    fn no_two_flags_of_a_command_are_the_same() {
        Line::command().debug_assert();
    }

    #[test]
    fn command_lines_parse_as_they_are_documented() {
        for line in [
            "topic create a b -p 3 -r 2 -c retention.ms=1000 -c cleanup.policy=compact --if-not-exists",
            "topic create a --partitions 1 --replication-factor 1 --bootstrap-server h:1,i:2",
            "topic ls ^logs -o json -b h:1",
            "topic describe a -p --output table",
            "topic produce a -k : -H a=1 -H b:2 -z zstd --acks all -p 0 --timeout 5s",
            "topic produce a --acks -1",
            "topic consume a b -o -10 -n 5 -e -f %v\\n",
            "topic consume a -o @-1h -p 0,2 -J",
            "topic consume a -g g --offset start --read-committed",
            "topic delete a -y",
            "group list -o name",
            "group describe g h --brokers h:1",
        ] {
            assert!(accepts(line), "{line}");
        }
        for line in [
            "topic create",
            "topic create a -p 0",
            "topic create a -c novalue",
            "topic consume a -o nowhere",
            "topic consume a -g g -p 1",
            "topic produce a --acks 2",
            "topic list -o xml",
            "topic list --timeout soon",
        ] {
            assert!(!accepts(line), "{line}");
        }
    }
}
