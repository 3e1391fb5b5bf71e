//! The catalogue: the layout of every message that the codec speaks, in the versions of the table.
//!
//! Field by field what Kafka 4.3's message definitions say, and nothing that decoding does not need. A test holds
//! each schema against the codec: what it generates decodes, and encodes again to the same bytes.

mod cluster;
mod configs;
mod groups;
mod offsets;
mod records;
mod security;
mod topics;
mod transactions;

use super::schema::Schema;
use crate::ApiKey;

/// The schemas of an API's request and response. `None`: the codec does not speak it.
pub(super) const fn of(key: ApiKey) -> Option<(&'static Schema, &'static Schema)> {
    Some(match key {
        ApiKey::Produce => (&records::PRODUCE_REQUEST, &records::PRODUCE_RESPONSE),
        ApiKey::Fetch => (&records::FETCH_REQUEST, &records::FETCH_RESPONSE),
        ApiKey::ListOffsets => (&records::LIST_OFFSETS_REQUEST, &records::LIST_OFFSETS_RESPONSE),
        ApiKey::Metadata => (&topics::METADATA_REQUEST, &topics::METADATA_RESPONSE),
        ApiKey::OffsetCommit => (&offsets::OFFSET_COMMIT_REQUEST, &offsets::OFFSET_COMMIT_RESPONSE),
        ApiKey::OffsetFetch => (&offsets::OFFSET_FETCH_REQUEST, &offsets::OFFSET_FETCH_RESPONSE),
        ApiKey::FindCoordinator => {
            (&groups::FIND_COORDINATOR_REQUEST, &groups::FIND_COORDINATOR_RESPONSE)
        }
        ApiKey::JoinGroup => (&groups::JOIN_GROUP_REQUEST, &groups::JOIN_GROUP_RESPONSE),
        ApiKey::Heartbeat => (&groups::HEARTBEAT_REQUEST, &groups::HEARTBEAT_RESPONSE),
        ApiKey::LeaveGroup => (&groups::LEAVE_GROUP_REQUEST, &groups::LEAVE_GROUP_RESPONSE),
        ApiKey::SyncGroup => (&groups::SYNC_GROUP_REQUEST, &groups::SYNC_GROUP_RESPONSE),
        ApiKey::DescribeGroups => {
            (&groups::DESCRIBE_GROUPS_REQUEST, &groups::DESCRIBE_GROUPS_RESPONSE)
        }
        ApiKey::ListGroups => (&groups::LIST_GROUPS_REQUEST, &groups::LIST_GROUPS_RESPONSE),
        ApiKey::SaslHandshake => {
            (&security::SASL_HANDSHAKE_REQUEST, &security::SASL_HANDSHAKE_RESPONSE)
        }
        ApiKey::ApiVersions => (&cluster::API_VERSIONS_REQUEST, &cluster::API_VERSIONS_RESPONSE),
        ApiKey::CreateTopics => (&topics::CREATE_TOPICS_REQUEST, &topics::CREATE_TOPICS_RESPONSE),
        ApiKey::DeleteTopics => (&topics::DELETE_TOPICS_REQUEST, &topics::DELETE_TOPICS_RESPONSE),
        ApiKey::DeleteRecords => {
            (&records::DELETE_RECORDS_REQUEST, &records::DELETE_RECORDS_RESPONSE)
        }
        ApiKey::InitProducerId => {
            (&transactions::INIT_PRODUCER_ID_REQUEST, &transactions::INIT_PRODUCER_ID_RESPONSE)
        }
        ApiKey::OffsetForLeaderEpoch => {
            (&records::OFFSET_FOR_LEADER_EPOCH_REQUEST, &records::OFFSET_FOR_LEADER_EPOCH_RESPONSE)
        }
        ApiKey::AddPartitionsToTxn => (
            &transactions::ADD_PARTITIONS_TO_TXN_REQUEST,
            &transactions::ADD_PARTITIONS_TO_TXN_RESPONSE,
        ),
        ApiKey::AddOffsetsToTxn => {
            (&transactions::ADD_OFFSETS_TO_TXN_REQUEST, &transactions::ADD_OFFSETS_TO_TXN_RESPONSE)
        }
        ApiKey::EndTxn => (&transactions::END_TXN_REQUEST, &transactions::END_TXN_RESPONSE),
        ApiKey::WriteTxnMarkers => {
            (&transactions::WRITE_TXN_MARKERS_REQUEST, &transactions::WRITE_TXN_MARKERS_RESPONSE)
        }
        ApiKey::TxnOffsetCommit => {
            (&offsets::TXN_OFFSET_COMMIT_REQUEST, &offsets::TXN_OFFSET_COMMIT_RESPONSE)
        }
        ApiKey::DescribeAcls => {
            (&security::DESCRIBE_ACLS_REQUEST, &security::DESCRIBE_ACLS_RESPONSE)
        }
        ApiKey::CreateAcls => (&security::CREATE_ACLS_REQUEST, &security::CREATE_ACLS_RESPONSE),
        ApiKey::DeleteAcls => (&security::DELETE_ACLS_REQUEST, &security::DELETE_ACLS_RESPONSE),
        ApiKey::DescribeConfigs => {
            (&configs::DESCRIBE_CONFIGS_REQUEST, &configs::DESCRIBE_CONFIGS_RESPONSE)
        }
        ApiKey::AlterConfigs => (&configs::ALTER_CONFIGS_REQUEST, &configs::ALTER_CONFIGS_RESPONSE),
        ApiKey::AlterReplicaLogDirs => {
            (&topics::ALTER_REPLICA_LOG_DIRS_REQUEST, &topics::ALTER_REPLICA_LOG_DIRS_RESPONSE)
        }
        ApiKey::DescribeLogDirs => {
            (&topics::DESCRIBE_LOG_DIRS_REQUEST, &topics::DESCRIBE_LOG_DIRS_RESPONSE)
        }
        ApiKey::SaslAuthenticate => {
            (&security::SASL_AUTHENTICATE_REQUEST, &security::SASL_AUTHENTICATE_RESPONSE)
        }
        ApiKey::CreatePartitions => {
            (&topics::CREATE_PARTITIONS_REQUEST, &topics::CREATE_PARTITIONS_RESPONSE)
        }
        ApiKey::CreateDelegationToken => (
            &security::CREATE_DELEGATION_TOKEN_REQUEST,
            &security::CREATE_DELEGATION_TOKEN_RESPONSE,
        ),
        ApiKey::RenewDelegationToken => {
            (&security::RENEW_DELEGATION_TOKEN_REQUEST, &security::RENEW_DELEGATION_TOKEN_RESPONSE)
        }
        ApiKey::ExpireDelegationToken => (
            &security::EXPIRE_DELEGATION_TOKEN_REQUEST,
            &security::EXPIRE_DELEGATION_TOKEN_RESPONSE,
        ),
        ApiKey::DescribeDelegationToken => (
            &security::DESCRIBE_DELEGATION_TOKEN_REQUEST,
            &security::DESCRIBE_DELEGATION_TOKEN_RESPONSE,
        ),
        ApiKey::DeleteGroups => (&groups::DELETE_GROUPS_REQUEST, &groups::DELETE_GROUPS_RESPONSE),
        ApiKey::ElectLeaders => (&topics::ELECT_LEADERS_REQUEST, &topics::ELECT_LEADERS_RESPONSE),
        ApiKey::IncrementalAlterConfigs => (
            &configs::INCREMENTAL_ALTER_CONFIGS_REQUEST,
            &configs::INCREMENTAL_ALTER_CONFIGS_RESPONSE,
        ),
        ApiKey::AlterPartitionReassignments => (
            &topics::ALTER_PARTITION_REASSIGNMENTS_REQUEST,
            &topics::ALTER_PARTITION_REASSIGNMENTS_RESPONSE,
        ),
        ApiKey::ListPartitionReassignments => (
            &topics::LIST_PARTITION_REASSIGNMENTS_REQUEST,
            &topics::LIST_PARTITION_REASSIGNMENTS_RESPONSE,
        ),
        ApiKey::OffsetDelete => (&offsets::OFFSET_DELETE_REQUEST, &offsets::OFFSET_DELETE_RESPONSE),
        ApiKey::DescribeClientQuotas => {
            (&configs::DESCRIBE_CLIENT_QUOTAS_REQUEST, &configs::DESCRIBE_CLIENT_QUOTAS_RESPONSE)
        }
        ApiKey::AlterClientQuotas => {
            (&configs::ALTER_CLIENT_QUOTAS_REQUEST, &configs::ALTER_CLIENT_QUOTAS_RESPONSE)
        }
        ApiKey::DescribeUserScramCredentials => (
            &security::DESCRIBE_USER_SCRAM_CREDENTIALS_REQUEST,
            &security::DESCRIBE_USER_SCRAM_CREDENTIALS_RESPONSE,
        ),
        ApiKey::AlterUserScramCredentials => (
            &security::ALTER_USER_SCRAM_CREDENTIALS_REQUEST,
            &security::ALTER_USER_SCRAM_CREDENTIALS_RESPONSE,
        ),
        ApiKey::DescribeQuorum => {
            (&cluster::DESCRIBE_QUORUM_REQUEST, &cluster::DESCRIBE_QUORUM_RESPONSE)
        }
        ApiKey::UpdateFeatures => {
            (&cluster::UPDATE_FEATURES_REQUEST, &cluster::UPDATE_FEATURES_RESPONSE)
        }
        ApiKey::DescribeCluster => {
            (&cluster::DESCRIBE_CLUSTER_REQUEST, &cluster::DESCRIBE_CLUSTER_RESPONSE)
        }
        ApiKey::DescribeProducers => {
            (&transactions::DESCRIBE_PRODUCERS_REQUEST, &transactions::DESCRIBE_PRODUCERS_RESPONSE)
        }
        ApiKey::UnregisterBroker => {
            (&cluster::UNREGISTER_BROKER_REQUEST, &cluster::UNREGISTER_BROKER_RESPONSE)
        }
        ApiKey::DescribeTransactions => (
            &transactions::DESCRIBE_TRANSACTIONS_REQUEST,
            &transactions::DESCRIBE_TRANSACTIONS_RESPONSE,
        ),
        ApiKey::ListTransactions => {
            (&transactions::LIST_TRANSACTIONS_REQUEST, &transactions::LIST_TRANSACTIONS_RESPONSE)
        }
        ApiKey::ConsumerGroupHeartbeat => {
            (&groups::CONSUMER_GROUP_HEARTBEAT_REQUEST, &groups::CONSUMER_GROUP_HEARTBEAT_RESPONSE)
        }
        ApiKey::ConsumerGroupDescribe => {
            (&groups::CONSUMER_GROUP_DESCRIBE_REQUEST, &groups::CONSUMER_GROUP_DESCRIBE_RESPONSE)
        }
        ApiKey::GetTelemetrySubscriptions => (
            &configs::GET_TELEMETRY_SUBSCRIPTIONS_REQUEST,
            &configs::GET_TELEMETRY_SUBSCRIPTIONS_RESPONSE,
        ),
        ApiKey::PushTelemetry => {
            (&configs::PUSH_TELEMETRY_REQUEST, &configs::PUSH_TELEMETRY_RESPONSE)
        }
        ApiKey::ListConfigResources => {
            (&configs::LIST_CONFIG_RESOURCES_REQUEST, &configs::LIST_CONFIG_RESOURCES_RESPONSE)
        }
        ApiKey::DescribeTopicPartitions => (
            &topics::DESCRIBE_TOPIC_PARTITIONS_REQUEST,
            &topics::DESCRIBE_TOPIC_PARTITIONS_RESPONSE,
        ),
        ApiKey::AddRaftVoter => {
            (&cluster::ADD_RAFT_VOTER_REQUEST, &cluster::ADD_RAFT_VOTER_RESPONSE)
        }
        ApiKey::RemoveRaftVoter => {
            (&cluster::REMOVE_RAFT_VOTER_REQUEST, &cluster::REMOVE_RAFT_VOTER_RESPONSE)
        }
        _ => return None,
    })
}
