//! Producer ids: handed out from blocks that the controller gives, so that most requests wait for nobody.

use std::sync::Arc;

use protocol::ErrorCode;
use protocol::ids::{NodeId, ProducerId};
use tokio::sync::Mutex;

use crate::controller::{AllocateProducerIds, ProducerIdBlock};
use crate::raft::RaftHost;

/// This broker's block.
#[derive(Debug)]
pub(crate) struct ProducerIds {
    controller: Arc<RaftHost>,
    node_id: NodeId,
    left: Mutex<Option<ProducerIdBlock>>,
}

impl ProducerIds {
    pub(crate) fn new(controller: Arc<RaftHost>, node_id: NodeId) -> Self {
        Self { controller, node_id, left: Mutex::new(None) }
    }

    /// An id that nobody was given before. Waits for the controller when the block is used up.
    pub(crate) async fn next(&self, broker_epoch: i64) -> Result<ProducerId, ErrorCode> {
        let mut left = self.left.lock().await;
        let block = match left.take().filter(|block| block.count > 0) {
            Some(block) => block,
            None => self.allocate(broker_epoch).await?,
        };
        let next = ProducerId(block.first.get() + 1);
        *left = Some(ProducerIdBlock { first: next, count: block.count - 1 });
        Ok(block.first)
    }

    async fn allocate(&self, broker_epoch: i64) -> Result<ProducerIdBlock, ErrorCode> {
        let ask = AllocateProducerIds { broker: self.node_id, broker_epoch };
        match self.controller.submit(ask).await {
            Ok(Ok(block)) => Ok(block),
            Ok(Err(refusal)) => Err(refusal.code),
            // The client comes again, whatever kept the controller from answering.
            Err(_) => Err(ErrorCode::CoordinatorLoadInProgress),
        }
    }
}
