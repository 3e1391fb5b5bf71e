//! Schemas of the APIs of the cluster itself.

use super::super::schema::{
    BOOL, INT8, INT16, INT32, INT64, STRING, Schema, UINT16, UUID, array_of, field, flexible_from,
};
use crate::messages::{
    add_raft_voter_request, api_versions_response, describe_cluster_response,
    describe_quorum_request, describe_quorum_response, update_features_request,
    update_features_response,
};

pub(super) const API_VERSIONS_REQUEST: Schema = flexible_from(
    3,
    &[
        field("client_software_name", STRING).since(3),
        field("client_software_version", STRING).since(3),
    ],
);

pub(super) const API_VERSIONS_RESPONSE: Schema = flexible_from(
    3,
    &[
        field("error_code", INT16),
        field(
            "api_keys",
            array_of::<api_versions_response::ApiVersion>(&[
                field("api_key", INT16),
                field("min_version", INT16),
                field("max_version", INT16),
            ]),
        ),
        field("throttle_time_ms", INT32).since(1),
        field(
            "supported_features",
            array_of::<api_versions_response::SupportedFeatureKey>(&[
                field("name", STRING),
                field("min_version", INT16),
                field("max_version", INT16),
            ]),
        )
        .since(3)
        .tagged(0, 3),
        field("finalized_features_epoch", INT64).since(3).tagged(1, 3),
        field(
            "finalized_features",
            array_of::<api_versions_response::FinalizedFeatureKey>(&[
                field("name", STRING),
                field("max_version_level", INT16),
                field("min_version_level", INT16),
            ]),
        )
        .since(3)
        .tagged(2, 3),
        field("zk_migration_ready", BOOL).since(3).tagged(3, 3),
    ],
);

pub(super) const DESCRIBE_QUORUM_REQUEST: Schema = flexible_from(
    0,
    &[field(
        "topics",
        array_of::<describe_quorum_request::TopicData>(&[
            field("topic_name", STRING),
            field(
                "partitions",
                array_of::<describe_quorum_request::PartitionData>(&[field(
                    "partition_index",
                    INT32,
                )]),
            ),
        ]),
    )],
);

pub(super) const DESCRIBE_QUORUM_RESPONSE: Schema = flexible_from(
    0,
    &[
        field("error_code", INT16),
        field("error_message", STRING).since(2).nullable(2),
        field(
            "topics",
            array_of::<describe_quorum_response::TopicData>(&[
                field("topic_name", STRING),
                field(
                    "partitions",
                    array_of::<describe_quorum_response::PartitionData>(&[
                        field("partition_index", INT32),
                        field("error_code", INT16),
                        field("error_message", STRING).since(2).nullable(2),
                        field("leader_id", INT32),
                        field("leader_epoch", INT32),
                        field("high_watermark", INT64),
                        field(
                            "current_voters",
                            array_of::<describe_quorum_response::ReplicaState>(&[
                                field("replica_id", INT32),
                                field("replica_directory_id", UUID).since(2),
                                field("log_end_offset", INT64),
                                field("last_fetch_timestamp", INT64).since(1),
                                field("last_caught_up_timestamp", INT64).since(1),
                            ]),
                        ),
                        field(
                            "observers",
                            array_of::<describe_quorum_response::ReplicaState>(&[
                                field("replica_id", INT32),
                                field("replica_directory_id", UUID).since(2),
                                field("log_end_offset", INT64),
                                field("last_fetch_timestamp", INT64).since(1),
                                field("last_caught_up_timestamp", INT64).since(1),
                            ]),
                        ),
                    ]),
                ),
            ]),
        ),
        field(
            "nodes",
            array_of::<describe_quorum_response::Node>(&[
                field("node_id", INT32),
                field(
                    "listeners",
                    array_of::<describe_quorum_response::Listener>(&[
                        field("name", STRING),
                        field("host", STRING),
                        field("port", UINT16),
                    ]),
                ),
            ]),
        )
        .since(2),
    ],
);

pub(super) const UPDATE_FEATURES_REQUEST: Schema = flexible_from(
    0,
    &[
        field("timeout_ms", INT32),
        field(
            "feature_updates",
            array_of::<update_features_request::FeatureUpdateKey>(&[
                field("feature", STRING),
                field("max_version_level", INT16),
                field("allow_downgrade", BOOL).until(0),
                field("upgrade_type", INT8).since(1),
            ]),
        ),
        field("validate_only", BOOL).since(1),
    ],
);

pub(super) const UPDATE_FEATURES_RESPONSE: Schema = flexible_from(
    0,
    &[
        field("throttle_time_ms", INT32),
        field("error_code", INT16),
        field("error_message", STRING).nullable(0),
        field(
            "results",
            array_of::<update_features_response::UpdatableFeatureResult>(&[
                field("feature", STRING),
                field("error_code", INT16),
                field("error_message", STRING).nullable(0),
            ]),
        )
        .until(1),
    ],
);

pub(super) const DESCRIBE_CLUSTER_REQUEST: Schema = flexible_from(
    0,
    &[
        field("include_cluster_authorized_operations", BOOL),
        field("endpoint_type", INT8).since(1),
        field("include_fenced_brokers", BOOL).since(2),
    ],
);

pub(super) const DESCRIBE_CLUSTER_RESPONSE: Schema = flexible_from(
    0,
    &[
        field("throttle_time_ms", INT32),
        field("error_code", INT16),
        field("error_message", STRING).nullable(0),
        field("endpoint_type", INT8).since(1),
        field("cluster_id", STRING),
        field("controller_id", INT32),
        field(
            "brokers",
            array_of::<describe_cluster_response::DescribeClusterBroker>(&[
                field("broker_id", INT32),
                field("host", STRING),
                field("port", INT32),
                field("rack", STRING).nullable(0),
                field("is_fenced", BOOL).since(2),
            ]),
        ),
        field("cluster_authorized_operations", INT32),
    ],
);

pub(super) const UNREGISTER_BROKER_REQUEST: Schema = flexible_from(0, &[field("broker_id", INT32)]);

pub(super) const UNREGISTER_BROKER_RESPONSE: Schema = flexible_from(
    0,
    &[
        field("throttle_time_ms", INT32),
        field("error_code", INT16),
        field("error_message", STRING).nullable(0),
    ],
);

pub(super) const ADD_RAFT_VOTER_REQUEST: Schema = flexible_from(
    0,
    &[
        field("cluster_id", STRING).nullable(0),
        field("timeout_ms", INT32),
        field("voter_id", INT32),
        field("voter_directory_id", UUID),
        field(
            "listeners",
            array_of::<add_raft_voter_request::Listener>(&[
                field("name", STRING),
                field("host", STRING),
                field("port", UINT16),
            ]),
        ),
    ],
);

pub(super) const ADD_RAFT_VOTER_RESPONSE: Schema = flexible_from(
    0,
    &[
        field("throttle_time_ms", INT32),
        field("error_code", INT16),
        field("error_message", STRING).nullable(0),
    ],
);

pub(super) const REMOVE_RAFT_VOTER_REQUEST: Schema = flexible_from(
    0,
    &[
        field("cluster_id", STRING).nullable(0),
        field("voter_id", INT32),
        field("voter_directory_id", UUID),
    ],
);

pub(super) const REMOVE_RAFT_VOTER_RESPONSE: Schema = flexible_from(
    0,
    &[
        field("throttle_time_ms", INT32),
        field("error_code", INT16),
        field("error_message", STRING).nullable(0),
    ],
);
