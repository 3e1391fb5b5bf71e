//! Schemas of the APIs of committed offsets.

use super::super::schema::{
    BOOL, INT16, INT32, INT64, STRING, Schema, UUID, array, array_of, field, flexible_from,
};
use crate::messages::{
    offset_commit_request, offset_commit_response, offset_delete_request, offset_delete_response,
    offset_fetch_request, offset_fetch_response, txn_offset_commit_request,
    txn_offset_commit_response,
};
use crate::versions::NEVER;

pub(super) const OFFSET_COMMIT_REQUEST: Schema = flexible_from(
    8,
    &[
        field("group_id", STRING),
        field("generation_id_or_member_epoch", INT32),
        field("member_id", STRING),
        field("group_instance_id", STRING).since(7).nullable(7),
        field("retention_time_ms", INT64).until(4),
        field(
            "topics",
            array_of::<offset_commit_request::OffsetCommitRequestTopic>(&[
                field("name", STRING).until(9),
                field("topic_id", UUID).since(10),
                field(
                    "partitions",
                    array_of::<offset_commit_request::OffsetCommitRequestPartition>(&[
                        field("partition_index", INT32),
                        field("committed_offset", INT64),
                        field("committed_leader_epoch", INT32).since(6),
                        field("committed_metadata", STRING).nullable(2),
                    ]),
                ),
            ]),
        ),
    ],
);

pub(super) const OFFSET_COMMIT_RESPONSE: Schema = flexible_from(
    8,
    &[
        field("throttle_time_ms", INT32).since(3),
        field(
            "topics",
            array_of::<offset_commit_response::OffsetCommitResponseTopic>(&[
                field("name", STRING).until(9),
                field("topic_id", UUID).since(10),
                field(
                    "partitions",
                    array_of::<offset_commit_response::OffsetCommitResponsePartition>(&[
                        field("partition_index", INT32),
                        field("error_code", INT16),
                    ]),
                ),
            ]),
        ),
    ],
);

pub(super) const OFFSET_FETCH_REQUEST: Schema = flexible_from(
    6,
    &[
        field("group_id", STRING).until(7),
        field(
            "topics",
            array_of::<offset_fetch_request::OffsetFetchRequestTopic>(&[
                field("name", STRING),
                field("partition_indexes", array(INT32)),
            ]),
        )
        .until(7)
        .nullable(2),
        field(
            "groups",
            array_of::<offset_fetch_request::OffsetFetchRequestGroup>(&[
                field("group_id", STRING),
                field("member_id", STRING).since(9).nullable(9),
                field("member_epoch", INT32).since(9),
                field(
                    "topics",
                    array_of::<offset_fetch_request::OffsetFetchRequestTopics>(&[
                        field("name", STRING).until(9),
                        field("topic_id", UUID).since(10),
                        field("partition_indexes", array(INT32)),
                    ]),
                )
                .nullable(8),
            ]),
        )
        .since(8),
        field("require_stable", BOOL).since(7),
    ],
);

pub(super) const OFFSET_FETCH_RESPONSE: Schema = flexible_from(
    6,
    &[
        field("throttle_time_ms", INT32).since(3),
        field(
            "topics",
            array_of::<offset_fetch_response::OffsetFetchResponseTopic>(&[
                field("name", STRING),
                field(
                    "partitions",
                    array_of::<offset_fetch_response::OffsetFetchResponsePartition>(&[
                        field("partition_index", INT32),
                        field("committed_offset", INT64),
                        field("committed_leader_epoch", INT32).since(5),
                        field("metadata", STRING).nullable(1),
                        field("error_code", INT16),
                    ]),
                ),
            ]),
        )
        .until(7),
        field("error_code", INT16).since(2).until(7),
        field(
            "groups",
            array_of::<offset_fetch_response::OffsetFetchResponseGroup>(&[
                field("group_id", STRING),
                field(
                    "topics",
                    array_of::<offset_fetch_response::OffsetFetchResponseTopics>(&[
                        field("name", STRING).until(9),
                        field("topic_id", UUID).since(10),
                        field(
                            "partitions",
                            array_of::<offset_fetch_response::OffsetFetchResponsePartitions>(&[
                                field("partition_index", INT32),
                                field("committed_offset", INT64),
                                field("committed_leader_epoch", INT32),
                                field("metadata", STRING).nullable(8),
                                field("error_code", INT16),
                            ]),
                        ),
                    ]),
                ),
                field("error_code", INT16),
            ]),
        )
        .since(8),
    ],
);

pub(super) const OFFSET_DELETE_REQUEST: Schema = flexible_from(
    NEVER,
    &[
        field("group_id", STRING),
        field(
            "topics",
            array_of::<offset_delete_request::OffsetDeleteRequestTopic>(&[
                field("name", STRING),
                field(
                    "partitions",
                    array_of::<offset_delete_request::OffsetDeleteRequestPartition>(&[field(
                        "partition_index",
                        INT32,
                    )]),
                ),
            ]),
        ),
    ],
);

pub(super) const OFFSET_DELETE_RESPONSE: Schema = flexible_from(
    NEVER,
    &[
        field("error_code", INT16),
        field("throttle_time_ms", INT32),
        field(
            "topics",
            array_of::<offset_delete_response::OffsetDeleteResponseTopic>(&[
                field("name", STRING),
                field(
                    "partitions",
                    array_of::<offset_delete_response::OffsetDeleteResponsePartition>(&[
                        field("partition_index", INT32),
                        field("error_code", INT16),
                    ]),
                ),
            ]),
        ),
    ],
);

pub(super) const TXN_OFFSET_COMMIT_REQUEST: Schema = flexible_from(
    3,
    &[
        field("transactional_id", STRING),
        field("group_id", STRING),
        field("producer_id", INT64),
        field("producer_epoch", INT16),
        field("generation_id", INT32).since(3),
        field("member_id", STRING).since(3),
        field("group_instance_id", STRING).since(3).nullable(3),
        field(
            "topics",
            array_of::<txn_offset_commit_request::TxnOffsetCommitRequestTopic>(&[
                field("name", STRING),
                field(
                    "partitions",
                    array_of::<txn_offset_commit_request::TxnOffsetCommitRequestPartition>(&[
                        field("partition_index", INT32),
                        field("committed_offset", INT64),
                        field("committed_leader_epoch", INT32).since(2),
                        field("committed_metadata", STRING).nullable(0),
                    ]),
                ),
            ]),
        ),
    ],
);

pub(super) const TXN_OFFSET_COMMIT_RESPONSE: Schema = flexible_from(
    3,
    &[
        field("throttle_time_ms", INT32),
        field(
            "topics",
            array_of::<txn_offset_commit_response::TxnOffsetCommitResponseTopic>(&[
                field("name", STRING),
                field(
                    "partitions",
                    array_of::<txn_offset_commit_response::TxnOffsetCommitResponsePartition>(&[
                        field("partition_index", INT32),
                        field("error_code", INT16),
                    ]),
                ),
            ]),
        ),
    ],
);
