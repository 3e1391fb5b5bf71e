//! `sapwood topic list`: which topics there are.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use clap::Args;
use protocol::ids::TopicName;
use regex::Regex;

use super::facts::{self, Facts};
use crate::admin::{Admin, ConfigSource};
use crate::cli::brokers::BrokerArgs;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::output::{Cell, Column, Listing, OutputArgs};
use crate::cluster::{Topic, Wanted};

/// The arguments.
#[derive(Debug, Args)]
pub struct List {
    /// Only topics whose name matches this regular expression
    #[arg(value_name = "REGEX")]
    pattern: Option<Regex>,
    /// The topics that hold the cluster's own state, too
    #[arg(short, long)]
    internal: bool,
    /// How much each topic takes on disk, over all replicas
    #[arg(long)]
    sizes: bool,
    /// Only topics with settings of their own
    #[arg(long)]
    with_overrides: bool,
    /// Only topics with replicas that are not in sync
    #[arg(long)]
    under_replicated: bool,
    /// Only topics with partitions that nobody leads
    #[arg(long)]
    unavailable: bool,
    /// Only topics with fewer replicas in sync than min.insync.replicas, to which acks=all cannot write
    #[arg(long)]
    under_min_isr: bool,
    /// Only topics with just min.insync.replicas in sync
    #[arg(long)]
    at_min_isr: bool,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    brokers: BrokerArgs,
}

const COLUMNS: &[Column] = &[
    Column::text("name"),
    Column::number("partitions"),
    Column::number("replicas"),
    Column::text("internal").wide(),
    Column::text("id").wide(),
];
const WITH_SIZES: &[Column] = &[
    Column::text("name"),
    Column::number("partitions"),
    Column::number("replicas"),
    Column::number("size_bytes"),
    Column::text("internal").wide(),
    Column::text("id").wide(),
];

impl List {
    pub(super) async fn run(self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let admin = self.brokers.admin()?;
        let view = admin.cluster().refresh(Wanted::All).await?;
        let named = |topic: &&Topic| {
            (self.internal || !topic.internal)
                && self.pattern.as_ref().is_none_or(|pattern| pattern.is_match(&topic.name))
        };
        let topics: Vec<&Topic> = view.topics.values().map(AsRef::as_ref).filter(named).collect();
        let topics = self.filter(&admin, topics).await?;
        let mut outcome = Outcome::default();
        let sizes = match self.sizes {
            true => Some(facts::sizes(&admin, &mut outcome).await?),
            false => None,
        };
        let mut listing = Listing::new(if self.sizes { WITH_SIZES } else { COLUMNS });
        topics.iter().for_each(|topic| listing.row(row(topic, sizes.as_ref())));
        self.output.print(out, &listing)?;
        outcome.done()
    }

    /// The topics that the flags ask for. Only what needs them asks for settings.
    async fn filter<'a>(
        &self,
        admin: &Admin,
        mut topics: Vec<&'a Topic>,
    ) -> Result<Vec<&'a Topic>, Failure> {
        if self.under_replicated {
            topics.retain(|topic| topic.partitions.iter().any(facts::is_under_replicated));
        }
        if self.unavailable {
            topics.retain(|topic| topic.partitions.iter().any(|p| p.leader.is_none()));
        }
        if !(self.with_overrides || self.under_min_isr || self.at_min_isr) {
            return Ok(topics);
        }
        let names: BTreeSet<&TopicName> = topics.iter().map(|topic| &topic.name).collect();
        let facts = Facts::of(admin, names.into_iter()).await?;
        if self.with_overrides {
            let own = |name| facts.configs(name).iter().any(|c| c.source == ConfigSource::Topic);
            topics.retain(|topic| own(&topic.name));
        }
        topics.retain(|topic| {
            let Some(wanted) = facts.min_in_sync(&topic.name) else {
                return !(self.under_min_isr || self.at_min_isr);
            };
            let any = |test: fn(usize, usize) -> bool| {
                topic.partitions.iter().any(|partition| test(partition.in_sync.len(), wanted))
            };
            (!self.under_min_isr || any(|have, wanted| have < wanted))
                && (!self.at_min_isr || any(|have, wanted| have == wanted))
        });
        Ok(topics)
    }
}

fn row(topic: &Topic, sizes: Option<&BTreeMap<TopicName, i64>>) -> Vec<Cell> {
    let mut row = vec![
        (&topic.name).into(),
        topic.partitions.len().into(),
        replicas(topic).into(),
        topic.internal.into(),
        topic.id.to_string().into(),
    ];
    if let Some(sizes) = sizes {
        row.insert(3, Cell::bytes(Some(sizes.get(&topic.name).copied().unwrap_or(0))));
    }
    row
}

/// How many replicas the topic's partitions have: the most, where they differ.
fn replicas(topic: &Topic) -> usize {
    topic.partitions.iter().map(|partition| partition.replicas.len()).max().unwrap_or(0)
}
