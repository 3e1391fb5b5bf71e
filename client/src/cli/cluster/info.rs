//! `sapwood cluster info`: what the cluster is, and how much is in it.

use std::io::Write;

use clap::Args;

use super::brokers::listing;
use crate::cli::brokers::BrokerArgs;
use crate::cli::failure::Failure;
use crate::cli::output::{OutputArgs, Page};
use crate::cluster::{Topic, Wanted};

/// The arguments.
#[derive(Debug, Args)]
pub struct Info {
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    brokers: BrokerArgs,
}

impl Info {
    pub(super) async fn run(self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let admin = self.brokers.admin()?;
        let cluster = admin.describe_cluster().await?;
        let view = admin.cluster().refresh(Wanted::All).await?;
        let topics: Vec<&Topic> =
            view.topics.values().map(AsRef::as_ref).filter(|topic| !topic.internal).collect();
        let partitions: usize = topics.iter().map(|topic| topic.partitions.len()).sum();
        let page = Page::new("cluster_id", cluster.id.as_str())
            .fact("controller", cluster.controller)
            .fact("topic_count", topics.len())
            .fact("partition_count", partitions)
            .fact("group_count", admin.list_groups().await?.len())
            .part("brokers", listing(&cluster, &view));
        Ok(self.output.print_page(out, &page)?)
    }
}
