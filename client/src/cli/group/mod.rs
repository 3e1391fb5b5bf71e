//! `sapwood group …`

mod describe;
mod list;

use std::io::Write;

use clap::Subcommand;

use super::failure::Failure;

/// What can be done with consumer groups.
#[derive(Debug, Subcommand)]
pub enum Group {
    /// List groups
    #[command(visible_alias = "ls")]
    List(list::List),
    /// Show the members of groups, how far they have come and how far behind they are
    Describe(describe::Describe),
}

impl Group {
    pub(super) async fn run(self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        match self {
            Self::List(list) => list.run(out).await,
            Self::Describe(describe) => describe.run(out).await,
        }
    }
}
