//! Starting and stopping: from the words of a command line to a broker that serves, and back.
//!
//! Order of a start: configuration; log dirs (locked, and known to be ours); the Raft log, from which the metadata is
//! rebuilt; registration, which raises the leader epochs; partitions; listeners. Only then is it said that the broker
//! serves. A stop goes the other way, and what has been closed in order leaves a mark that spares the next start the
//! recovery.

use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::process::ExitCode;

use tracing_subscriber::EnvFilter;

use super::dev::{DevOptions, EphemeralDir, banner};
use super::running::{Running, StartError};
use crate::config::{Settings, Severity, Sources, load};

/// What `sapwood dev` takes.
pub type DevArguments = DevOptions;

/// What `sapwood server start` takes.
#[derive(Clone, Debug, clap::Args)]
pub struct StartArguments {
    /// The configuration, in Kafka's server.properties format
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Set a key on top of the file, as in server.properties
    #[arg(long = "override", value_name = "KEY=VALUE")]
    pub overrides: Vec<String>,
    /// Warn about unknown keys instead of refusing them
    #[arg(long)]
    pub lenient: bool,
}

/// Exit codes of the broker, beside 0.
mod exit {
    /// It could not start, or had to stop.
    pub(super) const FAILED: u8 = 1;
    /// The configuration makes no sense.
    pub(super) const CONFIGURATION: u8 = 2;
}

/// Runs `sapwood dev`.
pub fn dev(options: &DevOptions) -> ExitCode {
    init_logging("warn,openraft=error");
    let ephemeral = match options.ephemeral.then(EphemeralDir::create).transpose() {
        Ok(dir) => dir,
        Err(error) => {
            return fail(exit::FAILED, &format!("cannot make a temporary directory: {error}"));
        }
    };
    let chosen =
        ephemeral.as_ref().map(|dir| dir.path().to_owned()).or_else(|| options.dir.clone());
    // Where nobody says where, the environment does.
    let sources = Sources::of_process(None, Vec::new(), false).and_then(|sources| {
        let dir = chosen.unwrap_or(sources.data_directory);
        let sources = Sources::of_process(None, options.settings(&dir), false)?;
        Ok((sources, dir))
    });
    let auto_create = !options.no_auto_create;
    match sources {
        Ok((sources, dir)) => serve(&sources, move |running| {
            print!("{}", banner(&running.first_address(), &dir, auto_create))
        }),
        Err(error) => fail(exit::CONFIGURATION, &error.to_string()),
    }
}

/// Runs `sapwood server start`.
pub fn run(arguments: &StartArguments) -> ExitCode {
    init_logging("info,openraft=warn");
    let overrides = arguments.overrides.clone();
    match Sources::of_process(arguments.config.as_deref(), overrides, arguments.lenient) {
        Ok(sources) => serve(&sources, |running| {
            eprintln!("sapwood {} serves on {}", env!("CARGO_PKG_VERSION"), running.addresses());
        }),
        Err(error) => fail(exit::CONFIGURATION, &error.to_string()),
    }
}

fn serve(sources: &Sources, announce: impl FnOnce(&Running)) -> ExitCode {
    let settings = match configure(sources) {
        Ok(settings) => settings,
        Err(code) => return code,
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_name("network")
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return fail(exit::FAILED, &format!("cannot start threads: {error}")),
    };
    let ended = runtime.block_on(async {
        let running = Running::start(settings).await?;
        announce(&running);
        let why = tokio::select! {
            why = stop_asked() => why?,
            failed = running.failed() => return Err(failed),
        };
        tracing::info!(why, "stopping");
        running.stop().await;
        Ok::<(), StartError>(())
    });
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(exit::FAILED, &error.to_string()),
    }
}

fn configure(sources: &Sources) -> Result<Settings, ExitCode> {
    match load(sources).into_settings() {
        Ok((settings, report)) => {
            for problem in &report.problems {
                match problem.severity {
                    Severity::Info => tracing::info!("{problem}"),
                    _ => tracing::warn!("{problem}"),
                }
            }
            Ok(settings)
        }
        Err(error) => Err(fail(exit::CONFIGURATION, &error.to_string())),
    }
}

/// Waits for SIGTERM or SIGINT, and says which it was.
async fn stop_asked() -> io::Result<&'static str> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => Ok("SIGTERM"),
        _ = interrupt.recv() => Ok("SIGINT"),
    }
}

/// Logs for people on a terminal, JSON for programs otherwise. `SAPWOOD_LOG` sets the levels.
fn init_logging(default: &str) {
    let levels = EnvFilter::try_from_env("SAPWOOD_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    let builder = tracing_subscriber::fmt().with_env_filter(levels).with_writer(io::stderr);
    let done = if io::stderr().is_terminal() {
        builder.with_target(false).try_init()
    } else {
        builder.json().flatten_event(true).try_init()
    };
    // A second initialisation in one process happens in tests alone.
    drop(done);
}

fn fail(code: u8, message: &str) -> ExitCode {
    eprintln!("error: {message}");
    ExitCode::from(code)
}
