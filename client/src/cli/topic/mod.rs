//! `sapwood topic …`

mod add_partitions;
mod alter;
mod assignment;
mod config;
mod consume;
mod create;
mod delete;
mod describe;
pub(in crate::cli) mod facts;
mod list;
mod offsets;
mod produce;
mod selection;
mod trim;
mod usage;

use std::io::Write;

use clap::Subcommand;
use protocol::ids::TopicName;

use super::configs::Config;
use super::failure::Failure;
use crate::cluster::{Cluster, ClusterView, Wanted};
use crate::error::Error;
use selection::Selection;

/// What can be done with topics.
#[derive(Debug, Subcommand)]
pub enum Topic {
    /// Make topics
    Create(create::Create),
    /// List topics
    #[command(visible_alias = "ls")]
    List(list::List),
    /// Show the partitions and settings of topics
    Describe(describe::Describe),
    /// Change settings and the number of partitions of topics
    Alter(alter::Alter),
    /// List, set and unset the settings of a topic
    #[command(subcommand)]
    Config(Config<config::OfTopic>),
    /// Give topics more partitions
    AddPartitions(add_partitions::AddPartitions),
    /// Delete topics with all their records
    #[command(visible_alias = "rm")]
    Delete(delete::Delete),
    /// Write each line of standard input as a record
    Produce(produce::Produce),
    /// Read records and print them
    #[command(visible_alias = "tail")]
    Consume(consume::Consume),
    /// Delete the oldest records of topics, up to an offset or a time
    Trim(trim::Trim),
    /// Show the offsets of partitions: the first, the next, or those of a time
    Offsets(offsets::Offsets),
    /// Show what topics take on disk, partition by partition
    Usage(usage::Usage),
}

impl Topic {
    pub(super) async fn run(self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        match self {
            Self::Create(create) => create.run(out).await,
            Self::List(list) => list.run(out).await,
            Self::Describe(describe) => describe.run(out).await,
            Self::Alter(alter) => alter.run(out).await,
            Self::Config(config) => config.run(out).await,
            Self::AddPartitions(add) => add.run(out).await,
            Self::Delete(delete) => delete.run(out).await,
            Self::Produce(produce) => produce.run(out).await,
            Self::Consume(consume) => consume.run(out).await,
            Self::Trim(trim) => trim.run(out).await,
            Self::Offsets(offsets) => offsets.run(out).await,
            Self::Usage(usage) => usage.run(out).await,
        }
    }
}

/// Names from the command line, checked.
fn names(texts: &[String]) -> Result<Vec<TopicName>, Failure> {
    texts.iter().map(|text| name(text)).collect()
}

/// A name from the command line, checked.
fn name(text: &str) -> Result<TopicName, Failure> {
    TopicName::new(text).map_err(|error| Failure::usage(format!("{text:?}: {error}")))
}

/// What is known of topics that must be there.
async fn require(
    cluster: &Cluster,
    topics: &[TopicName],
) -> Result<std::sync::Arc<ClusterView>, Failure> {
    match cluster.require(topics).await {
        Ok(view) => Ok(view),
        Err(error) => {
            let known = cluster.view();
            let missing = topics.iter().find(|name| !known.topics.contains_key(*name));
            let typed = missing.or(topics.first()).map_or("", TopicName::as_str);
            Err(with_nearest(cluster, typed, error).await)
        }
    }
}

/// The failure; if it is that a topic does not exist, with the names most like it.
async fn with_nearest(cluster: &Cluster, typed: &str, error: Error) -> Failure {
    let known = async {
        let view = cluster.refresh(Wanted::All).await?;
        Ok(view.topics.keys().map(TopicName::to_string).collect())
    };
    Failure::with_nearest(error, typed, known).await
}
