//! `sapwood topic offsets`: the offsets of partitions.

use std::collections::BTreeMap;
use std::io::Write;

use clap::Args;
use protocol::ids::{Offset, TopicPartition};

use super::{Selection, require};
use crate::admin::{Admin, Isolation, ListedOffset, OffsetAt};
use crate::cli::brokers::BrokerArgs;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::moment::Moment;
use crate::cli::output::{Column, Listing, OutputArgs};
use crate::error::Error;

/// The arguments.
#[derive(Debug, Args)]
pub struct Offsets {
    #[command(flatten)]
    topics: Selection,
    /// Which offset: earliest, latest, max-timestamp, or the first at or after a time such as @2026-01-31T12:00 or @-1h [default: earliest and latest]
    #[arg(long, value_name = "WHEN", allow_hyphen_values = true)]
    time: Option<When>,
    /// Up to where a reader of committed records gets
    #[arg(long)]
    read_committed: bool,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    brokers: BrokerArgs,
}

/// Which offset of a partition is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    Earliest,
    Latest,
    MaxTimestamp,
    At(Moment),
}

impl std::str::FromStr for When {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "earliest" | "start" | "-2" => Ok(Self::Earliest),
            "latest" | "end" | "-1" => Ok(Self::Latest),
            "max-timestamp" | "-3" => Ok(Self::MaxTimestamp),
            time => time.strip_prefix('@').unwrap_or(time).parse().map(Self::At),
        }
    }
}

impl When {
    fn wanted(self) -> OffsetAt {
        match self {
            Self::Earliest => OffsetAt::Start,
            Self::Latest => OffsetAt::End,
            Self::MaxTimestamp => OffsetAt::MaxTimestamp,
            Self::At(moment) => OffsetAt::Timestamp(moment.timestamp()),
        }
    }
}

const EXTENTS: &[Column] = &[
    Column::text("topic"),
    Column::number("partition"),
    Column::number("start_offset"),
    Column::number("end_offset"),
];
const ONE: &[Column] = &[
    Column::text("topic"),
    Column::number("partition"),
    Column::number("offset"),
    Column::number("timestamp"),
    Column::number("leader_epoch").wide(),
];

impl Offsets {
    pub(super) async fn run(self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let admin = self.brokers.admin()?;
        let topics = self.topics.names(admin.cluster()).await?;
        let view = require(admin.cluster(), &topics).await?;
        let partitions: Vec<TopicPartition> = topics
            .iter()
            .filter_map(|name| view.topics.get(name))
            .flat_map(|topic| topic.topic_partitions().collect::<Vec<_>>())
            .collect();
        let mut outcome = Outcome::default();
        let listing = match self.time {
            Some(when) => self.one(&admin, &partitions, when.wanted(), &mut outcome).await?,
            None => self.both(&admin, &partitions, &mut outcome).await?,
        };
        self.output.print(out, &listing)?;
        outcome.done()
    }

    async fn ask(
        &self,
        admin: &Admin,
        partitions: &[TopicPartition],
        at: OffsetAt,
    ) -> Result<BTreeMap<TopicPartition, Result<ListedOffset, Error>>, Failure> {
        let isolation = match self.read_committed {
            true => Isolation::ReadCommitted,
            false => Isolation::ReadUncommitted,
        };
        let wanted = partitions.iter().map(|of| (of.clone(), at)).collect();
        Ok(admin.list_offsets(&wanted, isolation).await?)
    }

    async fn one(
        &self,
        admin: &Admin,
        partitions: &[TopicPartition],
        at: OffsetAt,
        outcome: &mut Outcome,
    ) -> Result<Listing, Failure> {
        let mut listing = Listing::new(ONE);
        for (of, listed) in self.ask(admin, partitions, at).await? {
            let Some(found) = outcome.note(listed.map_err(Failure::from)) else { continue };
            listing.row([
                (&of.topic).into(),
                of.partition.into(),
                found.offset.into(),
                found.timestamp.map(|timestamp| timestamp.get()).into(),
                found.leader_epoch.into(),
            ]);
        }
        Ok(listing)
    }

    async fn both(
        &self,
        admin: &Admin,
        partitions: &[TopicPartition],
        outcome: &mut Outcome,
    ) -> Result<Listing, Failure> {
        let starts = self.ask(admin, partitions, OffsetAt::Start).await?;
        let mut ends = self.ask(admin, partitions, OffsetAt::End).await?;
        let mut listing = Listing::new(EXTENTS);
        for (of, start) in starts {
            let end = ends.remove(&of);
            // Whoever could not answer the one will not have answered the other.
            let Some(start) = outcome.note(start.map_err(Failure::from)) else { continue };
            let end: Option<Offset> = end.and_then(|end| end.ok()?.offset);
            listing.row([(&of.topic).into(), of.partition.into(), start.offset.into(), end.into()]);
        }
        Ok(listing)
    }
}
