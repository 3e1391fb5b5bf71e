//! `sapwood bench e2e`: writes and reads at once, in one process and by one clock.

use std::io::Write;

use clap::Args;
use client::cli::{BrokerArgs, Failure, Span};
use client::offsets::OffsetAt;

use super::consume::consumer_options;
use super::outputs::Outputs;
use super::stage::{Stage, partitions, run_id};
use super::terms::{DURATION, Extent, ProducerArgs, RecordArgs};
use super::topic::TopicArgs;
use crate::engine::{Plan, Reading, Subscription, Writing};
use crate::quantity::Rate;
use crate::result::Subject;

/// The arguments.
#[derive(Debug, Args)]
pub struct EndToEnd {
    #[command(flatten)]
    topic: TopicArgs,
    /// How many records a second, all producers together; max is as fast as it goes
    #[arg(short, long, value_name = "RATE", default_value = "1000")]
    rate: Rate,
    /// How many producers, each with connections of its own
    #[arg(long, value_name = "N", default_value_t = 1)]
    producers: usize,
    /// How many consumers, each with connections of its own
    #[arg(long, value_name = "N", default_value_t = 1)]
    consumers: usize,
    /// Read as a group and not by hand
    #[arg(short, long, value_name = "GROUP")]
    group: Option<String>,
    /// How long to wait for what was written and did not come yet
    #[arg(long, value_name = "TIME", default_value = "10s")]
    patience: Span,
    #[command(flatten)]
    extent: Extent,
    #[command(flatten)]
    records: RecordArgs,
    #[command(flatten)]
    producer: ProducerArgs,
    #[command(flatten)]
    outputs: Outputs,
    #[command(flatten)]
    brokers: BrokerArgs,
}

impl EndToEnd {
    pub(super) async fn run(self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let workload = self.records.workload(true)?;
        let options = self.producer.options(&self.brokers)?;
        let mut stage = Stage::set(&self.brokers).await?;
        let topic = self.topic.ensure(&stage.cluster).await?;
        stage.cluster.require(std::slice::from_ref(&topic)).await?;
        let count = self.extent.num.map(|count| count.0);
        let duration = self.extent.duration.map(|span| span.0);
        let subject = Subject {
            workload: "e2e".into(),
            driver: "Kafka".into(),
            message_size: workload.sizes.mean() as u64,
            topics: 1,
            partitions: partitions(&stage.cluster, &topic),
            producers_per_topic: self.producers,
            consumers_per_topic: self.consumers,
            target_rate: self.rate.per_second(),
        };
        let plan = Plan {
            run: run_id(),
            cluster: stage.options(),
            topics: vec![topic],
            writing: Some(Writing {
                workload,
                rate: self.rate,
                producers: self.producers,
                count,
                options,
                is_sealed: true,
            }),
            reading: Some(Reading {
                subscriptions: vec![
                    self.group.clone().map_or(Subscription::Assigned, Subscription::Group),
                ],
                consumers: self.consumers,
                count: None,
                options: consumer_options(&self.brokers, OffsetAt::End)?,
                is_verified: true,
                patience: self.patience.0,
            }),
            warmup: self.extent.warmup.0,
            duration: duration.or(count.is_none().then_some(DURATION)),
            interval: self.outputs.interval(),
            backlog: None,
        };
        stage.play(&plan, &subject, &self.outputs, out).await
    }
}
