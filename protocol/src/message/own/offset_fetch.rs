//! OffsetFetch 10: topics by id instead of by name (KIP-848).

use bytes::{BufMut, Bytes};

use super::super::{ChunkWriter, Wire, read_by_crate, write_by_crate};
use super::compact;
use crate::messages::offset_fetch_request::{
    OffsetFetchRequestGroup as Group, OffsetFetchRequestTopics as Topic,
};
use crate::messages::{GroupId, OffsetFetchRequest, OffsetFetchResponse};

/// The last version of the crate's codec for the request; for the response it has them all.
const LAST_BY_CRATE: i16 = 9;

impl Wire for OffsetFetchRequest {
    fn read(body: &mut Bytes, version: i16) -> Result<Self, String> {
        if version <= LAST_BY_CRATE {
            return read_by_crate(body, version);
        }
        Ok(Self::default()
            .with_groups(compact::array(body, read_group)?)
            .with_require_stable(compact::bool(body)?)
            .with_unknown_tagged_fields(compact::tags(body)?))
    }

    fn write(&self, out: &mut ChunkWriter, version: i16) -> Result<(), String> {
        if version <= LAST_BY_CRATE {
            return write_by_crate(self, out, version);
        }
        compact::put_array(out, &self.groups, put_group);
        out.put_u8(self.require_stable.into());
        compact::put_tags(out, &self.unknown_tagged_fields);
        Ok(())
    }
}

fn read_group(body: &mut Bytes) -> Result<Group, String> {
    Ok(Group::default()
        .with_group_id(GroupId(compact::string(body)?))
        .with_member_id(compact::nullable_string(body)?)
        .with_member_epoch(compact::i32(body)?)
        .with_topics(compact::nullable_array(body, read_topic)?)
        .with_unknown_tagged_fields(compact::tags(body)?))
}

fn put_group(out: &mut ChunkWriter, group: &Group) {
    compact::put_string(out, &group.group_id);
    compact::put_nullable_string(out, group.member_id.as_deref());
    out.put_i32(group.member_epoch);
    compact::put_nullable_array(out, group.topics.as_deref(), put_topic);
    compact::put_tags(out, &group.unknown_tagged_fields);
}

fn read_topic(body: &mut Bytes) -> Result<Topic, String> {
    Ok(Topic::default()
        .with_topic_id(compact::uuid(body)?)
        .with_partition_indexes(compact::array(body, compact::i32)?)
        .with_unknown_tagged_fields(compact::tags(body)?))
}

fn put_topic(out: &mut ChunkWriter, topic: &Topic) {
    compact::put_uuid(out, topic.topic_id);
    compact::put_array(out, &topic.partition_indexes, |out, index| out.put_i32(*index));
    compact::put_tags(out, &topic.unknown_tagged_fields);
}

impl Wire for OffsetFetchResponse {
    fn read(body: &mut Bytes, version: i16) -> Result<Self, String> {
        read_by_crate(body, version)
    }

    fn write(&self, out: &mut ChunkWriter, version: i16) -> Result<(), String> {
        write_by_crate(self, out, version)
    }
}
