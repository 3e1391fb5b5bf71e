//! DescribeLogDirs 5: a log dir also says whether it is cordoned (takes no new partitions, KIP-1066).
//!
//! The crate's struct has no place for that; none of our log dirs is ever cordoned, and what others say is dropped.

use bytes::{BufMut, Bytes};

use super::super::{ChunkWriter, Wire, read_by_crate, write_by_crate};
use super::compact;
use crate::messages::describe_log_dirs_response::{
    DescribeLogDirsPartition as Partition, DescribeLogDirsResult as LogDir,
    DescribeLogDirsTopic as Topic,
};
use crate::messages::{DescribeLogDirsRequest, DescribeLogDirsResponse, TopicName};

/// The last version of the crate's codec.
const LAST_BY_CRATE: i16 = 4;

impl Wire for DescribeLogDirsRequest {
    fn read(body: &mut Bytes, version: i16) -> Result<Self, String> {
        read_by_crate(body, version.min(LAST_BY_CRATE))
    }

    fn write(&self, out: &mut ChunkWriter, version: i16) -> Result<(), String> {
        write_by_crate(self, out, version.min(LAST_BY_CRATE))
    }
}

impl Wire for DescribeLogDirsResponse {
    fn read(body: &mut Bytes, version: i16) -> Result<Self, String> {
        if version <= LAST_BY_CRATE {
            return read_by_crate(body, version);
        }
        Ok(Self::default()
            .with_throttle_time_ms(compact::i32(body)?)
            .with_error_code(compact::i16(body)?)
            .with_results(compact::array(body, read_log_dir)?)
            .with_unknown_tagged_fields(compact::tags(body)?))
    }

    fn write(&self, out: &mut ChunkWriter, version: i16) -> Result<(), String> {
        if version <= LAST_BY_CRATE {
            return write_by_crate(self, out, version);
        }
        out.put_i32(self.throttle_time_ms);
        out.put_i16(self.error_code);
        compact::put_array(out, &self.results, put_log_dir);
        compact::put_tags(out, &self.unknown_tagged_fields);
        Ok(())
    }
}

fn read_log_dir(body: &mut Bytes) -> Result<LogDir, String> {
    let log_dir = LogDir::default()
        .with_error_code(compact::i16(body)?)
        .with_log_dir(compact::string(body)?)
        .with_topics(compact::array(body, read_topic)?)
        .with_total_bytes(compact::i64(body)?)
        .with_usable_bytes(compact::i64(body)?);
    let _is_cordoned = compact::bool(body)?;
    Ok(log_dir.with_unknown_tagged_fields(compact::tags(body)?))
}

fn put_log_dir(out: &mut ChunkWriter, log_dir: &LogDir) {
    out.put_i16(log_dir.error_code);
    compact::put_string(out, &log_dir.log_dir);
    compact::put_array(out, &log_dir.topics, put_topic);
    out.put_i64(log_dir.total_bytes);
    out.put_i64(log_dir.usable_bytes);
    let is_cordoned = false;
    out.put_u8(is_cordoned.into());
    compact::put_tags(out, &log_dir.unknown_tagged_fields);
}

fn read_topic(body: &mut Bytes) -> Result<Topic, String> {
    Ok(Topic::default()
        .with_name(TopicName(compact::string(body)?))
        .with_partitions(compact::array(body, read_partition)?)
        .with_unknown_tagged_fields(compact::tags(body)?))
}

fn put_topic(out: &mut ChunkWriter, topic: &Topic) {
    compact::put_string(out, &topic.name);
    compact::put_array(out, &topic.partitions, put_partition);
    compact::put_tags(out, &topic.unknown_tagged_fields);
}

fn read_partition(body: &mut Bytes) -> Result<Partition, String> {
    Ok(Partition::default()
        .with_partition_index(compact::i32(body)?)
        .with_partition_size(compact::i64(body)?)
        .with_offset_lag(compact::i64(body)?)
        .with_is_future_key(compact::bool(body)?)
        .with_unknown_tagged_fields(compact::tags(body)?))
}

fn put_partition(out: &mut ChunkWriter, partition: &Partition) {
    out.put_i32(partition.partition_index);
    out.put_i64(partition.partition_size);
    out.put_i64(partition.offset_lag);
    out.put_u8(partition.is_future_key.into());
    compact::put_tags(out, &partition.unknown_tagged_fields);
}
