//! `sapwood version`: which release this is, and what the brokers speak.

use std::io::Write;

use clap::Args;
use protocol::messages::ApiKey;

use super::brokers::BrokerArgs;
use super::failure::Failure;
use super::output::{Column, Listing, OutputArgs, Page};
use crate::cluster::Wanted;

/// The arguments.
#[derive(Debug, Args)]
pub struct Version {
    /// What the cluster's brokers speak, too
    #[arg(short, long)]
    server: bool,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    brokers: BrokerArgs,
}

const BROKERS: &[Column] = &[
    Column::number("broker"),
    Column::text("address"),
    Column::number("apis"),
    Column::number("produce_version"),
    Column::number("fetch_version"),
    Column::number("metadata_version"),
];

impl Version {
    pub(super) async fn run(self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let target = format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS);
        let build = if cfg!(debug_assertions) { "debug" } else { "release" };
        let mut page = Page::new("version", env!("CARGO_PKG_VERSION"))
            .fact("target", target)
            .fact("build", build);
        if self.server {
            page = page.part("brokers", self.brokers().await?);
        }
        Ok(self.output.print_page(out, &page)?)
    }

    async fn brokers(&self) -> Result<Listing, Failure> {
        let admin = self.brokers.admin()?;
        let view = admin.cluster().refresh(Wanted::Brokers).await?;
        let mut listing = Listing::new(BROKERS);
        for broker in view.brokers.values() {
            let versions = admin.api_versions(broker.id).await?;
            let highest = |api: ApiKey| versions.of(api as i16).map(|range| *range.end());
            listing.row([
                broker.id.into(),
                broker.address.to_string().into(),
                versions.iter().count().into(),
                highest(ApiKey::Produce).into(),
                highest(ApiKey::Fetch).into(),
                highest(ApiKey::Metadata).into(),
            ]);
        }
        Ok(listing)
    }
}
