//! Schemas of the APIs of configuration, quotas and telemetry.

use super::super::schema::{
    BOOL, BYTES, FLOAT64, INT8, INT16, INT32, STRING, Schema, UUID, array, array_of, field,
    flexible_from,
};
use crate::messages::{
    alter_client_quotas_request, alter_client_quotas_response, alter_configs_request,
    alter_configs_response, describe_client_quotas_request, describe_client_quotas_response,
    describe_configs_request, describe_configs_response, incremental_alter_configs_request,
    incremental_alter_configs_response, list_config_resources_response,
};

pub(super) const DESCRIBE_CONFIGS_REQUEST: Schema = flexible_from(
    4,
    &[
        field(
            "resources",
            array_of::<describe_configs_request::DescribeConfigsResource>(&[
                field("resource_type", INT8),
                field("resource_name", STRING),
                field("configuration_keys", array(STRING)).nullable(1),
            ]),
        ),
        field("include_synonyms", BOOL),
        field("include_documentation", BOOL).since(3),
    ],
);

pub(super) const DESCRIBE_CONFIGS_RESPONSE: Schema = flexible_from(
    4,
    &[
        field("throttle_time_ms", INT32),
        field(
            "results",
            array_of::<describe_configs_response::DescribeConfigsResult>(&[
                field("error_code", INT16),
                field("error_message", STRING).nullable(1),
                field("resource_type", INT8),
                field("resource_name", STRING),
                field(
                    "configs",
                    array_of::<describe_configs_response::DescribeConfigsResourceResult>(&[
                        field("name", STRING),
                        field("value", STRING).nullable(1),
                        field("read_only", BOOL),
                        field("config_source", INT8),
                        field("is_sensitive", BOOL),
                        field(
                            "synonyms",
                            array_of::<describe_configs_response::DescribeConfigsSynonym>(&[
                                field("name", STRING),
                                field("value", STRING).nullable(1),
                                field("source", INT8),
                            ]),
                        ),
                        field("config_type", INT8).since(3),
                        field("documentation", STRING).since(3).nullable(3),
                    ]),
                ),
            ]),
        ),
    ],
);

pub(super) const ALTER_CONFIGS_REQUEST: Schema = flexible_from(
    2,
    &[
        field(
            "resources",
            array_of::<alter_configs_request::AlterConfigsResource>(&[
                field("resource_type", INT8),
                field("resource_name", STRING),
                field(
                    "configs",
                    array_of::<alter_configs_request::AlterableConfig>(&[
                        field("name", STRING),
                        field("value", STRING).nullable(0),
                    ]),
                ),
            ]),
        ),
        field("validate_only", BOOL),
    ],
);

pub(super) const ALTER_CONFIGS_RESPONSE: Schema = flexible_from(
    2,
    &[
        field("throttle_time_ms", INT32),
        field(
            "responses",
            array_of::<alter_configs_response::AlterConfigsResourceResponse>(&[
                field("error_code", INT16),
                field("error_message", STRING).nullable(0),
                field("resource_type", INT8),
                field("resource_name", STRING),
            ]),
        ),
    ],
);

pub(super) const INCREMENTAL_ALTER_CONFIGS_REQUEST: Schema = flexible_from(
    1,
    &[
        field(
            "resources",
            array_of::<incremental_alter_configs_request::AlterConfigsResource>(&[
                field("resource_type", INT8),
                field("resource_name", STRING),
                field(
                    "configs",
                    array_of::<incremental_alter_configs_request::AlterableConfig>(&[
                        field("name", STRING),
                        field("config_operation", INT8),
                        field("value", STRING).nullable(0),
                    ]),
                ),
            ]),
        ),
        field("validate_only", BOOL),
    ],
);

pub(super) const INCREMENTAL_ALTER_CONFIGS_RESPONSE: Schema = flexible_from(
    1,
    &[
        field("throttle_time_ms", INT32),
        field(
            "responses",
            array_of::<incremental_alter_configs_response::AlterConfigsResourceResponse>(&[
                field("error_code", INT16),
                field("error_message", STRING).nullable(0),
                field("resource_type", INT8),
                field("resource_name", STRING),
            ]),
        ),
    ],
);

pub(super) const DESCRIBE_CLIENT_QUOTAS_REQUEST: Schema = flexible_from(
    1,
    &[
        field(
            "components",
            array_of::<describe_client_quotas_request::ComponentData>(&[
                field("entity_type", STRING),
                field("match_type", INT8),
                field("match", STRING).nullable(0),
            ]),
        ),
        field("strict", BOOL),
    ],
);

pub(super) const DESCRIBE_CLIENT_QUOTAS_RESPONSE: Schema = flexible_from(
    1,
    &[
        field("throttle_time_ms", INT32),
        field("error_code", INT16),
        field("error_message", STRING).nullable(0),
        field(
            "entries",
            array_of::<describe_client_quotas_response::EntryData>(&[
                field(
                    "entity",
                    array_of::<describe_client_quotas_response::EntityData>(&[
                        field("entity_type", STRING),
                        field("entity_name", STRING).nullable(0),
                    ]),
                ),
                field(
                    "values",
                    array_of::<describe_client_quotas_response::ValueData>(&[
                        field("key", STRING),
                        field("value", FLOAT64),
                    ]),
                ),
            ]),
        )
        .nullable(0),
    ],
);

pub(super) const ALTER_CLIENT_QUOTAS_REQUEST: Schema = flexible_from(
    1,
    &[
        field(
            "entries",
            array_of::<alter_client_quotas_request::EntryData>(&[
                field(
                    "entity",
                    array_of::<alter_client_quotas_request::EntityData>(&[
                        field("entity_type", STRING),
                        field("entity_name", STRING).nullable(0),
                    ]),
                ),
                field(
                    "ops",
                    array_of::<alter_client_quotas_request::OpData>(&[
                        field("key", STRING),
                        field("value", FLOAT64),
                        field("remove", BOOL),
                    ]),
                ),
            ]),
        ),
        field("validate_only", BOOL),
    ],
);

pub(super) const ALTER_CLIENT_QUOTAS_RESPONSE: Schema = flexible_from(
    1,
    &[
        field("throttle_time_ms", INT32),
        field(
            "entries",
            array_of::<alter_client_quotas_response::EntryData>(&[
                field("error_code", INT16),
                field("error_message", STRING).nullable(0),
                field(
                    "entity",
                    array_of::<alter_client_quotas_response::EntityData>(&[
                        field("entity_type", STRING),
                        field("entity_name", STRING).nullable(0),
                    ]),
                ),
            ]),
        ),
    ],
);

pub(super) const LIST_CONFIG_RESOURCES_REQUEST: Schema =
    flexible_from(0, &[field("resource_types", array(INT8)).since(1)]);

pub(super) const LIST_CONFIG_RESOURCES_RESPONSE: Schema = flexible_from(
    0,
    &[
        field("throttle_time_ms", INT32),
        field("error_code", INT16),
        field(
            "config_resources",
            array_of::<list_config_resources_response::ConfigResource>(&[
                field("resource_name", STRING),
                field("resource_type", INT8).since(1),
            ]),
        ),
    ],
);

pub(super) const GET_TELEMETRY_SUBSCRIPTIONS_REQUEST: Schema =
    flexible_from(0, &[field("client_instance_id", UUID)]);

pub(super) const GET_TELEMETRY_SUBSCRIPTIONS_RESPONSE: Schema = flexible_from(
    0,
    &[
        field("throttle_time_ms", INT32),
        field("error_code", INT16),
        field("client_instance_id", UUID),
        field("subscription_id", INT32),
        field("accepted_compression_types", array(INT8)),
        field("push_interval_ms", INT32),
        field("telemetry_max_bytes", INT32),
        field("delta_temporality", BOOL),
        field("requested_metrics", array(STRING)),
    ],
);

pub(super) const PUSH_TELEMETRY_REQUEST: Schema = flexible_from(
    0,
    &[
        field("client_instance_id", UUID),
        field("subscription_id", INT32),
        field("terminating", BOOL),
        field("compression_type", INT8),
        field("metrics", BYTES),
    ],
);

pub(super) const PUSH_TELEMETRY_RESPONSE: Schema =
    flexible_from(0, &[field("throttle_time_ms", INT32), field("error_code", INT16)]);
