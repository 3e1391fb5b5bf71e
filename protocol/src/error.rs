//! An error code: the number by which a broker tells a client what became of a request.
//!
//! One row a code: the variant, the number on the wire, Kafka's name for it, and whether a client
//! may simply try again. The last column decides between a retry and a lost event (Logstash's output
//! drops what fails with a final error), so a passing condition must never be answered with a final code.

macro_rules! error_codes {
    ($($variant:ident = $code:literal, $name:literal, $kind:ident;)*) => {
        /// Every error code of Kafka's protocol. Variants carry Kafka's names.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(i16)]
        pub enum ErrorCode {
            $(#[doc = concat!("`", $name, "`")] $variant = $code,)*
        }

        impl ErrorCode {
            /// Every code, in the order of their numbers.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The code with this number, or `None` if no release of Kafka that we know has one.
            pub const fn from_code(code: i16) -> Option<Self> {
                match code {
                    $($code => Some(Self::$variant),)*
                    _ => None,
                }
            }

            /// Kafka's name, as its documentation and every client's log has it.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// Whether a client may send the same request again and hope.
            pub const fn is_retriable(self) -> bool {
                match self {
                    $(Self::$variant => error_codes!(@$kind),)*
                }
            }
        }
    };
    (@retriable) => { true };
    (@final_) => { false };
}

impl ErrorCode {
    /// The number on the wire.
    pub const fn code(self) -> i16 {
        self as i16
    }

    /// Whether this is the absence of an error.
    pub const fn is_none(self) -> bool {
        matches!(self, Self::None)
    }
}

impl std::fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.name(), self.code())
    }
}

impl std::error::Error for ErrorCode {}

error_codes! {
    UnknownServerError = -1, "UNKNOWN_SERVER_ERROR", final_;
    None = 0, "NONE", final_;
    OffsetOutOfRange = 1, "OFFSET_OUT_OF_RANGE", final_;
    CorruptMessage = 2, "CORRUPT_MESSAGE", retriable;
    UnknownTopicOrPartition = 3, "UNKNOWN_TOPIC_OR_PARTITION", retriable;
    InvalidFetchSize = 4, "INVALID_FETCH_SIZE", final_;
    LeaderNotAvailable = 5, "LEADER_NOT_AVAILABLE", retriable;
    NotLeaderOrFollower = 6, "NOT_LEADER_OR_FOLLOWER", retriable;
    RequestTimedOut = 7, "REQUEST_TIMED_OUT", retriable;
    BrokerNotAvailable = 8, "BROKER_NOT_AVAILABLE", final_;
    ReplicaNotAvailable = 9, "REPLICA_NOT_AVAILABLE", retriable;
    MessageTooLarge = 10, "MESSAGE_TOO_LARGE", final_;
    StaleControllerEpoch = 11, "STALE_CONTROLLER_EPOCH", final_;
    OffsetMetadataTooLarge = 12, "OFFSET_METADATA_TOO_LARGE", final_;
    NetworkException = 13, "NETWORK_EXCEPTION", retriable;
    CoordinatorLoadInProgress = 14, "COORDINATOR_LOAD_IN_PROGRESS", retriable;
    CoordinatorNotAvailable = 15, "COORDINATOR_NOT_AVAILABLE", retriable;
    NotCoordinator = 16, "NOT_COORDINATOR", retriable;
    InvalidTopicException = 17, "INVALID_TOPIC_EXCEPTION", final_;
    RecordListTooLarge = 18, "RECORD_LIST_TOO_LARGE", final_;
    NotEnoughReplicas = 19, "NOT_ENOUGH_REPLICAS", retriable;
    NotEnoughReplicasAfterAppend = 20, "NOT_ENOUGH_REPLICAS_AFTER_APPEND", retriable;
    InvalidRequiredAcks = 21, "INVALID_REQUIRED_ACKS", final_;
    IllegalGeneration = 22, "ILLEGAL_GENERATION", final_;
    InconsistentGroupProtocol = 23, "INCONSISTENT_GROUP_PROTOCOL", final_;
    InvalidGroupId = 24, "INVALID_GROUP_ID", final_;
    UnknownMemberId = 25, "UNKNOWN_MEMBER_ID", final_;
    InvalidSessionTimeout = 26, "INVALID_SESSION_TIMEOUT", final_;
    RebalanceInProgress = 27, "REBALANCE_IN_PROGRESS", final_;
    InvalidCommitOffsetSize = 28, "INVALID_COMMIT_OFFSET_SIZE", final_;
    TopicAuthorizationFailed = 29, "TOPIC_AUTHORIZATION_FAILED", final_;
    GroupAuthorizationFailed = 30, "GROUP_AUTHORIZATION_FAILED", final_;
    ClusterAuthorizationFailed = 31, "CLUSTER_AUTHORIZATION_FAILED", final_;
    InvalidTimestamp = 32, "INVALID_TIMESTAMP", final_;
    UnsupportedSaslMechanism = 33, "UNSUPPORTED_SASL_MECHANISM", final_;
    IllegalSaslState = 34, "ILLEGAL_SASL_STATE", final_;
    UnsupportedVersion = 35, "UNSUPPORTED_VERSION", final_;
    TopicAlreadyExists = 36, "TOPIC_ALREADY_EXISTS", final_;
    InvalidPartitions = 37, "INVALID_PARTITIONS", final_;
    InvalidReplicationFactor = 38, "INVALID_REPLICATION_FACTOR", final_;
    InvalidReplicaAssignment = 39, "INVALID_REPLICA_ASSIGNMENT", final_;
    InvalidConfig = 40, "INVALID_CONFIG", final_;
    NotController = 41, "NOT_CONTROLLER", retriable;
    InvalidRequest = 42, "INVALID_REQUEST", final_;
    UnsupportedForMessageFormat = 43, "UNSUPPORTED_FOR_MESSAGE_FORMAT", final_;
    PolicyViolation = 44, "POLICY_VIOLATION", final_;
    OutOfOrderSequenceNumber = 45, "OUT_OF_ORDER_SEQUENCE_NUMBER", final_;
    DuplicateSequenceNumber = 46, "DUPLICATE_SEQUENCE_NUMBER", final_;
    InvalidProducerEpoch = 47, "INVALID_PRODUCER_EPOCH", final_;
    InvalidTxnState = 48, "INVALID_TXN_STATE", final_;
    InvalidProducerIdMapping = 49, "INVALID_PRODUCER_ID_MAPPING", final_;
    InvalidTransactionTimeout = 50, "INVALID_TRANSACTION_TIMEOUT", final_;
    ConcurrentTransactions = 51, "CONCURRENT_TRANSACTIONS", retriable;
    TransactionCoordinatorFenced = 52, "TRANSACTION_COORDINATOR_FENCED", final_;
    TransactionalIdAuthorizationFailed = 53, "TRANSACTIONAL_ID_AUTHORIZATION_FAILED", final_;
    SecurityDisabled = 54, "SECURITY_DISABLED", final_;
    OperationNotAttempted = 55, "OPERATION_NOT_ATTEMPTED", final_;
    KafkaStorageError = 56, "KAFKA_STORAGE_ERROR", retriable;
    LogDirNotFound = 57, "LOG_DIR_NOT_FOUND", final_;
    SaslAuthenticationFailed = 58, "SASL_AUTHENTICATION_FAILED", final_;
    UnknownProducerId = 59, "UNKNOWN_PRODUCER_ID", final_;
    ReassignmentInProgress = 60, "REASSIGNMENT_IN_PROGRESS", final_;
    DelegationTokenAuthDisabled = 61, "DELEGATION_TOKEN_AUTH_DISABLED", final_;
    DelegationTokenNotFound = 62, "DELEGATION_TOKEN_NOT_FOUND", final_;
    DelegationTokenOwnerMismatch = 63, "DELEGATION_TOKEN_OWNER_MISMATCH", final_;
    DelegationTokenRequestNotAllowed = 64, "DELEGATION_TOKEN_REQUEST_NOT_ALLOWED", final_;
    DelegationTokenAuthorizationFailed = 65, "DELEGATION_TOKEN_AUTHORIZATION_FAILED", final_;
    DelegationTokenExpired = 66, "DELEGATION_TOKEN_EXPIRED", final_;
    InvalidPrincipalType = 67, "INVALID_PRINCIPAL_TYPE", final_;
    NonEmptyGroup = 68, "NON_EMPTY_GROUP", final_;
    GroupIdNotFound = 69, "GROUP_ID_NOT_FOUND", final_;
    FetchSessionIdNotFound = 70, "FETCH_SESSION_ID_NOT_FOUND", retriable;
    InvalidFetchSessionEpoch = 71, "INVALID_FETCH_SESSION_EPOCH", retriable;
    ListenerNotFound = 72, "LISTENER_NOT_FOUND", retriable;
    TopicDeletionDisabled = 73, "TOPIC_DELETION_DISABLED", final_;
    FencedLeaderEpoch = 74, "FENCED_LEADER_EPOCH", retriable;
    UnknownLeaderEpoch = 75, "UNKNOWN_LEADER_EPOCH", retriable;
    UnsupportedCompressionType = 76, "UNSUPPORTED_COMPRESSION_TYPE", final_;
    StaleBrokerEpoch = 77, "STALE_BROKER_EPOCH", final_;
    OffsetNotAvailable = 78, "OFFSET_NOT_AVAILABLE", retriable;
    MemberIdRequired = 79, "MEMBER_ID_REQUIRED", final_;
    PreferredLeaderNotAvailable = 80, "PREFERRED_LEADER_NOT_AVAILABLE", retriable;
    GroupMaxSizeReached = 81, "GROUP_MAX_SIZE_REACHED", final_;
    FencedInstanceId = 82, "FENCED_INSTANCE_ID", final_;
    EligibleLeadersNotAvailable = 83, "ELIGIBLE_LEADERS_NOT_AVAILABLE", retriable;
    ElectionNotNeeded = 84, "ELECTION_NOT_NEEDED", retriable;
    NoReassignmentInProgress = 85, "NO_REASSIGNMENT_IN_PROGRESS", final_;
    GroupSubscribedToTopic = 86, "GROUP_SUBSCRIBED_TO_TOPIC", final_;
    InvalidRecord = 87, "INVALID_RECORD", final_;
    UnstableOffsetCommit = 88, "UNSTABLE_OFFSET_COMMIT", retriable;
    ThrottlingQuotaExceeded = 89, "THROTTLING_QUOTA_EXCEEDED", retriable;
    ProducerFenced = 90, "PRODUCER_FENCED", final_;
    ResourceNotFound = 91, "RESOURCE_NOT_FOUND", final_;
    DuplicateResource = 92, "DUPLICATE_RESOURCE", final_;
    UnacceptableCredential = 93, "UNACCEPTABLE_CREDENTIAL", final_;
    InconsistentVoterSet = 94, "INCONSISTENT_VOTER_SET", final_;
    InvalidUpdateVersion = 95, "INVALID_UPDATE_VERSION", final_;
    FeatureUpdateFailed = 96, "FEATURE_UPDATE_FAILED", final_;
    PrincipalDeserializationFailure = 97, "PRINCIPAL_DESERIALIZATION_FAILURE", final_;
    SnapshotNotFound = 98, "SNAPSHOT_NOT_FOUND", final_;
    PositionOutOfRange = 99, "POSITION_OUT_OF_RANGE", final_;
    UnknownTopicId = 100, "UNKNOWN_TOPIC_ID", retriable;
    DuplicateBrokerRegistration = 101, "DUPLICATE_BROKER_REGISTRATION", final_;
    BrokerIdNotRegistered = 102, "BROKER_ID_NOT_REGISTERED", final_;
    InconsistentTopicId = 103, "INCONSISTENT_TOPIC_ID", retriable;
    InconsistentClusterId = 104, "INCONSISTENT_CLUSTER_ID", final_;
    TransactionalIdNotFound = 105, "TRANSACTIONAL_ID_NOT_FOUND", final_;
    FetchSessionTopicIdError = 106, "FETCH_SESSION_TOPIC_ID_ERROR", retriable;
    IneligibleReplica = 107, "INELIGIBLE_REPLICA", final_;
    NewLeaderElected = 108, "NEW_LEADER_ELECTED", final_;
    OffsetMovedToTieredStorage = 109, "OFFSET_MOVED_TO_TIERED_STORAGE", final_;
    FencedMemberEpoch = 110, "FENCED_MEMBER_EPOCH", final_;
    UnreleasedInstanceId = 111, "UNRELEASED_INSTANCE_ID", final_;
    UnsupportedAssignor = 112, "UNSUPPORTED_ASSIGNOR", final_;
    StaleMemberEpoch = 113, "STALE_MEMBER_EPOCH", final_;
    MismatchedEndpointType = 114, "MISMATCHED_ENDPOINT_TYPE", final_;
    UnsupportedEndpointType = 115, "UNSUPPORTED_ENDPOINT_TYPE", final_;
    UnknownControllerId = 116, "UNKNOWN_CONTROLLER_ID", final_;
    UnknownSubscriptionId = 117, "UNKNOWN_SUBSCRIPTION_ID", final_;
    TelemetryTooLarge = 118, "TELEMETRY_TOO_LARGE", final_;
    InvalidRegistration = 119, "INVALID_REGISTRATION", final_;
    TransactionAbortable = 120, "TRANSACTION_ABORTABLE", final_;
    InvalidRecordState = 121, "INVALID_RECORD_STATE", final_;
    ShareSessionNotFound = 122, "SHARE_SESSION_NOT_FOUND", retriable;
    InvalidShareSessionEpoch = 123, "INVALID_SHARE_SESSION_EPOCH", retriable;
    FencedStateEpoch = 124, "FENCED_STATE_EPOCH", final_;
    InvalidVoterKey = 125, "INVALID_VOTER_KEY", final_;
    DuplicateVoter = 126, "DUPLICATE_VOTER", final_;
    VoterNotFound = 127, "VOTER_NOT_FOUND", final_;
    InvalidRegularExpression = 128, "INVALID_REGULAR_EXPRESSION", final_;
    RebootstrapRequired = 129, "REBOOTSTRAP_REQUIRED", final_;
    StreamsInvalidTopology = 130, "STREAMS_INVALID_TOPOLOGY", final_;
    StreamsInvalidTopologyEpoch = 131, "STREAMS_INVALID_TOPOLOGY_EPOCH", final_;
    StreamsTopologyFenced = 132, "STREAMS_TOPOLOGY_FENCED", final_;
    ShareSessionLimitReached = 133, "SHARE_SESSION_LIMIT_REACHED", retriable;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_survives_the_round_trip_and_numbers_ascend() {
        for (code, next) in ErrorCode::ALL.iter().zip(ErrorCode::ALL.iter().skip(1)) {
            assert!(code.code() < next.code());
        }
        for &code in ErrorCode::ALL {
            assert_eq!(ErrorCode::from_code(code.code()), Some(code));
        }
    }
}
