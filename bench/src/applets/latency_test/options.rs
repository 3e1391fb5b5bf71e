//! The options of `kafka-e2e-latency`.

use client::cli::applets::{Kind, Opt, Parsed, Parser, Screen, Stop};

pub(super) const BOOTSTRAP_SERVER: Opt = Opt::value(
    "bootstrap-server",
    "bootstrap-server",
    "REQUIRED: The Kafka broker list string in the form HOST1:PORT1,HOST2:PORT2.",
);
pub(super) const TOPIC: Opt =
    Opt::value("topic", "topic-name", "REQUIRED: The topic to use for the test.");
pub(super) const NUM_RECORDS: Opt =
    Opt::value("num-records", "count", "REQUIRED: The number of messages to send.")
        .of(Kind::Integer);
pub(super) const PRODUCER_ACKS: Opt = Opt::value(
    "producer-acks",
    "producer-acks",
    "REQUIRED: Producer acknowledgements. Must be '1' or 'all'.",
);
pub(super) const RECORD_SIZE: Opt =
    Opt::value("record-size", "bytes", "REQUIRED: The size of each message payload in bytes.")
        .of(Kind::Integer);
pub(super) const RECORD_KEY_SIZE: Opt = Opt::value(
    "record-key-size",
    "bytes",
    "Optional: The size of the message key in bytes. If not set, messages are sent without a key.",
)
.optional()
.of(Kind::Integer)
.defaults_to("0");
pub(super) const RECORD_HEADER_KEY_SIZE: Opt = Opt::value(
    "record-header-key-size",
    "bytes",
    "Optional: The size of the message header key in bytes. Used together with record-header-size.",
)
.optional()
.of(Kind::Integer)
.defaults_to("0");
pub(super) const RECORD_HEADER_SIZE: Opt = Opt::value(
    "record-header-size",
    "bytes",
    "Optional: The size of message header value in bytes. Use -1 for null header value.",
)
.optional()
.of(Kind::Integer)
.defaults_to("0");
pub(super) const NUM_HEADERS: Opt = Opt::value(
    "num-headers",
    "count",
    "Optional: The number of headers to include in each message.",
)
.optional()
.of(Kind::Integer)
.defaults_to("0");
pub(super) const COMMAND_CONFIG: Opt = Opt::value(
    "command-config",
    "config-file",
    "Optional: A property file for Kafka producer/consumer/admin client configuration.",
)
.optional();

pub(super) const PARSER: Parser = Parser::new(
    "kafka-e2e-latency",
    &[
        BOOTSTRAP_SERVER,
        TOPIC,
        NUM_RECORDS,
        PRODUCER_ACKS,
        RECORD_SIZE,
        RECORD_KEY_SIZE,
        RECORD_HEADER_KEY_SIZE,
        RECORD_HEADER_SIZE,
        NUM_HEADERS,
        COMMAND_CONFIG,
    ],
);

const PURPOSE: &str = "This tool measures end-to-end latency in Kafka by sending messages and timing their reception.";
const NAMES: [&str; 5] =
    ["--bootstrap-server", "--topic", "--num-records", "--producer-acks", "--record-size"];

/// What the words say, which may be in their order of old.
pub(super) fn parse(words: &[String], screen: &mut Screen) -> Result<Parsed, Stop> {
    let words = named(words, screen)?;
    let parsed = PARSER.parse(&words).map_err(usage)?;
    parsed.help_or_version(PURPOSE)?;
    parsed.require(&[BOOTSTRAP_SERVER, TOPIC, NUM_RECORDS, PRODUCER_ACKS, RECORD_SIZE])?;
    let acks = parsed.value(PRODUCER_ACKS)?.unwrap_or_default();
    if !matches!(acks.as_str(), "1" | "all") {
        return refuse(
            "Invalid value for --producer-acks. Latency testing requires synchronous acknowledgement. Please use '1' or 'all'.",
        );
    }
    for (option, least, what) in [
        (NUM_RECORDS, 1, "positive integer"),
        (RECORD_SIZE, 0, "non-negative integer"),
        (RECORD_KEY_SIZE, 0, "non-negative integer"),
        (RECORD_HEADER_KEY_SIZE, 0, "non-negative integer"),
        (RECORD_HEADER_SIZE, -1, "non-negative integer or -1 for null header value"),
        (NUM_HEADERS, 0, "non-negative integer"),
    ] {
        if number(&parsed, option)? < least {
            let name = option.name;
            return refuse(&format!("Value for --{name} must be a {what}."));
        }
    }
    Ok(parsed)
}

fn refuse<T>(message: &str) -> Result<T, Stop> {
    Err(Stop::Usage(message.into()))
}

/// The option's number.
pub(super) fn number(parsed: &Parsed, option: Opt) -> Result<i64, Stop> {
    Ok(parsed.value(option)?.and_then(|text| text.parse().ok()).unwrap_or(0))
}

/// The words with their names, where they came without.
fn named(words: &[String], screen: &mut Screen) -> Result<Vec<String>, Stop> {
    if words.is_empty() || words.iter().any(|word| NAMES.contains(&word.as_str())) {
        return Ok(words.to_vec());
    }
    if !matches!(words.len(), 5 | 6) {
        screen.complain(format!(
            "Invalid number of arguments. Expected 5 or 6 positional arguments, but got {}. Usage: bootstrap-server topic num-records producer-acks record-size [optional] command-config",
            words.len()
        ));
        return Err(Stop::Exit(1));
    }
    screen.line(
        "WARNING: Positional argument usage is deprecated and will be removed in Apache Kafka 5.0. Please use named arguments instead: --bootstrap-server, --topic, --num-records, --producer-acks, --record-size, --command-config",
    );
    let names = NAMES.into_iter().chain(["--command-config"]);
    Ok(names.zip(words).flat_map(|(name, word)| [name.to_owned(), word.clone()]).collect())
}

/// What is wrong with the words is told above the help page.
fn usage(stop: Stop) -> Stop {
    match stop {
        Stop::Thrown(thrown) => Stop::Usage(thrown.message().to_owned()),
        other => other,
    }
}
