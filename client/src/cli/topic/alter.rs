//! `sapwood topic alter`: changes settings and the number of partitions of topics.

use std::io::Write;

use clap::Args;

use super::add_partitions::grow;
use super::{Selection, require};
use crate::admin::Resource;
use crate::cli::brokers::BrokerArgs;
use crate::cli::configs;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::parse::key_value;

/// The arguments.
#[derive(Debug, Args)]
pub struct Alter {
    #[command(flatten)]
    topics: Selection,
    /// Set this, such as retention.ms=86400000; may be given more than once
    #[arg(short, long = "config", value_name = "KEY=VALUE", value_parser = key_value)]
    configs: Vec<(String, String)>,
    /// Take this setting back, so that the cluster's own shows through; may be given more than once
    #[arg(short, long = "unset", visible_alias = "delete-config", value_name = "KEY")]
    unset: Vec<String>,
    /// How many partitions each shall have, all in all; there can only be more
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(i32).range(1..))]
    partitions: Option<i32>,
    /// Only say what would happen
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    brokers: BrokerArgs,
}

impl Alter {
    pub(super) async fn run(self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let changes = configs::changes(&self.configs, &self.unset);
        if changes.is_empty() && self.partitions.is_none() {
            return Err(Failure::usage("nothing was asked for")
                .advise("use -c KEY=VALUE, --unset KEY or -p N"));
        }
        let admin = self.brokers.admin()?;
        let topics = self.topics.names(admin.cluster()).await?;
        let view = require(admin.cluster(), &topics).await?;
        let mut outcome = Outcome::default();
        for topic in topics.iter().filter_map(|name| view.topics.get(name)) {
            if !changes.is_empty() {
                let resource = Resource::Topic(topic.name.to_string());
                let changed = configs::change(&admin, &resource, &changes, self.dry_run, out);
                outcome.note(changed.await);
            }
            if let Some(partitions) = self.partitions {
                outcome.note(grow(&admin, topic, partitions, self.dry_run, out).await);
            }
        }
        outcome.done()
    }
}
