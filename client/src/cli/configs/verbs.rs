//! The verbs: `… config list|get|set|unset`, the same for topics and for brokers.

use std::io::Write;

use clap::{Args, Subcommand};

use super::{change, changes, chosen, listing, of, pairs};
use crate::admin::{Admin, ConfigSource, Resource};
use crate::cli::brokers::BrokerArgs;
use crate::cli::failure::Failure;
use crate::cli::output::OutputArgs;

/// Whose settings are meant: arguments that name it.
pub trait Owner: Args {
    /// The source of a setting that was set on the owner itself.
    fn is_own(source: ConfigSource) -> bool;

    /// The thing whose settings are shown, once it is known to be there.
    fn to_show(&self, admin: &Admin) -> impl Future<Output = Result<Resource, Failure>>;

    /// The thing whose settings are changed, once it is known to be there.
    fn to_change(&self, admin: &Admin) -> impl Future<Output = Result<Resource, Failure>>;
}

/// What can be done with settings.
#[derive(Debug, Subcommand)]
pub enum Config<O: Args> {
    /// List the settings, with where each comes from
    #[command(visible_alias = "ls")]
    List(List<O>),
    /// Show some settings
    Get(Get<O>),
    /// Set some
    Set(Set<O>),
    /// Take some back, so that what lies below shows through
    Unset(Unset<O>),
}

/// All settings.
#[derive(Debug, Args)]
pub struct List<O: Args> {
    #[command(flatten)]
    owner: O,
    /// Only those that somebody set here
    #[arg(long)]
    own: bool,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    brokers: BrokerArgs,
}

/// Some settings.
#[derive(Debug, Args)]
pub struct Get<O: Args> {
    #[command(flatten)]
    owner: O,
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
pub struct Set<O: Args> {
    #[command(flatten)]
    owner: O,
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
pub struct Unset<O: Args> {
    #[command(flatten)]
    owner: O,
    /// The keys
    #[arg(required = true, value_name = "KEY")]
    keys: Vec<String>,
    /// Only say what would happen
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    brokers: BrokerArgs,
}

impl<O: Owner> Config<O> {
    pub(in crate::cli) async fn run(self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        match self {
            Self::List(list) => list.run(out).await,
            Self::Get(get) => get.run(out).await,
            Self::Set(set) => {
                let (admin, set_to) = (set.brokers.admin()?, pairs(&set.pairs)?);
                let resource = set.owner.to_change(&admin).await?;
                change(&admin, &resource, &changes(&set_to, &[]), set.dry_run, out).await
            }
            Self::Unset(unset) => {
                let admin = unset.brokers.admin()?;
                let resource = unset.owner.to_change(&admin).await?;
                change(&admin, &resource, &changes(&[], &unset.keys), unset.dry_run, out).await
            }
        }
    }
}

impl<O: Owner> List<O> {
    async fn run(self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let admin = self.brokers.admin()?;
        let all = of(&admin, self.owner.to_show(&admin).await?).await?;
        let shown = all.iter().filter(|config| !self.own || O::is_own(config.source));
        Ok(self.output.print(out, &listing(shown))?)
    }
}

impl<O: Owner> Get<O> {
    async fn run(self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let admin = self.brokers.admin()?;
        let all = of(&admin, self.owner.to_show(&admin).await?).await?;
        Ok(self.output.print(out, &listing(chosen(&all, &self.keys)?.into_iter()))?)
    }
}
