//! Schemas of the APIs of topics, partitions and replicas.

use super::super::schema::{
    BOOL, INT8, INT16, INT32, INT64, STRING, Schema, UUID, array, array_of, field, flexible_from,
    inline,
};
use crate::messages::{
    alter_partition_reassignments_request, alter_partition_reassignments_response,
    alter_replica_log_dirs_request, alter_replica_log_dirs_response, create_partitions_request,
    create_partitions_response, create_topics_request, create_topics_response,
    delete_topics_request, delete_topics_response, describe_log_dirs_request,
    describe_log_dirs_response, describe_topic_partitions_request,
    describe_topic_partitions_response, elect_leaders_request, elect_leaders_response,
    list_partition_reassignments_request, list_partition_reassignments_response, metadata_request,
    metadata_response,
};

pub(super) const METADATA_REQUEST: Schema = flexible_from(
    9,
    &[
        field(
            "topics",
            array_of::<metadata_request::MetadataRequestTopic>(&[
                field("topic_id", UUID).since(10),
                field("name", STRING).nullable(10),
            ]),
        )
        .nullable(1),
        field("allow_auto_topic_creation", BOOL).since(4),
        field("include_cluster_authorized_operations", BOOL).since(8).until(10),
        field("include_topic_authorized_operations", BOOL).since(8),
    ],
);

pub(super) const METADATA_RESPONSE: Schema = flexible_from(
    9,
    &[
        field("throttle_time_ms", INT32).since(3),
        field(
            "brokers",
            array_of::<metadata_response::MetadataResponseBroker>(&[
                field("node_id", INT32),
                field("host", STRING),
                field("port", INT32),
                field("rack", STRING).since(1).nullable(1),
            ]),
        ),
        field("cluster_id", STRING).since(2).nullable(2),
        field("controller_id", INT32).since(1),
        field(
            "topics",
            array_of::<metadata_response::MetadataResponseTopic>(&[
                field("error_code", INT16),
                field("name", STRING).nullable(12),
                field("topic_id", UUID).since(10),
                field("is_internal", BOOL).since(1),
                field(
                    "partitions",
                    array_of::<metadata_response::MetadataResponsePartition>(&[
                        field("error_code", INT16),
                        field("partition_index", INT32),
                        field("leader_id", INT32),
                        field("leader_epoch", INT32).since(7),
                        field("replica_nodes", array(INT32)),
                        field("isr_nodes", array(INT32)),
                        field("offline_replicas", array(INT32)).since(5),
                    ]),
                ),
                field("topic_authorized_operations", INT32).since(8),
            ]),
        ),
        field("cluster_authorized_operations", INT32).since(8).until(10),
        field("error_code", INT16).since(13),
    ],
);

pub(super) const CREATE_TOPICS_REQUEST: Schema = flexible_from(
    5,
    &[
        field(
            "topics",
            array_of::<create_topics_request::CreatableTopic>(&[
                field("name", STRING),
                field("num_partitions", INT32),
                field("replication_factor", INT16),
                field(
                    "assignments",
                    array_of::<create_topics_request::CreatableReplicaAssignment>(&[
                        field("partition_index", INT32),
                        field("broker_ids", array(INT32)),
                    ]),
                ),
                field(
                    "configs",
                    array_of::<create_topics_request::CreatableTopicConfig>(&[
                        field("name", STRING),
                        field("value", STRING).nullable(2),
                    ]),
                ),
            ]),
        ),
        field("timeout_ms", INT32),
        field("validate_only", BOOL),
    ],
);

pub(super) const CREATE_TOPICS_RESPONSE: Schema = flexible_from(
    5,
    &[
        field("throttle_time_ms", INT32),
        field(
            "topics",
            array_of::<create_topics_response::CreatableTopicResult>(&[
                field("name", STRING),
                field("topic_id", UUID).since(7),
                field("error_code", INT16),
                field("error_message", STRING).nullable(2),
                field("topic_config_error_code", INT16).since(5).tagged(0, 5),
                field("num_partitions", INT32).since(5),
                field("replication_factor", INT16).since(5),
                field(
                    "configs",
                    array_of::<create_topics_response::CreatableTopicConfigs>(&[
                        field("name", STRING),
                        field("value", STRING).nullable(5),
                        field("read_only", BOOL),
                        field("config_source", INT8),
                        field("is_sensitive", BOOL),
                    ]),
                )
                .since(5)
                .nullable(5),
            ]),
        ),
    ],
);

pub(super) const DELETE_TOPICS_REQUEST: Schema = flexible_from(
    4,
    &[
        field(
            "topics",
            array_of::<delete_topics_request::DeleteTopicState>(&[
                field("name", STRING).nullable(6),
                field("topic_id", UUID),
            ]),
        )
        .since(6),
        field("topic_names", array(STRING)).until(5),
        field("timeout_ms", INT32),
    ],
);

pub(super) const DELETE_TOPICS_RESPONSE: Schema = flexible_from(
    4,
    &[
        field("throttle_time_ms", INT32),
        field(
            "responses",
            array_of::<delete_topics_response::DeletableTopicResult>(&[
                field("name", STRING).nullable(6),
                field("topic_id", UUID).since(6),
                field("error_code", INT16),
                field("error_message", STRING).since(5).nullable(5),
            ]),
        ),
    ],
);

pub(super) const CREATE_PARTITIONS_REQUEST: Schema = flexible_from(
    2,
    &[
        field(
            "topics",
            array_of::<create_partitions_request::CreatePartitionsTopic>(&[
                field("name", STRING),
                field("count", INT32),
                field(
                    "assignments",
                    array_of::<create_partitions_request::CreatePartitionsAssignment>(&[field(
                        "broker_ids",
                        array(INT32),
                    )]),
                )
                .nullable(0),
            ]),
        ),
        field("timeout_ms", INT32),
        field("validate_only", BOOL),
    ],
);

pub(super) const CREATE_PARTITIONS_RESPONSE: Schema = flexible_from(
    2,
    &[
        field("throttle_time_ms", INT32),
        field(
            "results",
            array_of::<create_partitions_response::CreatePartitionsTopicResult>(&[
                field("name", STRING),
                field("error_code", INT16),
                field("error_message", STRING).nullable(0),
            ]),
        ),
    ],
);

pub(super) const DESCRIBE_TOPIC_PARTITIONS_REQUEST: Schema = flexible_from(
    0,
    &[
        field(
            "topics",
            array_of::<describe_topic_partitions_request::TopicRequest>(&[field("name", STRING)]),
        ),
        field("response_partition_limit", INT32),
        field("cursor", inline(&[field("topic_name", STRING), field("partition_index", INT32)]))
            .nullable(0),
    ],
);

pub(super) const DESCRIBE_TOPIC_PARTITIONS_RESPONSE: Schema = flexible_from(0, &[
    field("throttle_time_ms", INT32),
    field("topics", array_of::<describe_topic_partitions_response::DescribeTopicPartitionsResponseTopic>(&[
        field("error_code", INT16),
        field("name", STRING).nullable(0),
        field("topic_id", UUID),
        field("is_internal", BOOL),
        field("partitions", array_of::<describe_topic_partitions_response::DescribeTopicPartitionsResponsePartition>(&[
            field("error_code", INT16),
            field("partition_index", INT32),
            field("leader_id", INT32),
            field("leader_epoch", INT32),
            field("replica_nodes", array(INT32)),
            field("isr_nodes", array(INT32)),
            field("eligible_leader_replicas", array(INT32)).nullable(0),
            field("last_known_elr", array(INT32)).nullable(0),
            field("offline_replicas", array(INT32)),
        ])),
        field("topic_authorized_operations", INT32),
    ])),
    field("next_cursor", inline(&[
        field("topic_name", STRING),
        field("partition_index", INT32),
    ])).nullable(0),
]);

pub(super) const ELECT_LEADERS_REQUEST: Schema = flexible_from(
    2,
    &[
        field("election_type", INT8).since(1),
        field(
            "topic_partitions",
            array_of::<elect_leaders_request::TopicPartitions>(&[
                field("topic", STRING),
                field("partitions", array(INT32)),
            ]),
        )
        .nullable(0),
        field("timeout_ms", INT32),
    ],
);

pub(super) const ELECT_LEADERS_RESPONSE: Schema = flexible_from(
    2,
    &[
        field("throttle_time_ms", INT32),
        field("error_code", INT16).since(1),
        field(
            "replica_election_results",
            array_of::<elect_leaders_response::ReplicaElectionResult>(&[
                field("topic", STRING),
                field(
                    "partition_result",
                    array_of::<elect_leaders_response::PartitionResult>(&[
                        field("partition_id", INT32),
                        field("error_code", INT16),
                        field("error_message", STRING).nullable(0),
                    ]),
                ),
            ]),
        ),
    ],
);

pub(super) const ALTER_PARTITION_REASSIGNMENTS_REQUEST: Schema = flexible_from(
    0,
    &[
        field("timeout_ms", INT32),
        field("allow_replication_factor_change", BOOL).since(1),
        field(
            "topics",
            array_of::<alter_partition_reassignments_request::ReassignableTopic>(&[
                field("name", STRING),
                field(
                    "partitions",
                    array_of::<alter_partition_reassignments_request::ReassignablePartition>(&[
                        field("partition_index", INT32),
                        field("replicas", array(INT32)).nullable(0),
                    ]),
                ),
            ]),
        ),
    ],
);

pub(super) const ALTER_PARTITION_REASSIGNMENTS_RESPONSE: Schema = flexible_from(
    0,
    &[
        field("throttle_time_ms", INT32),
        field("allow_replication_factor_change", BOOL).since(1),
        field("error_code", INT16),
        field("error_message", STRING).nullable(0),
        field(
            "responses",
            array_of::<alter_partition_reassignments_response::ReassignableTopicResponse>(&[
                field("name", STRING),
                field(
                    "partitions",
                    array_of::<alter_partition_reassignments_response::ReassignablePartitionResponse>(
                        &[
                            field("partition_index", INT32),
                            field("error_code", INT16),
                            field("error_message", STRING).nullable(0),
                        ],
                    ),
                ),
            ]),
        ),
    ],
);

pub(super) const LIST_PARTITION_REASSIGNMENTS_REQUEST: Schema = flexible_from(
    0,
    &[
        field("timeout_ms", INT32),
        field(
            "topics",
            array_of::<list_partition_reassignments_request::ListPartitionReassignmentsTopics>(&[
                field("name", STRING),
                field("partition_indexes", array(INT32)),
            ]),
        )
        .nullable(0),
    ],
);

pub(super) const LIST_PARTITION_REASSIGNMENTS_RESPONSE: Schema = flexible_from(
    0,
    &[
        field("throttle_time_ms", INT32),
        field("error_code", INT16),
        field("error_message", STRING).nullable(0),
        field(
            "topics",
            array_of::<list_partition_reassignments_response::OngoingTopicReassignment>(&[
                field("name", STRING),
                field(
                    "partitions",
                    array_of::<list_partition_reassignments_response::OngoingPartitionReassignment>(
                        &[
                            field("partition_index", INT32),
                            field("replicas", array(INT32)),
                            field("adding_replicas", array(INT32)),
                            field("removing_replicas", array(INT32)),
                        ],
                    ),
                ),
            ]),
        ),
    ],
);

pub(super) const ALTER_REPLICA_LOG_DIRS_REQUEST: Schema = flexible_from(
    2,
    &[field(
        "dirs",
        array_of::<alter_replica_log_dirs_request::AlterReplicaLogDir>(&[
            field("path", STRING),
            field(
                "topics",
                array_of::<alter_replica_log_dirs_request::AlterReplicaLogDirTopic>(&[
                    field("name", STRING),
                    field("partitions", array(INT32)),
                ]),
            ),
        ]),
    )],
);

pub(super) const ALTER_REPLICA_LOG_DIRS_RESPONSE: Schema = flexible_from(
    2,
    &[
        field("throttle_time_ms", INT32),
        field(
            "results",
            array_of::<alter_replica_log_dirs_response::AlterReplicaLogDirTopicResult>(&[
                field("topic_name", STRING),
                field(
                    "partitions",
                    array_of::<alter_replica_log_dirs_response::AlterReplicaLogDirPartitionResult>(
                        &[field("partition_index", INT32), field("error_code", INT16)],
                    ),
                ),
            ]),
        ),
    ],
);

pub(super) const DESCRIBE_LOG_DIRS_REQUEST: Schema = flexible_from(
    2,
    &[field(
        "topics",
        array_of::<describe_log_dirs_request::DescribableLogDirTopic>(&[
            field("topic", STRING),
            field("partitions", array(INT32)),
        ]),
    )
    .nullable(1)],
);

pub(super) const DESCRIBE_LOG_DIRS_RESPONSE: Schema = flexible_from(
    2,
    &[
        field("throttle_time_ms", INT32),
        field("error_code", INT16).since(3),
        field(
            "results",
            array_of::<describe_log_dirs_response::DescribeLogDirsResult>(&[
                field("error_code", INT16),
                field("log_dir", STRING),
                field(
                    "topics",
                    array_of::<describe_log_dirs_response::DescribeLogDirsTopic>(&[
                        field("name", STRING),
                        field(
                            "partitions",
                            array_of::<describe_log_dirs_response::DescribeLogDirsPartition>(&[
                                field("partition_index", INT32),
                                field("partition_size", INT64),
                                field("offset_lag", INT64),
                                field("is_future_key", BOOL),
                            ]),
                        ),
                    ]),
                ),
                field("total_bytes", INT64).since(4),
                field("usable_bytes", INT64).since(4),
                field("is_cordoned", BOOL).since(5),
            ]),
        ),
    ],
);
