//! `sapwood topic config …`: the settings of one topic.

use std::io::Write;

use clap::{Args, Subcommand};

use super::{name, require};
use crate::admin::{ConfigSource, Resource};
use crate::cli::brokers::BrokerArgs;
use crate::cli::complete;
use crate::cli::configs;
use crate::cli::failure::Failure;
use crate::cli::output::OutputArgs;

/// What can be done with a topic's settings.
#[derive(Debug, Subcommand)]
pub enum Config {
    /// List the settings, with where each comes from
    #[command(visible_alias = "ls")]
    List(List),
    /// Show some settings
    Get(Get),
    /// Set some
    Set(Set),
    /// Take some back, so that the cluster's own show through
    Unset(Unset),
}

/// All settings.
#[derive(Debug, Args)]
pub struct List {
    /// The topic
    #[arg(add = complete::topics())]
    topic: String,
    /// Only those that are set on the topic itself
    #[arg(long)]
    own: bool,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    brokers: BrokerArgs,
}

/// Some settings.
#[derive(Debug, Args)]
pub struct Get {
    /// The topic
    #[arg(add = complete::topics())]
    topic: String,
    /// The keys
    #[arg(required = true, value_name = "KEY")]
    keys: Vec<String>,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    brokers: BrokerArgs,
}

/// New values.
#[derive(Debug, Args)]
pub struct Set {
    /// The topic
    #[arg(add = complete::topics())]
    topic: String,
    /// The keys and their values
    #[arg(required = true, value_name = "KEY=VALUE")]
    pairs: Vec<String>,
    /// Only say what would happen
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    brokers: BrokerArgs,
}

/// Values to take back.
#[derive(Debug, Args)]
pub struct Unset {
    /// The topic
    #[arg(add = complete::topics())]
    topic: String,
    /// The keys
    #[arg(required = true, value_name = "KEY")]
    keys: Vec<String>,
    /// Only say what would happen
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    brokers: BrokerArgs,
}

impl Config {
    pub(super) async fn run(self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        match self {
            Self::List(list) => list.run(out).await,
            Self::Get(get) => get.run(out).await,
            Self::Set(set) => {
                let changes = configs::changes(&configs::pairs(&set.pairs)?, &[]);
                change(&set.brokers, &set.topic, &changes, set.dry_run, out).await
            }
            Self::Unset(unset) => {
                let changes = configs::changes(&[], &unset.keys);
                change(&unset.brokers, &unset.topic, &changes, unset.dry_run, out).await
            }
        }
    }
}

impl List {
    async fn run(self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let admin = self.brokers.admin()?;
        let topic = name(&self.topic)?;
        require(admin.cluster(), std::slice::from_ref(&topic)).await?;
        let all = configs::of_topic(&admin, &topic).await?;
        let shown = all.iter().filter(|config| !self.own || config.source == ConfigSource::Topic);
        Ok(self.output.print(out, &configs::listing(shown))?)
    }
}

impl Get {
    async fn run(self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let admin = self.brokers.admin()?;
        let topic = name(&self.topic)?;
        require(admin.cluster(), std::slice::from_ref(&topic)).await?;
        let all = configs::of_topic(&admin, &topic).await?;
        let chosen = configs::chosen(&all, &self.keys)?;
        Ok(self.output.print(out, &configs::listing(chosen.into_iter()))?)
    }
}

async fn change(
    brokers: &BrokerArgs,
    topic: &str,
    changes: &[configs::Change],
    dry_run: bool,
    out: &mut (dyn Write + Send),
) -> Result<(), Failure> {
    let admin = brokers.admin()?;
    let topic = name(topic)?;
    require(admin.cluster(), std::slice::from_ref(&topic)).await?;
    configs::change(&admin, &Resource::Topic(topic.to_string()), changes, dry_run, out).await
}
