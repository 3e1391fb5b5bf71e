//! `sapwood topic delete`: deletes topics with all their records.

use std::io::{self, IsTerminal, Write};

use clap::Args;

use super::{names, with_nearest};
use crate::cli::brokers::BrokerArgs;
use crate::cli::failure::{Failure, Outcome};

/// The arguments.
#[derive(Debug, Args)]
pub struct Delete {
    /// The topics' names
    #[arg(required = true, value_name = "TOPIC")]
    topics: Vec<String>,
    /// Do not ask; a terminal is asked otherwise
    #[arg(short, long)]
    yes: bool,
    #[command(flatten)]
    brokers: BrokerArgs,
}

impl Delete {
    pub(super) async fn run(self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let topics = names(&self.topics)?;
        if !self.yes && io::stdin().is_terminal() && !confirmed(&self.topics)? {
            return Err(Failure::usage("nothing was deleted"));
        }
        let admin = self.brokers.admin()?;
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

/// Asks whoever sits at the terminal.
fn confirmed(topics: &[String]) -> Result<bool, Failure> {
    eprint!("delete {} with all records? [y/N] ", topics.join(", "));
    let mut answer = String::new();
    io::stdin()
        .read_line(&mut answer)
        .map_err(|error| Failure::other("read the answer", &error))?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
