//! An identity: who a producer is, as a broker gives it.

use protocol::ids::{ProducerEpoch, ProducerId};
use protocol::messages::InitProducerIdRequest;

use super::batch::Identity;
use crate::cluster::Cluster;
use crate::error::Error;

/// A new identity, or the next epoch of the one before (KIP-360).
pub(super) async fn init_producer_id(
    cluster: &Cluster,
    before: Option<Identity>,
) -> Result<Identity, Error> {
    /// The first version that bumps an epoch.
    const BUMPS: i16 = 3;
    cluster
        .retrying(|| async {
            let connection = cluster.any().await?;
            let api = protocol::ApiKey::InitProducerId;
            let version = connection.versions().pick(api, connection.address())?;
            let before = before.filter(|_| version >= BUMPS);
            let request = InitProducerIdRequest::default()
                .with_transactional_id(None)
                .with_transaction_timeout_ms(i32::MAX)
                .with_producer_id(before.map_or(-1, |before| before.id.get()).into())
                .with_producer_epoch(before.map_or(-1, |before| before.epoch.get()));
            let answer = connection.call(&request).await?;
            Error::check(answer.error_code, None, || "get a producer id".into())?;
            let id = ProducerId(answer.producer_id.0);
            Ok(Identity { id, epoch: ProducerEpoch(answer.producer_epoch) })
        })
        .await
}
