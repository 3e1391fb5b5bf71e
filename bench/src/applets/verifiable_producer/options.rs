//! The arguments of `kafka-verifiable-producer`.

use client::cli::applets::argparse::{Arg, Parser, Type};

use crate::applets::verifiable::{self, COMMAND_CONFIG};

pub(super) const TOPIC: Arg = verifiable::topic("Produce messages to this topic.");
pub(super) const BOOTSTRAP_SERVER: Arg = verifiable::bootstrap_server(
    "REQUIRED: The server(s) to connect to. Comma-separated list of Kafka brokers in the form HOST1:PORT1,HOST2:PORT2,...",
);
pub(super) const MAX_MESSAGES: Arg = verifiable::max_messages(
    "Produce this many messages. If -1, produce messages until the process is killed externally.",
);
pub(super) const THROUGHPUT: Arg = Arg::value(
    &["--throughput"],
    "THROUGHPUT",
    "If set >= 0, throttle maximum message throughput to *approximately* THROUGHPUT messages/sec.",
)
.of(Type::Integer)
.defaults_to("-1");
pub(super) const ACKS: Arg = Arg::value(
    &["--acks"],
    "ACKS",
    "Acks required on each produced message. See Kafka docs on acks for details.",
)
.of(Type::Choice(&["0", "1", "-1"]))
.defaults_to("-1");
pub(super) const PRODUCER_CONFIG: Arg = Arg::value(
    &["--producer.config"],
    "CONFIG-FILE",
    "(DEPRECATED) Producer config properties file. This option will be removed in a future version. Use --command-config instead.",
);
pub(super) const MESSAGE_CREATE_TIME: Arg = Arg::value(
    &["--message-create-time"],
    "CREATE-TIME",
    "Send messages with creation time starting at the arguments value, in milliseconds since epoch",
)
.of(Type::Long)
.defaults_to("-1");
pub(super) const VALUE_PREFIX: Arg = Arg::value(
    &["--value-prefix"],
    "VALUE-PREFIX",
    "If specified, each produced value will have this prefix with a dot separator",
)
.of(Type::Integer);
pub(super) const REPEATING_KEYS: Arg = Arg::value(&["--repeating-keys"], "REPEATING-KEYS", "If specified, each produced record will have a key starting at 0 increment by 1 up to the number specified (exclusive), then the key is set to 0 again").of(Type::Integer);

pub(super) const PARSER: Parser = Parser {
    prog: "verifiable-producer",
    description: "This tool produces increasing integers to the specified topic and prints JSON metadata to stdout on each \"send\" request, making externally visible which messages have been acked and which have not.",
    args: &[
        TOPIC,
        BOOTSTRAP_SERVER,
        MAX_MESSAGES,
        THROUGHPUT,
        ACKS,
        PRODUCER_CONFIG,
        MESSAGE_CREATE_TIME,
        VALUE_PREFIX,
        REPEATING_KEYS,
        COMMAND_CONFIG,
    ],
    groups: verifiable::GROUPS,
    commands: &[],
    tells_defaults: true,
};
