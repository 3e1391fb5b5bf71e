//! The fold: openraft's state machine is our image, and each step of it is published.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use openraft::storage::{RaftSnapshotBuilder, RaftStateMachine};
use openraft::{EntryPayload, ErrorSubject, ErrorVerb, OptionalSend};
use parking_lot::Mutex;
use storage::disk::Disk;
use tokio::sync::watch;

use super::snapshot::{Snapshots, Standing};
use super::types::{Entry, LogId, Snapshot, SnapshotMeta, StorageError, StoredMembership, Types};
use crate::metadata::{Image, codec};

/// Folds committed entries into the image and publishes it. Clones are the same.
#[derive(Clone, Debug)]
pub(super) struct Fold<D: Disk> {
    standing: Arc<Mutex<Standing>>,
    /// The last snapshot that is on disk; what openraft may count on.
    saved: Arc<Mutex<Option<SnapshotMeta>>>,
    snapshots: Snapshots<D>,
    images: Arc<watch::Sender<Arc<Image>>>,
    /// Bytes of records that were applied since the last snapshot.
    unsaved: Arc<AtomicU64>,
}

impl<D: Disk> Fold<D> {
    /// Goes on from the snapshot, if there is one.
    pub(super) fn new(snapshots: Snapshots<D>, saved: Option<Standing>) -> Self {
        let meta = saved.as_ref().map(Standing::meta);
        let standing = saved.unwrap_or_default();
        let (images, _) = watch::channel(Arc::new(standing.image.clone()));
        Self {
            standing: Arc::new(Mutex::new(standing)),
            saved: Arc::new(Mutex::new(meta)),
            snapshots,
            images: Arc::new(images),
            unsaved: Arc::default(),
        }
    }

    /// Where images are published.
    pub(super) fn images(&self) -> watch::Receiver<Arc<Image>> {
        self.images.subscribe()
    }

    /// How many bytes of records were applied since the last snapshot.
    pub(super) fn unsaved_bytes(&self) -> u64 {
        self.unsaved.load(Ordering::Relaxed)
    }

    fn publish(&self, standing: &Standing) {
        self.images.send_replace(Arc::new(standing.image.clone()));
    }

    fn apply_one(&self, standing: &mut Standing, entry: &Entry) -> Result<(), codec::CodecError> {
        match &entry.payload {
            EntryPayload::Blank => {}
            EntryPayload::Normal(batch) => {
                standing.image = standing.image.apply(&codec::decode(&batch.records)?);
                self.unsaved.fetch_add(batch.records.len() as u64, Ordering::Relaxed);
            }
            EntryPayload::Membership(membership) => {
                let membership = membership.clone();
                standing.membership = StoredMembership::new(Some(entry.log_id), membership);
            }
        }
        standing.last_applied = Some(entry.log_id);
        Ok(())
    }

    /// Keeps a snapshot of `standing`, off the thread that runs Raft.
    async fn save(&self, standing: Standing) -> Result<SnapshotMeta, String> {
        let (snapshots, meta) = (self.snapshots.clone(), standing.meta());
        let saved = tokio::task::spawn_blocking(move || snapshots.save(&standing)).await;
        saved.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
        *self.saved.lock() = Some(meta.clone());
        Ok(meta)
    }
}

impl<D: Disk> RaftStateMachine<Types> for Fold<D> {
    type SnapshotBuilder = Self;

    async fn applied_state(&mut self) -> Result<(Option<LogId>, StoredMembership), StorageError> {
        let standing = self.standing.lock();
        Ok((standing.last_applied, standing.membership.clone()))
    }

    async fn apply<I>(&mut self, entries: I) -> Result<Vec<()>, StorageError>
    where
        I: IntoIterator<Item = Entry> + OptionalSend,
        I::IntoIter: OptionalSend,
    {
        let mut standing = self.standing.lock();
        let mut replies = Vec::new();
        for entry in entries {
            let applied = self.apply_one(&mut standing, &entry);
            let subject = || ErrorSubject::Apply(entry.log_id);
            applied.map_err(|error| failed(subject(), error.to_string()))?;
            replies.push(());
        }
        self.publish(&standing);
        Ok(replies)
    }

    async fn get_snapshot_builder(&mut self) -> Self {
        self.clone()
    }

    async fn begin_receiving_snapshot(&mut self) -> Result<Box<Vec<u8>>, StorageError> {
        Ok(Box::default())
    }

    async fn install_snapshot(
        &mut self,
        meta: &SnapshotMeta,
        snapshot: Box<Vec<u8>>,
    ) -> Result<(), StorageError> {
        let subject = || ErrorSubject::Snapshot(Some(meta.signature()));
        let standing = Standing::decode(&snapshot).map_err(|what| failed(subject(), what))?;
        self.save(standing.clone()).await.map_err(|what| failed(subject(), what))?;
        self.unsaved.store(0, Ordering::Relaxed);
        self.publish(&standing);
        *self.standing.lock() = standing;
        Ok(())
    }

    async fn get_current_snapshot(&mut self) -> Result<Option<Snapshot>, StorageError> {
        let read = self.snapshots.load();
        let standing =
            read.map_err(|error| failed(ErrorSubject::Snapshot(None), error.to_string()))?;
        Ok(standing.map(|standing| Snapshot {
            meta: standing.meta(),
            snapshot: Box::new(standing.encode()),
        }))
    }
}

impl<D: Disk> RaftSnapshotBuilder<Types> for Fold<D> {
    /// A snapshot that could not be written, for want of space say, is no reason to stop: the log has everything, and is only
    /// purged up to a snapshot that exists. openraft is handed the one before, which tells it nothing new.
    async fn build_snapshot(&mut self) -> Result<Snapshot, StorageError> {
        let standing = self.standing.lock().clone();
        let bytes_then = self.unsaved_bytes();
        let meta = match self.save(standing).await {
            Ok(meta) => {
                self.unsaved.fetch_sub(bytes_then, Ordering::Relaxed);
                meta
            }
            Err(error) => {
                tracing::warn!(%error, "no snapshot of the metadata could be written; the log grows on");
                self.saved.lock().clone().unwrap_or_default()
            }
        };
        // Whoever sends it to another node reads it from disk.
        Ok(Snapshot { meta, snapshot: Box::default() })
    }
}

fn failed(subject: ErrorSubject<u64>, error: String) -> StorageError {
    StorageError::from_io_error(subject, ErrorVerb::Write, std::io::Error::other(error))
}
