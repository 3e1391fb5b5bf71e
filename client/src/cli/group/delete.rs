//! `sapwood group delete`: deletes groups with their offsets.

use std::io::Write;

use clap::Args;

use super::with_nearest;
use crate::admin::Admin;
use crate::cli::brokers::BrokerArgs;
use crate::cli::complete;
use crate::cli::confirm::ConfirmArgs;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::output::counted;

/// The arguments.
#[derive(Debug, Args)]
pub struct Delete {
    /// The groups' ids
    #[arg(required = true, value_name = "GROUP", add = complete::groups())]
    groups: Vec<String>,
    #[command(flatten)]
    confirm: ConfirmArgs,
    #[command(flatten)]
    brokers: BrokerArgs,
}

impl Delete {
    pub(super) async fn run(self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let admin = self.brokers.admin()?;
        let groups: Vec<&str> = self.groups.iter().map(String::as_str).collect();
        if self.confirm.dry_run {
            return preview(&admin, &groups, out).await;
        }
        self.confirm.ask(&format!("delete {} with all offsets?", groups.join(", ")))?;
        let mut outcome = Outcome::default();
        for (name, deleted) in admin.delete_groups(&groups).await? {
            match deleted {
                Ok(()) => writeln!(out, "deleted group \"{name}\"")?,
                Err(error) => outcome.failed(with_nearest(&admin, &name, error).await),
            }
        }
        outcome.done()
    }
}

/// Says what would go, and what would not.
async fn preview(
    admin: &Admin,
    groups: &[&str],
    out: &mut (dyn Write + Send),
) -> Result<(), Failure> {
    let mut outcome = Outcome::default();
    for (name, described) in admin.describe_groups(groups).await? {
        match described {
            Ok(group) if group.members.is_empty() => {
                let offsets = admin.committed_offsets(&name).await?.len();
                let partitions = counted(offsets, "partition");
                writeln!(out, "would delete group \"{name}\" with the offsets of {partitions}")?;
            }
            Ok(group) => {
                let members = counted(group.members.len(), "member");
                writeln!(out, "would not delete group \"{name}\": it has {members}")?;
            }
            Err(error) => outcome.failed(with_nearest(admin, &name, error).await),
        }
    }
    outcome.done()
}
