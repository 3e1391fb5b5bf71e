//! A committed offset: where a group stands in a partition.

use std::sync::Arc;

use bytes::Bytes;
use protocol::ids::{LeaderEpoch, Offset, TimestampMs, TopicId};
use uuid::Uuid;

use super::bytes::{Reader, RecordError, Writer};

/// Where a group stands in a partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommittedOffset {
    /// The next offset to read.
    pub offset: Offset,
    /// The epoch of the last record read (KIP-320), or [`LeaderEpoch::NONE`].
    pub leader_epoch: LeaderEpoch,
    /// The consumer's text.
    pub metadata: Arc<str>,
    /// When it was committed, by the coordinator's wall clock.
    pub committed: TimestampMs,
    /// When it expires, if the commit asked for a retention of its own (OffsetCommit before version 5), else
    /// [`TimestampMs::NONE`]: then the group's fate decides (KIP-211).
    pub expires: TimestampMs,
    /// The topic's id as the commit knew it, else [`TopicId::ZERO`].
    pub topic_id: TopicId,
}

const WITH_EXPIRY: i16 = 1;
const PLAIN: i16 = 3;
const WITH_TOPIC_ID: i16 = 4;
const TOPIC_ID_TAG: u32 = 0;

impl CommittedOffset {
    /// Without what its layout has no room for, so that what is remembered is what will be read again.
    pub(in crate::group) fn without_what_is_not_kept(mut self) -> Self {
        if self.expires != TimestampMs::NONE {
            self.leader_epoch = LeaderEpoch::NONE;
            self.topic_id = TopicId::ZERO;
        }
        self
    }

    /// The most bytes that any layout of it takes.
    pub(super) fn size_max(&self) -> usize {
        64 + self.metadata.len()
    }

    pub(super) fn encode(&self) -> Bytes {
        let mut out = Writer::default();
        if self.expires != TimestampMs::NONE {
            self.encode_with_expiry(&mut out);
        } else if self.topic_id != TopicId::ZERO {
            self.encode_with_topic_id(&mut out);
        } else {
            out.i16(PLAIN);
            out.i64(self.offset.get());
            out.i32(self.leader_epoch.get());
            out.string(&self.metadata);
            out.i64(self.committed.get());
        }
        out.finish()
    }

    /// Layout 1 is the only one that has room for an expiry; it has none for an epoch, and Kafka drops it likewise.
    fn encode_with_expiry(&self, out: &mut Writer) {
        out.i16(WITH_EXPIRY);
        out.i64(self.offset.get());
        out.string(&self.metadata);
        out.i64(self.committed.get());
        out.i64(self.expires.get());
    }

    fn encode_with_topic_id(&self, out: &mut Writer) {
        out.i16(WITH_TOPIC_ID);
        out.i64(self.offset.get());
        out.i32(self.leader_epoch.get());
        out.compact_string(&self.metadata);
        out.i64(self.committed.get());
        out.varint(1);
        out.varint(TOPIC_ID_TAG);
        out.varint(16);
        out.raw(self.topic_id.0.as_bytes());
    }

    pub(super) fn decode(bytes: Bytes) -> Result<Self, RecordError> {
        let mut value = Reader::new(bytes);
        let layout = value.i16()?;
        if !(0..=WITH_TOPIC_ID).contains(&layout) {
            return Err(RecordError::Layout {
                what: "offset commit",
                layout,
                newest: WITH_TOPIC_ID,
            });
        }
        value.flexible = layout >= WITH_TOPIC_ID;
        let offset = Offset(value.i64()?);
        let leader_epoch =
            if layout >= PLAIN { LeaderEpoch(value.i32()?) } else { LeaderEpoch::NONE };
        let metadata = value.string()?.into();
        let committed = TimestampMs(value.i64()?);
        let expires =
            if layout == WITH_EXPIRY { TimestampMs(value.i64()?) } else { TimestampMs::NONE };
        let mut topic_id = TopicId::ZERO;
        value.tags(|tag, bytes| {
            if tag == TOPIC_ID_TAG {
                let bytes = <[u8; 16]>::try_from(&bytes[..]).map_err(|_| RecordError::Truncated)?;
                topic_id = TopicId(Uuid::from_bytes(bytes));
            }
            Ok(())
        })?;
        Ok(Self { offset, leader_epoch, metadata, committed, expires, topic_id })
    }
}
