//! The stage: where a plan is carried out, shown and kept.

use std::io::Write;

use client::cli::applets::Signals;
use client::cli::{BrokerArgs, Failure};
use client::{Cluster, ClusterOptions};
use protocol::ids::TopicName;
use rand::Rng;
use serde_json::Value;

use super::outputs::Outputs;
use crate::engine::{self, End, Outcome, Plan};
use crate::machine::{Environment, Neighbour};
use crate::result::{Subject, document};
use crate::screen::print_sum;

/// A cluster to be measured, and what is known of it before.
pub(super) struct Stage {
    pub(super) cluster: Cluster,
    pub(super) signals: Signals,
    neighbour: Option<Neighbour>,
}

impl Stage {
    /// Finds the cluster.
    pub(super) async fn set(brokers: &BrokerArgs) -> Result<Self, Failure> {
        let cluster = brokers.cluster()?;
        let signals = Signals::new();
        let address = cluster.any().await?.address().clone();
        let neighbour = Neighbour::at(&address.host, address.port);
        Ok(Self { cluster, signals, neighbour })
    }

    /// How each producer and consumer reaches it.
    pub(super) fn options(&self) -> ClusterOptions {
        self.cluster.options().clone()
    }

    /// The broker's process, if it runs here.
    pub(super) fn neighbour(&self) -> Option<&Neighbour> {
        self.neighbour.as_ref()
    }

    /// The circumstances of a run on these topics.
    pub(super) async fn environment(&self, plan: &Plan) -> Result<Environment, Failure> {
        let here = Environment::of_this_machine();
        let mut all = here.with_cluster(&self.cluster, &plan.topics, self.neighbour()).await?;
        all.client_config = plan.settings();
        Ok(all)
    }

    /// Carries a plan out from the first record to the report.
    pub(super) async fn play(
        &mut self,
        plan: &Plan,
        subject: &Subject,
        outputs: &Outputs,
        out: &mut (dyn Write + Send),
    ) -> Result<(), Failure> {
        let environment = self.environment(plan).await?;
        let mut audience = outputs.audience()?;
        let neighbour = self.neighbour.as_ref();
        let outcome = engine::run(plan, neighbour, &mut self.signals, &mut audience).await?;
        drop(audience);
        if let End::Aborted(code) = outcome.end {
            std::process::exit(code.into());
        }
        print_sum(out, &outcome, neighbour)?;
        out.flush()?;
        let result: Value = document(subject, &outcome, &environment);
        outputs.write(&result)?;
        verdict(&outcome)
    }
}

/// A run that lost something, or could not write or read something, has failed.
pub(super) fn verdict(outcome: &Outcome) -> Result<(), Failure> {
    let sheet = &outcome.total.sheet;
    if let Some(verdict) = outcome.verdict.filter(|verdict| !verdict.is_clean()) {
        return Err(Failure::failed("what was read is not what was written").because(format!(
            "{} lost, {} duplicated, {} reordered, {} corrupt",
            verdict.lost, verdict.duplicated, verdict.reordered, verdict.corrupt
        )));
    }
    if sheet.errors.is_empty() {
        return Ok(());
    }
    let told: Vec<String> = sheet.errors.iter().map(|(why, n)| format!("{n} x {why}")).collect();
    Err(Failure::failed(format!("{} things went wrong", sheet.error_count()))
        .because(told.join("; ")))
}

/// A number for a run, which its records carry.
pub(super) fn run_id() -> u64 {
    rand::rng().random()
}

/// How many partitions a topic has.
pub(super) fn partitions(cluster: &Cluster, topic: &TopicName) -> usize {
    cluster.view().topics.get(topic).map_or(0, |topic| topic.partitions.len())
}
