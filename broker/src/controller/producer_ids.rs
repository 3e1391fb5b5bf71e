//! Producer ids: given to brokers in blocks, so that no two producers of a cluster ever have the same (KIP-730).

use protocol::ErrorCode;
use protocol::ids::{NodeId, ProducerId};

use super::draft::Draft;
use super::{Controller, Refusal};
use crate::metadata::ProducerIdsRecord;

/// How many ids a block has.
pub const PRODUCER_IDS_BLOCK: i64 = 1_000;

/// A broker wants ids to give away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AllocateProducerIds {
    /// The broker.
    pub broker: NodeId,
    /// Its epoch.
    pub broker_epoch: i64,
}

/// Ids that belong to the broker that asked. What it does not use before it stops is never used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProducerIdBlock {
    /// The first.
    pub first: ProducerId,
    /// How many, from there on.
    pub count: i64,
}

impl Controller {
    pub(super) fn allocate_producer_ids(
        &self,
        request: AllocateProducerIds,
        draft: &mut Draft,
    ) -> Result<ProducerIdBlock, Refusal> {
        super::brokers::check_epoch(request.broker, request.broker_epoch, draft)?;
        let first = draft.image().producer_ids().next;
        let Some(next) = first.get().checked_add(PRODUCER_IDS_BLOCK) else {
            let message = "all producer ids of this cluster are given away";
            return Err(Refusal::new(ErrorCode::UnknownServerError, message));
        };
        draft.add(ProducerIdsRecord { next: ProducerId(next) });
        Ok(ProducerIdBlock { first, count: PRODUCER_IDS_BLOCK })
    }
}
