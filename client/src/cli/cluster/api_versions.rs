//! `sapwood cluster api-versions`: which APIs and versions brokers speak.

use std::io::Write;

use clap::Args;
use protocol::ids::NodeId;
use protocol::messages::ApiKey;

use crate::cli::brokers::BrokerArgs;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::output::{Column, Listing, OutputArgs};
use crate::cluster::Wanted;
use crate::connection::Versions;
use crate::wire;

/// The arguments.
#[derive(Debug, Args)]
pub struct ApiVersions {
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
    Column::number("key"),
    Column::text("api"),
    Column::number("min_version"),
    Column::number("max_version"),
    Column::text("used"),
];

impl ApiVersions {
    pub(super) async fn run(self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let admin = self.brokers.admin()?;
        let view = admin.cluster().refresh(Wanted::Brokers).await?;
        let mut outcome = Outcome::default();
        let mut listing = Listing::new(COLUMNS);
        let is_meant = |id: &&NodeId| self.ids.is_empty() || self.ids.contains(&id.get());
        for id in view.brokers.keys().filter(is_meant) {
            let versions = admin.api_versions(*id).await.map_err(Failure::from);
            if let Some(versions) = outcome.note(versions) {
                list(*id, &versions, &mut listing);
            }
        }
        if let Some(id) = self.ids.iter().find(|id| !view.brokers.contains_key(&NodeId(**id))) {
            outcome.failed(
                Failure::missing(format!("there is no live broker {id}"))
                    .advise("`sapwood cluster brokers` shows which there are"),
            );
        }
        self.output.print(out, &listing)?;
        outcome.done()
    }
}

fn list(broker: NodeId, versions: &Versions, listing: &mut Listing) {
    for (key, range) in versions.iter() {
        let api = ApiKey::try_from(key).ok();
        let ours = api.and_then(wire::supported);
        let used = ours.map(|ours| (*ours.end()).min(*range.end()));
        listing.row([
            broker.into(),
            key.into(),
            api.map(|api| format!("{api:?}")).into(),
            (*range.start()).into(),
            (*range.end()).into(),
            used.filter(|used| used >= range.start()).into(),
        ]);
    }
}
