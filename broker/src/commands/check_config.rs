//! `sapwood server check-config`: whether a broker would start with a configuration, and with which values.

use std::fmt;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use client::cli::Failure;
use client::cli::output::{Cell, Column, Listing, OutputArgs, OutputFormat, Page, counted};

use super::config::class;
use crate::config::catalogue::{self, Owner};
use crate::config::{ConfigError, Entry, Problem, Report, Severity, Sources, load};

/// The arguments.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Exit codes: 0 a broker starts with it, 2 it does not.")]
pub struct CheckConfig {
    /// The configuration; without it, the environment and the defaults are checked alone
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Set a key on top of the file, as in server.properties
    #[arg(long = "override", value_name = "KEY=VALUE")]
    overrides: Vec<String>,
    /// Every key, those that nobody set too
    #[arg(short, long)]
    all: bool,
    /// Take warnings for errors
    #[arg(long, conflicts_with = "lenient")]
    strict: bool,
    /// Warn about unknown keys instead of refusing them, as `server start --lenient` does
    #[arg(long)]
    lenient: bool,
    #[command(flatten)]
    output: OutputArgs,
}

const KEYS: &[Column] = &[
    Column::text("key"),
    Column::text("value"),
    Column::text("source"),
    Column::text("default"),
    Column::text("changed"),
    Column::text("class"),
    Column::text("meaning").wide(),
];
const PROBLEMS: &[Column] =
    &[Column::text("severity"), Column::text("what"), Column::text("why"), Column::text("remedy")];

impl CheckConfig {
    /// Runs `sapwood server check-config`.
    pub fn run(&self) -> ExitCode {
        super::run_with_output(|out| self.print(out))
    }

    fn print(&self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let report = self.report();
        let verdict = Verdict::of(&report, self.strict);
        let keys = self.keys(&report);
        match self.output.format {
            OutputFormat::Json | OutputFormat::Yaml => {
                let page = Page::new("configuration", self.name())
                    .fact("ok", Cell::from(serde_json::Value::Bool(verdict.is_good())))
                    .part("problems", problems(&report))
                    .part("keys", keys);
                self.output.print_page(out, &page)?;
            }
            _ => {
                if !keys.is_empty() {
                    self.output.print(out, &keys)?;
                    out.flush()?;
                }
                report.problems.iter().for_each(|problem| eprintln!("{}", Told(problem)));
            }
        }
        verdict.into_result(&self.name())
    }

    /// What the configuration is called in messages.
    fn name(&self) -> String {
        self.file.as_ref().map_or("this configuration".into(), |file| file.display().to_string())
    }

    fn report(&self) -> Report {
        let overrides = self.overrides.clone();
        match Sources::of_process(self.file.as_deref(), overrides, self.lenient) {
            Ok(sources) => load(&sources).report,
            Err(ConfigError { problems }) => Report { entries: Vec::new(), problems },
        }
    }

    fn keys(&self, report: &Report) -> Listing {
        let mut listing = Listing::new(KEYS);
        for entry in report.entries.iter().filter(|entry| self.all || entry.origin.is_some()) {
            listing.row(row(entry));
        }
        listing
    }
}

fn row(entry: &Entry) -> [Cell; 7] {
    let page = catalogue::find(entry.key).into_iter().find(|page| page.owner == Owner::Broker);
    let page = page.expect("every entry of a report has a broker's row");
    [
        entry.key.into(),
        entry.value.as_deref().into(),
        entry.origin.as_ref().map_or("default".into(), ToString::to_string).into(),
        page.row.default.into(),
        page.changed().into(),
        class(entry.class).into(),
        page.row.doc.trim().into(),
    ]
}

fn problems(report: &Report) -> Listing {
    let mut listing = Listing::new(PROBLEMS);
    for Problem { severity, what, why, remedy } in &report.problems {
        let [what, why, remedy] = [what, why, remedy].map(|text| text.as_str().into());
        listing.row([word(*severity).into(), what, why, remedy]);
    }
    listing
}

/// Whether a broker would start.
struct Verdict {
    errors: usize,
    warnings: usize,
    is_strict: bool,
}

impl Verdict {
    fn of(report: &Report, is_strict: bool) -> Self {
        let count = |severity| report.problems.iter().filter(|p| p.severity == severity).count();
        Self { errors: count(Severity::Error), warnings: count(Severity::Warning), is_strict }
    }

    fn is_good(&self) -> bool {
        self.errors == 0 && !(self.is_strict && self.warnings > 0)
    }

    fn into_result(self, name: &str) -> Result<(), Failure> {
        if self.is_good() {
            return Ok(());
        }
        let found = [(self.errors, "error"), (self.warnings, "warning")];
        let found = found.iter().filter(|(count, _)| *count > 0);
        let found: Vec<String> = found.map(|(count, noun)| counted(*count, noun)).collect();
        let found = found.join(", ");
        Err(Failure::usage(format!("a broker is not to be started with {name}: {found}")))
    }
}

/// A problem in three parts, as every command tells them.
struct Told<'a>(&'a Problem);

impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Problem { severity, what, why, remedy } = self.0;
        write!(f, "{}: {what}\n  why: {why}\n  try: {remedy}", word(*severity))
    }
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}
