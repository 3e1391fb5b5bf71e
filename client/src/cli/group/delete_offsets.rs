//! `sapwood group delete-offsets`: deletes a group's offsets of some topics.

use std::io::Write;

use clap::Args;
use protocol::ids::TopicPartition;

use super::place::Place;
use super::with_nearest;
use crate::admin::Admin;
use crate::cli::brokers::BrokerArgs;
use crate::cli::complete;
use crate::cli::confirm::ConfirmArgs;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::output::counted;

/// The arguments.
#[derive(Debug, Args)]
pub struct DeleteOffsets {
    /// The group's id
    #[arg(add = complete::groups())]
    group: String,
    /// Topics, or single partitions of them as TOPIC:N
    #[arg(
        short,
        long = "topics",
        required = true,
        value_name = "TOPIC[:N],…",
        value_delimiter = ','
    )]
    topics: Vec<Place>,
    #[command(flatten)]
    confirm: ConfirmArgs,
    #[command(flatten)]
    brokers: BrokerArgs,
}

impl DeleteOffsets {
    pub(super) async fn run(self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let admin = self.brokers.admin()?;
        let meant = self.meant(&admin).await?;
        if self.confirm.dry_run {
            for of in &meant {
                writeln!(out, "would delete the offset of {of}")?;
            }
            return Ok(());
        }
        let partitions = counted(meant.len(), "partition");
        self.confirm.ask(&format!("delete the offsets of {partitions}?"))?;
        let mut outcome = Outcome::default();
        for (of, deleted) in admin.delete_offsets(&self.group, &meant).await? {
            if outcome.note(deleted.map_err(Failure::from)).is_some() {
                writeln!(out, "deleted the offset of {of}")?;
            }
        }
        outcome.done()
    }

    /// The partitions that are meant, all of which the group has offsets of.
    async fn meant(&self, admin: &Admin) -> Result<Vec<TopicPartition>, Failure> {
        for (name, described) in admin.describe_groups(&[self.group.as_str()]).await? {
            if let Err(error) = described {
                return Err(with_nearest(admin, &name, error).await);
            }
        }
        let committed = admin.committed_offsets(&self.group).await?;
        for place in &self.topics {
            if !committed.keys().any(|of| place.covers(of)) {
                let what =
                    format!("group \"{}\" has no offsets of \"{}\"", self.group, place.topic());
                return Err(Failure::missing(what)
                    .advise(format!("`sapwood group describe {}` shows what it has", self.group)));
            }
        }
        let covered = |of: &&TopicPartition| self.topics.iter().any(|place| place.covers(of));
        Ok(committed.keys().filter(covered).cloned().collect())
    }
}
