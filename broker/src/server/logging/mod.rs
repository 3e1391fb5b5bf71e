//! The log of the process: who reads it decides how it is written, and each part of the program has a level.
//!
//! People on a terminal get text; everything else (a pipe, a file, the journal) gets JSON, a line each ([`JsonLines`]), which
//! no log shipper needs a pattern for. It goes to standard error, so that a command's own output stays clean.

mod json;

use std::io::{self, IsTerminal};

use client::cli::terminal::is_colored;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{fmt, reload};

use self::json::JsonLines;
use crate::telemetry::loggers::Loggers;

/// The variable that sets the levels: `info`, or `warn,broker::net=debug`.
const VARIABLE: &str = "SAPWOOD_LOG";

/// How the log is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// Text on a terminal, JSON elsewhere
    #[default]
    Auto,
    /// Text, for people
    Text,
    /// A JSON object on each line, for programs
    Json,
}

impl LogFormat {
    fn is_json(self) -> bool {
        match self {
            Self::Auto => !io::stderr().is_terminal(),
            Self::Text => false,
            Self::Json => true,
        }
    }
}

/// Begins the log. `default` has the levels if the environment names none.
pub(super) fn begin(format: LogFormat, default: &str) {
    let said = std::env::var(VARIABLE).ok();
    let levels = said.as_deref().map(str::parse::<Targets>).transpose().unwrap_or_else(|error| {
        eprintln!("warning: {VARIABLE} is not understood, so the usual levels hold: {error}");
        None
    });
    let levels =
        levels.unwrap_or_else(|| default.parse().expect("the usual levels are written right"));
    let (filter, handle) = reload::Layer::new(levels.clone());
    let log = tracing_subscriber::registry().with(filter);
    let lines = fmt::layer().with_writer(io::stderr);
    let done = if format.is_json() {
        log.with(lines.event_format(JsonLines)).try_init()
    } else {
        log.with(lines.with_target(false).with_ansi(is_colored())).try_init()
    };
    // A second beginning in one process happens in tests alone.
    if done.is_ok() {
        Loggers::new(levels, move |levels| {
            // The log outlives whoever changes its levels.
            drop(handle.reload(levels));
        })
        .install();
    }
}
