//! The host: the rest of the broker's handle to the metadata.

use std::sync::Arc;

use protocol::ErrorCode;
use protocol::ids::NodeId;
use tokio::sync::{mpsc, oneshot, watch};

use super::office::Submission;
use super::quorum::QuorumInfo;
use crate::controller::Ask;
use crate::metadata::Image;

/// The metadata of the cluster, as this node has it, and the way to change it.
#[derive(Debug)]
pub struct RaftHost {
    pub(super) node: NodeId,
    pub(super) images: watch::Receiver<Arc<Image>>,
    pub(super) submissions: mpsc::Sender<Submission>,
    pub(super) quorum: watch::Receiver<QuorumInfo>,
    /// Tells the office to close. Dropped with the host, which closes it too.
    pub(super) close: watch::Sender<bool>,
    /// Why the office has closed, once its thread has ended.
    pub(super) closed: watch::Receiver<Option<Result<(), String>>>,
}

/// Why a request to the controller has no reply. It may or may not have taken effect, except where it says so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubmitError {
    /// This node is not the active controller. The request had no effect, unless leadership was lost while it was in
    /// flight.
    #[error("this node is not the active controller{}", leader.map(|id| format!("; node {id} is")).unwrap_or_default())]
    NotController {
        /// Who is, if it is known.
        leader: Option<NodeId>,
    },
    /// The disk of the metadata log is full. The request had no effect; deletions still work.
    #[error("the metadata log has no space left")]
    NoSpace,
    /// The node is stopping, or its metadata log has failed.
    #[error("the controller has stopped")]
    Stopped,
}

impl SubmitError {
    /// What to answer to a client. All three pass, so all three codes let clients try again.
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::NotController { .. } | Self::Stopped => ErrorCode::NotController,
            Self::NoSpace => ErrorCode::KafkaStorageError,
        }
    }
}

impl RaftHost {
    /// Asks the active controller, which must be this node. The reply comes when what it says is durable and in the
    /// image. Waits while very many others wait. Dropping the future takes nothing back.
    pub async fn submit<R: Ask>(&self, request: R) -> Result<R::Reply, SubmitError> {
        let (reply, answer) = oneshot::channel();
        let submission = Submission { request: request.into(), reply };
        self.submissions.send(submission).await.map_err(|_| SubmitError::Stopped)?;
        let reply = answer.await.unwrap_or(Err(SubmitError::Stopped))?;
        Ok(R::reply(reply).expect("the controller answers a request with its own kind of reply"))
    }

    /// The committed image, as this node has it now.
    pub fn image(&self) -> Arc<Image> {
        self.images.borrow().clone()
    }

    /// The committed images as they come. A slow reader skips to the newest.
    pub fn subscribe(&self) -> watch::Receiver<Arc<Image>> {
        self.images.clone()
    }

    /// Who leads the quorum and how far its members are, for DescribeQuorum.
    pub fn quorum(&self) -> QuorumInfo {
        self.quorum.borrow().clone()
    }

    /// The active controller, if this node knows one.
    pub fn leader(&self) -> Option<NodeId> {
        self.quorum.borrow().leader
    }

    /// Whether this node is the active controller.
    pub fn is_leader(&self) -> bool {
        self.leader() == Some(self.node)
    }

    /// Waits until the host has stopped: `Ok` after [`RaftHost::shutdown`], an error if the metadata log has failed. A
    /// broker whose metadata has failed must stop too.
    pub async fn stopped(&self) -> Result<(), String> {
        let mut closed = self.closed.clone();
        let ended = closed.wait_for(Option::is_some).await;
        let ended = ended.ok().and_then(|ended| ended.clone());
        ended.unwrap_or_else(|| Err("the controller's thread has panicked".into()))
    }

    /// Stops: what is in flight is finished, the rest is answered with [`SubmitError::Stopped`]. All that was acknowledged
    /// was durable before.
    pub async fn shutdown(&self) {
        self.close.send_replace(true);
        // A failure was reported when it happened.
        let _ = self.stopped().await;
    }
}
