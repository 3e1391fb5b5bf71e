//! `sapwood bench …`: load tests for any broker that speaks Kafka's protocol.
//!
//! One file a command. Those that make load turn their arguments into a [`Plan`](crate::engine::Plan) and hand it to a
//! [`Stage`](stage::Stage), which carries it out, shows it, and keeps what was asked for.

mod compare;
mod consume;
mod e2e;
mod max;
mod outputs;
mod produce;
mod report;
mod run;
mod search;
mod stage;
mod terms;
mod topic;

use std::io::Write;
use std::process::ExitCode;

use clap::Subcommand;
use client::cli::Failure;

/// The load tester.
#[derive(Debug, Subcommand)]
pub enum Bench {
    /// Write records, at a rate or as fast as it goes, and say how long each took
    Produce(produce::Produce),
    /// Read records as fast as it goes, and check what `--verify` has marked
    Consume(consume::Consume),
    /// Write and read at once, by one clock, and check that nothing is lost
    E2e(e2e::EndToEnd),
    /// Run a workload of OpenMessaging's benchmark, whose files are taken as they are
    Run(run::Run),
    /// Search the highest rate that is sustained
    Max(max::Max),
    /// Say what is different between two results, and fail if it is too much
    Compare(compare::Compare),
    /// Draw a result as a page with charts
    Report(report::Report),
}

impl Bench {
    /// Does what was asked, to its end.
    pub fn run(self) -> ExitCode {
        client::cli::perform(async |out| self.perform(out).await)
    }

    async fn perform(self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        match self {
            Self::Produce(produce) => produce.run(out).await,
            Self::Consume(consume) => consume.run(out).await,
            Self::E2e(both) => both.run(out).await,
            Self::Run(run) => run.run(out).await,
            Self::Max(max) => max.run(out).await,
            Self::Compare(compare) => compare.run(out),
            Self::Report(report) => report.run(out),
        }
    }
}
