//! ListOffsets 11: the layout of version 10, with one special timestamp more (−6, KIP-1023). And version 0, which Kafka dropped
//! with 4.0 and which programs like Burrow and old Metricbeats still send: it answers with a list of offsets instead of one
//! with its timestamp.

use bytes::{BufMut, Bytes};

use super::super::{ChunkWriter, Wire, read_by_crate, write_by_crate};
use super::{compact, plain};
use crate::messages::list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};
use crate::messages::list_offsets_response::{
    ListOffsetsPartitionResponse, ListOffsetsTopicResponse,
};
use crate::messages::{ListOffsetsRequest, ListOffsetsResponse, TopicName};

/// The last version of the crate's codec.
const LAYOUT: i16 = 10;

/// How many offsets a version 0 asks for. The struct has no field for it: of one partition we know one offset.
const OFFSETS_MAX: i32 = 1;

impl Wire for ListOffsetsRequest {
    fn read(body: &mut Bytes, version: i16) -> Result<Self, String> {
        if version > 0 {
            return read_by_crate(body, version.min(LAYOUT));
        }
        Ok(Self::default()
            .with_replica_id(compact::i32(body)?.into())
            .with_topics(plain::array(body, read_topic)?))
    }

    fn write(&self, out: &mut ChunkWriter, version: i16) -> Result<(), String> {
        if version > 0 {
            return write_by_crate(self, out, version.min(LAYOUT));
        }
        out.put_i32(self.replica_id.0);
        plain::put_array(out, &self.topics, |out, topic| {
            plain::put_string(out, &topic.name);
            plain::put_array(out, &topic.partitions, |out, partition| {
                out.put_i32(partition.partition_index);
                out.put_i64(partition.timestamp);
                out.put_i32(OFFSETS_MAX);
            });
        });
        Ok(())
    }
}

fn read_topic(body: &mut Bytes) -> Result<ListOffsetsTopic, String> {
    let partition = |body: &mut Bytes| {
        let partition = ListOffsetsPartition::default()
            .with_partition_index(compact::i32(body)?)
            .with_timestamp(compact::i64(body)?);
        let _offsets_max = compact::i32(body)?;
        Ok(partition)
    };
    Ok(ListOffsetsTopic::default()
        .with_name(TopicName(plain::string(body)?))
        .with_partitions(plain::array(body, partition)?))
}

impl Wire for ListOffsetsResponse {
    fn read(body: &mut Bytes, version: i16) -> Result<Self, String> {
        if version > 0 {
            return read_by_crate(body, version.min(LAYOUT));
        }
        Ok(Self::default().with_topics(plain::array(body, read_topic_response)?))
    }

    fn write(&self, out: &mut ChunkWriter, version: i16) -> Result<(), String> {
        if version > 0 {
            return write_by_crate(self, out, version.min(LAYOUT));
        }
        plain::put_array(out, &self.topics, |out, topic| {
            plain::put_string(out, &topic.name);
            plain::put_array(out, &topic.partitions, |out, partition| {
                out.put_i32(partition.partition_index);
                out.put_i16(partition.error_code);
                let found = Some(partition.offset).filter(|offset| *offset >= 0);
                plain::put_array(out, found.as_slice(), |out, offset| out.put_i64(*offset));
            });
        });
        Ok(())
    }
}

fn read_topic_response(body: &mut Bytes) -> Result<ListOffsetsTopicResponse, String> {
    let partition = |body: &mut Bytes| {
        let partition = ListOffsetsPartitionResponse::default()
            .with_partition_index(compact::i32(body)?)
            .with_error_code(compact::i16(body)?);
        let offsets = plain::array(body, compact::i64)?;
        Ok(partition.with_offset(offsets.first().copied().unwrap_or(-1)))
    };
    Ok(ListOffsetsTopicResponse::default()
        .with_name(TopicName(plain::string(body)?))
        .with_partitions(plain::array(body, partition)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As librdkafka's and sarama's oldest requests look: one topic `t`, partition 3, the latest offset, at most one.
    const REQUEST: &[u8] = &[
        0xff, 0xff, 0xff, 0xff, 0, 0, 0, 1, 0, 1, b't', 0, 0, 0, 1, 0, 0, 0, 3, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 1,
    ];

    #[test]
    fn version_0_asks_for_a_list_and_gets_the_one_offset_that_we_know() {
        let request = ListOffsetsRequest::read(&mut Bytes::from_static(REQUEST), 0).expect("whole");
        let partition = &request.topics[0].partitions[0];
        assert_eq!((partition.partition_index, partition.timestamp), (3, -1));
        let answer = |offset| {
            let partition =
                ListOffsetsPartitionResponse::default().with_partition_index(3).with_offset(offset);
            let topic = ListOffsetsTopicResponse::default()
                .with_name(TopicName("t".into()))
                .with_partitions(vec![partition]);
            let mut out = ChunkWriter::new(Vec::new());
            let response = ListOffsetsResponse::default().with_topics(vec![topic]);
            response.write(&mut out, 0).expect("written");
            out.finish().expect("a small frame").into_bytes().slice(4..)
        };
        let head = [0, 0, 0, 1, 0, 1, b't', 0, 0, 0, 1, 0, 0, 0, 3, 0, 0];
        assert_eq!(answer(-1), [&head[..], &[0, 0, 0, 0]].concat());
        assert_eq!(answer(7), [&head[..], &[0, 0, 0, 1], &7i64.to_be_bytes()].concat());
    }
}
