//! Schemas of the APIs of consumer groups.

use super::super::schema::{
    BOOL, BYTES, INT8, INT16, INT32, STRING, Schema, UUID, array, array_of, field, flexible_from,
    inline,
};
use crate::messages::{
    consumer_group_describe_response, consumer_group_heartbeat_request,
    consumer_group_heartbeat_response, delete_groups_response, describe_groups_response,
    find_coordinator_response, join_group_request, join_group_response, leave_group_request,
    leave_group_response, list_groups_response, sync_group_request,
};

pub(super) const FIND_COORDINATOR_REQUEST: Schema = flexible_from(
    3,
    &[
        field("key", STRING).until(3),
        field("key_type", INT8).since(1),
        field("coordinator_keys", array(STRING)).since(4),
    ],
);

pub(super) const FIND_COORDINATOR_RESPONSE: Schema = flexible_from(
    3,
    &[
        field("throttle_time_ms", INT32).since(1),
        field("error_code", INT16).until(3),
        field("error_message", STRING).since(1).until(3).nullable(1),
        field("node_id", INT32).until(3),
        field("host", STRING).until(3),
        field("port", INT32).until(3),
        field(
            "coordinators",
            array_of::<find_coordinator_response::Coordinator>(&[
                field("key", STRING),
                field("node_id", INT32),
                field("host", STRING),
                field("port", INT32),
                field("error_code", INT16),
                field("error_message", STRING).nullable(4),
            ]),
        )
        .since(4),
    ],
);

pub(super) const JOIN_GROUP_REQUEST: Schema = flexible_from(
    6,
    &[
        field("group_id", STRING),
        field("session_timeout_ms", INT32),
        field("rebalance_timeout_ms", INT32).since(1),
        field("member_id", STRING),
        field("group_instance_id", STRING).since(5).nullable(5),
        field("protocol_type", STRING),
        field(
            "protocols",
            array_of::<join_group_request::JoinGroupRequestProtocol>(&[
                field("name", STRING),
                field("metadata", BYTES),
            ]),
        ),
        field("reason", STRING).since(8).nullable(8),
    ],
);

pub(super) const JOIN_GROUP_RESPONSE: Schema = flexible_from(
    6,
    &[
        field("throttle_time_ms", INT32).since(2),
        field("error_code", INT16),
        field("generation_id", INT32),
        field("protocol_type", STRING).since(7).nullable(7),
        field("protocol_name", STRING).nullable(7),
        field("leader", STRING),
        field("skip_assignment", BOOL).since(9),
        field("member_id", STRING),
        field(
            "members",
            array_of::<join_group_response::JoinGroupResponseMember>(&[
                field("member_id", STRING),
                field("group_instance_id", STRING).since(5).nullable(5),
                field("metadata", BYTES),
            ]),
        ),
    ],
);

pub(super) const HEARTBEAT_REQUEST: Schema = flexible_from(
    4,
    &[
        field("group_id", STRING),
        field("generation_id", INT32),
        field("member_id", STRING),
        field("group_instance_id", STRING).since(3).nullable(3),
    ],
);

pub(super) const HEARTBEAT_RESPONSE: Schema =
    flexible_from(4, &[field("throttle_time_ms", INT32).since(1), field("error_code", INT16)]);

pub(super) const LEAVE_GROUP_REQUEST: Schema = flexible_from(
    4,
    &[
        field("group_id", STRING),
        field("member_id", STRING).until(2),
        field(
            "members",
            array_of::<leave_group_request::MemberIdentity>(&[
                field("member_id", STRING),
                field("group_instance_id", STRING).nullable(3),
                field("reason", STRING).since(5).nullable(5),
            ]),
        )
        .since(3),
    ],
);

pub(super) const LEAVE_GROUP_RESPONSE: Schema = flexible_from(
    4,
    &[
        field("throttle_time_ms", INT32).since(1),
        field("error_code", INT16),
        field(
            "members",
            array_of::<leave_group_response::MemberResponse>(&[
                field("member_id", STRING),
                field("group_instance_id", STRING).nullable(3),
                field("error_code", INT16),
            ]),
        )
        .since(3),
    ],
);

pub(super) const SYNC_GROUP_REQUEST: Schema = flexible_from(
    4,
    &[
        field("group_id", STRING),
        field("generation_id", INT32),
        field("member_id", STRING),
        field("group_instance_id", STRING).since(3).nullable(3),
        field("protocol_type", STRING).since(5).nullable(5),
        field("protocol_name", STRING).since(5).nullable(5),
        field(
            "assignments",
            array_of::<sync_group_request::SyncGroupRequestAssignment>(&[
                field("member_id", STRING),
                field("assignment", BYTES),
            ]),
        ),
    ],
);

pub(super) const SYNC_GROUP_RESPONSE: Schema = flexible_from(
    4,
    &[
        field("throttle_time_ms", INT32).since(1),
        field("error_code", INT16),
        field("protocol_type", STRING).since(5).nullable(5),
        field("protocol_name", STRING).since(5).nullable(5),
        field("assignment", BYTES),
    ],
);

pub(super) const DESCRIBE_GROUPS_REQUEST: Schema = flexible_from(
    5,
    &[field("groups", array(STRING)), field("include_authorized_operations", BOOL).since(3)],
);

pub(super) const DESCRIBE_GROUPS_RESPONSE: Schema = flexible_from(
    5,
    &[
        field("throttle_time_ms", INT32).since(1),
        field(
            "groups",
            array_of::<describe_groups_response::DescribedGroup>(&[
                field("error_code", INT16),
                field("error_message", STRING).since(6).nullable(6),
                field("group_id", STRING),
                field("group_state", STRING),
                field("protocol_type", STRING),
                field("protocol_data", STRING),
                field(
                    "members",
                    array_of::<describe_groups_response::DescribedGroupMember>(&[
                        field("member_id", STRING),
                        field("group_instance_id", STRING).since(4).nullable(4),
                        field("client_id", STRING),
                        field("client_host", STRING),
                        field("member_metadata", BYTES),
                        field("member_assignment", BYTES),
                    ]),
                ),
                field("authorized_operations", INT32).since(3),
            ]),
        ),
    ],
);

pub(super) const LIST_GROUPS_REQUEST: Schema = flexible_from(
    3,
    &[
        field("states_filter", array(STRING)).since(4),
        field("types_filter", array(STRING)).since(5),
    ],
);

pub(super) const LIST_GROUPS_RESPONSE: Schema = flexible_from(
    3,
    &[
        field("throttle_time_ms", INT32).since(1),
        field("error_code", INT16),
        field(
            "groups",
            array_of::<list_groups_response::ListedGroup>(&[
                field("group_id", STRING),
                field("protocol_type", STRING),
                field("group_state", STRING).since(4),
                field("group_type", STRING).since(5),
            ]),
        ),
    ],
);

pub(super) const DELETE_GROUPS_REQUEST: Schema =
    flexible_from(2, &[field("groups_names", array(STRING))]);

pub(super) const DELETE_GROUPS_RESPONSE: Schema = flexible_from(
    2,
    &[
        field("throttle_time_ms", INT32),
        field(
            "results",
            array_of::<delete_groups_response::DeletableGroupResult>(&[
                field("group_id", STRING),
                field("error_code", INT16),
            ]),
        ),
    ],
);

pub(super) const CONSUMER_GROUP_HEARTBEAT_REQUEST: Schema = flexible_from(
    0,
    &[
        field("group_id", STRING),
        field("member_id", STRING),
        field("member_epoch", INT32),
        field("instance_id", STRING).nullable(0),
        field("rack_id", STRING).nullable(0),
        field("rebalance_timeout_ms", INT32),
        field("subscribed_topic_names", array(STRING)).nullable(0),
        field("subscribed_topic_regex", STRING).since(1).nullable(1),
        field("server_assignor", STRING).nullable(0),
        field(
            "topic_partitions",
            array_of::<consumer_group_heartbeat_request::TopicPartitions>(&[
                field("topic_id", UUID),
                field("partitions", array(INT32)),
            ]),
        )
        .nullable(0),
    ],
);

pub(super) const CONSUMER_GROUP_HEARTBEAT_RESPONSE: Schema = flexible_from(
    0,
    &[
        field("throttle_time_ms", INT32),
        field("error_code", INT16),
        field("error_message", STRING).nullable(0),
        field("member_id", STRING).nullable(0),
        field("member_epoch", INT32),
        field("heartbeat_interval_ms", INT32),
        field(
            "assignment",
            inline(&[field(
                "topic_partitions",
                array_of::<consumer_group_heartbeat_response::TopicPartitions>(&[
                    field("topic_id", UUID),
                    field("partitions", array(INT32)),
                ]),
            )]),
        )
        .nullable(0),
    ],
);

pub(super) const CONSUMER_GROUP_DESCRIBE_REQUEST: Schema = flexible_from(
    0,
    &[field("group_ids", array(STRING)), field("include_authorized_operations", BOOL)],
);

pub(super) const CONSUMER_GROUP_DESCRIBE_RESPONSE: Schema = flexible_from(
    0,
    &[
        field("throttle_time_ms", INT32),
        field(
            "groups",
            array_of::<consumer_group_describe_response::DescribedGroup>(&[
                field("error_code", INT16),
                field("error_message", STRING).nullable(0),
                field("group_id", STRING),
                field("group_state", STRING),
                field("group_epoch", INT32),
                field("assignment_epoch", INT32),
                field("assignor_name", STRING),
                field(
                    "members",
                    array_of::<consumer_group_describe_response::Member>(&[
                        field("member_id", STRING),
                        field("instance_id", STRING).nullable(0),
                        field("rack_id", STRING).nullable(0),
                        field("member_epoch", INT32),
                        field("client_id", STRING),
                        field("client_host", STRING),
                        field("subscribed_topic_names", array(STRING)),
                        field("subscribed_topic_regex", STRING).nullable(0),
                        field(
                            "assignment",
                            inline(&[field(
                                "topic_partitions",
                                array_of::<consumer_group_describe_response::TopicPartitions>(&[
                                    field("topic_id", UUID),
                                    field("topic_name", STRING),
                                    field("partitions", array(INT32)),
                                ]),
                            )]),
                        ),
                        field(
                            "target_assignment",
                            inline(&[field(
                                "topic_partitions",
                                array_of::<consumer_group_describe_response::TopicPartitions>(&[
                                    field("topic_id", UUID),
                                    field("topic_name", STRING),
                                    field("partitions", array(INT32)),
                                ]),
                            )]),
                        ),
                        field("member_type", INT8).since(1),
                    ]),
                ),
                field("authorized_operations", INT32),
            ]),
        ),
    ],
);
