//! Every version of every API that the broker advertises is asked for once over the wire, and its answer decodes.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use bytes::Bytes;
use protocol::header;
use protocol::message::{self, RequestBody};
use protocol::messages::{self, *};
use protocol::{ApiKey, StrBytes};
use sapwood_tests::process::Sapwood;

const CORRELATION_ID: i32 = 7;

struct Asked {
    stream: TcpStream,
    advertised: Vec<(i16, i16, i16)>,
}

impl Asked {
    fn new(broker: &Sapwood) -> Self {
        let stream = TcpStream::connect(broker.address()).expect("the broker accepts");
        stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a read timeout");
        let mut asked = Self { stream, advertised: Vec::new() };
        let versions = asked.ask(3, &api_versions());
        let rows = versions.api_keys.iter();
        asked.advertised =
            rows.map(|row| (row.api_key, row.min_version, row.max_version)).collect();
        asked
    }

    fn ask<R: RequestBody>(&mut self, version: i16, request: &R) -> R::Response {
        let frame = message::encode_request(version, CORRELATION_ID, Some("versions"), request)
            .unwrap_or_else(|error| panic!("{:?} {version}: {error}", R::KEY));
        self.stream.write_all(&frame.into_bytes()).expect("the broker reads");
        let mut size = [0; 4];
        let read = self.stream.read_exact(&mut size);
        read.unwrap_or_else(|error| panic!("{:?} {version}: no answer: {error}", R::KEY));
        let mut answer = vec![0; usize::try_from(u32::from_be_bytes(size)).expect("a length")];
        self.stream.read_exact(&mut answer).expect("the whole answer");
        let mut answer = Bytes::from(answer);
        assert_eq!(header::decode_correlation_id(&mut answer), Ok(CORRELATION_ID));
        let response = message::decode_response(version, &mut answer);
        let response = response.unwrap_or_else(|error| panic!("{:?} {version}: {error}", R::KEY));
        assert!(answer.is_empty(), "{:?} {version} left {} bytes", R::KEY, answer.len());
        response
    }

    /// Asks in every version from the first that our codec writes. `request` makes what fits the version.
    fn every<R: RequestBody>(&mut self, request: impl Fn(i16) -> R) {
        let row = self.advertised.iter().position(|(key, ..)| *key == R::KEY as i16);
        let (_, first, last) = self.advertised.swap_remove(row.expect("it is advertised"));
        // Produce is advertised from 0 and served from 3, for librdkafka.
        let first = if R::KEY == ApiKey::Produce { 3 } else { first };
        for version in first..=last {
            self.ask(version, &request(version));
        }
    }
}

fn text(text: &str) -> StrBytes {
    StrBytes::from_string(text.to_owned())
}

fn api_versions() -> ApiVersionsRequest {
    ApiVersionsRequest::default()
        .with_client_software_name(text("versions"))
        .with_client_software_version(text("1"))
}

fn topic() -> messages::TopicName {
    messages::TopicName(text("asked"))
}

fn group() -> messages::GroupId {
    messages::GroupId(text("askers"))
}

#[test]
fn every_advertised_version_is_answered_in_its_own_form() {
    let broker = Sapwood::start().expect("a broker");
    let mut asked = Asked::new(&broker);
    let named = create_topics_request::CreatableTopic::default()
        .with_name(topic())
        .with_num_partitions(1)
        .with_replication_factor(1);
    asked.every::<CreateTopicsRequest>(|_| {
        CreateTopicsRequest::default().with_topics(vec![named.clone()]).with_timeout_ms(5000)
    });
    let metadata = asked.ask(12, &MetadataRequest::default().with_topics(None));
    let known = metadata.topics.iter().find(|known| known.name == Some(topic())).expect("created");
    let id = known.topic_id;
    data(&mut asked, id);
    groups(&mut asked, id);
    administration(&mut asked);
    assert_eq!(asked.advertised, [], "these are advertised and not asked for here");
}

fn data(asked: &mut Asked, id: uuid::Uuid) {
    asked.every::<ApiVersionsRequest>(|version| {
        if version >= 3 { api_versions() } else { ApiVersionsRequest::default() }
    });
    asked.every::<MetadataRequest>(|version| {
        let one = metadata_request::MetadataRequestTopic::default().with_name(Some(topic()));
        let gone = metadata_request::MetadataRequestTopic::default()
            .with_name(Some(messages::TopicName(text("not there"))));
        MetadataRequest::default()
            .with_topics(Some(vec![one, gone]))
            .with_allow_auto_topic_creation(version < 4)
    });
    asked.every::<ProduceRequest>(|version| {
        use produce_request::{PartitionProduceData, TopicProduceData};
        let partitions = [0, 9].map(|index| {
            PartitionProduceData::default()
                .with_index(index)
                .with_records(Some(Bytes::from_static(b"no batch")))
        });
        let data = TopicProduceData::default().with_partition_data(partitions.to_vec());
        let data = if version >= 13 { data.with_topic_id(id) } else { data.with_name(topic()) };
        ProduceRequest::default().with_acks(-1).with_timeout_ms(1000).with_topic_data(vec![data])
    });
    asked.every::<FetchRequest>(|version| {
        use fetch_request::{FetchPartition, FetchTopic};
        let partitions = [0, 9].map(|index| {
            FetchPartition::default().with_partition(index).with_partition_max_bytes(1024)
        });
        let one = FetchTopic::default().with_partitions(partitions.to_vec());
        let one = if version >= 13 { one.with_topic_id(id) } else { one.with_topic(topic()) };
        FetchRequest::default()
            .with_replica_id(BrokerId(-1))
            .with_max_bytes(4096)
            .with_topics(vec![one])
    });
    asked.every::<ListOffsetsRequest>(|version| {
        use list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};
        let partitions =
            [-1, -2, 0].map(|time| ListOffsetsPartition::default().with_timestamp(time));
        let one =
            ListOffsetsTopic::default().with_name(topic()).with_partitions(partitions.to_vec());
        let request =
            ListOffsetsRequest::default().with_replica_id(BrokerId(-1)).with_topics(vec![one]);
        if version >= 10 { request.with_timeout_ms(1000) } else { request }
    });
    asked.every::<OffsetForLeaderEpochRequest>(|_| {
        use offset_for_leader_epoch_request::{OffsetForLeaderPartition, OffsetForLeaderTopic};
        let one = OffsetForLeaderTopic::default()
            .with_topic(topic())
            .with_partitions(vec![OffsetForLeaderPartition::default()]);
        OffsetForLeaderEpochRequest::default().with_topics(vec![one])
    });
    asked.every::<InitProducerIdRequest>(|_| {
        InitProducerIdRequest::default().with_transactional_id(None)
    });
    asked.every::<DeleteRecordsRequest>(|_| {
        use delete_records_request::{DeleteRecordsPartition, DeleteRecordsTopic};
        let one = DeleteRecordsTopic::default()
            .with_name(topic())
            .with_partitions(vec![DeleteRecordsPartition::default()]);
        DeleteRecordsRequest::default().with_topics(vec![one])
    });
    asked.every::<DescribeProducersRequest>(|_| {
        let one = describe_producers_request::TopicRequest::default()
            .with_name(topic())
            .with_partition_indexes(vec![0, 9]);
        DescribeProducersRequest::default().with_topics(vec![one])
    });
}

fn groups(asked: &mut Asked, id: uuid::Uuid) {
    asked.every::<FindCoordinatorRequest>(|version| match version {
        0..=3 => FindCoordinatorRequest::default().with_key(text("askers")),
        _ => FindCoordinatorRequest::default().with_coordinator_keys(vec![text("askers")]),
    });
    asked.every::<JoinGroupRequest>(|_| {
        JoinGroupRequest::default()
            .with_group_id(group())
            .with_member_id(text("nobody"))
            .with_session_timeout_ms(10_000)
    });
    asked.every::<SyncGroupRequest>(|_| {
        SyncGroupRequest::default().with_group_id(group()).with_member_id(text("nobody"))
    });
    asked.every::<HeartbeatRequest>(|_| {
        HeartbeatRequest::default().with_group_id(group()).with_member_id(text("nobody"))
    });
    asked.every::<LeaveGroupRequest>(|version| match version {
        0..=2 => LeaveGroupRequest::default().with_group_id(group()).with_member_id(text("nobody")),
        _ => {
            let member =
                leave_group_request::MemberIdentity::default().with_member_id(text("nobody"));
            LeaveGroupRequest::default().with_group_id(group()).with_members(vec![member])
        }
    });
    asked.every::<OffsetCommitRequest>(|version| {
        use offset_commit_request::{OffsetCommitRequestPartition, OffsetCommitRequestTopic};
        let one = OffsetCommitRequestTopic::default().with_partitions(vec![
            OffsetCommitRequestPartition::default().with_committed_offset(1),
        ]);
        let one = if version >= 10 { one.with_topic_id(id) } else { one.with_name(topic()) };
        OffsetCommitRequest::default().with_group_id(group()).with_topics(vec![one])
    });
    asked.every::<OffsetFetchRequest>(|version| match version {
        0..=7 => {
            let one = offset_fetch_request::OffsetFetchRequestTopic::default()
                .with_name(topic())
                .with_partition_indexes(vec![0]);
            OffsetFetchRequest::default().with_group_id(group()).with_topics(Some(vec![one]))
        }
        _ => {
            let one = offset_fetch_request::OffsetFetchRequestGroup::default()
                .with_group_id(group())
                .with_topics(None);
            OffsetFetchRequest::default().with_groups(vec![one])
        }
    });
    asked.every::<OffsetDeleteRequest>(|_| OffsetDeleteRequest::default().with_group_id(group()));
    asked.every::<DescribeGroupsRequest>(|_| {
        DescribeGroupsRequest::default().with_groups(vec![group()])
    });
    asked.every::<ListGroupsRequest>(|_| ListGroupsRequest::default());
    asked.every::<DeleteGroupsRequest>(|_| {
        DeleteGroupsRequest::default().with_groups_names(vec![group()])
    });
}

fn administration(asked: &mut Asked) {
    const TOPIC: i8 = 2;
    asked.every::<DescribeTopicPartitionsRequest>(|_| DescribeTopicPartitionsRequest::default());
    asked.every::<DescribeClusterRequest>(|_| DescribeClusterRequest::default());
    asked.every::<DescribeConfigsRequest>(|_| {
        let one = describe_configs_request::DescribeConfigsResource::default()
            .with_resource_type(TOPIC)
            .with_resource_name(text("asked"))
            .with_configuration_keys(None);
        DescribeConfigsRequest::default().with_resources(vec![one]).with_include_synonyms(true)
    });
    asked.every::<AlterConfigsRequest>(|_| {
        let one = alter_configs_request::AlterConfigsResource::default()
            .with_resource_type(TOPIC)
            .with_resource_name(text("asked"));
        AlterConfigsRequest::default().with_resources(vec![one])
    });
    asked.every::<IncrementalAlterConfigsRequest>(|_| {
        let one = incremental_alter_configs_request::AlterConfigsResource::default()
            .with_resource_type(TOPIC)
            .with_resource_name(text("not there"));
        IncrementalAlterConfigsRequest::default().with_resources(vec![one])
    });
    asked.every::<CreatePartitionsRequest>(|_| {
        let one = create_partitions_request::CreatePartitionsTopic::default()
            .with_name(topic())
            .with_count(2)
            .with_assignments(None);
        CreatePartitionsRequest::default().with_topics(vec![one])
    });
    asked.every::<ListConfigResourcesRequest>(|_| ListConfigResourcesRequest::default());
    asked.every::<DescribeLogDirsRequest>(|_| DescribeLogDirsRequest::default().with_topics(None));
    asked.every::<DescribeQuorumRequest>(|_| {
        let one = describe_quorum_request::TopicData::default()
            .with_topic_name(messages::TopicName(text("__cluster_metadata")))
            .with_partitions(vec![describe_quorum_request::PartitionData::default()]);
        DescribeQuorumRequest::default().with_topics(vec![one])
    });
    asked.every::<DescribeAclsRequest>(|_| DescribeAclsRequest::default());
    asked.every::<DeleteTopicsRequest>(|version| match version {
        0..=5 => DeleteTopicsRequest::default().with_topic_names(vec![topic()]),
        _ => {
            let one = delete_topics_request::DeleteTopicState::default().with_name(Some(topic()));
            DeleteTopicsRequest::default().with_topics(vec![one])
        }
    });
}
