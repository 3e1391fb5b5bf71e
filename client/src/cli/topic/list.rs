//! `sapwood topic list`: which topics there are.

use std::io::Write;

use clap::Args;
use regex::Regex;
use serde_json::json;

use crate::cli::brokers::BrokerArgs;
use crate::cli::failure::Failure;
use crate::cli::output::{self, Columns, OutputFormat};
use crate::cluster::{Topic, Wanted};

/// The arguments.
#[derive(Debug, Args)]
pub struct List {
    /// Only topics whose name matches this regular expression
    #[arg(value_name = "REGEX")]
    pattern: Option<Regex>,
    /// The topics that hold the cluster's own state, too
    #[arg(short, long)]
    internal: bool,
    /// How to print
    #[arg(short, long, visible_alias = "format", value_enum, default_value_t)]
    output: OutputFormat,
    #[command(flatten)]
    brokers: BrokerArgs,
}

impl List {
    pub(super) async fn run(self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let view = self.brokers.cluster()?.refresh(Wanted::All).await?;
        let wanted = |topic: &&Topic| {
            (self.internal || !topic.internal)
                && self.pattern.as_ref().is_none_or(|pattern| pattern.is_match(&topic.name))
        };
        let topics: Vec<&Topic> = view.topics.values().map(AsRef::as_ref).filter(wanted).collect();
        match self.output {
            OutputFormat::Name => {
                topics.iter().try_for_each(|topic| writeln!(out, "{}", topic.name))?;
            }
            OutputFormat::Json => {
                let rows: Vec<_> = topics.iter().map(|topic| as_json(topic)).collect();
                output::json(out, &rows)?;
            }
            OutputFormat::Table => {
                let mut table = Columns::new(&["NAME", "PARTITIONS", "REPLICAS"]).right(&[1, 2]);
                for topic in topics {
                    table.row([
                        topic.name.to_string(),
                        topic.partitions.len().to_string(),
                        replicas(topic).to_string(),
                    ]);
                }
                table.print(out)?;
            }
        }
        Ok(())
    }
}

/// How many replicas the topic's partitions have: the most, where they differ.
fn replicas(topic: &Topic) -> usize {
    topic.partitions.iter().map(|partition| partition.replicas.len()).max().unwrap_or(0)
}

fn as_json(topic: &Topic) -> serde_json::Value {
    json!({
        "name": topic.name.as_str(),
        "id": topic.id.to_string(),
        "partitions": topic.partitions.len(),
        "replicas": replicas(topic),
        "internal": topic.internal,
    })
}
