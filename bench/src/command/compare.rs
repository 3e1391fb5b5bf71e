//! `sapwood bench compare`: what is different between two results.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use client::cli::Failure;
use client::cli::output::{Cell, Column, Listing, OutputArgs, OutputFormat};

use crate::compare::{Condition, Difference, circumstances, differences};
use crate::result::{InvalidResult, Stored};

const COLUMNS: &[Column] = &[
    Column::text("figure"),
    Column::number("before"),
    Column::number("after"),
    Column::number("change_percent"),
    Column::text("unit"),
    Column::text("verdict"),
];

/// The arguments.
#[derive(Debug, Args)]
pub struct Compare {
    /// The result before, as `--json` wrote it; one of OpenMessaging's benchmark will do
    #[arg(value_name = "BEFORE")]
    before: PathBuf,
    /// The result after
    #[arg(value_name = "AFTER")]
    after: PathBuf,
    /// End with exit code 1 if this holds: p99>+10%, rate<-5%, max>50; may be given more than once
    #[arg(long = "fail-if", value_name = "CONDITION")]
    conditions: Vec<Condition>,
    #[command(flatten)]
    output: OutputArgs,
}

impl Compare {
    pub(super) fn run(&self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let (before, after) = (read(&self.before)?, read(&self.after)?);
        let all = differences(&before, &after);
        self.check(&all)?;
        let mut listing = Listing::new(COLUMNS);
        for row in &all {
            let Difference { figure, before, after } = *row;
            let (change, verdict) = (row.percent(), verdict(row));
            listing.row([
                figure.name.into(),
                number(before),
                number(after),
                Cell::shown(serde_json::Value::from(change), format!("{change:+.1}%")),
                figure.unit.into(),
                verdict.into(),
            ]);
        }
        self.output.print(out, &listing)?;
        if matches!(self.output.format, OutputFormat::Table | OutputFormat::Wide) {
            for (name, one, two) in circumstances(&before, &after) {
                writeln!(out, "note: {name} differs: {one} | {two}")?;
            }
        }
        out.flush()?;
        self.judge(&all)
    }

    /// A condition on something that the results do not have could never be met.
    fn check(&self, all: &[Difference]) -> Result<(), Failure> {
        let is_known = |condition: &&Condition| {
            all.iter().any(|row| row.figure.name == condition.figure().name)
        };
        match self.conditions.iter().find(|condition| !is_known(condition)) {
            Some(condition) => {
                let name = condition.figure().name;
                Err(Failure::usage(format!("the results cannot be compared by \"{name}\""))
                    .because("one of them does not have it"))
            }
            None => Ok(()),
        }
    }

    fn judge(&self, all: &[Difference]) -> Result<(), Failure> {
        let met = |row: &&Difference| {
            let of_it = |condition: &&Condition| condition.figure().name == row.figure.name;
            self.conditions.iter().filter(of_it).any(|condition| condition.is_met_by(row))
        };
        let told: Vec<String> = (all.iter().filter(met))
            .map(|row| {
                let Difference { figure, before, after } = row;
                format!(
                    "{} went from {before:.3} to {after:.3} ({:+.1}%)",
                    figure.name,
                    row.percent()
                )
            })
            .collect();
        match told.is_empty() {
            true => Ok(()),
            false => Err(Failure::failed("a limit is exceeded").because(told.join("; "))),
        }
    }
}

fn verdict(row: &Difference) -> &'static str {
    let percent = row.percent();
    match (percent > 0.0) == row.figure.more_is_better {
        _ if percent.abs() < 1.0 => "same",
        true => "better",
        false => "worse",
    }
}

fn number(value: f64) -> Cell {
    Cell::shown(serde_json::Value::from(value), format!("{value:.3}"))
}

/// Reads a result that was named on the command line.
pub(super) fn read(path: &std::path::Path) -> Result<Stored, Failure> {
    let usage = |InvalidResult { what }| {
        Failure::usage(what).advise("`sapwood bench produce --json FILE` writes one")
    };
    Stored::read(path).map_err(usage)
}
