//! `sapwood topic delete`: deletes topics with all their records.

use std::io::Write;

use clap::Args;
use protocol::ids::{Offset, TopicName};

use super::{Selection, facts, require, with_nearest};
use crate::admin::Admin;
use crate::cli::brokers::BrokerArgs;
use crate::cli::confirm::ConfirmArgs;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::output::counted;
use crate::cluster::Topic;

/// The arguments.
#[derive(Debug, Args)]
pub struct Delete {
    #[command(flatten)]
    topics: Selection,
    #[command(flatten)]
    confirm: ConfirmArgs,
    #[command(flatten)]
    brokers: BrokerArgs,
}

impl Delete {
    pub(super) async fn run(self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let admin = self.brokers.admin()?;
        let topics = self.topics.names(admin.cluster()).await?;
        if self.confirm.dry_run {
            return preview(&admin, &topics, out).await;
        }
        let names: Vec<&str> = topics.iter().map(TopicName::as_str).collect();
        self.confirm.ask(&format!("delete {} with all records?", names.join(", ")))?;
        let mut outcome = Outcome::default();
        for (name, result) in admin.delete_topics(&topics).await? {
            match result {
                Ok(()) => writeln!(out, "deleted topic \"{name}\"")?,
                Err(error) => {
                    outcome.failed(with_nearest(admin.cluster(), &name, error).await);
                }
            }
        }
        outcome.done()
    }
}

/// Says what would go.
async fn preview(
    admin: &Admin,
    topics: &[TopicName],
    out: &mut (dyn Write + Send),
) -> Result<(), Failure> {
    let view = require(admin.cluster(), topics).await?;
    for topic in topics.iter().filter_map(|name| view.topics.get(name)) {
        let partitions = counted(topic.partitions.len(), "partition");
        let offsets = offsets_of(admin, topic).await?;
        writeln!(
            out,
            "would delete topic \"{}\" with {partitions} and the records of {offsets} offsets",
            topic.name
        )?;
    }
    Ok(())
}

/// How many offsets lie between start and end: at least as many as there are records.
async fn offsets_of(admin: &Admin, topic: &Topic) -> Result<i64, Failure> {
    let extents = facts::extents(admin, topic).await?;
    let of = |offset: Option<Offset>| offset.map_or(0, Offset::get);
    Ok(extents.values().map(|extent| of(extent.end) - of(extent.start)).sum())
}
