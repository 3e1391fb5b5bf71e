//! `sapwood cluster config …`: the settings of one broker, or of all.

use clap::Args;
use protocol::ids::NodeId;

use crate::admin::{Admin, ConfigSource, Resource};
use crate::cli::configs::Owner;
use crate::cli::failure::Failure;
use crate::cluster::Wanted;

/// The broker whose settings are meant.
#[derive(Debug, Args)]
pub struct OfBroker {
    /// This broker [default: to show, any; to change, all]
    #[arg(long, value_name = "ID")]
    broker: Option<i32>,
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
        live.map(|id| Resource::Broker(Some(id))).ok_or_else(|| self.missing())
    }

    async fn to_change(&self, _admin: &Admin) -> Result<Resource, Failure> {
        Ok(Resource::Broker(self.broker.map(NodeId)))
    }
}

impl OfBroker {
    fn missing(&self) -> Failure {
        let what = match self.broker {
            Some(id) => format!("there is no live broker {id}"),
            None => "there is no live broker".into(),
        };
        Failure::missing(what).advise("`sapwood cluster brokers` shows which there are")
    }
}
