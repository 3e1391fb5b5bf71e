//! The versions that our codec speaks: one row an API, our own truth.
//!
//! A row names the key, its request and response, the versions that both decode and encode, and the first *flexible*
//! version (KIP-482: compact lengths, tagged fields, newer headers). What a broker serves is a part of this and is said
//! in the broker's list of APIs.
//!
//! The `kafka-protocol` crate has such a table too, but it is that of the responses, and wrong where the two differ.
//! Rows marked `own` go beyond the crate: their bodies are in `message/own`. A test encodes and decodes every
//! version of every row, both ways.

use std::ops::RangeInclusive;

use crate::ApiKey;
use crate::messages::*;

/// Hands the table to another macro, a row for each API.
macro_rules! with_apis {
    ($then:ident) => {
        $then! {
            Produce: ProduceRequest => ProduceResponse, 3..=13, flexible from 9, shared;
            Fetch: FetchRequest => FetchResponse, 4..=18, flexible from 12, shared;
            ListOffsets: ListOffsetsRequest => ListOffsetsResponse, 0..=11, flexible from 6, own;
            Metadata: MetadataRequest => MetadataResponse, 0..=13, flexible from 9, plain;
            OffsetCommit: OffsetCommitRequest => OffsetCommitResponse, 2..=10, flexible from 8, own;
            OffsetFetch: OffsetFetchRequest => OffsetFetchResponse, 1..=10, flexible from 6, own;
            FindCoordinator: FindCoordinatorRequest => FindCoordinatorResponse, 0..=6, flexible from 3, plain;
            JoinGroup: JoinGroupRequest => JoinGroupResponse, 0..=9, flexible from 6, plain;
            Heartbeat: HeartbeatRequest => HeartbeatResponse, 0..=4, flexible from 4, plain;
            LeaveGroup: LeaveGroupRequest => LeaveGroupResponse, 0..=5, flexible from 4, plain;
            SyncGroup: SyncGroupRequest => SyncGroupResponse, 0..=5, flexible from 4, plain;
            DescribeGroups: DescribeGroupsRequest => DescribeGroupsResponse, 0..=6, flexible from 5, plain;
            ListGroups: ListGroupsRequest => ListGroupsResponse, 0..=5, flexible from 3, plain;
            SaslHandshake: SaslHandshakeRequest => SaslHandshakeResponse, 0..=1, flexible from NEVER, plain;
            ApiVersions: ApiVersionsRequest => ApiVersionsResponse, 0..=4, flexible from 3, plain;
            CreateTopics: CreateTopicsRequest => CreateTopicsResponse, 2..=7, flexible from 5, plain;
            DeleteTopics: DeleteTopicsRequest => DeleteTopicsResponse, 1..=6, flexible from 4, plain;
            DeleteRecords: DeleteRecordsRequest => DeleteRecordsResponse, 0..=2, flexible from 2, plain;
            InitProducerId: InitProducerIdRequest => InitProducerIdResponse, 0..=5, flexible from 2, plain;
            OffsetForLeaderEpoch: OffsetForLeaderEpochRequest => OffsetForLeaderEpochResponse, 2..=4, flexible from 4, plain;
            AddPartitionsToTxn: AddPartitionsToTxnRequest => AddPartitionsToTxnResponse, 0..=5, flexible from 3, plain;
            AddOffsetsToTxn: AddOffsetsToTxnRequest => AddOffsetsToTxnResponse, 0..=4, flexible from 3, plain;
            EndTxn: EndTxnRequest => EndTxnResponse, 0..=5, flexible from 3, plain;
            WriteTxnMarkers: WriteTxnMarkersRequest => WriteTxnMarkersResponse, 1..=1, flexible from 1, plain;
            TxnOffsetCommit: TxnOffsetCommitRequest => TxnOffsetCommitResponse, 0..=5, flexible from 3, plain;
            DescribeAcls: DescribeAclsRequest => DescribeAclsResponse, 1..=3, flexible from 2, plain;
            CreateAcls: CreateAclsRequest => CreateAclsResponse, 1..=3, flexible from 2, plain;
            DeleteAcls: DeleteAclsRequest => DeleteAclsResponse, 1..=3, flexible from 2, plain;
            DescribeConfigs: DescribeConfigsRequest => DescribeConfigsResponse, 1..=4, flexible from 4, plain;
            AlterConfigs: AlterConfigsRequest => AlterConfigsResponse, 0..=2, flexible from 2, plain;
            AlterReplicaLogDirs: AlterReplicaLogDirsRequest => AlterReplicaLogDirsResponse, 1..=2, flexible from 2, plain;
            DescribeLogDirs: DescribeLogDirsRequest => DescribeLogDirsResponse, 1..=5, flexible from 2, own;
            SaslAuthenticate: SaslAuthenticateRequest => SaslAuthenticateResponse, 0..=2, flexible from 2, plain;
            CreatePartitions: CreatePartitionsRequest => CreatePartitionsResponse, 0..=3, flexible from 2, plain;
            CreateDelegationToken: CreateDelegationTokenRequest => CreateDelegationTokenResponse, 1..=3, flexible from 2, plain;
            RenewDelegationToken: RenewDelegationTokenRequest => RenewDelegationTokenResponse, 1..=2, flexible from 2, plain;
            ExpireDelegationToken: ExpireDelegationTokenRequest => ExpireDelegationTokenResponse, 1..=2, flexible from 2, plain;
            DescribeDelegationToken: DescribeDelegationTokenRequest => DescribeDelegationTokenResponse, 1..=3, flexible from 2, plain;
            DeleteGroups: DeleteGroupsRequest => DeleteGroupsResponse, 0..=2, flexible from 2, plain;
            ElectLeaders: ElectLeadersRequest => ElectLeadersResponse, 0..=2, flexible from 2, plain;
            IncrementalAlterConfigs: IncrementalAlterConfigsRequest => IncrementalAlterConfigsResponse, 0..=1, flexible from 1, plain;
            AlterPartitionReassignments: AlterPartitionReassignmentsRequest => AlterPartitionReassignmentsResponse, 0..=1, flexible from 0, plain;
            ListPartitionReassignments: ListPartitionReassignmentsRequest => ListPartitionReassignmentsResponse, 0..=0, flexible from 0, plain;
            OffsetDelete: OffsetDeleteRequest => OffsetDeleteResponse, 0..=0, flexible from NEVER, plain;
            DescribeClientQuotas: DescribeClientQuotasRequest => DescribeClientQuotasResponse, 0..=1, flexible from 1, plain;
            AlterClientQuotas: AlterClientQuotasRequest => AlterClientQuotasResponse, 0..=1, flexible from 1, plain;
            DescribeUserScramCredentials: DescribeUserScramCredentialsRequest => DescribeUserScramCredentialsResponse, 0..=0, flexible from 0, plain;
            AlterUserScramCredentials: AlterUserScramCredentialsRequest => AlterUserScramCredentialsResponse, 0..=0, flexible from 0, plain;
            DescribeQuorum: DescribeQuorumRequest => DescribeQuorumResponse, 0..=2, flexible from 0, plain;
            UpdateFeatures: UpdateFeaturesRequest => UpdateFeaturesResponse, 0..=2, flexible from 0, plain;
            DescribeCluster: DescribeClusterRequest => DescribeClusterResponse, 0..=2, flexible from 0, plain;
            DescribeProducers: DescribeProducersRequest => DescribeProducersResponse, 0..=0, flexible from 0, plain;
            UnregisterBroker: UnregisterBrokerRequest => UnregisterBrokerResponse, 0..=0, flexible from 0, plain;
            DescribeTransactions: DescribeTransactionsRequest => DescribeTransactionsResponse, 0..=0, flexible from 0, plain;
            ListTransactions: ListTransactionsRequest => ListTransactionsResponse, 0..=2, flexible from 0, plain;
            ConsumerGroupHeartbeat: ConsumerGroupHeartbeatRequest => ConsumerGroupHeartbeatResponse, 0..=1, flexible from 0, plain;
            ConsumerGroupDescribe: ConsumerGroupDescribeRequest => ConsumerGroupDescribeResponse, 0..=1, flexible from 0, plain;
            GetTelemetrySubscriptions: GetTelemetrySubscriptionsRequest => GetTelemetrySubscriptionsResponse, 0..=0, flexible from 0, plain;
            PushTelemetry: PushTelemetryRequest => PushTelemetryResponse, 0..=0, flexible from 0, plain;
            ListConfigResources: ListConfigResourcesRequest => ListConfigResourcesResponse, 0..=1, flexible from 0, plain;
            DescribeTopicPartitions: DescribeTopicPartitionsRequest => DescribeTopicPartitionsResponse, 0..=0, flexible from 0, plain;
            AddRaftVoter: AddRaftVoterRequest => AddRaftVoterResponse, 0..=0, flexible from 0, plain;
            RemoveRaftVoter: RemoveRaftVoterRequest => RemoveRaftVoterResponse, 0..=0, flexible from 0, plain;
        }
    };
}
pub(crate) use with_apis;

/// The first flexible version of an API that has none.
pub(crate) const NEVER: i16 = i16::MAX;

macro_rules! tables {
    ($($key:ident: $request:ident => $response:ident, $versions:expr, flexible from $flexible:expr, $kind:ident;)*) => {
        /// Every API that the codec speaks, and its versions.
        pub const SUPPORTED: &[(ApiKey, RangeInclusive<i16>)] = &[$((ApiKey::$key, $versions),)*];

        /// The versions of `key` that decode and encode. `None`: we do not speak this API at all.
        pub const fn supported(key: ApiKey) -> Option<RangeInclusive<i16>> {
            match key {
                $(ApiKey::$key => Some($versions),)*
                _ => None,
            }
        }

        /// The first version of `key` with compact lengths and tagged fields.
        const fn flexible_from(key: ApiKey) -> i16 {
            match key {
                $(ApiKey::$key => $flexible,)*
                _ => NEVER,
            }
        }

        $(
            impl super::message::ApiBody for $request {
                const KEY: ApiKey = ApiKey::$key;
                const IS_REQUEST: bool = true;
            }
            impl super::message::ApiBody for $response {
                const KEY: ApiKey = ApiKey::$key;
                const IS_REQUEST: bool = false;
            }
            impl super::message::RequestBody for $request {
                type Response = $response;
            }
        )*
    };
}

with_apis!(tables);

/// Whether this version of `key` has compact lengths and tagged fields (KIP-482). True also for versions that we do
/// not know yet: what was once flexible stays so.
pub const fn is_flexible(key: ApiKey, version: i16) -> bool {
    version >= flexible_from(key)
}

/// Whether we speak this version of `key`.
pub fn is_supported(key: ApiKey, version: i16) -> bool {
    supported(key).is_some_and(|versions| versions.contains(&version))
}

/// The version of the header before a request of this version: flexible ones may carry tagged fields.
pub const fn request_header_version(key: ApiKey, version: i16) -> i16 {
    if is_flexible(key, version) { 2 } else { 1 }
}

/// The version of the header before a response of this version. That of ApiVersions is always 0: the client does not
/// know yet what the broker understands (KIP-511).
pub const fn response_header_version(key: ApiKey, version: i16) -> i16 {
    if is_flexible(key, version) && !matches!(key, ApiKey::ApiVersions) { 1 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_agree_with_the_crate_s_for_every_version() {
        for (key, versions) in SUPPORTED {
            for version in versions.clone() {
                assert_eq!(
                    key.request_header_version(version),
                    request_header_version(*key, version),
                    "{key:?} {version}"
                );
                assert_eq!(
                    key.response_header_version(version),
                    response_header_version(*key, version),
                    "{key:?} {version}"
                );
            }
        }
    }

    #[test]
    fn rows_ascend_by_key() {
        assert!(SUPPORTED.is_sorted_by_key(|(key, _)| *key as i16));
    }
}
