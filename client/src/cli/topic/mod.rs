//! `sapwood topic …`

mod consume;
mod create;
mod delete;
mod describe;
mod list;
mod produce;

use std::io::Write;

use clap::Subcommand;
use protocol::ids::TopicName;

use super::failure::Failure;
use super::nearest;
use crate::cluster::{Cluster, Wanted};
use crate::error::{Error, Kind};

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
    /// Delete topics with all their records
    #[command(visible_alias = "rm")]
    Delete(delete::Delete),
    /// Write each line of standard input as a record
    Produce(produce::Produce),
    /// Read records and print them
    #[command(visible_alias = "tail")]
    Consume(consume::Consume),
}

impl Topic {
    pub(super) async fn run(self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        match self {
            Self::Create(create) => create.run(out).await,
            Self::List(list) => list.run(out).await,
            Self::Describe(describe) => describe.run(out).await,
            Self::Delete(delete) => delete.run(out).await,
            Self::Produce(produce) => produce.run(out).await,
            Self::Consume(consume) => consume.run(out).await,
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

/// The failure; if it is that a topic does not exist, with the names most like it.
async fn with_nearest(cluster: &Cluster, typed: &str, error: Error) -> Failure {
    let not_found = error.kind() == Kind::NotFound;
    let failure = Failure::from(error);
    if !not_found {
        return failure;
    }
    let Ok(view) = cluster.refresh(Wanted::All).await else { return failure };
    let names = nearest::nearest(typed, view.topics.keys().map(TopicName::as_str));
    match nearest::question(&names) {
        Some(question) => failure.advise(question),
        None => failure,
    }
}
