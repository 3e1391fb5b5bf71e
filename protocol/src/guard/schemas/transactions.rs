//! Schemas of the APIs of idempotent and transactional producers.

use super::super::schema::{
    BOOL, INT16, INT32, INT64, STRING, Schema, array, array_of, field, flexible_from,
};
use crate::messages::{
    add_partitions_to_txn_request, add_partitions_to_txn_response, describe_producers_request,
    describe_producers_response, describe_transactions_response, list_transactions_response,
    write_txn_markers_request, write_txn_markers_response,
};

pub(super) const INIT_PRODUCER_ID_REQUEST: Schema = flexible_from(
    2,
    &[
        field("transactional_id", STRING).nullable(0),
        field("transaction_timeout_ms", INT32),
        field("producer_id", INT64).since(3),
        field("producer_epoch", INT16).since(3),
    ],
);

pub(super) const INIT_PRODUCER_ID_RESPONSE: Schema = flexible_from(
    2,
    &[
        field("throttle_time_ms", INT32),
        field("error_code", INT16),
        field("producer_id", INT64),
        field("producer_epoch", INT16),
    ],
);

pub(super) const ADD_PARTITIONS_TO_TXN_REQUEST: Schema = flexible_from(
    3,
    &[
        field(
            "transactions",
            array_of::<add_partitions_to_txn_request::AddPartitionsToTxnTransaction>(&[
                field("transactional_id", STRING),
                field("producer_id", INT64),
                field("producer_epoch", INT16),
                field("verify_only", BOOL),
                field(
                    "topics",
                    array_of::<add_partitions_to_txn_request::AddPartitionsToTxnTopic>(&[
                        field("name", STRING),
                        field("partitions", array(INT32)),
                    ]),
                ),
            ]),
        )
        .since(4),
        field("v3_and_below_transactional_id", STRING).until(3),
        field("v3_and_below_producer_id", INT64).until(3),
        field("v3_and_below_producer_epoch", INT16).until(3),
        field(
            "v3_and_below_topics",
            array_of::<add_partitions_to_txn_request::AddPartitionsToTxnTopic>(&[
                field("name", STRING),
                field("partitions", array(INT32)),
            ]),
        )
        .until(3),
    ],
);

pub(super) const ADD_PARTITIONS_TO_TXN_RESPONSE: Schema = flexible_from(
    3,
    &[
        field("throttle_time_ms", INT32),
        field("error_code", INT16).since(4),
        field(
            "results_by_transaction",
            array_of::<add_partitions_to_txn_response::AddPartitionsToTxnResult>(&[
                field("transactional_id", STRING),
                field(
                    "topic_results",
                    array_of::<add_partitions_to_txn_response::AddPartitionsToTxnTopicResult>(&[
                        field("name", STRING),
                        field(
                            "results_by_partition",
                            array_of::<
                                add_partitions_to_txn_response::AddPartitionsToTxnPartitionResult,
                            >(&[
                                field("partition_index", INT32),
                                field("partition_error_code", INT16),
                            ]),
                        ),
                    ]),
                ),
            ]),
        )
        .since(4),
        field(
            "results_by_topic_v3_and_below",
            array_of::<add_partitions_to_txn_response::AddPartitionsToTxnTopicResult>(&[
                field("name", STRING),
                field(
                    "results_by_partition",
                    array_of::<add_partitions_to_txn_response::AddPartitionsToTxnPartitionResult>(
                        &[field("partition_index", INT32), field("partition_error_code", INT16)],
                    ),
                ),
            ]),
        )
        .until(3),
    ],
);

pub(super) const ADD_OFFSETS_TO_TXN_REQUEST: Schema = flexible_from(
    3,
    &[
        field("transactional_id", STRING),
        field("producer_id", INT64),
        field("producer_epoch", INT16),
        field("group_id", STRING),
    ],
);

pub(super) const ADD_OFFSETS_TO_TXN_RESPONSE: Schema =
    flexible_from(3, &[field("throttle_time_ms", INT32), field("error_code", INT16)]);

pub(super) const END_TXN_REQUEST: Schema = flexible_from(
    3,
    &[
        field("transactional_id", STRING),
        field("producer_id", INT64),
        field("producer_epoch", INT16),
        field("committed", BOOL),
    ],
);

pub(super) const END_TXN_RESPONSE: Schema = flexible_from(
    3,
    &[
        field("throttle_time_ms", INT32),
        field("error_code", INT16),
        field("producer_id", INT64).since(5),
        field("producer_epoch", INT16).since(5),
    ],
);

pub(super) const WRITE_TXN_MARKERS_REQUEST: Schema = flexible_from(
    1,
    &[field(
        "markers",
        array_of::<write_txn_markers_request::WritableTxnMarker>(&[
            field("producer_id", INT64),
            field("producer_epoch", INT16),
            field("transaction_result", BOOL),
            field(
                "topics",
                array_of::<write_txn_markers_request::WritableTxnMarkerTopic>(&[
                    field("name", STRING),
                    field("partition_indexes", array(INT32)),
                ]),
            ),
            field("coordinator_epoch", INT32),
        ]),
    )],
);

pub(super) const WRITE_TXN_MARKERS_RESPONSE: Schema = flexible_from(
    1,
    &[field(
        "markers",
        array_of::<write_txn_markers_response::WritableTxnMarkerResult>(&[
            field("producer_id", INT64),
            field(
                "topics",
                array_of::<write_txn_markers_response::WritableTxnMarkerTopicResult>(&[
                    field("name", STRING),
                    field(
                        "partitions",
                        array_of::<write_txn_markers_response::WritableTxnMarkerPartitionResult>(
                            &[field("partition_index", INT32), field("error_code", INT16)],
                        ),
                    ),
                ]),
            ),
        ]),
    )],
);

pub(super) const DESCRIBE_PRODUCERS_REQUEST: Schema = flexible_from(
    0,
    &[field(
        "topics",
        array_of::<describe_producers_request::TopicRequest>(&[
            field("name", STRING),
            field("partition_indexes", array(INT32)),
        ]),
    )],
);

pub(super) const DESCRIBE_PRODUCERS_RESPONSE: Schema = flexible_from(
    0,
    &[
        field("throttle_time_ms", INT32),
        field(
            "topics",
            array_of::<describe_producers_response::TopicResponse>(&[
                field("name", STRING),
                field(
                    "partitions",
                    array_of::<describe_producers_response::PartitionResponse>(&[
                        field("partition_index", INT32),
                        field("error_code", INT16),
                        field("error_message", STRING).nullable(0),
                        field(
                            "active_producers",
                            array_of::<describe_producers_response::ProducerState>(&[
                                field("producer_id", INT64),
                                field("producer_epoch", INT32),
                                field("last_sequence", INT32),
                                field("last_timestamp", INT64),
                                field("coordinator_epoch", INT32),
                                field("current_txn_start_offset", INT64),
                            ]),
                        ),
                    ]),
                ),
            ]),
        ),
    ],
);

pub(super) const DESCRIBE_TRANSACTIONS_REQUEST: Schema =
    flexible_from(0, &[field("transactional_ids", array(STRING))]);

pub(super) const DESCRIBE_TRANSACTIONS_RESPONSE: Schema = flexible_from(
    0,
    &[
        field("throttle_time_ms", INT32),
        field(
            "transaction_states",
            array_of::<describe_transactions_response::TransactionState>(&[
                field("error_code", INT16),
                field("transactional_id", STRING),
                field("transaction_state", STRING),
                field("transaction_timeout_ms", INT32),
                field("transaction_start_time_ms", INT64),
                field("producer_id", INT64),
                field("producer_epoch", INT16),
                field(
                    "topics",
                    array_of::<describe_transactions_response::TopicData>(&[
                        field("topic", STRING),
                        field("partitions", array(INT32)),
                    ]),
                ),
            ]),
        ),
    ],
);

pub(super) const LIST_TRANSACTIONS_REQUEST: Schema = flexible_from(
    0,
    &[
        field("state_filters", array(STRING)),
        field("producer_id_filters", array(INT64)),
        field("duration_filter", INT64).since(1),
        field("transactional_id_pattern", STRING).since(2).nullable(2),
    ],
);

pub(super) const LIST_TRANSACTIONS_RESPONSE: Schema = flexible_from(
    0,
    &[
        field("throttle_time_ms", INT32),
        field("error_code", INT16),
        field("unknown_state_filters", array(STRING)),
        field(
            "transaction_states",
            array_of::<list_transactions_response::TransactionState>(&[
                field("transactional_id", STRING),
                field("producer_id", INT64),
                field("transaction_state", STRING),
            ]),
        ),
    ],
);
