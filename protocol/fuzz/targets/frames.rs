//! Any bytes as a request's frame: the header, the guard, and what the guard lets through.
//!
//! What the guard passes must decode, and libFuzzer's own limit on a single allocation (`-malloc_limit_mb`) holds the
//! promise that nothing is reserved on a peer's word. The forty-fold bound is held by the crate's own tests.
#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use protocol::header::decode_request_head;
use protocol::message::{DecodeError, RequestBody, decode_request};
use protocol::{ApiKey, messages::*};

fn decodes<R: RequestBody>(version: i16, body: &mut Bytes) {
    if let Err(DecodeError::Malformed { problem, .. }) = decode_request::<R>(version, body) {
        panic!("the guard let it through, and it does not decode: {problem}");
    }
}

fuzz_target!(|data: &[u8]| {
    let mut frame = Bytes::copy_from_slice(data);
    let Ok(head) = decode_request_head(&mut frame) else { return };
    let Some(key) = head.supported_key() else { return };
    let body = &mut frame;
    match key {
        ApiKey::Produce => decodes::<ProduceRequest>(head.version, body),
        ApiKey::Fetch => decodes::<FetchRequest>(head.version, body),
        ApiKey::ListOffsets => decodes::<ListOffsetsRequest>(head.version, body),
        ApiKey::Metadata => decodes::<MetadataRequest>(head.version, body),
        ApiKey::OffsetCommit => decodes::<OffsetCommitRequest>(head.version, body),
        ApiKey::OffsetFetch => decodes::<OffsetFetchRequest>(head.version, body),
        ApiKey::FindCoordinator => decodes::<FindCoordinatorRequest>(head.version, body),
        ApiKey::JoinGroup => decodes::<JoinGroupRequest>(head.version, body),
        ApiKey::SyncGroup => decodes::<SyncGroupRequest>(head.version, body),
        ApiKey::LeaveGroup => decodes::<LeaveGroupRequest>(head.version, body),
        ApiKey::DescribeGroups => decodes::<DescribeGroupsRequest>(head.version, body),
        ApiKey::ApiVersions => decodes::<ApiVersionsRequest>(head.version, body),
        ApiKey::CreateTopics => decodes::<CreateTopicsRequest>(head.version, body),
        ApiKey::DeleteTopics => decodes::<DeleteTopicsRequest>(head.version, body),
        ApiKey::CreatePartitions => decodes::<CreatePartitionsRequest>(head.version, body),
        ApiKey::DescribeConfigs => decodes::<DescribeConfigsRequest>(head.version, body),
        ApiKey::IncrementalAlterConfigs => {
            decodes::<IncrementalAlterConfigsRequest>(head.version, body);
        }
        ApiKey::DescribeTopicPartitions => {
            decodes::<DescribeTopicPartitionsRequest>(head.version, body);
        }
        _ => _ = protocol::guard::check(key, head.version, body),
    }
});
