//! Schemas of the APIs that authenticate and authorise.

use super::super::schema::{
    BYTES, INT8, INT16, INT32, INT64, STRING, Schema, array, array_of, field, flexible_from,
};
use crate::messages::{
    alter_user_scram_credentials_request, alter_user_scram_credentials_response,
    create_acls_request, create_acls_response, create_delegation_token_request,
    delete_acls_request, delete_acls_response, describe_acls_response,
    describe_delegation_token_request, describe_delegation_token_response,
    describe_user_scram_credentials_request, describe_user_scram_credentials_response,
};
use crate::versions::NEVER;

pub(super) const SASL_HANDSHAKE_REQUEST: Schema =
    flexible_from(NEVER, &[field("mechanism", STRING)]);

pub(super) const SASL_HANDSHAKE_RESPONSE: Schema =
    flexible_from(NEVER, &[field("error_code", INT16), field("mechanisms", array(STRING))]);

pub(super) const SASL_AUTHENTICATE_REQUEST: Schema =
    flexible_from(2, &[field("auth_bytes", BYTES)]);

pub(super) const SASL_AUTHENTICATE_RESPONSE: Schema = flexible_from(
    2,
    &[
        field("error_code", INT16),
        field("error_message", STRING).nullable(0),
        field("auth_bytes", BYTES),
        field("session_lifetime_ms", INT64).since(1),
    ],
);

pub(super) const DESCRIBE_ACLS_REQUEST: Schema = flexible_from(
    2,
    &[
        field("resource_type_filter", INT8),
        field("resource_name_filter", STRING).nullable(1),
        field("pattern_type_filter", INT8),
        field("principal_filter", STRING).nullable(1),
        field("host_filter", STRING).nullable(1),
        field("operation", INT8),
        field("permission_type", INT8),
    ],
);

pub(super) const DESCRIBE_ACLS_RESPONSE: Schema = flexible_from(
    2,
    &[
        field("throttle_time_ms", INT32),
        field("error_code", INT16),
        field("error_message", STRING).nullable(1),
        field(
            "resources",
            array_of::<describe_acls_response::DescribeAclsResource>(&[
                field("resource_type", INT8),
                field("resource_name", STRING),
                field("pattern_type", INT8),
                field(
                    "acls",
                    array_of::<describe_acls_response::AclDescription>(&[
                        field("principal", STRING),
                        field("host", STRING),
                        field("operation", INT8),
                        field("permission_type", INT8),
                    ]),
                ),
            ]),
        ),
    ],
);

pub(super) const CREATE_ACLS_REQUEST: Schema = flexible_from(
    2,
    &[field(
        "creations",
        array_of::<create_acls_request::AclCreation>(&[
            field("resource_type", INT8),
            field("resource_name", STRING),
            field("resource_pattern_type", INT8),
            field("principal", STRING),
            field("host", STRING),
            field("operation", INT8),
            field("permission_type", INT8),
        ]),
    )],
);

pub(super) const CREATE_ACLS_RESPONSE: Schema = flexible_from(
    2,
    &[
        field("throttle_time_ms", INT32),
        field(
            "results",
            array_of::<create_acls_response::AclCreationResult>(&[
                field("error_code", INT16),
                field("error_message", STRING).nullable(1),
            ]),
        ),
    ],
);

pub(super) const DELETE_ACLS_REQUEST: Schema = flexible_from(
    2,
    &[field(
        "filters",
        array_of::<delete_acls_request::DeleteAclsFilter>(&[
            field("resource_type_filter", INT8),
            field("resource_name_filter", STRING).nullable(1),
            field("pattern_type_filter", INT8),
            field("principal_filter", STRING).nullable(1),
            field("host_filter", STRING).nullable(1),
            field("operation", INT8),
            field("permission_type", INT8),
        ]),
    )],
);

pub(super) const DELETE_ACLS_RESPONSE: Schema = flexible_from(
    2,
    &[
        field("throttle_time_ms", INT32),
        field(
            "filter_results",
            array_of::<delete_acls_response::DeleteAclsFilterResult>(&[
                field("error_code", INT16),
                field("error_message", STRING).nullable(1),
                field(
                    "matching_acls",
                    array_of::<delete_acls_response::DeleteAclsMatchingAcl>(&[
                        field("error_code", INT16),
                        field("error_message", STRING).nullable(1),
                        field("resource_type", INT8),
                        field("resource_name", STRING),
                        field("pattern_type", INT8),
                        field("principal", STRING),
                        field("host", STRING),
                        field("operation", INT8),
                        field("permission_type", INT8),
                    ]),
                ),
            ]),
        ),
    ],
);

pub(super) const CREATE_DELEGATION_TOKEN_REQUEST: Schema = flexible_from(
    2,
    &[
        field("owner_principal_type", STRING).since(3).nullable(3),
        field("owner_principal_name", STRING).since(3).nullable(3),
        field(
            "renewers",
            array_of::<create_delegation_token_request::CreatableRenewers>(&[
                field("principal_type", STRING),
                field("principal_name", STRING),
            ]),
        ),
        field("max_lifetime_ms", INT64),
    ],
);

pub(super) const CREATE_DELEGATION_TOKEN_RESPONSE: Schema = flexible_from(
    2,
    &[
        field("error_code", INT16),
        field("principal_type", STRING),
        field("principal_name", STRING),
        field("token_requester_principal_type", STRING).since(3),
        field("token_requester_principal_name", STRING).since(3),
        field("issue_timestamp_ms", INT64),
        field("expiry_timestamp_ms", INT64),
        field("max_timestamp_ms", INT64),
        field("token_id", STRING),
        field("hmac", BYTES),
        field("throttle_time_ms", INT32),
    ],
);

pub(super) const RENEW_DELEGATION_TOKEN_REQUEST: Schema =
    flexible_from(2, &[field("hmac", BYTES), field("renew_period_ms", INT64)]);

pub(super) const RENEW_DELEGATION_TOKEN_RESPONSE: Schema = flexible_from(
    2,
    &[
        field("error_code", INT16),
        field("expiry_timestamp_ms", INT64),
        field("throttle_time_ms", INT32),
    ],
);

pub(super) const EXPIRE_DELEGATION_TOKEN_REQUEST: Schema =
    flexible_from(2, &[field("hmac", BYTES), field("expiry_time_period_ms", INT64)]);

pub(super) const EXPIRE_DELEGATION_TOKEN_RESPONSE: Schema = flexible_from(
    2,
    &[
        field("error_code", INT16),
        field("expiry_timestamp_ms", INT64),
        field("throttle_time_ms", INT32),
    ],
);

pub(super) const DESCRIBE_DELEGATION_TOKEN_REQUEST: Schema = flexible_from(
    2,
    &[field(
        "owners",
        array_of::<describe_delegation_token_request::DescribeDelegationTokenOwner>(&[
            field("principal_type", STRING),
            field("principal_name", STRING),
        ]),
    )
    .nullable(1)],
);

pub(super) const DESCRIBE_DELEGATION_TOKEN_RESPONSE: Schema = flexible_from(
    2,
    &[
        field("error_code", INT16),
        field(
            "tokens",
            array_of::<describe_delegation_token_response::DescribedDelegationToken>(&[
                field("principal_type", STRING),
                field("principal_name", STRING),
                field("token_requester_principal_type", STRING).since(3),
                field("token_requester_principal_name", STRING).since(3),
                field("issue_timestamp", INT64),
                field("expiry_timestamp", INT64),
                field("max_timestamp", INT64),
                field("token_id", STRING),
                field("hmac", BYTES),
                field(
                    "renewers",
                    array_of::<describe_delegation_token_response::DescribedDelegationTokenRenewer>(
                        &[field("principal_type", STRING), field("principal_name", STRING)],
                    ),
                ),
            ]),
        ),
        field("throttle_time_ms", INT32),
    ],
);

pub(super) const DESCRIBE_USER_SCRAM_CREDENTIALS_REQUEST: Schema = flexible_from(
    0,
    &[field(
        "users",
        array_of::<describe_user_scram_credentials_request::UserName>(&[field("name", STRING)]),
    )
    .nullable(0)],
);

pub(super) const DESCRIBE_USER_SCRAM_CREDENTIALS_RESPONSE: Schema = flexible_from(
    0,
    &[
        field("throttle_time_ms", INT32),
        field("error_code", INT16),
        field("error_message", STRING).nullable(0),
        field(
            "results",
            array_of::<describe_user_scram_credentials_response::DescribeUserScramCredentialsResult>(
                &[
                    field("user", STRING),
                    field("error_code", INT16),
                    field("error_message", STRING).nullable(0),
                    field(
                        "credential_infos",
                        array_of::<describe_user_scram_credentials_response::CredentialInfo>(&[
                            field("mechanism", INT8),
                            field("iterations", INT32),
                        ]),
                    ),
                ],
            ),
        ),
    ],
);

pub(super) const ALTER_USER_SCRAM_CREDENTIALS_REQUEST: Schema = flexible_from(
    0,
    &[
        field(
            "deletions",
            array_of::<alter_user_scram_credentials_request::ScramCredentialDeletion>(&[
                field("name", STRING),
                field("mechanism", INT8),
            ]),
        ),
        field(
            "upsertions",
            array_of::<alter_user_scram_credentials_request::ScramCredentialUpsertion>(&[
                field("name", STRING),
                field("mechanism", INT8),
                field("iterations", INT32),
                field("salt", BYTES),
                field("salted_password", BYTES),
            ]),
        ),
    ],
);

pub(super) const ALTER_USER_SCRAM_CREDENTIALS_RESPONSE: Schema = flexible_from(
    0,
    &[
        field("throttle_time_ms", INT32),
        field(
            "results",
            array_of::<alter_user_scram_credentials_response::AlterUserScramCredentialsResult>(&[
                field("user", STRING),
                field("error_code", INT16),
                field("error_message", STRING).nullable(0),
            ]),
        ),
    ],
);
