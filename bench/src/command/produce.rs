//! `sapwood bench produce`: writes records and measures.

use std::io::Write;

use clap::Args;
use client::cli::{BrokerArgs, Failure};

use super::outputs::Outputs;
use super::stage::{Stage, partitions, run_id};
use super::terms::{DURATION, Extent, ProducerArgs, RecordArgs};
use super::topic::TopicArgs;
use crate::engine::{Plan, Writing};
use crate::quantity::Rate;
use crate::result::Subject;

/// The arguments.
#[derive(Debug, Args)]
pub struct Produce {
    #[command(flatten)]
    topic: TopicArgs,
    /// How many records a second, all clients together, such as 50k; max is as fast as it goes. With a rate, latencies count from when
    /// each record was due
    #[arg(short, long, value_name = "RATE", default_value = "max")]
    rate: Rate,
    /// How many clients, each with connections of its own
    #[arg(short, long, value_name = "N", default_value_t = 1)]
    clients: usize,
    /// Mark each record, so that `sapwood bench consume --verify` can tell what is missing
    #[arg(long)]
    verify: bool,
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

impl Produce {
    pub(super) async fn run(self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let workload = self.records.workload(self.verify)?;
        let options = self.producer.options(&self.brokers)?;
        let mut stage = Stage::set(&self.brokers).await?;
        let topic = self.topic.ensure(&stage.cluster).await?;
        stage.cluster.require(std::slice::from_ref(&topic)).await?;
        let count = self.extent.num.map(|count| count.0);
        let duration = self.extent.duration.map(|span| span.0);
        let subject = Subject {
            workload: "produce".into(),
            driver: "Kafka".into(),
            message_size: workload.sizes.mean() as u64,
            topics: 1,
            partitions: partitions(&stage.cluster, &topic),
            producers_per_topic: self.clients,
            consumers_per_topic: 0,
            target_rate: self.rate.per_second(),
        };
        let plan = Plan {
            run: run_id(),
            cluster: stage.options(),
            topics: vec![topic],
            writing: Some(Writing {
                workload,
                rate: self.rate,
                producers: self.clients,
                count,
                options,
                is_sealed: self.verify,
            }),
            reading: None,
            warmup: self.extent.warmup.0,
            duration: duration.or(count.is_none().then_some(DURATION)),
            interval: self.outputs.interval(),
            backlog: None,
        };
        stage.play(&plan, &subject, &self.outputs, out).await
    }
}
