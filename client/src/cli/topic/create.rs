//! `sapwood topic create`: makes topics.

use std::io::Write;

use clap::Args;
use protocol::ErrorCode;

use super::assignment::Assignment;
use crate::admin::{CreatedTopic, NewTopic};
use crate::cli::brokers::BrokerArgs;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::output::counted;
use crate::cli::parse::key_value;
use crate::error::Error;

/// The arguments.
#[derive(Debug, Args)]
pub struct Create {
    /// The topics' names
    #[arg(required = true, value_name = "TOPIC")]
    topics: Vec<String>,
    /// How many partitions each gets [default: the cluster's num.partitions]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(i32).range(1..))]
    partitions: Option<i32>,
    /// How many replicas each partition gets [default: the cluster's default.replication.factor]
    #[arg(short, long, visible_alias = "replication-factor", value_name = "N", value_parser = clap::value_parser!(i16).range(1..))]
    replicas: Option<i16>,
    /// The brokers of each partition instead, the preferred leader first: 1:2,2:1 makes two partitions of two replicas
    #[arg(long, value_name = "ID:ID,…", conflicts_with_all = ["partitions", "replicas"])]
    replica_assignment: Option<Assignment>,
    /// A setting, such as retention.ms=86400000; may be given more than once
    #[arg(short, long = "config", value_name = "KEY=VALUE", value_parser = key_value)]
    configs: Vec<(String, String)>,
    /// Take a topic that exists for success
    #[arg(long)]
    if_not_exists: bool,
    /// Only say what would happen
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    brokers: BrokerArgs,
}

impl Create {
    pub(super) async fn run(self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let assigned = self.replica_assignment.as_ref();
        let topic = |name: &String| NewTopic {
            partitions: self.partitions,
            replicas: self.replicas,
            assignment: assigned.map(|assigned| assigned.0.clone()).unwrap_or_default(),
            configs: self.configs.clone(),
            ..NewTopic::new(name)
        };
        let topics: Vec<NewTopic> = self.topics.iter().map(topic).collect();
        let admin = self.brokers.admin()?;
        let mut outcome = Outcome::default();
        for (name, result) in admin.create_topics(&topics, self.dry_run).await? {
            match result {
                Ok(created) => self.print(out, &name, &created)?,
                Err(error) if self.if_not_exists && exists(&error) => {
                    writeln!(out, "topic \"{name}\" exists")?;
                }
                Err(error) => outcome.failed(error.into()),
            }
        }
        outcome.done()
    }

    fn print(
        &self,
        out: &mut (dyn Write + Send),
        name: &str,
        created: &CreatedTopic,
    ) -> std::io::Result<()> {
        let verb = if self.dry_run { "would create" } else { "created" };
        write!(out, "{verb} topic \"{name}\"")?;
        if let Some(partitions) = created.partitions.or(self.partitions) {
            write!(
                out,
                " with {}",
                counted(usize::try_from(partitions).unwrap_or(0), "partition")
            )?;
        }
        if let Some(replicas @ 2..) = created.replicas.or(self.replicas) {
            write!(out, " of {replicas} replicas")?;
        }
        writeln!(out)
    }
}

fn exists(error: &Error) -> bool {
    error.code() == Some(ErrorCode::TopicAlreadyExists)
}
