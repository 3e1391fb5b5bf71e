//! `sapwood cluster config …`: the settings of one broker, or of all.

use std::io::Write;

use clap::{Args, Subcommand};
use protocol::ids::NodeId;

use crate::admin::{Admin, ConfigEntry, ConfigSource, Resource};
use crate::cli::brokers::BrokerArgs;
use crate::cli::configs::{self, Change};
use crate::cli::failure::Failure;
use crate::cli::output::OutputArgs;
use crate::cluster::Wanted;

/// What can be done with brokers' settings.
#[derive(Debug, Subcommand)]
pub enum Config {
    /// List the settings of a broker, with where each comes from
    #[command(visible_alias = "ls")]
    List(List),
    /// Show some settings of a broker
    Get(Get),
    /// Set some, on all brokers or on one, while they run
    Set(Set),
    /// Take some back, so that the file's or the default shows through
    Unset(Unset),
}

/// Which broker.
#[derive(Debug, Args)]
pub(super) struct Whose {
    /// This broker [default: to show, any; to change, all]
    #[arg(long, value_name = "ID")]
    broker: Option<i32>,
}

/// All settings.
#[derive(Debug, Args)]
pub struct List {
    #[command(flatten)]
    whose: Whose,
    /// Only those that somebody set
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
    /// The keys
    #[arg(required = true, value_name = "KEY")]
    keys: Vec<String>,
    #[command(flatten)]
    whose: Whose,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    brokers: BrokerArgs,
}

/// New values.
#[derive(Debug, Args)]
pub struct Set {
    /// The keys and their values
    #[arg(required = true, value_name = "KEY=VALUE")]
    pairs: Vec<String>,
    #[command(flatten)]
    whose: Whose,
    /// Only say what would happen
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    brokers: BrokerArgs,
}

/// Values to take back.
#[derive(Debug, Args)]
pub struct Unset {
    /// The keys
    #[arg(required = true, value_name = "KEY")]
    keys: Vec<String>,
    #[command(flatten)]
    whose: Whose,
    /// Only say what would happen
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    brokers: BrokerArgs,
}

impl Config {
    pub(super) async fn run(self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        match self {
            Self::List(list) => {
                let all = list.whose.settings(&list.brokers.admin()?).await?;
                let set = |config: &&ConfigEntry| config.source != ConfigSource::Default;
                let shown = all.iter().filter(|config| !list.own || set(config));
                Ok(list.output.print(out, &configs::listing(shown))?)
            }
            Self::Get(get) => {
                let all = get.whose.settings(&get.brokers.admin()?).await?;
                let chosen = configs::chosen(&all, &get.keys)?;
                Ok(get.output.print(out, &configs::listing(chosen.into_iter()))?)
            }
            Self::Set(set) => {
                let changes = configs::changes(&configs::pairs(&set.pairs)?, &[]);
                set.whose.change(&set.brokers, &changes, set.dry_run, out).await
            }
            Self::Unset(unset) => {
                let changes = configs::changes(&[], &unset.keys);
                unset.whose.change(&unset.brokers, &changes, unset.dry_run, out).await
            }
        }
    }
}

impl Whose {
    /// The settings of the broker, or of the first that is live.
    async fn settings(&self, admin: &Admin) -> Result<Vec<ConfigEntry>, Failure> {
        let id = match self.broker {
            Some(id) => NodeId(id),
            None => {
                let view = admin.cluster().refresh(Wanted::Brokers).await?;
                let first = view.brokers.keys().next().copied();
                first.ok_or_else(|| Failure::failed("the cluster has no live broker"))?
            }
        };
        configs::of(admin, Resource::Broker(Some(id))).await
    }

    async fn change(
        &self,
        brokers: &BrokerArgs,
        changes: &[Change],
        dry_run: bool,
        out: &mut (dyn Write + Send),
    ) -> Result<(), Failure> {
        let resource = Resource::Broker(self.broker.map(NodeId));
        configs::change(&brokers.admin()?, &resource, changes, dry_run, out).await
    }
}
