//! A group's metadata: the generation that was last made durable, its members, and what each was assigned.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use protocol::ids::TimestampMs;

use super::bytes::{Reader, RecordError, Writer};
use crate::group::ids::{Generation, InstanceId, MemberId};

/// A generation of a group as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupMetadata {
    /// `consumer`, `connect`…; empty on the disk for none.
    pub protocol_type: Option<Arc<str>>,
    /// How often the group has settled.
    pub generation: Generation,
    /// The protocol in force; none when there are no members.
    pub protocol: Option<Arc<str>>,
    /// Who made the assignment; none when there are no members.
    pub leader: Option<MemberId>,
    /// When the group came into its state, by the coordinator's wall clock. The retention of an empty group's offsets
    /// counts from here (KIP-211). [`TimestampMs::NONE`] in records of Kafka before 2.1.
    pub since: TimestampMs,
    /// The members, in no order that means anything.
    pub members: Vec<MemberMetadata>,
}

/// A member as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberMetadata {
    /// The member.
    pub member_id: MemberId,
    /// Its static name.
    pub instance_id: Option<InstanceId>,
    /// Its client's name for itself.
    pub client_id: Arc<str>,
    /// Where it sits.
    pub client_host: Arc<str>,
    /// How long the others wait for it.
    pub rebalance_timeout: Duration,
    /// How long it may be silent.
    pub session_timeout: Duration,
    /// Its metadata under the protocol in force.
    pub subscription: Bytes,
    /// What it was assigned.
    pub assignment: Bytes,
}

const WRITTEN: i16 = 3;
const NEWEST: i16 = 4;

impl GroupMetadata {
    /// The most bytes that it takes.
    pub(super) fn size_max(&self) -> usize {
        let length = |text: Option<&str>| text.map_or(0, str::len);
        let names = length(self.protocol_type.as_deref())
            + length(self.protocol.as_deref())
            + length(self.leader.as_deref());
        64 + names + self.members.iter().map(MemberMetadata::size_max).sum::<usize>()
    }

    pub(super) fn encode(&self) -> Bytes {
        let mut out = Writer::default();
        out.i16(WRITTEN);
        out.string(self.protocol_type.as_deref().unwrap_or(""));
        out.i32(self.generation.0);
        out.nullable_string(self.protocol.as_deref());
        out.nullable_string(self.leader.as_deref());
        out.i64(self.since.get());
        out.i32(i32::try_from(self.members.len()).expect("a group has fewer than 2^31 members"));
        for member in &self.members {
            member.encode(&mut out);
        }
        out.finish()
    }

    pub(super) fn decode(bytes: Bytes) -> Result<Self, RecordError> {
        let mut value = Reader::new(bytes);
        let layout = value.i16()?;
        if !(0..=NEWEST).contains(&layout) {
            return Err(RecordError::Layout { what: "group metadata", layout, newest: NEWEST });
        }
        value.flexible = layout >= 4;
        let protocol_type = Some(value.string()?).filter(|text| !text.is_empty()).map(Arc::from);
        let generation = Generation(value.i32()?);
        let protocol = value.nullable_string()?.map(Arc::from);
        let leader = value.nullable_string()?.map(MemberId::from);
        let since = if layout >= 2 { TimestampMs(value.i64()?) } else { TimestampMs::NONE };
        let count = value.count()?;
        let members = (0..count)
            .map(|_| MemberMetadata::decode(&mut value, layout))
            .collect::<Result<_, _>>()?;
        value.tags(|_, _| Ok(()))?;
        Ok(Self { protocol_type, generation, protocol, leader, since, members })
    }
}

impl MemberMetadata {
    fn size_max(&self) -> usize {
        let names = self.member_id.len()
            + self.instance_id.as_ref().map_or(0, |name| name.len())
            + self.client_id.len()
            + self.client_host.len();
        64 + names + self.subscription.len() + self.assignment.len()
    }

    fn encode(&self, out: &mut Writer) {
        out.string(&self.member_id);
        out.nullable_string(self.instance_id.as_deref());
        out.string(&self.client_id);
        out.string(&self.client_host);
        out.i32(millis(self.rebalance_timeout));
        out.i32(millis(self.session_timeout));
        out.bytes(&self.subscription);
        out.bytes(&self.assignment);
    }

    fn decode(value: &mut Reader, layout: i16) -> Result<Self, RecordError> {
        let member_id = MemberId::from(value.string()?);
        let instance_id =
            if layout >= 3 { value.nullable_string()?.map(InstanceId::from) } else { None };
        let client_id = value.string()?.into();
        let client_host = value.string()?.into();
        let rebalance_timeout = if layout >= 1 { value.i32()? } else { -1 };
        let session_timeout = value.i32()?;
        // Layout 0 knew one timeout for both.
        let rebalance_timeout =
            if rebalance_timeout == -1 { session_timeout } else { rebalance_timeout };
        let subscription = value.bytes()?;
        let assignment = value.bytes()?;
        value.tags(|_, _| Ok(()))?;
        Ok(Self {
            member_id,
            instance_id,
            client_id,
            client_host,
            rebalance_timeout: duration(rebalance_timeout),
            session_timeout: duration(session_timeout),
            subscription,
            assignment,
        })
    }
}

/// A timeout as Kafka stores it. A timeout comes from an `i32` of milliseconds, so it fits.
fn millis(timeout: Duration) -> i32 {
    i32::try_from(timeout.as_millis()).unwrap_or(i32::MAX)
}

/// A stored timeout; one below zero is over at once.
fn duration(millis: i32) -> Duration {
    Duration::from_millis(u64::try_from(millis).unwrap_or(0))
}
