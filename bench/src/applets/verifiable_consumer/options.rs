//! The arguments of `kafka-verifiable-consumer`.

use client::cli::applets::argparse::{Arg, Group, Parser, Type};

pub(super) const TOPIC: Arg =
    Arg::value(&["--topic"], "TOPIC", "Consumes messages from this topic.").required();
pub(super) const BOOTSTRAP_SERVER: Arg = Arg::value(
    &["--bootstrap-server"],
    "HOST1:PORT1[,HOST2:PORT2[...]]",
    "The server(s) to connect to. Comma-separated list of Kafka brokers in the form HOST1:PORT1,HOST2:PORT2,...",
)
.in_group(0);
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
pub(super) const MAX_MESSAGES: Arg = Arg::value(
    &["--max-messages"],
    "MAX-MESSAGES",
    "Consume this many messages. If -1 (the default), the consumer will consume until the process is killed externally",
)
.of(Type::Integer)
.defaults_to("-1");
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
pub(super) const COMMAND_CONFIG: Arg = Arg::value(
    &["--command-config"],
    "CONFIG-FILE",
    "Config properties file (config options shared with command line parameters will be overridden).",
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
    groups: &[Group {
        title: "Connection Group",
        description: "Group of arguments for connection to brokers",
        exclusive: true,
        required: true,
    }],
    commands: &[],
    tells_defaults: true,
};
