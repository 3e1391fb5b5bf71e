//! The arguments of `kafka-verifiable-consumer`.

use client::cli::applets::argparse::{Arg, Parser, Type};

use crate::applets::verifiable::{self, COMMAND_CONFIG};

pub(super) const TOPIC: Arg = verifiable::topic("Consumes messages from this topic.");
pub(super) const BOOTSTRAP_SERVER: Arg = verifiable::bootstrap_server(
    "The server(s) to connect to. Comma-separated list of Kafka brokers in the form HOST1:PORT1,HOST2:PORT2,...",
);
pub(super) const GROUP_PROTOCOL: Arg = Arg::value(
    &["--group-protocol"],
    "GROUP-PROTOCOL",
    "Group protocol (must be one of CLASSIC, CONSUMER)",
)
.defaults_to("classic");
const GROUP_REMOTE_ASSIGNOR: Arg = Arg::value(
    &["--group-remote-assignor"],
    "GROUP-REMOTE-ASSIGNOR",
    "Group remote assignor; only used if the group protocol is CONSUMER",
);
pub(super) const GROUP_ID: Arg =
    Arg::value(&["--group-id"], "GROUP-ID", "The group id of the consumer group").required();
pub(super) const GROUP_INSTANCE_ID: Arg = Arg::value(
    &["--group-instance-id"],
    "GROUP-INSTANCE-ID",
    "A unique identifier of the consumer instance",
);
pub(super) const MAX_MESSAGES: Arg = verifiable::max_messages(
    "Consume this many messages. If -1 (the default), the consumer will consume until the process is killed externally",
);
pub(super) const SESSION_TIMEOUT: Arg = Arg::value(
    &["--session-timeout"],
    "TIMEOUT-MS",
    "Set the consumer's session timeout, note that this configuration is not supported when group protocol is consumer",
)
.of(Type::Integer);
pub(super) const VERBOSE: Arg =
    Arg::flag(&["--verbose"], "Enable to log individual consumed records");
pub(super) const ENABLE_AUTOCOMMIT: Arg =
    Arg::flag(&["--enable-autocommit"], "Enable offset auto-commit on consumer");
pub(super) const RESET_POLICY: Arg = Arg::value(
    &["--reset-policy"],
    "RESET-POLICY",
    "Set reset policy (must be either 'earliest', 'latest', or 'none')",
)
.defaults_to("earliest");
pub(super) const ASSIGNMENT_STRATEGY: Arg = Arg::value(
    &["--assignment-strategy"],
    "ASSIGNMENT-STRATEGY",
    "Set assignment strategy (e.g. org.apache.kafka.clients.consumer.RoundRobinAssignor); only used if the group protocol is CLASSIC",
)
.defaults_to("org.apache.kafka.clients.consumer.RangeAssignor");
pub(super) const CONSUMER_CONFIG: Arg = Arg::value(
    &["--consumer.config"],
    "CONFIG-FILE",
    "(DEPRECATED) Consumer config properties file. This option will be removed in a future version. Use --command-config instead",
);

pub(super) const PARSER: Parser = Parser {
    prog: "verifiable-consumer",
    description: "This tool consumes messages from a specific topic and emits consumer events (e.g. group rebalances, received messages, and offsets committed) as JSON objects to STDOUT.",
    args: &[
        TOPIC,
        BOOTSTRAP_SERVER,
        GROUP_PROTOCOL,
        GROUP_REMOTE_ASSIGNOR,
        GROUP_ID,
        GROUP_INSTANCE_ID,
        MAX_MESSAGES,
        SESSION_TIMEOUT,
        VERBOSE,
        ENABLE_AUTOCOMMIT,
        RESET_POLICY,
        ASSIGNMENT_STRATEGY,
        CONSUMER_CONFIG,
        COMMAND_CONFIG,
    ],
    groups: verifiable::GROUPS,
    commands: &[],
    tells_defaults: true,
};
