//! `sapwood topic describe`: the partitions and settings of topics.

use std::collections::BTreeMap;
use std::io::{self, Write};

use clap::Args;
use protocol::ids::{Offset, TopicName, TopicPartition};
use serde_json::{Value, json};

use super::{names, with_nearest};
use crate::admin::{Admin, ConfigEntry, ConfigSource, Extent, Resource};
use crate::cli::brokers::BrokerArgs;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::output::{self, Columns, OutputFormat, numbers, or_dash};
use crate::cluster::{Partition, Topic};

/// The arguments.
#[derive(Debug, Args)]
pub struct Describe {
    /// The topics' names
    #[arg(required = true, value_name = "TOPIC")]
    topics: Vec<String>,
    /// Only the partitions
    #[arg(short, long, conflicts_with = "configs")]
    partitions: bool,
    /// Only the settings, those that nobody set too
    #[arg(short, long)]
    configs: bool,
    /// How to print
    #[arg(short, long, visible_alias = "format", value_enum, default_value_t)]
    output: OutputFormat,
    #[command(flatten)]
    brokers: BrokerArgs,
}

/// Everything that is printed of a topic.
struct Described<'a> {
    topic: &'a Topic,
    extents: BTreeMap<TopicPartition, Extent>,
    configs: Vec<ConfigEntry>,
}

impl Describe {
    pub(super) async fn run(self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let admin = self.brokers.admin()?;
        let mut outcome = Outcome::default();
        let mut documents = Vec::new();
        let mut first = true;
        for name in names(&self.topics)? {
            let view = match admin.cluster().require(std::slice::from_ref(&name)).await {
                Ok(view) => view,
                Err(error) => {
                    outcome.failed(with_nearest(admin.cluster(), &name, error).await);
                    continue;
                }
            };
            let Some(topic) = view.topics.get(&name) else { continue };
            let described = self.gather(&admin, topic).await?;
            match self.output {
                OutputFormat::Name => writeln!(out, "{name}")?,
                OutputFormat::Json => documents.push(described.as_json()),
                OutputFormat::Table => {
                    if !std::mem::take(&mut first) {
                        writeln!(out)?;
                    }
                    self.print(out, &described)?;
                }
            }
        }
        if self.output == OutputFormat::Json {
            output::json(out, &documents)?;
        }
        outcome.done()
    }

    /// Asks for what will be printed, and for nothing else.
    async fn gather<'a>(&self, admin: &Admin, topic: &'a Topic) -> Result<Described<'a>, Failure> {
        let mut described = Described { topic, extents: BTreeMap::new(), configs: Vec::new() };
        if self.output == OutputFormat::Name {
            return Ok(described);
        }
        if !self.configs {
            described.extents = extents(admin, topic).await?;
        }
        if !self.partitions {
            described.configs = configs(admin, &topic.name).await?;
        }
        Ok(described)
    }

    fn print(&self, out: &mut (dyn Write + Send), described: &Described<'_>) -> io::Result<()> {
        let topic = described.topic;
        writeln!(out, "topic       {}", topic.name)?;
        writeln!(out, "id          {}", topic.id)?;
        writeln!(out, "partitions  {}", topic.partitions.len())?;
        if !self.configs {
            writeln!(out)?;
            described.print_partitions(out)?;
        }
        if !self.partitions {
            described.print_configs(out, self.configs)?;
        }
        Ok(())
    }
}

/// Where each partition begins and ends. A partition without a leader has neither.
async fn extents(
    admin: &Admin,
    topic: &Topic,
) -> Result<BTreeMap<TopicPartition, Extent>, Failure> {
    let led = |of: &TopicPartition| {
        topic.partition(of.partition).is_some_and(|partition| partition.leader.is_some())
    };
    let led: Vec<TopicPartition> = topic.topic_partitions().filter(led).collect();
    Ok(admin.extents(&led).await?)
}

async fn configs(admin: &Admin, topic: &TopicName) -> Result<Vec<ConfigEntry>, Failure> {
    let resource = Resource::Topic(topic.to_string());
    let mut each = admin.describe_configs(&[resource]).await?;
    let mut configs = each.pop().map(|(_, result)| result).transpose()?.unwrap_or_default();
    configs.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(configs)
}

impl Described<'_> {
    fn extent_of(&self, partition: &Partition) -> Extent {
        let topic = self.topic.name.clone();
        let of = TopicPartition { topic, partition: partition.index };
        self.extents.get(&of).copied().unwrap_or_default()
    }

    fn print_partitions(&self, out: &mut (dyn Write + Send)) -> io::Result<()> {
        let headings = ["PARTITION", "LEADER", "EPOCH", "REPLICAS", "IN-SYNC", "START", "END"];
        let mut table = Columns::new(&headings).right(&[0, 1, 2, 5, 6]);
        for partition in &self.topic.partitions {
            let Extent { start, end } = self.extent_of(partition);
            let epoch = partition.leader_epoch.get();
            table.row([
                partition.index.to_string(),
                partition.leader.map_or_else(|| "none".into(), |leader| leader.to_string()),
                or_dash(Some(epoch).filter(|epoch| *epoch >= 0)),
                numbers(&partition.replicas),
                numbers(&partition.in_sync),
                or_dash(start),
                or_dash(end),
            ]);
        }
        table.print(out)
    }

    /// The settings: those that someone set, or all of them.
    fn print_configs(&self, out: &mut (dyn Write + Send), all: bool) -> io::Result<()> {
        let wanted = |config: &&ConfigEntry| all || config.source != ConfigSource::Default;
        let mut configs = self.configs.iter().filter(wanted).peekable();
        if configs.peek().is_none() {
            return Ok(());
        }
        writeln!(out)?;
        let mut table = Columns::new(&["KEY", "VALUE", "FROM"]);
        for config in configs {
            table.row([config.name.clone(), shown(config), config.source.to_string()]);
        }
        table.print(out)
    }

    fn as_json(&self) -> Value {
        let partitions: Vec<Value> =
            self.topic.partitions.iter().map(|p| self.partition(p)).collect();
        let configs: Vec<Value> = self.configs.iter().map(config_as_json).collect();
        json!({
            "name": self.topic.name.as_str(),
            "id": self.topic.id.to_string(),
            "internal": self.topic.internal,
            "partitions": partitions,
            "configs": configs,
        })
    }

    fn partition(&self, partition: &Partition) -> Value {
        let Extent { start, end } = self.extent_of(partition);
        let nodes =
            |ids: &[protocol::ids::NodeId]| ids.iter().map(|id| id.get()).collect::<Vec<_>>();
        json!({
            "partition": partition.index.get(),
            "leader": partition.leader.map(|leader| leader.get()),
            "leader_epoch": partition.leader_epoch.get(),
            "replicas": nodes(&partition.replicas),
            "in_sync_replicas": nodes(&partition.in_sync),
            "offline_replicas": nodes(&partition.offline),
            "start_offset": start.map(Offset::get),
            "end_offset": end.map(Offset::get),
        })
    }
}

fn shown(config: &ConfigEntry) -> String {
    match &config.value {
        Some(value) => value.clone(),
        None if config.sensitive => "(secret)".into(),
        None => "-".into(),
    }
}

fn config_as_json(config: &ConfigEntry) -> Value {
    json!({
        "name": config.name,
        "value": config.value,
        "source": config.source.to_string(),
        "read_only": config.read_only,
        "sensitive": config.sensitive,
    })
}
