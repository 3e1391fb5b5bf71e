//! `sapwood cluster brokers`: which brokers there are.

use std::collections::BTreeMap;
use std::io::Write;

use clap::Args;
use protocol::ids::NodeId;

use crate::admin::ClusterDescription;
use crate::cli::brokers::BrokerArgs;
use crate::cli::failure::Failure;
use crate::cli::output::{Column, Listing, OutputArgs};
use crate::cluster::{ClusterView, Wanted};

/// The arguments.
#[derive(Debug, Args)]
pub struct Brokers {
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    brokers: BrokerArgs,
}

const COLUMNS: &[Column] = &[
    Column::number("broker"),
    Column::text("address"),
    Column::text("rack"),
    Column::text("controller"),
    Column::text("fenced"),
    Column::number("leads"),
    Column::number("replicas"),
];

impl Brokers {
    pub(super) async fn run(self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let admin = self.brokers.admin()?;
        let cluster = admin.describe_cluster().await?;
        let view = admin.cluster().refresh(Wanted::All).await?;
        Ok(self.output.print(out, &listing(&cluster, &view))?)
    }
}

/// A line a broker, with how many partitions it leads and has.
pub(super) fn listing(cluster: &ClusterDescription, view: &ClusterView) -> Listing {
    let mut leads: BTreeMap<NodeId, usize> = BTreeMap::new();
    let mut replicas: BTreeMap<NodeId, usize> = BTreeMap::new();
    for partition in view.topics.values().flat_map(|topic| &topic.partitions) {
        partition.leader.into_iter().for_each(|id| *leads.entry(id).or_default() += 1);
        partition.replicas.iter().for_each(|id| *replicas.entry(*id).or_default() += 1);
    }
    let mut listing = Listing::new(COLUMNS);
    for broker in &cluster.brokers {
        listing.row([
            broker.id.into(),
            broker.address.to_string().into(),
            broker.rack.as_deref().into(),
            (cluster.controller == Some(broker.id)).into(),
            broker.fenced.into(),
            leads.get(&broker.id).copied().unwrap_or(0).into(),
            replicas.get(&broker.id).copied().unwrap_or(0).into(),
        ]);
    }
    listing
}
