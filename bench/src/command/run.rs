//! `sapwood bench run`: a workload of OpenMessaging's benchmark.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use clap::Args;
use client::admin::{Admin, NewTopic};
use client::cli::terminal::note;
use client::cli::{BrokerArgs, Failure, key_value};
use client::offsets::OffsetAt;
use client::settings::{InvalidSetting, Settings};
use protocol::ids::TopicName;

use super::consume::consumer_options;
use super::outputs::Outputs;
use super::stage::{Stage, run_id};
use super::terms::ProducerArgs;
use super::topic::create;
use crate::engine::{Backlog, Plan, Reading, Subscription, Writing};
use crate::openmessaging::{Driver, InvalidFile, OmbWorkload};
use crate::quantity::Rate;
use crate::result::Subject;
use crate::verify::SEAL_LEN;
use crate::workload::{Content, Sizes, Workload};

/// How long readers wait for what was written and did not come.
const PATIENCE: Duration = Duration::from_secs(10);
/// A backlog counts as read when no more than so many records are left of it.
const BACKLOG_LEFT: f64 = 1000.0;

/// The arguments.
#[derive(Debug, Args)]
pub struct Run {
    /// The workload file
    #[arg(value_name = "WORKLOAD.yaml")]
    workload: PathBuf,
    /// The driver file, of which settings of topics and clients are read
    #[arg(long, value_name = "DRIVER.yaml")]
    driver: Option<PathBuf>,
    /// Put a value in the place of the workload's own, such as testDurationMinutes=0.5; may be given more than once
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = key_value)]
    set: Vec<(String, String)>,
    /// Leave the topics that were made
    #[arg(long)]
    keep_topics: bool,
    #[command(flatten)]
    producer: ProducerArgs,
    #[command(flatten)]
    outputs: Outputs,
    #[command(flatten)]
    brokers: BrokerArgs,
}

impl Run {
    pub(super) async fn run(mut self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let text = read(&self.workload)?;
        let (workload, strange) =
            OmbWorkload::read(&text, &self.set).map_err(|error| wrong(&self.workload, error))?;
        warn(&self.workload, &strange);
        let driver = self.driver()?;
        if workload.producer_rate == 0.0 {
            note(
                "warning: producerRate 0 is a closed loop here; `sapwood bench max` searches the highest rate",
            );
        }
        let records = self.records(&workload)?;
        let mut stage = Stage::set(&self.brokers).await?;
        let run = run_id();
        let topics = topics(&workload, &driver, run)?;
        create(&stage.cluster, &topics).await?;
        let plan = self.plan(&stage, &workload, records, run, &topics)?;
        let played = stage.play(&plan, &subject(&workload, &driver), &self.outputs, out).await;
        if !self.keep_topics {
            let deleted = Admin::new(stage.cluster.clone()).delete_topics(&plan.topics).await;
            if let Err(error) = deleted {
                note(format_args!("warning: {}", Failure::from(error)));
            }
        }
        played
    }

    /// The driver, whose settings count for less than those of the command line.
    fn driver(&mut self) -> Result<Driver, Failure> {
        let Some(path) = self.driver.clone() else { return Ok(Driver::default()) };
        let (driver, strange) = Driver::read(&read(&path)?).map_err(|error| wrong(&path, error))?;
        warn(&path, &strange);
        let settings = driver.client_settings().map_err(|error| wrong(&path, error))?;
        let mut known = Vec::new();
        for (key, value) in settings {
            match Settings::default().set(&key, &value) {
                Err(InvalidSetting::Unknown { .. }) => warn(&path, &[key]),
                Err(error) => return Err(error.into()),
                Ok(()) => known.push((key, value)),
            }
        }
        self.brokers.set_beneath(known);
        Ok(driver)
    }

    fn records(&self, workload: &OmbWorkload) -> Result<Workload, Failure> {
        let given = workload.payload_file.as_deref().filter(|_| !workload.use_randomized_payloads);
        let content = match given.map(|file| (file, find(&self.workload, file))) {
            Some((_, Some(path))) => {
                let doing = format!("read {}", path.display());
                let bytes = std::fs::read(&path).map_err(|error| Failure::other(&doing, &error))?;
                Content::Given(vec![Bytes::from(bytes)])
            }
            Some((file, None)) => {
                note(format_args!(
                    "warning: there is no {file}; random bytes are sent in its place"
                ));
                Content::Made { entropy: 1.0 }
            }
            None if workload.use_randomized_payloads => {
                Content::Made { entropy: workload.random_bytes_ratio }
            }
            None => Content::Made { entropy: 1.0 },
        };
        let sizes = Sizes::Fixed(workload.message_size.max(1));
        Ok(Workload { sizes, keys: workload.keys(), content, headers: 0, seed: 1 })
    }

    fn plan(
        &self,
        stage: &Stage,
        workload: &OmbWorkload,
        records: Workload,
        run: u64,
        topics: &[NewTopic],
    ) -> Result<Plan, Failure> {
        // Only a record with a seal says how long it took to its reader, and a value may be too short for one.
        let is_sealed = workload.is_read() && workload.message_size >= SEAL_LEN;
        let group = |number| Subscription::Group(format!("sub-{number:03}-{run:016x}"));
        let reading = Reading {
            subscriptions: (0..workload.subscriptions_per_topic).map(group).collect(),
            consumers: workload.consumer_per_subscription,
            count: None,
            options: consumer_options(&self.brokers, OffsetAt::Start)?,
            is_verified: is_sealed,
            patience: PATIENCE,
        };
        let bytes = workload.consumer_backlog_size_gb * 1024.0 * 1024.0 * 1024.0;
        let left =
            (1.0 - workload.backlog_drain_ratio) * bytes / workload.message_size.max(1) as f64;
        let backlog = Backlog { bytes: bytes as u64, records_left: left.max(BACKLOG_LEFT) as u64 };
        let name =
            |topic: &NewTopic| TopicName::new(&topic.name).expect("the name was made of letters");
        Ok(Plan {
            run,
            cluster: stage.options(),
            topics: topics.iter().map(name).collect(),
            writing: Some(Writing {
                workload: records,
                rate: match workload.producer_rate {
                    0.0 => Rate::Max,
                    rate => Rate::PerSecond(rate),
                },
                producers: workload.producers_per_topic,
                count: None,
                options: self.producer.options(&self.brokers)?,
                is_sealed,
            }),
            reading: workload.is_read().then_some(reading),
            warmup: workload.warmup(),
            duration: Some(workload.duration()),
            interval: self.outputs.interval(),
            backlog: (workload.consumer_backlog_size_gb > 0.0).then_some(backlog),
        })
    }
}

fn topics(workload: &OmbWorkload, driver: &Driver, run: u64) -> Result<Vec<NewTopic>, Failure> {
    let configs = driver.topic_settings().map_err(|InvalidFile(what)| Failure::usage(what))?;
    let topic = |number| NewTopic {
        partitions: Some(workload.partitions_per_topic),
        replicas: driver.replication_factor,
        configs: configs.clone(),
        ..NewTopic::new(format!("sapwood-bench-{run:016x}-{number:05}"))
    };
    Ok((0..workload.topics).map(topic).collect())
}

fn subject(workload: &OmbWorkload, driver: &Driver) -> Subject {
    let driver = if driver.name.is_empty() { "Kafka" } else { &driver.name };
    Subject {
        workload: workload.name.clone(),
        driver: driver.into(),
        message_size: workload.message_size as u64,
        topics: workload.topics,
        partitions: usize::try_from(workload.partitions_per_topic).unwrap_or(0),
        producers_per_topic: workload.producers_per_topic,
        consumers_per_topic: workload.consumer_per_subscription,
        target_rate: Some(workload.producer_rate).filter(|rate| *rate > 0.0),
    }
}

/// OpenMessaging's files name payloads from the top of their repository, where the workloads lie in a folder.
fn find(workload: &Path, file: &str) -> Option<PathBuf> {
    let folder = workload.parent().unwrap_or(Path::new("."));
    let places = [PathBuf::from(file), folder.join(file), folder.join("..").join(file)];
    places.into_iter().find(|path| path.is_file())
}

fn read(path: &Path) -> Result<String, Failure> {
    let why = |error: std::io::Error| {
        Failure::usage(format!("cannot read {}", path.display())).because(error.to_string())
    };
    std::fs::read_to_string(path).map_err(why)
}

fn wrong(path: &Path, InvalidFile(what): InvalidFile) -> Failure {
    Failure::usage(format!("{} cannot be used", path.display())).because(what)
}

fn warn(path: &Path, strange: &[String]) {
    for key in strange {
        note(format_args!("warning: {}: \"{key}\" means nothing here", path.display()));
    }
}
