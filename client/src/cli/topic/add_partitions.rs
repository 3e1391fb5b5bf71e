//! `sapwood topic add-partitions`: gives topics more partitions.
//!
//! There is no way back, and keys move: a partitioner that hashes keys over the number of partitions finds another
//! partition for most of them, so the order of a key's records ends at the change. The command says so.

use std::io::Write;

use clap::Args;

use super::{Selection, require};
use crate::admin::Admin;
use crate::cli::brokers::BrokerArgs;
use crate::cli::failure::{Failure, Outcome};
use crate::cluster::Topic;

/// The arguments.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("count").required(true).args(["to", "add"]))]
pub struct AddPartitions {
    #[command(flatten)]
    topics: Selection,
    /// How many partitions each shall have, all in all
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i32).range(1..))]
    to: Option<i32>,
    /// How many partitions each gets more
    #[arg(short = 'n', long = "num", value_name = "N", value_parser = clap::value_parser!(i32).range(1..))]
    add: Option<i32>,
    /// Only say what would happen
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    brokers: BrokerArgs,
}

impl AddPartitions {
    pub(super) async fn run(self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let admin = self.brokers.admin()?;
        let topics = self.topics.names(admin.cluster()).await?;
        let view = require(admin.cluster(), &topics).await?;
        let mut outcome = Outcome::default();
        for topic in topics.iter().filter_map(|name| view.topics.get(name)) {
            let count = match (self.to, self.add) {
                (Some(to), _) => to,
                (None, more) => count(topic).saturating_add(more.unwrap_or(0)),
            };
            outcome.note(grow(&admin, topic, count, self.dry_run, out).await);
        }
        outcome.done()
    }
}

/// Gives a topic `to` partitions.
pub(super) async fn grow(
    admin: &Admin,
    topic: &Topic,
    to: i32,
    dry_run: bool,
    out: &mut (dyn Write + Send),
) -> Result<(), Failure> {
    let (name, from) = (&topic.name, count(topic));
    if to < from {
        let what = format!("topic \"{name}\" has {from} partitions, and {to} are fewer");
        return Err(Failure::usage(what).because("a partition cannot be taken away from a topic"));
    }
    if to == from {
        return Ok(writeln!(out, "topic \"{name}\" has {from} partitions already")?);
    }
    if dry_run {
        return Ok(writeln!(out, "would grow topic \"{name}\" from {from} to {to} partitions")?);
    }
    admin.create_partitions(name, to).await?;
    writeln!(out, "grew topic \"{name}\" from {from} to {to} partitions")?;
    Ok(writeln!(out, "records with keys go to other partitions from now on than before")?)
}

fn count(topic: &Topic) -> i32 {
    i32::try_from(topic.partitions.len()).unwrap_or(i32::MAX)
}
