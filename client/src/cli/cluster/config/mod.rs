//! `sapwood cluster config …`: the settings of one broker, or of all, and the levels of one broker's loggers.

mod document;
mod export;
mod import;

use std::io::Write;

use clap::{Args, Subcommand};
use protocol::ids::NodeId;

use crate::admin::{Admin, ConfigSource, Resource};
use crate::cli::configs::{Config, Owner};
use crate::cli::failure::Failure;
use crate::cluster::Wanted;

/// What can be done with the settings of brokers.
#[derive(Debug, Subcommand)]
pub enum BrokerConfig {
    #[command(flatten)]
    Verbs(Config<OfBroker>),
    /// Print all that was set while brokers ran, for `import` to read
    Export(export::Export),
    /// Set what a file says that `export` wrote; what it does not name stays as it is
    Import(import::Import),
}

impl BrokerConfig {
    pub(super) async fn run(self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        match self {
            Self::Verbs(verbs) => verbs.run(out).await,
            Self::Export(export) => export.run(out).await,
            Self::Import(import) => import.run(out).await,
        }
    }
}

/// The broker whose settings are meant.
#[derive(Debug, Args)]
pub struct OfBroker {
    /// This broker [default: to show, any; to change, all]
    #[arg(long, value_name = "ID")]
    broker: Option<i32>,
    /// The levels of the broker's loggers, which last until it is restarted, and not its settings
    #[arg(long)]
    loggers: bool,
}

impl Owner for OfBroker {
    fn is_own(source: ConfigSource) -> bool {
        source != ConfigSource::Default
    }

    async fn to_show(&self, admin: &Admin) -> Result<Resource, Failure> {
        let view = admin.cluster().refresh(Wanted::Brokers).await?;
        let live = match self.broker.map(NodeId) {
            Some(id) => view.brokers.contains_key(&id).then_some(id),
            None => view.brokers.keys().next().copied(),
        };
        let id = live.ok_or_else(|| missing(self.broker))?;
        Ok(if self.loggers { Resource::BrokerLogger(id) } else { Resource::Broker(Some(id)) })
    }

    async fn to_change(&self, admin: &Admin) -> Result<Resource, Failure> {
        match (self.loggers, self.broker.map(NodeId)) {
            (false, broker) => Ok(Resource::Broker(broker)),
            (true, Some(_)) => self.to_show(admin).await,
            (true, None) => Err(Failure::usage("each broker has loggers of its own")
                .advise("name one with --broker ID")),
        }
    }
}

fn missing(broker: Option<i32>) -> Failure {
    let what = match broker {
        Some(id) => format!("there is no live broker {id}"),
        None => "there is no live broker".into(),
    };
    Failure::missing(what).advise("`sapwood cluster brokers` shows which there are")
}
