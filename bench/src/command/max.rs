//! `sapwood bench max`: the highest rate that a cluster sustains.
//!
//! A rate is sustained if records are acknowledged as fast as they are due, none fails, and the 99th percentile of the times from
//! when they were due stays under the limit. Each is tried for a while, after a fifth of that to warm up.

use std::io::Write;
use std::time::Duration;

use clap::Args;
use client::cli::{BrokerArgs, Failure, Span};
use protocol::ids::TopicName;
use serde_json::Value;

use super::outputs::Outputs;
use super::search::Search;
use super::stage::{Stage, partitions, run_id};
use super::terms::{ProducerArgs, RecordArgs};
use super::topic::TopicArgs;
use crate::clock::ms;
use crate::engine::{self, End, Outcome, Plan, Writing};
use crate::quantity::Rate;
use crate::result::{Subject, document};
use crate::screen::All;

/// Which share of a rate has to be reached.
const REACHED: f64 = 0.98;

/// The arguments.
#[derive(Debug, Args)]
pub struct Max {
    #[command(flatten)]
    topic: TopicArgs,
    /// The 99th percentile that must hold
    #[arg(long, value_name = "TIME", default_value = "50ms")]
    p99: Span,
    /// The rate to begin with
    #[arg(long, value_name = "RATE", default_value = "1k")]
    min: Rate,
    /// The highest rate to try
    #[arg(long, value_name = "RATE", default_value = "2M")]
    max: Rate,
    /// How long each rate is tried
    #[arg(long, value_name = "TIME", default_value = "10s")]
    probe: Span,
    /// How near the result is to be, in percent
    #[arg(long, value_name = "PERCENT", default_value_t = 5.0)]
    precision: f64,
    /// How many clients, each with connections of its own
    #[arg(short, long, value_name = "N", default_value_t = 1)]
    clients: usize,
    #[command(flatten)]
    records: RecordArgs,
    #[command(flatten)]
    producer: ProducerArgs,
    #[command(flatten)]
    outputs: Outputs,
    #[command(flatten)]
    brokers: BrokerArgs,
}

impl Max {
    pub(super) async fn run(self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let mut search = self.search()?;
        let mut stage = Stage::set(&self.brokers).await?;
        let topic = self.topic.ensure(&stage.cluster).await?;
        stage.cluster.require(std::slice::from_ref(&topic)).await?;
        let mut plan = self.plan(&stage, topic.clone())?;
        let mut subject = self.subject(&plan, partitions(&stage.cluster, &topic));
        let environment = stage.environment(&plan).await?;
        let neighbour = stage.neighbour().cloned();
        let mut best: Option<Value> = None;
        while let Some(rate) = search.next() {
            if let Some(writing) = &mut plan.writing {
                writing.rate = Rate::PerSecond(rate);
            }
            let (signals, mut nobody) = (&mut stage.signals, All::default());
            let outcome = engine::run(&plan, neighbour.as_ref(), signals, &mut nobody).await?;
            match outcome.end {
                End::Aborted(code) => std::process::exit(code.into()),
                End::Interrupted => break,
                End::Done => {}
            }
            let is_sustained = self.print(out, rate, &outcome)?;
            search.learn(rate, is_sustained);
            if is_sustained {
                subject.target_rate = Some(rate);
                best = Some(document(&subject, &outcome, &environment));
            }
        }
        self.tell(out, search.found())?;
        best.map_or(Ok(()), |best| self.outputs.write(&best))
    }

    fn search(&self) -> Result<Search, Failure> {
        let (Some(min), Some(max)) = (self.min.per_second(), self.max.per_second()) else {
            return Err(Failure::usage("--min and --max are numbers"));
        };
        if min > max {
            return Err(Failure::usage("--min must not be above --max"));
        }
        match (0.1..=100.0).contains(&self.precision) {
            true => Ok(Search::new(min, max, self.precision / 100.0)),
            false => Err(Failure::usage("--precision is 0.1 to 100 percent")),
        }
    }

    fn plan(&self, stage: &Stage, topic: TopicName) -> Result<Plan, Failure> {
        let probe = self.probe.0.max(Duration::from_millis(500));
        Ok(Plan {
            run: run_id(),
            cluster: stage.options(),
            topics: vec![topic],
            writing: Some(Writing {
                workload: self.records.workload(false)?,
                rate: self.min,
                producers: self.clients,
                count: None,
                options: self.producer.options(&self.brokers)?,
                is_sealed: false,
            }),
            reading: None,
            warmup: probe / 5,
            duration: Some(probe),
            interval: self.outputs.interval(),
            backlog: None,
        })
    }

    fn subject(&self, plan: &Plan, partitions: usize) -> Subject {
        let size = plan.writing.as_ref().map_or(0.0, |writing| writing.workload.sizes.mean());
        Subject {
            workload: "max".into(),
            driver: "Kafka".into(),
            message_size: size as u64,
            topics: 1,
            partitions,
            producers_per_topic: self.clients,
            ..Subject::default()
        }
    }

    fn tell(&self, out: &mut (dyn Write + Send), found: Option<f64>) -> Result<(), Failure> {
        let Some(found) = found else {
            return Err(Failure::failed("not even the least rate is sustained")
                .advise("a lower --min, or a higher --p99"));
        };
        let limit = ms(self.p99.0);
        writeln!(
            out,
            "highest sustainable rate: {found:.0} records/sec with a 99th percentile under {limit} ms"
        )?;
        Ok(())
    }

    /// Says what came of a rate, and whether it was sustained.
    fn print(
        &self,
        out: &mut (dyn Write + Send),
        rate: f64,
        outcome: &Outcome,
    ) -> Result<bool, Failure> {
        let total = &outcome.total;
        let (reached, p99) = (total.write_rate(), total.sheet.response.quantile(0.99));
        let errors = total.sheet.error_count();
        let why = if errors > 0 {
            "records failed"
        } else if reached < rate * REACHED {
            "not reached"
        } else if p99 > self.p99.0 {
            "too slow"
        } else {
            "sustained"
        };
        writeln!(
            out,
            "at {rate:.0} records/sec: {reached:.0} records/sec, {:.2} ms 99th: {why}",
            ms(p99)
        )?;
        out.flush()?;
        Ok(why == "sustained")
    }
}
