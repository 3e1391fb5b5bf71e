//! Messages there and back, in every version of every API.

use bytes::Buf;

use super::*;
use crate::messages::fetch_response::{FetchableTopicResponse, PartitionData};
use crate::messages::offset_commit_request::{
    OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use crate::messages::*;
use crate::versions::with_apis;

fn request_there_and_back<R>(request: &R, version: i16)
where
    R: RequestBody + PartialEq + std::fmt::Debug,
{
    let chunks = encode_request(version, 7, Some("tester"), request).expect("encodes");
    let mut frame = chunks.into_bytes();
    let len = frame.split_to(4);
    assert_eq!(len, (frame.len() as i32).to_be_bytes().as_slice());
    let head = header::decode_request_head(&mut frame).expect("has a header");
    assert_eq!(head.supported_key(), Some(R::KEY));
    assert_eq!((head.version, head.correlation_id), (version, 7));
    assert_eq!(head.client_id.as_deref(), Some("tester"));
    let back: R = decode_request(version, &mut frame).expect("decodes");
    assert_eq!(&back, request, "{:?} {version}", R::KEY);
    assert!(frame.is_empty());
}

fn response_there_and_back<R>(response: &R, version: i16)
where
    R: ApiBody + PartialEq + std::fmt::Debug,
{
    let chunks = encode_response(R::KEY, version, 7, response).expect("encodes");
    let mut frame = chunks.into_bytes();
    let len = frame.split_to(4);
    assert_eq!(len, (frame.len() as i32).to_be_bytes().as_slice());
    assert_eq!(header::decode_correlation_id(&mut frame), Ok(7));
    let back: R = decode_response(version, &mut frame).expect("decodes");
    assert_eq!(&back, response, "{:?} {version}", R::KEY);
    assert!(frame.is_empty());
}

macro_rules! defaults {
    ($($key:ident: $request:ident => $response:ident, $versions:expr, flexible from $flexible:expr, $kind:ident;)*) => {
        $(for version in $versions {
            request_there_and_back(&$request::default(), version);
            response_there_and_back(&$response::default(), version);
        })*
    };
}

#[test]
fn empty_messages_of_every_version_survive_the_round_trip() {
    with_apis!(defaults);
}

#[test]
fn versions_beyond_the_table_are_refused_both_ways() {
    let error = DecodeError::Version { key: ApiKey::OffsetCommit, version: 11 };
    assert_eq!(decode_request::<OffsetCommitRequest>(11, &mut Bytes::new()), Err(error));
    let error = EncodeError::Version { key: ApiKey::Produce, version: 2 };
    let request = ProduceRequest::default();
    assert_eq!(encode_request(2, 0, None, &request), Err(error));
}

#[test]
fn topic_ids_of_offset_commit_10_survive_the_round_trip() {
    let partition = OffsetCommitRequestPartition::default()
        .with_partition_index(3)
        .with_committed_offset(1 << 40)
        .with_committed_metadata(Some("note".into()));
    let topic = OffsetCommitRequestTopic::default()
        .with_topic_id(uuid::Uuid::from_u128(77))
        .with_partitions(vec![partition]);
    let request = OffsetCommitRequest::default()
        .with_group_id(GroupId("group".into()))
        .with_member_id("member".into())
        .with_topics(vec![topic]);
    request_there_and_back(&request, 10);
}

#[test]
fn fetched_records_are_slices_of_the_log_and_not_copies() {
    let records = Bytes::from(vec![1; 100_000]);
    let partition = PartitionData::default().with_records(Some(records.clone()));
    let topic = FetchableTopicResponse::default().with_partitions(vec![partition]);
    let response = FetchResponse::default().with_responses(vec![topic]);
    for version in 4..=18 {
        let chunks = encode_response(ApiKey::Fetch, version, 1, &response).expect("encodes");
        assert_eq!(chunks.as_slice()[1].as_ptr(), records.as_ptr());
        let small = chunks.len() - records.len();
        assert!(small < 100, "{small} bytes beside the records");
        response_there_and_back(&response, version);
    }
}

#[test]
fn produced_records_are_slices_of_the_frame_and_not_copies() {
    use produce_request::{PartitionProduceData, TopicProduceData};
    let records = Bytes::from(vec![1; 100_000]);
    let partition = PartitionProduceData::default().with_records(Some(records));
    let topic = TopicProduceData::default().with_partition_data(vec![partition]);
    let request = ProduceRequest::default().with_topic_data(vec![topic]);
    let mut frame = encode_request(9, 1, None, &request).expect("encodes").into_bytes();
    let range = frame.as_ptr_range();
    frame.advance(4);
    header::decode_request_head(&mut frame).expect("has a header");
    let back: ProduceRequest = decode_request(9, &mut frame).expect("decodes");
    let records = back.topic_data[0].partition_data[0].records.as_ref().expect("has some");
    assert!(range.contains(&records.as_ptr()));
}
