//! `sapwood topic consume`: reads records and prints them.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::time::Duration;

use clap::Args;
use protocol::ids::{Offset, PartitionIndex, TopicName, TopicPartition};
use serde_json::json;

use super::{names, with_nearest};
use crate::admin::Extent;
use crate::cli::begin::Begin;
use crate::cli::brokers::BrokerArgs;
use crate::cli::failure::Failure;
use crate::cli::format::Format;
use crate::cluster::ClusterView;
use crate::consumer::{Consumer, ConsumerOptions, Isolation, Record};
use crate::offsets::OffsetAt;

/// How long one poll waits; what was printed is flushed at least as often.
const POLL: Duration = Duration::from_secs(1);

/// The arguments.
#[derive(Debug, Args)]
pub struct Consume {
    /// The topics
    #[arg(required = true, value_name = "TOPIC")]
    topics: Vec<String>,
    /// Where to begin: start, end, an offset, -10 for the last ten, +10 to pass over ten, @MILLISECONDS or @-1h [default: start; in a group, the group's commit]
    #[arg(short, long, value_name = "WHERE", allow_hyphen_values = true)]
    offset: Option<Begin>,
    /// Stop after so many records
    #[arg(short, long, value_name = "COUNT")]
    num: Option<u64>,
    /// Read as a member of this group, which shares the partitions and remembers how far it came
    #[arg(short, long, value_name = "GROUP", conflicts_with = "partitions")]
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
    /// Pass over records of transactions that are not committed
    #[arg(long)]
    read_committed: bool,
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
        let topics = names(&self.topics)?;
        let admin = self.brokers.admin()?;
        let view = match admin.cluster().require(&topics).await {
            Ok(view) => view,
            Err(error) => return Err(with_nearest(admin.cluster(), &self.topics[0], error).await),
        };
        let wanted = self.wanted(&topics, &view)?;
        let mut consumer = Consumer::new(admin.cluster().clone(), self.options());
        let mut rest = Rest { count: self.num.unwrap_or(u64::MAX), ends: None };
        // Only what needs them asks for the ends.
        let extents = match self.exit_at_end || self.is_relative() {
            true => admin.extents(&wanted).await?,
            false => BTreeMap::new(),
        };
        if self.exit_at_end {
            let end = |(of, extent): (&TopicPartition, &Extent)| Some((of.clone(), extent.end?));
            rest.ends = Some(extents.iter().filter_map(end).collect());
        }
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
        while rest.count > 0 && !rest.is_at_end(consumer, self.group.is_some()) {
            let mut passed_over = BTreeSet::new();
            for record in consumer.poll(POLL).await? {
                if rest.count == 0 || rest.is_beyond_end(&record) {
                    // The group shall find it where it is.
                    if passed_over.insert(record.partition.clone()) {
                        consumer.seek(&record.partition, record.offset);
                    }
                    continue;
                }
                rest.count -= 1;
                if self.json {
                    print_json(&record, out)?;
                } else {
                    format.print(&record, out)?;
                }
            }
            out.flush()?;
        }
        Ok(())
    }

    fn options(&self) -> ConsumerOptions {
        let reset = match self.offset {
            Some(Begin::End) => OffsetAt::End,
            _ => OffsetAt::Start,
        };
        ConsumerOptions {
            group: self.group.clone(),
            reset: Some(reset),
            isolation: match self.read_committed {
                true => Isolation::ReadCommitted,
                false => Isolation::ReadUncommitted,
            },
            poll_records_max: self
                .num
                .and_then(|num| usize::try_from(num).ok())
                .map_or(10_000, |num| num.clamp(1, 10_000)),
            ..ConsumerOptions::default()
        }
    }

    /// The partitions that are meant, all of which exist.
    fn wanted(
        &self,
        topics: &[TopicName],
        view: &ClusterView,
    ) -> Result<BTreeSet<TopicPartition>, Failure> {
        let mut wanted = BTreeSet::new();
        for topic in topics.iter().filter_map(|name| view.topics.get(name)) {
            for index in &self.partitions {
                if topic.partition(PartitionIndex(*index)).is_none() {
                    let count = topic.partitions.len();
                    return Err(Failure::missing(format!(
                        "topic \"{}\" has no partition {index}: it has {count}, from 0",
                        topic.name
                    )));
                }
            }
            let chosen = |of: &TopicPartition| {
                self.partitions.is_empty() || self.partitions.contains(&of.partition.get())
            };
            wanted.extend(topic.topic_partitions().filter(chosen));
        }
        Ok(wanted)
    }

    fn is_relative(&self) -> bool {
        matches!(self.offset, Some(Begin::BeforeEnd(_) | Begin::AfterStart(_)))
    }

    /// Goes where the user wants to begin.
    fn place(
        &self,
        consumer: &mut Consumer,
        wanted: &BTreeSet<TopicPartition>,
        extents: &BTreeMap<TopicPartition, Extent>,
    ) {
        let start = self.offset.unwrap_or(Begin::Start);
        let time = start.timestamp();
        for of in wanted {
            let extent = extents.get(of).copied().unwrap_or_default();
            match (start, time, extent.start, extent.end) {
                (_, Some(time), ..) => consumer.seek_to(of, OffsetAt::Timestamp(time)),
                (Begin::At(offset), ..) => consumer.seek(of, offset),
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

/// One line, with kcat's field names. Bytes that are no UTF-8 are replaced.
fn print_json(record: &Record, out: &mut (dyn Write + Send)) -> std::io::Result<()> {
    let text = |bytes: &bytes::Bytes| String::from_utf8_lossy(bytes).into_owned();
    let headers: Vec<_> = record
        .headers
        .iter()
        .map(|header| json!({"key": text(&header.key), "value": header.value.as_ref().map(text)}))
        .collect();
    let line = json!({
        "topic": record.partition.topic.as_str(),
        "partition": record.partition.partition.get(),
        "offset": record.offset.get(),
        "timestamp": record.timestamp.get(),
        "key": record.key.as_ref().map(text),
        "value": record.value.as_ref().map(text),
        "headers": headers,
    });
    serde_json::to_writer(&mut *out, &line)?;
    writeln!(out)
}
