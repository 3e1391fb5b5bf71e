//! `sapwood doctor`: looks at everything between here and a cluster that works, and says what is wrong.
//!
//! From the near to the far: this machine's limits and disk, the names and ports of the brokers that were given, their
//! protocol, the addresses that they advertise, the health of the cluster, and the room on its disks.

mod cluster;
mod disks;
mod finding;
mod machine;
mod network;

use std::io::Write;
use std::path::PathBuf;

use clap::Args;

use super::brokers::BrokerArgs;
use super::failure::Failure;
use super::output::{Column, Listing, OutputArgs, counted};
use finding::Verdict;

/// The arguments.
#[derive(Debug, Args)]
pub struct Doctor {
    /// Where a broker on this machine keeps, or would keep, its data: whether it can be written, and how fast it syncs
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    brokers: BrokerArgs,
}

const COLUMNS: &[Column] =
    &[Column::text("check"), Column::text("verdict"), Column::text("detail"), Column::text("try")];

impl Doctor {
    pub(super) async fn run(self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let mut findings = machine::limits();
        if let Some(dir) = &self.dir {
            findings.extend(machine::disk(dir));
        }
        let cluster = self.brokers.cluster()?;
        findings.extend(network::bootstrap(cluster.options()).await);
        findings.extend(cluster::all(cluster).await);
        let mut listing = Listing::new(COLUMNS);
        for finding in &findings {
            listing.row([
                finding.check.as_str().into(),
                finding.verdict.word().into(),
                finding.detail.as_str().into(),
                finding.advice.as_deref().into(),
            ]);
        }
        self.output.print(out, &listing)?;
        match findings.iter().filter(|finding| finding.verdict == Verdict::Wrong).count() {
            0 => Ok(()),
            wrong => Err(Failure::unhealthy(format!("{} wrong", counted(wrong, "thing")))),
        }
    }
}
