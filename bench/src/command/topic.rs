//! The topic of a run: it is made if it is not there.

use clap::Args;
use client::Cluster;
use client::admin::{Admin, NewTopic};
use client::cli::{Failure, complete, key_value};
use client::cluster::Wanted;
use protocol::ErrorCode;
use protocol::ids::TopicName;

/// Which topic, and what it is to be like if it has to be made.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Topic")]
pub(super) struct TopicArgs {
    /// The topic
    #[arg(short, long, value_name = "TOPIC", add = complete::topics())]
    topic: String,
    /// How many partitions it gets if it has to be made [default: the cluster's num.partitions]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(i32).range(1..))]
    partitions: Option<i32>,
    /// How many replicas each partition gets if it has to be made [default: the cluster's default.replication.factor]
    #[arg(long, visible_alias = "replication-factor", value_name = "N", value_parser = clap::value_parser!(i16).range(1..))]
    replicas: Option<i16>,
    /// A setting that it gets if it has to be made; may be given more than once
    #[arg(long = "topic-config", value_name = "KEY=VALUE", value_parser = key_value)]
    configs: Vec<(String, String)>,
    /// Do not make it
    #[arg(long)]
    no_create: bool,
}

impl TopicArgs {
    /// The topic, which is there afterwards.
    pub(super) async fn ensure(&self, cluster: &Cluster) -> Result<TopicName, Failure> {
        let name = self.name()?;
        let view = cluster.refresh(Wanted::Topics(vec![name.clone()])).await?;
        if view.topics.contains_key(&name) {
            return Ok(name);
        }
        if self.no_create {
            let missing = format!("there is no topic \"{name}\"");
            return Err(Failure::missing(missing).advise("without --no-create it would be made"));
        }
        let topic = NewTopic {
            partitions: self.partitions,
            replicas: self.replicas,
            configs: self.configs.clone(),
            ..NewTopic::new(name.as_str())
        };
        create(cluster, &[topic]).await?;
        Ok(name)
    }

    /// The topic, which must be there.
    pub(super) async fn require(&self, cluster: &Cluster) -> Result<TopicName, Failure> {
        let name = self.name()?;
        cluster.require(std::slice::from_ref(&name)).await?;
        Ok(name)
    }

    fn name(&self) -> Result<TopicName, Failure> {
        let text = &self.topic;
        TopicName::new(text).map_err(|error| Failure::usage(format!("{text:?}: {error}")))
    }
}

/// Makes topics; those that somebody else has made meanwhile will do.
pub(super) async fn create(cluster: &Cluster, topics: &[NewTopic]) -> Result<(), Failure> {
    let admin = Admin::new(cluster.clone());
    for (_, created) in admin.create_topics(topics, false).await? {
        match created {
            Err(error) if error.code() != Some(ErrorCode::TopicAlreadyExists) => {
                return Err(error.into());
            }
            _ => {}
        }
    }
    Ok(())
}
