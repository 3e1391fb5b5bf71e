//! `sapwood group …`

mod delete;
mod delete_offsets;
mod describe;
mod lag;
mod list;
mod place;
mod plan;
mod progress;
mod seek;

use std::io::Write;

use clap::Subcommand;

use super::failure::Failure;
use crate::admin::Admin;
use crate::error::Error;

/// What can be done with groups.
#[derive(Debug, Subcommand)]
pub enum Group {
    /// List groups
    #[command(visible_alias = "ls")]
    List(list::List),
    /// Show the members of groups, their offsets and their lag
    Describe(describe::Describe),
    /// Show how far groups are behind
    Lag(lag::Lag),
    /// Move the offsets of a group; only says what would happen without --execute
    #[command(visible_alias = "reset-offsets")]
    Seek(seek::Seek),
    /// Delete groups with their offsets
    #[command(visible_alias = "rm")]
    Delete(delete::Delete),
    /// Delete the offsets of some topics
    DeleteOffsets(delete_offsets::DeleteOffsets),
}

impl Group {
    pub(super) async fn run(self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        match self {
            Self::List(list) => list.run(out).await,
            Self::Describe(describe) => describe.run(out).await,
            Self::Lag(lag) => lag.run(out).await,
            Self::Seek(seek) => seek.run(out).await,
            Self::Delete(delete) => delete.run(out).await,
            Self::DeleteOffsets(delete) => delete.run(out).await,
        }
    }
}

/// The failure; if it is that a group does not exist, with the names most like it.
async fn with_nearest(admin: &Admin, typed: &str, error: Error) -> Failure {
    let known = async {
        let groups = admin.list_groups().await?;
        Ok(groups.into_iter().map(|group| group.group).collect())
    };
    Failure::with_nearest(error, typed, known).await
}
