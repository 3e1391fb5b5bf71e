//! `sapwood cluster logdirs`: where brokers keep their logs, and what is free there.

use std::io::Write;

use clap::Args;

use crate::cli::brokers::BrokerArgs;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::output::{Cell, Column, Listing, OutputArgs};

/// The arguments.
#[derive(Debug, Args)]
pub struct Logdirs {
    /// Only these brokers
    #[arg(value_name = "BROKER")]
    ids: Vec<i32>,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    brokers: BrokerArgs,
}

const COLUMNS: &[Column] = &[
    Column::number("broker"),
    Column::text("log_dir"),
    Column::number("partitions"),
    Column::number("size_bytes"),
    Column::number("usable_bytes"),
    Column::number("total_bytes"),
];

impl Logdirs {
    pub(super) async fn run(self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let mut outcome = Outcome::default();
        let mut listing = Listing::new(COLUMNS);
        for (broker, dirs) in self.brokers.admin()?.log_dirs().await? {
            if !self.ids.is_empty() && !self.ids.contains(&broker.get()) {
                continue;
            }
            for dir in outcome.note(dirs.map_err(Failure::from)).unwrap_or_default() {
                let Some(dir) = outcome.note(dir.map_err(Failure::from)) else { continue };
                let size = dir.partitions.iter().map(|partition| partition.size_bytes).sum();
                listing.row([
                    broker.into(),
                    dir.path.into(),
                    dir.partitions.len().into(),
                    Cell::bytes(Some(size)),
                    Cell::bytes(dir.usable_bytes),
                    Cell::bytes(dir.total_bytes),
                ]);
            }
        }
        self.output.print(out, &listing)?;
        outcome.done()
    }
}
