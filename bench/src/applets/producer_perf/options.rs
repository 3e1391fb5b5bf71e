//! The arguments of `kafka-producer-perf-test`.

use client::cli::applets::argparse::{Arg, Group, Parsed, Parser, Type};

pub(super) const BOOTSTRAP_SERVER: Arg = Arg::value(
    &["--bootstrap-server"],
    "BOOTSTRAP-SERVER",
    "The server(s) to connect to. This config takes precedence over bootstrap.servers specified via --command-property or --command-config.",
);
pub(super) const TOPIC: Arg =
    Arg::value(&["--topic"], "TOPIC", "Produce records to this topic.").required();
pub(super) const NUM_RECORDS: Arg =
    Arg::value(&["--num-records"], "NUM-RECORDS", "Number of records to produce.")
        .of(Type::Long)
        .required();
pub(super) const RECORD_SIZE: Arg = Arg::value(&["--record-size"], "RECORD-SIZE", "Record size in bytes. Note that you must provide exactly one of --record-size, --payload-file or --payload-monotonic.").of(Type::Integer).in_group(0);
pub(super) const PAYLOAD_FILE: Arg = Arg::value(&["--payload-file"], "PAYLOAD-FILE", "File to read the record payloads from. This works only for UTF-8 encoded text files. Payloads will be read from this file and a payload will be randomly selected when sending records. Note that you must provide exactly one of --record-size, --payload-file or --payload-monotonic.").in_group(0);
pub(super) const PAYLOAD_MONOTONIC: Arg = Arg::flag(&["--payload-monotonic"], "Payload is a monotonically increasing integer. Note that you must provide exactly one of --record-size, --payload-file or --payload-monotonic.").in_group(0);
pub(super) const PAYLOAD_DELIMITER: Arg = Arg::value(&["--payload-delimiter"], "PAYLOAD-DELIMITER", "Provides the delimiter to be used when --payload-file is provided. Defaults to new line. Note that this parameter will be ignored if --payload-file is not provided.").defaults_to("\\n");
pub(super) const THROUGHPUT: Arg = Arg::value(&["--throughput"], "THROUGHPUT", "Throttle maximum record throughput to *approximately* THROUGHPUT records/sec. Set this to -1 to disable throttling.").of(Type::Double).required();
pub(super) const PRODUCER_PROPS: Arg = Arg::value(&["--producer-props"], "PROP-NAME=PROP-VALUE", "(DEPRECATED) Kafka producer related configuration properties like client.id. These configs take precedence over those passed via --command-config or --producer.config. This option will be removed in a future version. Use --command-property instead. Example: --command-property linger.ms=10 batch.size=32768").many();
pub(super) const COMMAND_PROPERTY: Arg = Arg::value(&["--command-property"], "PROP-NAME=PROP-VALUE", "Kafka producer related configuration properties like client.id. These configs take precedence over those passed via --command-config or --producer.config. Example: --command-property linger.ms=10 batch.size=32768").many();
pub(super) const PRODUCER_CONFIG: Arg = Arg::value(
    &["--producer.config"],
    "CONFIG-FILE",
    "(DEPRECATED) Producer config properties file. This option will be removed in a future version. Use --command-config instead.",
);
pub(super) const COMMAND_CONFIG: Arg =
    Arg::value(&["--command-config"], "CONFIG-FILE", "Producer config properties file.");
pub(super) const PRINT_METRICS: Arg =
    Arg::flag(&["--print-metrics"], "Print out metrics at the end of the test.");
pub(super) const TRANSACTIONAL_ID: Arg = Arg::value(
    &["--transactional-id"],
    "TRANSACTIONAL-ID",
    "The transactional id to use. This config takes precedence over the transactional.id specified via --command-property or --command-config. Note that if the transactional id is not specified while --transaction-duration-ms is provided, the default value for the transactional id will be performance-producer- followed by a random uuid.",
);
pub(super) const TRANSACTION_DURATION_MS: Arg = Arg::value(&["--transaction-duration-ms"], "TRANSACTION-DURATION", "The maximum duration of each transaction. The commitTransaction will be called after this time has elapsed. The value should be greater than 0. If the transactional id is specified via --command-property, --command-config or --transactional-id but --transaction-duration-ms is not specified, the default value will be 3000.").of(Type::Long);
pub(super) const WARMUP_RECORDS: Arg = Arg::value(&["--warmup-records"], "WARMUP-RECORDS", "The number of records to treat as warmup. These initial records will not be included in steady-state statistics. An additional summary line will be printed describing the steady-state statistics.").of(Type::Long).defaults_to("0");
pub(super) const REPORTING_INTERVAL: Arg = Arg::value(
    &["--reporting-interval"],
    "INTERVAL-MS",
    "Interval in milliseconds at which to print progress info.",
)
.of(Type::Long)
.defaults_to("5000");

pub(super) const PARSER: Parser = Parser {
    prog: "kafka-producer-perf-test",
    description: "This tool is used to verify the producer performance. To enable transactions, you can specify a transactional id or set a transaction duration using --transaction-duration-ms. There are three ways to specify the transactional id: set transactional.id=<id> via --command-property, set transactional.id=<id> in the config file via --command-config, or use --transactional-id <id>.",
    args: &[
        BOOTSTRAP_SERVER,
        TOPIC,
        NUM_RECORDS,
        RECORD_SIZE,
        PAYLOAD_FILE,
        PAYLOAD_MONOTONIC,
        PAYLOAD_DELIMITER,
        THROUGHPUT,
        PRODUCER_PROPS,
        COMMAND_PROPERTY,
        PRODUCER_CONFIG,
        COMMAND_CONFIG,
        PRINT_METRICS,
        TRANSACTIONAL_ID,
        TRANSACTION_DURATION_MS,
        WARMUP_RECORDS,
        REPORTING_INTERVAL,
    ],
    groups: &[Group::one_of(
        "Note that you must provide exactly one of --record-size, --payload-file or --payload-monotonic.",
    )],
    commands: &[],
    tells_defaults: true,
};

/// Whether the load is to be in transactions.
pub(super) fn is_transactional(parsed: &Parsed) -> bool {
    parsed.has(&TRANSACTIONAL_ID) || parsed.has(&TRANSACTION_DURATION_MS)
}

/// What makes no sense together.
pub(super) fn wrong(parsed: &Parsed) -> Option<&'static str> {
    let number = |arg| parsed.number::<i64>(arg);
    let records = number(&NUM_RECORDS).unwrap_or(0);
    let sources =
        [&BOOTSTRAP_SERVER, &COMMAND_PROPERTY, &PRODUCER_PROPS, &PRODUCER_CONFIG, &COMMAND_CONFIG];
    let both = |one, other| parsed.has(one) && parsed.has(other);
    let not_above_zero = |arg| number(arg).is_some_and(|number| number <= 0);
    if records <= 0 {
        Some("--num-records should be greater than zero.")
    } else if number(&WARMUP_RECORDS).unwrap_or(0) >= records {
        Some(
            "The value for --warmup-records must be strictly fewer than the number of records in the test, --num-records.",
        )
    } else if not_above_zero(&RECORD_SIZE) {
        Some("--record-size should be greater than zero.")
    } else if !sources.iter().any(|arg| parsed.has(arg)) {
        Some(
            "At least one of --bootstrap-server, --command-property, --producer-props, --producer.config or --command-config must be specified.",
        )
    } else if both(&COMMAND_PROPERTY, &PRODUCER_PROPS) {
        Some("--command-property and --producer-props cannot be specified together.")
    } else if both(&COMMAND_CONFIG, &PRODUCER_CONFIG) {
        Some("--command-config and --producer.config cannot be specified together.")
    } else if not_above_zero(&TRANSACTION_DURATION_MS) {
        Some("--transaction-duration-ms should be greater than zero.")
    } else if not_above_zero(&REPORTING_INTERVAL) {
        Some("--reporting-interval should be greater than zero.")
    } else {
        None
    }
}
