//! OffsetCommit 10: topics by id instead of by name (KIP-848).

use bytes::{BufMut, Bytes};

use super::super::{ChunkWriter, Wire, read_by_crate, write_by_crate};
use super::compact;
use crate::messages::offset_commit_request::{
    OffsetCommitRequestPartition as Partition, OffsetCommitRequestTopic as Topic,
};
use crate::messages::{GroupId, OffsetCommitRequest, OffsetCommitResponse};

/// The last version of the crate's codec for the request; for the response it has them all.
const LAST_BY_CRATE: i16 = 9;

impl Wire for OffsetCommitRequest {
    fn read(body: &mut Bytes, version: i16) -> Result<Self, String> {
        if version <= LAST_BY_CRATE {
            return read_by_crate(body, version);
        }
        Ok(Self::default()
            .with_group_id(GroupId(compact::string(body)?))
            .with_generation_id_or_member_epoch(compact::i32(body)?)
            .with_member_id(compact::string(body)?)
            .with_group_instance_id(compact::nullable_string(body)?)
            .with_topics(compact::array(body, read_topic)?)
            .with_unknown_tagged_fields(compact::tags(body)?))
    }

    fn write(&self, out: &mut ChunkWriter, version: i16) -> Result<(), String> {
        if version <= LAST_BY_CRATE {
            return write_by_crate(self, out, version);
        }
        compact::put_string(out, &self.group_id);
        out.put_i32(self.generation_id_or_member_epoch);
        compact::put_string(out, &self.member_id);
        compact::put_nullable_string(out, self.group_instance_id.as_deref());
        compact::put_array(out, &self.topics, put_topic);
        compact::put_tags(out, &self.unknown_tagged_fields);
        Ok(())
    }
}

fn read_topic(body: &mut Bytes) -> Result<Topic, String> {
    Ok(Topic::default()
        .with_topic_id(compact::uuid(body)?)
        .with_partitions(compact::array(body, read_partition)?)
        .with_unknown_tagged_fields(compact::tags(body)?))
}

fn put_topic(out: &mut ChunkWriter, topic: &Topic) {
    compact::put_uuid(out, topic.topic_id);
    compact::put_array(out, &topic.partitions, put_partition);
    compact::put_tags(out, &topic.unknown_tagged_fields);
}

fn read_partition(body: &mut Bytes) -> Result<Partition, String> {
    Ok(Partition::default()
        .with_partition_index(compact::i32(body)?)
        .with_committed_offset(compact::i64(body)?)
        .with_committed_leader_epoch(compact::i32(body)?)
        .with_committed_metadata(compact::nullable_string(body)?)
        .with_unknown_tagged_fields(compact::tags(body)?))
}

fn put_partition(out: &mut ChunkWriter, partition: &Partition) {
    out.put_i32(partition.partition_index);
    out.put_i64(partition.committed_offset);
    out.put_i32(partition.committed_leader_epoch);
    compact::put_nullable_string(out, partition.committed_metadata.as_deref());
    compact::put_tags(out, &partition.unknown_tagged_fields);
}

impl Wire for OffsetCommitResponse {
    fn read(body: &mut Bytes, version: i16) -> Result<Self, String> {
        read_by_crate(body, version)
    }

    fn write(&self, out: &mut ChunkWriter, version: i16) -> Result<(), String> {
        write_by_crate(self, out, version)
    }
}
