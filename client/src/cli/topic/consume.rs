//! `sapwood topic consume`: reads records and prints them.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::time::Duration;

use clap::Args;
use protocol::ids::{Offset, TopicName, TopicPartition};

use super::selection::chosen;
use super::{names, require};
use crate::admin::{Admin, Extent};
use crate::cli::applets::Signals;
use crate::cli::begin::Begin;
use crate::cli::brokers::BrokerArgs;
use crate::cli::complete;
use crate::cli::failure::Failure;
use crate::cli::filter::FilterArgs;
use crate::cli::format::Format;
use crate::cli::record_json;
use crate::cli::stretch::{Stop, Stretch};
use crate::cli::terminal::note;
use crate::consumer::{Consumer, ConsumerOptions, Isolation, Record};
use crate::offsets::OffsetAt;

/// How long one poll waits; what was printed is flushed at least as often.
const POLL: Duration = Duration::from_secs(1);

/// The arguments.
#[derive(Debug, Args)]
pub struct Consume {
    /// The topics
    #[arg(required = true, value_name = "TOPIC", add = complete::topics())]
    topics: Vec<String>,
    /// Where to begin, and perhaps where to stop: start, end, an offset, -10 for the last ten, +10 to pass over ten, @2026-01-31T12:00, @-1h, 5:20, @-1h:end [default: start; in a group, the group's commit]
    #[arg(short, long, value_name = "WHERE", allow_hyphen_values = true)]
    offset: Option<Stretch>,
    /// Stop after so many records
    #[arg(short, long, value_name = "COUNT")]
    num: Option<u64>,
    /// Read as a member of this group, which shares the partitions and remembers how far it came
    #[arg(short, long, value_name = "GROUP", conflicts_with = "partitions", add = complete::groups())]
    group: Option<String>,
    /// Only these partitions
    #[arg(short, long, value_name = "N,…", value_delimiter = ',')]
    partitions: Vec<i32>,
    /// Stop at the end, as it was when we began
    #[arg(short, long)]
    exit_at_end: bool,
    /// How to print each record, with the tokens of kcat and rpk: %v %k %t %p %o %d %h and more
    #[arg(short, long, value_name = "FORMAT", default_value = "%v\\n")]
    format: String,
    /// Print each record as a line of JSON
    #[arg(short = 'J', long, conflicts_with = "format")]
    json: bool,
    /// Print each record as JSON over several lines, with JSON values opened
    #[arg(long, conflicts_with_all = ["format", "json"])]
    pretty: bool,
    /// Pass over records of transactions that are not committed
    #[arg(long)]
    read_committed: bool,
    #[command(flatten)]
    filter: FilterArgs,
    #[command(flatten)]
    brokers: BrokerArgs,
}

/// What is still to be read.
struct Rest {
    /// How many more records.
    count: u64,
    /// Where each partition ends, if we stop there.
    ends: Option<BTreeMap<TopicPartition, Offset>>,
}

impl Consume {
    pub(super) async fn run(self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let format = Format::parse(&self.format)?;
        self.check_group()?;
        let options = self.options()?;
        let topics = names(&self.topics)?;
        let admin = self.brokers.admin()?;
        let wanted = self.wanted(&admin, &topics).await?;
        let mut consumer = Consumer::new(admin.cluster().clone(), options);
        // Only what needs them asks for the ends.
        let extents = match self.stop().is_some() || self.is_relative() {
            true => admin.extents(&wanted).await?,
            false => BTreeMap::new(),
        };
        let ends = match self.stop() {
            Some(stop) => Some(ends(&admin, stop, &extents).await?),
            None => None,
        };
        let rest = Rest { count: self.num.unwrap_or(u64::MAX), ends };
        if self.group.is_some() {
            consumer.subscribe(topics)?;
        } else {
            consumer.assign(wanted.iter().cloned());
            self.place(&mut consumer, &wanted, &extents);
        }
        let read = self.read(&mut consumer, &format, rest, out).await;
        let closed = consumer.close().await;
        read?;
        Ok(closed?)
    }

    async fn read(
        &self,
        consumer: &mut Consumer,
        format: &Format,
        mut rest: Rest,
        out: &mut (dyn Write + Send),
    ) -> Result<(), Failure> {
        let mut printed = 0;
        let mut signals = Signals::new();
        while rest.count > 0 && !rest.is_at_end(consumer, self.group.is_some()) {
            let mut passed_over = BTreeSet::new();
            let records = tokio::select! {
                records = consumer.poll(POLL) => records?,
                // Whoever ends it in order leaves the group in order, and what was printed is committed.
                _ = signals.next() => return Ok(()),
            };
            for record in records {
                if rest.count == 0 || rest.is_beyond_end(&record) {
                    // The group shall find it where it is.
                    if passed_over.insert(record.partition.clone()) {
                        consumer.seek(&record.partition, record.offset);
                    }
                    continue;
                }
                if self.filter.takes(&record) {
                    rest.count -= 1;
                    self.print(&record, printed, format, out)?;
                    printed += 1;
                }
            }
            out.flush()?;
        }
        Ok(())
    }

    fn print(
        &self,
        record: &Record,
        number: u64,
        format: &Format,
        out: &mut (dyn Write + Send),
    ) -> std::io::Result<()> {
        match (self.json, self.pretty) {
            (_, true) => record_json::print_pretty(record, out),
            (true, false) => record_json::print(record, out),
            (false, false) => format.print(record, number, out),
        }
    }

    fn options(&self) -> Result<ConsumerOptions, Failure> {
        let mut options =
            ConsumerOptions { reset: Some(OffsetAt::Start), ..ConsumerOptions::default() };
        self.brokers.settings()?.apply_to_consumer(&mut options);
        // What is typed for this command counts for more, and a group is joined only where one is named here.
        options.group.clone_from(&self.group);
        if let Some(begin) = self.begin() {
            options.reset = Some(match begin {
                Begin::End => OffsetAt::End,
                _ => OffsetAt::Start,
            });
        }
        if self.read_committed {
            options.isolation = Isolation::ReadCommitted;
        }
        let num = self.num.and_then(|num| usize::try_from(num).ok());
        options.poll_records_max = num.map_or(10_000, |num| num.clamp(1, 10_000));
        Ok(options)
    }

    /// A group begins where it has committed. `start` and `end` say where it does so without a commit; nothing else can be
    /// said to a group, and to read other records than were asked for would be worse than to read none.
    fn check_group(&self) -> Result<(), Failure> {
        match (&self.group, self.begin()) {
            (None, _) | (_, None | Some(Begin::Start | Begin::End)) => Ok(()),
            (Some(group), Some(_)) => Err(Failure::usage("a group begins where it has committed")
                .because("with -g, -o takes start and end alone, for partitions without a commit")
                .advise(format!("`sapwood group seek {group} --to …` moves the group"))),
        }
    }

    /// The partitions that are meant, all of which exist.
    async fn wanted(
        &self,
        admin: &Admin,
        topics: &[TopicName],
    ) -> Result<BTreeSet<TopicPartition>, Failure> {
        let view = require(admin.cluster(), topics).await?;
        let mut wanted = BTreeSet::new();
        for topic in topics {
            wanted.extend(chosen(&view, topic, &self.partitions)?);
        }
        Ok(wanted)
    }

    fn begin(&self) -> Option<Begin> {
        self.offset?.begin
    }

    fn stop(&self) -> Option<Stop> {
        let given = self.offset.and_then(|stretch| stretch.stop);
        given.or(self.exit_at_end.then_some(Stop::End))
    }

    fn is_relative(&self) -> bool {
        matches!(self.begin(), Some(Begin::At(_) | Begin::BeforeEnd(_) | Begin::AfterStart(_)))
    }

    /// Goes where the user wants to begin.
    fn place(
        &self,
        consumer: &mut Consumer,
        wanted: &BTreeSet<TopicPartition>,
        extents: &BTreeMap<TopicPartition, Extent>,
    ) {
        let start = self.begin().unwrap_or(Begin::Start);
        let time = start.timestamp();
        for of in wanted {
            let extent = extents.get(of).copied().unwrap_or_default();
            match (start, time, extent.start, extent.end) {
                (_, Some(time), ..) => consumer.seek_to(of, OffsetAt::Timestamp(time)),
                (Begin::At(offset), _, Some(first), Some(end)) => {
                    let within = Offset(offset.get().clamp(first.get(), end.get()));
                    if within != offset {
                        note(format!("warning: {of} has {first} to {end}, and not {offset}"));
                    }
                    consumer.seek(of, within);
                }
                (relative, None, Some(first), Some(end)) => {
                    let offset = relative.offset(first, end);
                    offset.into_iter().for_each(|offset| consumer.seek(of, offset));
                }
                (Begin::End, ..) => consumer.seek_to(of, OffsetAt::End),
                // Nobody asked for the extents, or the partition has no leader yet.
                _ => consumer.seek_to(of, OffsetAt::Start),
            }
        }
    }
}

/// Where reading stops in each partition: at the latest where it ended when we began, for a stretch is read to its end and
/// not waited for. One that nobody leads has no end, and is not waited for either.
async fn ends(
    admin: &Admin,
    stop: Stop,
    extents: &BTreeMap<TopicPartition, Extent>,
) -> Result<BTreeMap<TopicPartition, Offset>, Failure> {
    let now = || extents.iter().filter_map(|(of, extent)| Some((of.clone(), extent.end?)));
    match (stop, stop.timestamp()) {
        (Stop::At(offset), _) => Ok(now().map(|(of, end)| (of, end.min(offset))).collect()),
        (_, Some(time)) => {
            let wanted = now().map(|(of, _)| (of, OffsetAt::Timestamp(time))).collect();
            let listed = admin.list_offsets(&wanted, Isolation::ReadUncommitted).await?;
            let found = |of: &TopicPartition| listed.get(of)?.as_ref().ok()?.offset;
            // No record is as young as that: all that are there are meant.
            Ok(now().map(|(of, end)| (of.clone(), found(&of).unwrap_or(end))).collect())
        }
        (Stop::End | Stop::Time(_), _) => Ok(now().collect()),
    }
}

impl Rest {
    /// Whether every partition has been read to its end. In a group, those of other members are theirs to read.
    fn is_at_end(&self, consumer: &Consumer, in_group: bool) -> bool {
        let Some(ends) = &self.ends else { return false };
        let assigned = consumer.assignment();
        if in_group && assigned.is_empty() {
            return false;
        }
        let read = |of: &TopicPartition| {
            let end = ends.get(of).copied().unwrap_or(Offset::ZERO);
            end == Offset::ZERO || consumer.position(of).is_some_and(|position| position >= end)
        };
        assigned.iter().all(read)
    }

    /// Whether the record came after we had begun, and we stop at the end.
    fn is_beyond_end(&self, record: &Record) -> bool {
        let Some(ends) = &self.ends else { return false };
        ends.get(&record.partition).is_some_and(|end| record.offset >= *end)
    }
}
