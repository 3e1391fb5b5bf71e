//! Starting and stopping: from the words of a command line to a broker that serves, and back.
//!
//! Order of a start: configuration; log dirs (locked, and known to be ours); the Raft log, from which the metadata is
//! rebuilt; registration, which raises the leader epochs; partitions; listeners. Only then is it said that the broker
//! serves. A stop goes the other way, and what has been closed in order leaves a mark that spares the next start the
//! recovery.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use client::cli::terminal::note;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::demo::Demo;
use super::dev::{DevOptions, EphemeralDir, banner};
use super::logging::{self, LogFormat};
use super::running::{Running, StartError};
use super::supervisor;
use crate::config::{Settings, Severity, Sources, load};

/// What `sapwood dev` takes.
pub type DevArguments = DevOptions;

/// What `sapwood server start` takes.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct StartArguments {
    /// The configuration, in Kafka's server.properties format
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Set a key on top of the file, as in server.properties
    #[arg(long = "override", value_name = "KEY=VALUE")]
    pub overrides: Vec<String>,
    /// Short for --override node.id=ID
    #[arg(long, value_name = "ID")]
    pub node_id: Option<i32>,
    /// Short for --override log.dirs=DIR
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// Short for --override listeners=PLAINTEXT://HOST:PORT
    #[arg(long, value_name = "HOST:PORT")]
    pub listen: Option<String>,
    /// Short for --override advertised.listeners=PLAINTEXT://HOST:PORT
    #[arg(long, value_name = "HOST:PORT")]
    pub advertise: Option<String>,
    /// Warn about unknown keys instead of refusing them
    #[arg(long)]
    pub lenient: bool,
    /// How the log is written
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub log_format: LogFormat,
}

impl StartArguments {
    /// What goes on top of the file: the short flags, and then what was written out.
    fn settings(&self) -> Vec<String> {
        let plaintext = |key: &str, at: &String| format!("{key}=PLAINTEXT://{at}");
        let short = [
            self.node_id.map(|id| format!("node.id={id}")),
            self.dir.as_ref().map(|dir| format!("log.dirs={}", dir.display())),
            self.listen.as_ref().map(|at| plaintext("listeners", at)),
            self.advertise.as_ref().map(|at| plaintext("advertised.listeners", at)),
        ];
        short.into_iter().flatten().chain(self.overrides.iter().cloned()).collect()
    }
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
    logging::begin(options.log_format, "warn,openraft=error");
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
    match sources {
        Ok((sources, dir)) => serve(&sources, move |running| {
            let address = running.first_address();
            print!("{}", banner(&address, running.http_address(), &dir, options));
            let address = options.demo.then(|| address.parse().ok()).flatten();
            address.map(Demo::begin)
        }),
        Err(error) => fail(exit::CONFIGURATION, &error.to_string()),
    }
}

/// Runs `sapwood server start`.
pub fn run(arguments: &StartArguments) -> ExitCode {
    logging::begin(arguments.log_format, "info,openraft=warn");
    let sources =
        Sources::of_process(arguments.config.as_deref(), arguments.settings(), arguments.lenient);
    match sources {
        Ok(sources) => serve(&sources, |running| {
            let addresses = running.addresses();
            note(format!("sapwood {} serves on {addresses}", env!("CARGO_PKG_VERSION")));
        }),
        Err(error) => fail(exit::CONFIGURATION, &error.to_string()),
    }
}

/// Serves until asked to stop. What `announce` returns lives beside the broker, and ends before it does.
fn serve<T>(sources: &Sources, announce: impl FnOnce(&Running) -> T) -> ExitCode {
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
    let ended = runtime.block_on(run_until_asked(settings, announce));
    // What was stopped in order has nothing left to wait for, and a start that was left must not be waited for.
    runtime.shutdown_background();
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(exit::FAILED, &error.to_string()),
    }
}

async fn run_until_asked<T>(
    settings: Settings,
    announce: impl FnOnce(&Running) -> T,
) -> Result<(), StartError> {
    // Heard from the first moment, so that no signal meets a broker that serves and does not listen yet.
    let mut stop = StopSignals::listen()?;
    supervisor::starting();
    let running = tokio::select! {
        running = Running::start(settings) => running?,
        // A start may be left at any step: the next one begins with what is on disk.
        why = stop.given() => {
            supervisor::stopping(why);
            return Ok(());
        }
    };
    supervisor::serving(&running.addresses());
    // Its beats go on until the runtime ends: closing many logs may take longer than a watchdog waits.
    let _watchdog = supervisor::watchdog();
    let beside = announce(&running);
    let why = tokio::select! {
        why = stop.given() => why,
        failed = running.failed() => {
            supervisor::stopping("it failed");
            return Err(failed);
        }
    };
    tracing::info!(why, "stopping");
    supervisor::stopping(why);
    drop(beside);
    running.stop().await;
    Ok(())
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

/// SIGTERM and SIGINT: a wish to stop.
struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignals {
    fn listen() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// Waits for one, and says which it was.
    async fn given(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}

fn fail(code: u8, message: &str) -> ExitCode {
    eprintln!("error: {message}");
    ExitCode::from(code)
}
