//! The outputs of a run: which files it leaves, and how often it reports.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use client::cli::terminal::shows_progress;
use client::cli::{Failure, Span};
use serde_json::Value;

use crate::engine::Audience;
use crate::report::{Page, html};
use crate::result::Stored;
use crate::screen::{All, Files, Lines, Panel};

/// What a run leaves behind.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Output")]
pub(super) struct Outputs {
    /// Write the result as JSON, with the names of OpenMessaging's benchmark
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write the result as one HTML page with charts
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write a row for each interval
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Write the histograms of each interval, as HdrHistogram's tools read them
    #[arg(long, value_name = "FILE")]
    hdr: Option<PathBuf>,
    /// How long an interval is
    #[arg(long, value_name = "TIME", default_value = "5s")]
    reporting_interval: Span,
    /// Print lines also on a terminal, and no panel
    #[arg(long)]
    no_panel: bool,
}

impl Outputs {
    /// How long an interval is.
    pub(super) fn interval(&self) -> Duration {
        self.reporting_interval.0.max(Duration::from_millis(100))
    }

    /// Whoever looks on.
    pub(super) fn audience(&self) -> Result<All, Failure> {
        let files = Files::create(self.hdr.as_deref(), self.csv.as_deref())?;
        // A panel is drawn on standard error, and lines would run through it.
        let is_watched = shows_progress() && std::io::stdout().is_terminal();
        let shown: Box<dyn Audience> = match is_watched && !self.no_panel {
            true => Box::new(Panel::new()),
            false => Box::new(Lines),
        };
        Ok(All(vec![Box::new(files), shown]))
    }

    /// Writes the files that are made of the whole result.
    pub(super) fn write(&self, result: &Value) -> Result<(), Failure> {
        if let Some(path) = &self.json {
            let text = serde_json::to_string_pretty(result).unwrap_or_default();
            write(path, &(text + "\n"))?;
        }
        if let Some(path) = &self.html {
            write(path, &html(&Page::of(&Stored::new(result.clone()))))?;
        }
        Ok(())
    }
}

/// Writes a file.
pub(super) fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let doing = format!("write {}", path.display());
    std::fs::write(path, text).map_err(|error| Failure::other(&doing, &error))
}
