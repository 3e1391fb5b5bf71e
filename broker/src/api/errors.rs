//! Where the errors of a response stand, for whoever counts them.

use protocol::messages::*;

/// A response that can be asked for its error codes.
pub(crate) trait Errors {
    /// Hands every code to `count`, those of success included.
    fn each_error(&self, count: &mut dyn FnMut(i16));
}

/// One path through a response's lists to its codes.
macro_rules! path {
    ($from:expr, $count:ident, $field:ident) => {
        $count($from.$field)
    };
    ($from:expr, $count:ident, $list:ident . $($rest:ident).+) => {
        $from.$list.iter().for_each(|one| path!(one, $count, $($rest).+))
    };
}

/// A row for each response: its codes, each by the lists that lead to it.
macro_rules! errors {
    ($($response:ident: $($($step:ident).+),+;)+) => {
        $(impl Errors for $response {
            fn each_error(&self, count: &mut dyn FnMut(i16)) {
                $(path!(self, count, $($step).+);)+
            }
        })+
    };
}

errors! {
    ApiVersionsResponse: error_code;
    MetadataResponse: topics.error_code, topics.partitions.error_code;
    ProduceResponse: responses.partition_responses.error_code;
    FetchResponse: error_code, responses.partitions.error_code;
    ListOffsetsResponse: topics.partitions.error_code;
    FindCoordinatorResponse: error_code, coordinators.error_code;
    JoinGroupResponse: error_code;
    SyncGroupResponse: error_code;
    HeartbeatResponse: error_code;
    LeaveGroupResponse: error_code, members.error_code;
    OffsetCommitResponse: topics.partitions.error_code;
    OffsetFetchResponse: error_code, topics.partitions.error_code, groups.error_code, groups.topics.partitions.error_code;
    OffsetDeleteResponse: error_code, topics.partitions.error_code;
    DescribeGroupsResponse: groups.error_code;
    ListGroupsResponse: error_code;
    DeleteGroupsResponse: results.error_code;
    InitProducerIdResponse: error_code;
    OffsetForLeaderEpochResponse: topics.partitions.error_code;
    CreateTopicsResponse: topics.error_code;
    DeleteTopicsResponse: responses.error_code;
    CreatePartitionsResponse: results.error_code;
    DeleteRecordsResponse: topics.partitions.error_code;
    DescribeTopicPartitionsResponse: topics.error_code, topics.partitions.error_code;
    DescribeClusterResponse: error_code;
    DescribeConfigsResponse: results.error_code;
    AlterConfigsResponse: responses.error_code;
    IncrementalAlterConfigsResponse: responses.error_code;
    ListConfigResourcesResponse: error_code;
    DescribeLogDirsResponse: error_code, results.error_code;
    DescribeProducersResponse: topics.partitions.error_code;
    DescribeQuorumResponse: error_code, topics.partitions.error_code;
    DescribeAclsResponse: error_code;
}

#[cfg(test)]
mod tests {
    use protocol::messages::metadata_response::{MetadataResponsePartition, MetadataResponseTopic};

    use super::*;

    #[test]
    fn every_code_of_a_response_is_handed_over() {
        let partition = |code| MetadataResponsePartition::default().with_error_code(code);
        let topic = MetadataResponseTopic::default()
            .with_error_code(3)
            .with_partitions(vec![partition(0), partition(5)]);
        let mut codes = Vec::new();
        MetadataResponse::default()
            .with_topics(vec![topic.clone(), topic])
            .each_error(&mut |code| codes.push(code));
        assert_eq!(codes, [3, 3, 0, 5, 0, 5]);
    }
}
