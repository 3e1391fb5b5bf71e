//! Schemas of the APIs that write, read and find records.

use super::super::schema::{
    INT8, INT16, INT32, INT64, RECORDS, STRING, Schema, UUID, array, array_of, field,
    flexible_from, inline,
};
use crate::messages::{
    delete_records_request, delete_records_response, fetch_request, fetch_response,
    list_offsets_request, list_offsets_response, offset_for_leader_epoch_request,
    offset_for_leader_epoch_response, produce_request, produce_response,
};

pub(super) const PRODUCE_REQUEST: Schema = flexible_from(
    9,
    &[
        field("transactional_id", STRING).nullable(3),
        field("acks", INT16),
        field("timeout_ms", INT32),
        field(
            "topic_data",
            array_of::<produce_request::TopicProduceData>(&[
                field("name", STRING).until(12),
                field("topic_id", UUID).since(13),
                field(
                    "partition_data",
                    array_of::<produce_request::PartitionProduceData>(&[
                        field("index", INT32),
                        field("records", RECORDS).nullable(3),
                    ]),
                ),
            ]),
        ),
    ],
);

pub(super) const PRODUCE_RESPONSE: Schema = flexible_from(
    9,
    &[
        field(
            "responses",
            array_of::<produce_response::TopicProduceResponse>(&[
                field("name", STRING).until(12),
                field("topic_id", UUID).since(13),
                field(
                    "partition_responses",
                    array_of::<produce_response::PartitionProduceResponse>(&[
                        field("index", INT32),
                        field("error_code", INT16),
                        field("base_offset", INT64),
                        field("log_append_time_ms", INT64),
                        field("log_start_offset", INT64).since(5),
                        field(
                            "record_errors",
                            array_of::<produce_response::BatchIndexAndErrorMessage>(&[
                                field("batch_index", INT32),
                                field("batch_index_error_message", STRING).nullable(8),
                            ]),
                        )
                        .since(8),
                        field("error_message", STRING).since(8).nullable(8),
                        field(
                            "current_leader",
                            inline(&[field("leader_id", INT32), field("leader_epoch", INT32)]),
                        )
                        .since(10)
                        .tagged(0, 10),
                    ]),
                ),
            ]),
        ),
        field("throttle_time_ms", INT32),
        field(
            "node_endpoints",
            array_of::<produce_response::NodeEndpoint>(&[
                field("node_id", INT32),
                field("host", STRING),
                field("port", INT32),
                field("rack", STRING).nullable(10),
            ]),
        )
        .since(10)
        .tagged(0, 10),
    ],
);

pub(super) const FETCH_REQUEST: Schema = flexible_from(
    12,
    &[
        field("cluster_id", STRING).since(12).nullable(12).tagged(0, 12),
        field("replica_id", INT32).until(14),
        field(
            "replica_state",
            inline(&[field("replica_id", INT32), field("replica_epoch", INT64)]),
        )
        .since(15)
        .tagged(1, 15),
        field("max_wait_ms", INT32),
        field("min_bytes", INT32),
        field("max_bytes", INT32),
        field("isolation_level", INT8),
        field("session_id", INT32).since(7),
        field("session_epoch", INT32).since(7),
        field(
            "topics",
            array_of::<fetch_request::FetchTopic>(&[
                field("topic", STRING).until(12),
                field("topic_id", UUID).since(13),
                field(
                    "partitions",
                    array_of::<fetch_request::FetchPartition>(&[
                        field("partition", INT32),
                        field("current_leader_epoch", INT32).since(9),
                        field("fetch_offset", INT64),
                        field("last_fetched_epoch", INT32).since(12),
                        field("log_start_offset", INT64).since(5),
                        field("partition_max_bytes", INT32),
                        field("replica_directory_id", UUID).since(17).tagged(0, 17),
                        field("high_watermark", INT64).since(18).tagged(1, 18),
                    ]),
                ),
            ]),
        ),
        field(
            "forgotten_topics_data",
            array_of::<fetch_request::ForgottenTopic>(&[
                field("topic", STRING).until(12),
                field("topic_id", UUID).since(13),
                field("partitions", array(INT32)),
            ]),
        )
        .since(7),
        field("rack_id", STRING).since(11),
    ],
);

pub(super) const FETCH_RESPONSE: Schema = flexible_from(
    12,
    &[
        field("throttle_time_ms", INT32),
        field("error_code", INT16).since(7),
        field("session_id", INT32).since(7),
        field(
            "responses",
            array_of::<fetch_response::FetchableTopicResponse>(&[
                field("topic", STRING).until(12),
                field("topic_id", UUID).since(13),
                field(
                    "partitions",
                    array_of::<fetch_response::PartitionData>(&[
                        field("partition_index", INT32),
                        field("error_code", INT16),
                        field("high_watermark", INT64),
                        field("last_stable_offset", INT64),
                        field("log_start_offset", INT64).since(5),
                        field(
                            "diverging_epoch",
                            inline(&[field("epoch", INT32), field("end_offset", INT64)]),
                        )
                        .since(12)
                        .tagged(0, 12),
                        field(
                            "current_leader",
                            inline(&[field("leader_id", INT32), field("leader_epoch", INT32)]),
                        )
                        .since(12)
                        .tagged(1, 12),
                        field(
                            "snapshot_id",
                            inline(&[field("end_offset", INT64), field("epoch", INT32)]),
                        )
                        .since(12)
                        .tagged(2, 12),
                        field(
                            "aborted_transactions",
                            array_of::<fetch_response::AbortedTransaction>(&[
                                field("producer_id", INT64),
                                field("first_offset", INT64),
                            ]),
                        )
                        .nullable(4),
                        field("preferred_read_replica", INT32).since(11),
                        field("records", RECORDS).nullable(4),
                    ]),
                ),
            ]),
        ),
        field(
            "node_endpoints",
            array_of::<fetch_response::NodeEndpoint>(&[
                field("node_id", INT32),
                field("host", STRING),
                field("port", INT32),
                field("rack", STRING).nullable(16),
            ]),
        )
        .since(16)
        .tagged(0, 16),
    ],
);

pub(super) const LIST_OFFSETS_REQUEST: Schema = flexible_from(
    6,
    &[
        field("replica_id", INT32),
        field("isolation_level", INT8).since(2),
        field(
            "topics",
            array_of::<list_offsets_request::ListOffsetsTopic>(&[
                field("name", STRING),
                field(
                    "partitions",
                    array_of::<list_offsets_request::ListOffsetsPartition>(&[
                        field("partition_index", INT32),
                        field("current_leader_epoch", INT32).since(4),
                        field("timestamp", INT64),
                        field("max_num_offsets", INT32).until(0),
                    ]),
                ),
            ]),
        ),
        field("timeout_ms", INT32).since(10),
    ],
);

pub(super) const LIST_OFFSETS_RESPONSE: Schema = flexible_from(
    6,
    &[
        field("throttle_time_ms", INT32).since(2),
        field(
            "topics",
            array_of::<list_offsets_response::ListOffsetsTopicResponse>(&[
                field("name", STRING),
                field(
                    "partitions",
                    array_of::<list_offsets_response::ListOffsetsPartitionResponse>(&[
                        field("partition_index", INT32),
                        field("error_code", INT16),
                        field("old_style_offsets", array(INT64)).until(0),
                        field("timestamp", INT64).since(1),
                        field("offset", INT64).since(1),
                        field("leader_epoch", INT32).since(4),
                    ]),
                ),
            ]),
        ),
    ],
);

pub(super) const OFFSET_FOR_LEADER_EPOCH_REQUEST: Schema = flexible_from(
    4,
    &[
        field("replica_id", INT32).since(3),
        field(
            "topics",
            array_of::<offset_for_leader_epoch_request::OffsetForLeaderTopic>(&[
                field("topic", STRING),
                field(
                    "partitions",
                    array_of::<offset_for_leader_epoch_request::OffsetForLeaderPartition>(&[
                        field("partition", INT32),
                        field("current_leader_epoch", INT32),
                        field("leader_epoch", INT32),
                    ]),
                ),
            ]),
        ),
    ],
);

pub(super) const OFFSET_FOR_LEADER_EPOCH_RESPONSE: Schema = flexible_from(
    4,
    &[
        field("throttle_time_ms", INT32),
        field(
            "topics",
            array_of::<offset_for_leader_epoch_response::OffsetForLeaderTopicResult>(&[
                field("topic", STRING),
                field(
                    "partitions",
                    array_of::<offset_for_leader_epoch_response::EpochEndOffset>(&[
                        field("error_code", INT16),
                        field("partition", INT32),
                        field("leader_epoch", INT32),
                        field("end_offset", INT64),
                    ]),
                ),
            ]),
        ),
    ],
);

pub(super) const DELETE_RECORDS_REQUEST: Schema = flexible_from(
    2,
    &[
        field(
            "topics",
            array_of::<delete_records_request::DeleteRecordsTopic>(&[
                field("name", STRING),
                field(
                    "partitions",
                    array_of::<delete_records_request::DeleteRecordsPartition>(&[
                        field("partition_index", INT32),
                        field("offset", INT64),
                    ]),
                ),
            ]),
        ),
        field("timeout_ms", INT32),
    ],
);

pub(super) const DELETE_RECORDS_RESPONSE: Schema = flexible_from(
    2,
    &[
        field("throttle_time_ms", INT32),
        field(
            "topics",
            array_of::<delete_records_response::DeleteRecordsTopicResult>(&[
                field("name", STRING),
                field(
                    "partitions",
                    array_of::<delete_records_response::DeleteRecordsPartitionResult>(&[
                        field("partition_index", INT32),
                        field("low_watermark", INT64),
                        field("error_code", INT16),
                    ]),
                ),
            ]),
        ),
    ],
);
