//! `sapwood cluster health`: whether all is well.

use std::io::{self, IsTerminal, Write};

use clap::Args;

use super::checks::{self, Check};
use crate::cli::brokers::BrokerArgs;
use crate::cli::failure::Failure;
use crate::cli::output::{Column, Listing, OutputArgs};
use crate::cli::span::Span;

/// The arguments.
#[derive(Debug, Args)]
pub struct Health {
    /// Look again and again, until interrupted
    #[arg(short, long)]
    watch: bool,
    /// With --watch: stop as soon as all is well
    #[arg(short, long, requires = "watch")]
    exit_when_healthy: bool,
    /// How long to wait between two looks
    #[arg(long, value_name = "TIME", default_value = "2s", requires = "watch")]
    interval: Span,
    /// Print nothing: the exit code says it
    #[arg(short, long)]
    quiet: bool,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    brokers: BrokerArgs,
}

const COLUMNS: &[Column] = &[Column::text("check"), Column::text("ok"), Column::text("detail")];

impl Health {
    pub(super) async fn run(self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let admin = self.brokers.admin()?;
        loop {
            let checks = match checks::all(&admin).await {
                Ok(checks) => checks,
                // A cluster that is away now may be back at the next look.
                Err(error) if self.watch => {
                    eprintln!("{}", Failure::from(error));
                    tokio::time::sleep(self.interval.0).await;
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            let wrong = checks.iter().filter(|check| !check.is_ok()).count();
            if !self.quiet {
                self.print(out, &checks)?;
            }
            match (wrong, self.watch) {
                (0, false) => return Ok(()),
                (0, true) if self.exit_when_healthy => return Ok(()),
                (wrong, false) => {
                    let of = checks.len();
                    let what = format!("the cluster is not well: {wrong} of {of} checks failed");
                    return Err(Failure::unhealthy(what));
                }
                (_, true) => tokio::time::sleep(self.interval.0).await,
            }
        }
    }

    fn print(&self, out: &mut (dyn Write + Send), checks: &[Check]) -> io::Result<()> {
        if self.watch && io::stdout().is_terminal() {
            // Home, and everything below it cleared: the new table stands where the old one was.
            write!(out, "\x1b[H\x1b[J")?;
        }
        let mut listing = Listing::new(COLUMNS);
        for check in checks {
            let detail = check.problems.join("; ");
            listing.row([
                check.name.into(),
                check.is_ok().into(),
                Some(detail).filter(|detail| !detail.is_empty()).into(),
            ]);
        }
        self.output.print(out, &listing)?;
        out.flush()
    }
}
