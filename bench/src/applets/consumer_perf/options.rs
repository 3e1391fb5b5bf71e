//! The options of `kafka-consumer-perf-test`.

use client::cli::applets::{Kind, Opt, Parsed, Parser, Screen, Stop};

pub(super) const BOOTSTRAP_SERVER: Opt = Opt::value(
    "bootstrap-server",
    "server to connect to",
    "REQUIRED: The server(s) to connect to.",
);
pub(super) const TOPIC: Opt = Opt::value("topic", "topic", "The topic to consume from.");
pub(super) const INCLUDE: Opt = Opt::value(
    "include",
    "Java regex (String)",
    "Regular expression specifying list of topics to include for consumption.",
);
pub(super) const GROUP: Opt =
    Opt::value("group", "gid", "The group id to consume on.").defaults_to("perf-consumer-0");
pub(super) const FETCH_SIZE: Opt = Opt::value(
    "fetch-size",
    "size",
    "The maximum amount of data to fetch from a single partition per request.",
)
.of(Kind::Integer)
.defaults_to("1048576");
pub(super) const COMMAND_PROPERTY: Opt = Opt::value(
    "command-property",
    "prop1=val1",
    "Kafka consumer related configuration properties like client.id. These configs take precedence over those passed via --command-config or --consumer.config.",
);
pub(super) const FROM_LATEST: Opt = Opt::flag(
    "from-latest",
    "If the consumer does not already have an established offset to consume from, start with the latest record present in the log rather than the earliest record.",
);
pub(super) const SOCKET_BUFFER_SIZE: Opt =
    Opt::value("socket-buffer-size", "size", "The size of the tcp RECV size.")
        .of(Kind::Integer)
        .defaults_to("2097152");
pub(super) const CONSUMER_CONFIG: Opt = Opt::value(
    "consumer.config",
    "config file",
    "(DEPRECATED) Consumer config properties file. This option will be removed in a future version. Use --command-config instead.",
);
pub(super) const COMMAND_CONFIG: Opt =
    Opt::value("command-config", "config file", "Config properties file.");
pub(super) const PRINT_METRICS: Opt = Opt::flag("print-metrics", "Print out the metrics.");
pub(super) const SHOW_DETAILED_STATS: Opt = Opt::flag(
    "show-detailed-stats",
    "If set, stats are reported for each reporting interval as configured by reporting-interval.",
);
pub(super) const TIMEOUT: Opt = Opt::value(
    "timeout",
    "milliseconds",
    "The maximum allowed time in milliseconds between returned records.",
)
.optional()
.of(Kind::Long)
.defaults_to("10000");
pub(super) const MESSAGES: Opt = Opt::value("messages", "count", "(DEPRECATED) The number of records to consume. This option will be removed in a future version. Use --num-records instead.").of(Kind::Long);
pub(super) const NUM_RECORDS: Opt =
    Opt::value("num-records", "count", "REQUIRED: The number of records to consume.")
        .of(Kind::Long);
pub(super) const REPORTING_INTERVAL: Opt = Opt::value(
    "reporting-interval",
    "interval_ms",
    "Interval in milliseconds at which to print progress info.",
)
.of(Kind::Long)
.defaults_to("5000");
pub(super) const DATE_FORMAT: Opt = Opt::value("date-format", "date format", "The date format to use for formatting the time field. See java.text.SimpleDateFormat for options.").defaults_to("yyyy-MM-dd HH:mm:ss:SSS");
pub(super) const HIDE_HEADER: Opt =
    Opt::flag("hide-header", "If set, skips printing the header for the stats.");

pub(super) const PARSER: Parser = Parser::new(
    "kafka-consumer-perf-test",
    &[
        BOOTSTRAP_SERVER,
        TOPIC,
        INCLUDE,
        GROUP,
        FETCH_SIZE,
        COMMAND_PROPERTY,
        FROM_LATEST,
        SOCKET_BUFFER_SIZE,
        CONSUMER_CONFIG,
        COMMAND_CONFIG,
        PRINT_METRICS,
        SHOW_DETAILED_STATS,
        TIMEOUT,
        MESSAGES,
        NUM_RECORDS,
        REPORTING_INTERVAL,
        DATE_FORMAT,
        HIDE_HEADER,
    ],
);

const PURPOSE: &str = "This tool is used to verify the consumer performance.";

/// What the words say; what is out of date is remarked on standard output.
pub(super) fn parse(words: &[String], screen: &mut Screen) -> Result<Parsed, Stop> {
    let parsed = PARSER.parse(words).map_err(usage)?;
    parsed.help_or_version(PURPOSE)?;
    parsed.require(&[BOOTSTRAP_SERVER])?;
    parsed.one_of(&[TOPIC, INCLUDE])?;
    parsed.one_of(&[MESSAGES, NUM_RECORDS])?;
    parsed.forbid(CONSUMER_CONFIG, &[COMMAND_CONFIG])?;
    if parsed.has(MESSAGES) {
        screen.line("Warning: --messages is deprecated. Use --num-records instead.");
    }
    if parsed.has(CONSUMER_CONFIG) {
        screen.line("Warning: --consumer.config is deprecated. Use --command-config instead.");
    }
    Ok(parsed)
}

/// What is wrong with the words is told above the help page.
fn usage(stop: Stop) -> Stop {
    match stop {
        Stop::Thrown(thrown) => Stop::Usage(thrown.message().to_owned()),
        other => other,
    }
}
