//! `sapwood topic usage`: what topics take on disk.

use std::collections::BTreeMap;
use std::io::Write;

use clap::Args;
use protocol::ids::TopicName;
use regex::Regex;

use super::facts::{self, Replica};
use crate::cli::brokers::BrokerArgs;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::output::{Cell, Column, Listing, OutputArgs};

/// The arguments.
#[derive(Debug, Args)]
pub struct Usage {
    /// Only topics whose name matches this regular expression
    #[arg(value_name = "REGEX")]
    pattern: Option<Regex>,
    /// A line for each partition of each broker
    #[arg(short, long)]
    partitions: bool,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    brokers: BrokerArgs,
}

const TOPICS: &[Column] = &[
    Column::text("topic"),
    Column::number("replicas"),
    Column::number("size_bytes"),
    Column::number("largest_bytes"),
];
const PARTITIONS: &[Column] = &[
    Column::text("topic"),
    Column::number("partition"),
    Column::number("broker"),
    Column::number("size_bytes"),
    Column::number("offset_lag"),
    Column::text("log_dir").wide(),
];

impl Usage {
    pub(super) async fn run(self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let mut outcome = Outcome::default();
        let is_meant = |name: &TopicName| self.pattern.as_ref().is_none_or(|p| p.is_match(name));
        let mut replicas = facts::replicas(&self.brokers.admin()?, &mut outcome).await?;
        replicas.retain(|replica| is_meant(&replica.on_disk.partition.topic));
        replicas.sort_by(|a, b| {
            a.on_disk.partition.cmp(&b.on_disk.partition).then(a.broker.cmp(&b.broker))
        });
        let listing = match self.partitions {
            true => by_partition(&replicas),
            false => by_topic(&replicas),
        };
        self.output.print(out, &listing)?;
        outcome.done()
    }
}

fn by_partition(replicas: &[Replica]) -> Listing {
    let mut listing = Listing::new(PARTITIONS);
    for Replica { broker, dir, on_disk } in replicas {
        listing.row([
            (&on_disk.partition.topic).into(),
            on_disk.partition.partition.into(),
            (*broker).into(),
            Cell::bytes(Some(on_disk.size_bytes)),
            on_disk.offset_lag.into(),
            dir.as_str().into(),
        ]);
    }
    listing
}

/// A line a topic, the largest first: that is what one looks for on a full disk.
fn by_topic(replicas: &[Replica]) -> Listing {
    #[derive(Default)]
    struct Sum {
        replicas: usize,
        bytes: i64,
        largest: i64,
    }
    let mut sums: BTreeMap<&TopicName, Sum> = BTreeMap::new();
    for Replica { on_disk, .. } in replicas {
        let sum = sums.entry(&on_disk.partition.topic).or_default();
        sum.replicas += 1;
        sum.bytes += on_disk.size_bytes;
        sum.largest = sum.largest.max(on_disk.size_bytes);
    }
    let mut sums: Vec<(&TopicName, Sum)> = sums.into_iter().collect();
    sums.sort_by_key(|(name, sum)| (std::cmp::Reverse(sum.bytes), *name));
    let mut listing = Listing::new(TOPICS);
    for (name, sum) in sums {
        listing.row([
            name.into(),
            sum.replicas.into(),
            Cell::bytes(Some(sum.bytes)),
            Cell::bytes(Some(sum.largest)),
        ]);
    }
    listing
}
