//! `sapwood cluster health`: whether all is well.

use std::io::Write;
use std::ops::ControlFlow;

use clap::Args;

use super::checks::{self, Check};
use crate::admin::Admin;
use crate::cli::brokers::BrokerArgs;
use crate::cli::failure::Failure;
use crate::cli::output::{Column, Listing, OutputArgs};
use crate::cli::watch::WatchArgs;

/// The arguments.
#[derive(Debug, Args)]
pub struct Health {
    #[command(flatten)]
    watch: WatchArgs,
    /// With --watch: stop as soon as all is well
    #[arg(short, long, requires = "watch")]
    exit_when_healthy: bool,
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
        if self.watch.is_on() {
            let look = async |out: &mut (dyn Write + Send)| {
                let (_, wrong) = self.look(&admin, out).await?;
                let is_enough = self.exit_when_healthy && wrong == 0;
                Ok(if is_enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
            };
            return self.watch.looking(out, look).await;
        }
        match self.look(&admin, out).await? {
            (_, 0) => Ok(()),
            (of, wrong) => {
                let what = format!("the cluster is not well: {wrong} of {of} checks failed");
                Err(Failure::unhealthy(what))
            }
        }
    }

    /// Looks once, and prints: how many checks there are, and how many failed.
    async fn look(
        &self,
        admin: &Admin,
        out: &mut (dyn Write + Send),
    ) -> Result<(usize, usize), Failure> {
        let checks = checks::all(admin).await?;
        if !self.quiet {
            self.output.print(out, &listing(&checks))?;
        }
        Ok((checks.len(), checks.iter().filter(|check| !check.is_ok()).count()))
    }
}

fn listing(checks: &[Check]) -> Listing {
    let mut listing = Listing::new(COLUMNS);
    for check in checks {
        let detail = check.problems.join("; ");
        listing.row([
            check.name.into(),
            check.is_ok().into(),
            Some(detail).filter(|detail| !detail.is_empty()).into(),
        ]);
    }
    listing
}
