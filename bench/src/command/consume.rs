//! `sapwood bench consume`: reads records and measures.

use std::io::Write;
use std::time::Duration;

use clap::{Args, ValueEnum};
use client::cli::{BrokerArgs, Failure, Span, complete};
use client::consumer::{ConsumerOptions, Isolation};
use client::offsets::OffsetAt;

use super::outputs::Outputs;
use super::stage::{Stage, partitions, run_id};
use super::terms::Extent;
use super::topic::TopicArgs;
use crate::engine::{Plan, Reading, Subscription};
use crate::result::Subject;

/// How much one poll returns.
const POLL_RECORDS: usize = 10_000;

/// The arguments.
#[derive(Debug, Args)]
pub struct Consume {
    #[command(flatten)]
    topic: TopicArgs,
    /// Read as the members of this group [default: a group that nobody else has]
    #[arg(short, long, value_name = "GROUP", conflicts_with = "assign", add = complete::groups())]
    group: Option<String>,
    /// Read without a group: the clients share the partitions out by hand
    #[arg(long)]
    assign: bool,
    /// How many clients, each with connections of its own
    #[arg(short, long, value_name = "N", default_value_t = 1)]
    clients: usize,
    /// Where to begin; a group begins where it has committed
    #[arg(long, value_enum, default_value_t)]
    from: From,
    /// Pass over records of transactions that are not committed
    #[arg(long)]
    read_committed: bool,
    /// Say what of the records marked by `sapwood bench produce --verify` is lost, duplicated, reordered or corrupt
    #[arg(long)]
    verify: bool,
    /// Stop when nothing came for this long
    #[arg(long, value_name = "TIME", default_value = "10s")]
    patience: Span,
    /// How much one answer holds of a partition at most [default: 1MiB]
    #[arg(long, value_name = "SIZE")]
    fetch_max: Option<crate::quantity::Bytes>,
    #[command(flatten)]
    extent: Extent,
    #[command(flatten)]
    outputs: Outputs,
    #[command(flatten)]
    brokers: BrokerArgs,
}

/// Where to begin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum From {
    /// At the first record that is there
    #[default]
    Start,
    /// Behind the last
    End,
}

impl Consume {
    pub(super) async fn run(self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        if self.verify && self.from == From::End {
            return Err(Failure::usage("--verify reads from the start")
                .because("what is missing before the end cannot be told from what was not read"));
        }
        let options = self.options()?;
        let mut stage = Stage::set(&self.brokers).await?;
        let topic = self.topic.require(&stage.cluster).await?;
        let run = run_id();
        let subscription = match (&self.group, self.assign) {
            (_, true) => Subscription::Assigned,
            (Some(group), false) => Subscription::Group(group.clone()),
            (None, false) => Subscription::Group(format!("sapwood-bench-{run:016x}")),
        };
        let subject = Subject {
            workload: "consume".into(),
            driver: "Kafka".into(),
            topics: 1,
            partitions: partitions(&stage.cluster, &topic),
            consumers_per_topic: self.clients,
            ..Subject::default()
        };
        let plan = Plan {
            run,
            cluster: stage.options(),
            topics: vec![topic],
            writing: None,
            reading: Some(Reading {
                subscriptions: vec![subscription],
                consumers: self.clients,
                count: self.extent.num.map(|count| count.0),
                options,
                is_verified: self.verify,
                patience: self.patience.0.max(Duration::from_millis(500)),
            }),
            warmup: self.extent.warmup.0,
            duration: self.extent.duration.map(|span| span.0),
            interval: self.outputs.interval(),
            backlog: None,
        };
        stage.play(&plan, &subject, &self.outputs, out).await
    }

    fn options(&self) -> Result<ConsumerOptions, Failure> {
        let reset = match self.from {
            From::Start => OffsetAt::Start,
            From::End => OffsetAt::End,
        };
        let mut options = consumer_options(&self.brokers, reset)?;
        if self.read_committed {
            options.isolation = Isolation::ReadCommitted;
        }
        if let Some(bytes) = self.fetch_max {
            options.partition_bytes_max = bytes.0;
        }
        Ok(options)
    }
}

/// How consumers of a load behave: as they were told, and in large pieces.
pub(super) fn consumer_options(
    brokers: &BrokerArgs,
    reset: OffsetAt,
) -> Result<ConsumerOptions, Failure> {
    let mut options = ConsumerOptions {
        reset: Some(reset),
        poll_records_max: POLL_RECORDS,
        ..ConsumerOptions::default()
    };
    brokers.settings()?.apply_to_consumer(&mut options);
    options.reset = Some(reset);
    Ok(options)
}
