//! The cluster as an admin sees it (KIP-700): also brokers that are registered and fenced.

use protocol::ids::NodeId;
use protocol::messages::{ApiKey, DescribeClusterRequest};

use super::Admin;
use crate::address::Address;
use crate::cluster::Lane;
use crate::connection::handshake::Versions;
use crate::error::Error;

/// What the cluster says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterDescription {
    /// Its id.
    pub id: String,
    /// The broker to ask for what only a controller can do.
    pub controller: Option<NodeId>,
    /// Every broker that is registered.
    pub brokers: Vec<RegisteredBroker>,
}

/// One broker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisteredBroker {
    /// Its node id.
    pub id: NodeId,
    /// What it advertises.
    pub address: Address,
    /// Its rack.
    pub rack: Option<String>,
    /// Whether it is fenced: registered, and not heard of.
    pub fenced: bool,
}

/// From this version on fenced brokers can be asked for (KIP-1073).
const WITH_FENCED: i16 = 2;

impl Admin {
    /// Asks any broker what the cluster is.
    pub async fn describe_cluster(&self) -> Result<ClusterDescription, Error> {
        let ask = || async {
            let connection = self.cluster.any().await?;
            let version =
                connection.versions().pick(ApiKey::DescribeCluster, connection.address())?;
            let request = DescribeClusterRequest::default()
                .with_include_fenced_brokers(version >= WITH_FENCED)
                .with_endpoint_type(1);
            let answer = connection.call(&request).await?;
            Error::check(answer.error_code, answer.error_message.as_deref(), || {
                "describe the cluster".into()
            })?;
            let mut brokers: Vec<RegisteredBroker> = answer
                .brokers
                .iter()
                .map(|broker| RegisteredBroker {
                    id: NodeId(broker.broker_id.0),
                    address: Address::new(
                        broker.host.as_str(),
                        u16::try_from(broker.port).unwrap_or(0),
                    ),
                    rack: broker.rack.as_ref().map(ToString::to_string),
                    fenced: broker.is_fenced,
                })
                .collect();
            brokers.sort_by_key(|broker| broker.id);
            Ok(ClusterDescription {
                id: answer.cluster_id.to_string(),
                controller: Some(NodeId(answer.controller_id.0)).filter(|id| id.get() >= 0),
                brokers,
            })
        };
        self.cluster.retrying(ask).await
    }

    /// The APIs of one broker, connecting to it at the address that it advertises.
    pub async fn api_versions(&self, broker: NodeId) -> Result<Versions, Error> {
        Ok(self.cluster.node(broker, Lane::Ordinary).await?.versions().clone())
    }
}
