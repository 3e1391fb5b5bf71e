//! `sapwood group lag`: how far groups are behind.

use std::collections::BTreeMap;
use std::io::Write;
use std::ops::ControlFlow;

use clap::Args;
use protocol::ids::TopicName;

use super::progress::Progress;
use super::with_nearest;
use crate::admin::Admin;
use crate::cli::brokers::BrokerArgs;
use crate::cli::complete;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::output::{Column, Listing, OutputArgs};
use crate::cli::watch::WatchArgs;

/// The arguments.
#[derive(Debug, Args)]
pub struct Lag {
    /// The groups' ids [default: all that have any]
    #[arg(value_name = "GROUP", add = complete::groups())]
    groups: Vec<String>,
    /// A line for each topic of each group
    #[arg(short, long)]
    topics: bool,
    #[command(flatten)]
    watch: WatchArgs,
    /// Fail (exit code 10) if a group is behind by more than so many records
    #[arg(long, value_name = "RECORDS", conflicts_with = "watch")]
    max: Option<i64>,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    brokers: BrokerArgs,
}

const GROUPS: &[Column] = &[
    Column::text("group"),
    Column::text("state"),
    Column::number("members"),
    Column::number("partitions"),
    Column::number("lag"),
    Column::number("worst_partition_lag").wide(),
];
const TOPICS: &[Column] = &[
    Column::text("group"),
    Column::text("topic"),
    Column::number("partitions"),
    Column::number("lag"),
    Column::number("worst_partition_lag").wide(),
];

/// What is still to be read in several partitions.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    partitions: usize,
    lag: i64,
    worst: i64,
}

impl Sum {
    fn add(&mut self, line: &Progress<'_>) {
        let lag = line.lag().unwrap_or(0);
        self.partitions += 1;
        self.lag += lag;
        self.worst = self.worst.max(lag);
    }
}

impl Lag {
    pub(super) async fn run(self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let admin = self.brokers.admin()?;
        if !self.watch.is_on() {
            return self.look(&admin, out).await;
        }
        let look = async |out: &mut (dyn Write + Send)| {
            self.look(&admin, out).await.map(ControlFlow::Continue)
        };
        self.watch.looking(out, look).await
    }

    /// Looks once, and prints.
    async fn look(&self, admin: &Admin, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let names = self.names(admin).await?;
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut outcome = Outcome::default();
        let mut listing = Listing::new(if self.topics { TOPICS } else { GROUPS });
        for (name, described) in admin.describe_groups(&names).await? {
            let group = match described {
                Ok(group) => group,
                Err(error) => {
                    outcome.failed(with_nearest(admin, &name, error).await);
                    continue;
                }
            };
            let mut all = Sum::default();
            let mut topics: BTreeMap<TopicName, Sum> = BTreeMap::new();
            for line in Progress::of(admin, &group).await? {
                all.add(&line);
                topics.entry(line.partition.topic.clone()).or_default().add(&line);
            }
            if self.topics {
                for (topic, sum) in topics {
                    listing.row([
                        name.as_str().into(),
                        (&topic).into(),
                        sum.partitions.into(),
                        sum.lag.into(),
                        sum.worst.into(),
                    ]);
                }
            } else {
                listing.row([
                    name.as_str().into(),
                    group.state.as_str().into(),
                    group.members.len().into(),
                    all.partitions.into(),
                    all.lag.into(),
                    all.worst.into(),
                ]);
            }
            self.judge(&name, all, &mut outcome);
        }
        self.output.print(out, &listing)?;
        outcome.done()
    }

    async fn names(&self, admin: &Admin) -> Result<Vec<String>, Failure> {
        if !self.groups.is_empty() {
            return Ok(self.groups.clone());
        }
        Ok(admin.list_groups().await?.into_iter().map(|group| group.group).collect())
    }

    fn judge(&self, group: &str, all: Sum, outcome: &mut Outcome) {
        if let Some(max) = self.max.filter(|max| all.lag > *max) {
            let what =
                format!("group \"{group}\" is {} records behind, {max} are allowed", all.lag);
            outcome.failed(
                Failure::unhealthy(what).advise("`sapwood group describe` shows where it lags"),
            );
        }
    }
}
