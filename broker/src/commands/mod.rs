//! Commands that read files on disk or the broker's configuration, or tell what this binary knows of itself: what an
//! operator types on the machine.
//!
//! Commands that speak to a cluster live in the client (`client/src/cli/`), which knows nothing of files.
//!
//! - [`log`]: `sapwood log dump|verify`, which read partitions, and change nothing.
//! - [`applets`]: Kafka's scripts, of all crates together, and the name that this process was called by.
//! - [`install_shims`]: `sapwood install-shims`, which makes the links to be called by.
//! - [`CheckConfig`] and [`ConfigCommand`]: `sapwood server check-config` and `sapwood server config explain|list`.
//! - [`Generate`]: `sapwood generate`, which writes a dashboard, alert rules and a configuration for Prometheus.
//! - [`Completion`] and [`Manual`]: `sapwood completion` and `sapwood man`, from the definition of the command line.

pub mod applets;
mod check_config;
mod completion;
mod config;
mod generate;
pub mod install_shims;
pub mod log;
mod man;

use std::io::{self, Write};
use std::process::ExitCode;

use client::cli::{Exit, Failure};

pub use check_config::CheckConfig;
pub use completion::Completion;
pub use config::ConfigCommand;
pub use generate::Generate;
pub use man::Manual;

/// Runs a command that prints to standard output, and says on standard error how it failed.
fn run_with_output(run: impl FnOnce(&mut (dyn Write + Send)) -> Result<(), Failure>) -> ExitCode {
    let mut out = io::BufWriter::with_capacity(64 << 10, io::stdout());
    let done = run(&mut out);
    // What was found before the failure is still worth printing.
    let flushed = out.flush().map_err(Failure::from);
    match done.and(flushed) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if failure.exit() != Exit::Done {
                eprintln!("{failure}");
            }
            failure.exit().into()
        }
    }
}
