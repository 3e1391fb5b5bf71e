//! The options of `kafka-console-producer`.

use crate::cli::applets::link::check_servers;
use crate::cli::applets::settings::key_values;
use crate::cli::applets::{
    Kind, Opt, Parsed, Parser, Properties, Screen, Stop, Thrown, command_config,
};

pub(super) const TOPIC: Opt =
    Opt::value("topic", "topic", "REQUIRED: The topic name to produce messages to.");
pub(super) const BOOTSTRAP_SERVER: Opt = Opt::value(
    "bootstrap-server",
    "server to connect to",
    "REQUIRED: The server(s) to connect to. The broker list string in the form HOST1:PORT1,HOST2:PORT2.",
);
pub(super) const SYNC: Opt = Opt::flag(
    "sync",
    "If set message send requests to the brokers are synchronously, one at a time as they arrive.",
);
pub(super) const COMPRESSION_CODEC: Opt = Opt::value("compression-codec", "compression-codec", "The compression codec: either 'none', 'gzip', 'snappy', 'lz4', or 'zstd'.If specified without value, then it defaults to 'gzip'").optional();
pub(super) const BATCH_SIZE: Opt = Opt::value("batch-size", "size", "The buffer size in bytes allocated for a partition. When records are received which are smaller than this size the producer will attempt to optimistically group them together until this size is reached. This is the option to control batch.size in producer configs. Please note that this option will be replaced if max-partition-memory-bytes is also set.").of(Kind::Integer).defaults_to("16384");
pub(super) const MESSAGE_SEND_MAX_RETRIES: Opt = Opt::value("message-send-max-retries", "", "Brokers can fail receiving the message for multiple reasons, and being unavailable transiently is just one of them. This property specifies the number of retries before the producer give up and drop this message. This is the option to control `retries` in producer configs.").of(Kind::Integer).defaults_to("3");
pub(super) const RETRY_BACKOFF_MS: Opt = Opt::value("retry-backoff-ms", "", "Before each retry, the producer refreshes the metadata of relevant topics. Since leader election takes a bit of time, this property specifies the amount of time that the producer waits before refreshing the metadata. This is the option to control `retry.backoff.ms` in producer configs.").of(Kind::Long).defaults_to("100");
pub(super) const TIMEOUT: Opt = Opt::value("timeout", "timeout_ms", "If set and the producer is running in asynchronous mode, this gives the maximum amount of time a message will queue awaiting sufficient batch size. The value is given in ms. This is the option to control `linger.ms` in producer configs.").of(Kind::Long).defaults_to("1000");
pub(super) const REQUEST_REQUIRED_ACKS: Opt = Opt::value(
    "request-required-acks",
    "request required acks",
    "The required `acks` of the producer requests",
)
.defaults_to("-1");
pub(super) const REQUEST_TIMEOUT_MS: Opt = Opt::value(
    "request-timeout-ms",
    "request timeout ms",
    "The ack timeout of the producer requests. Value must be non-negative and non-zero.",
)
.of(Kind::Integer)
.defaults_to("1500");
pub(super) const METADATA_EXPIRY_MS: Opt = Opt::value("metadata-expiry-ms", "metadata expiration interval", "The period of time in milliseconds after which we force a refresh of metadata even if we haven't seen any leadership changes. This is the option to control `metadata.max.age.ms` in producer configs.").of(Kind::Long).defaults_to("300000");
pub(super) const MAX_BLOCK_MS: Opt = Opt::value(
    "max-block-ms",
    "max block on send",
    "The max time that the producer will block for during a send request.",
)
.of(Kind::Long)
.defaults_to("60000");
pub(super) const MAX_MEMORY_BYTES: Opt = Opt::value("max-memory-bytes", "total memory in bytes", "The total memory used by the producer to buffer records waiting to be sent to the server. This is the option to control `buffer.memory` in producer configs.").of(Kind::Long).defaults_to("33554432");
pub(super) const MAX_PARTITION_MEMORY_BYTES: Opt = Opt::value("max-partition-memory-bytes", "memory in bytes per partition", "(Deprecated) The buffer size in bytes allocated for a partition. When records are received which are smaller than this size the producer will attempt to optimistically group them together until this size is reached. This is the option to control batch.size in producer configs. This option will be removed in Apache Kafka 5.0. Use --batch-size instead.").of(Kind::Integer).defaults_to("16384");
pub(super) const LINE_READER: Opt = Opt::value("line-reader", "reader_class", "The class name of the class to use for reading lines from standard in. By default each line is read as a separate message.").defaults_to("org.apache.kafka.tools.LineMessageReader");
pub(super) const SOCKET_BUFFER_SIZE: Opt = Opt::value("socket-buffer-size", "size", "The size of the tcp RECV size. This is the option to control `send.buffer.bytes` in producer configs.").of(Kind::Integer).defaults_to("102400");
pub(super) const PROPERTY: Opt = Opt::value(
    "property",
    "prop",
    "(DEPRECATED) A mechanism to pass user-defined properties in the form key=value to the message reader. This allows custom configuration for a user-defined message reader.\nDefault properties include:\n parse.key=false\n parse.headers=false\n ignore.error=false\n key.separator=\\t\n headers.delimiter=\\t\n headers.separator=,\n headers.key.separator=:\n null.marker=   When set, any fields (key, value and headers) equal to this will be replaced by null\nDefault parsing pattern when:\n parse.headers=true and parse.key=true:\n  \"h1:v1,h2:v2...\\tkey\\tvalue\"\n parse.key=true:\n  \"key\\tvalue\"\n parse.headers=true:\n  \"h1:v1,h2:v2...\\tvalue\"\n This option will be removed in a future version. Use --reader-property instead.",
);
pub(super) const READER_PROPERTY: Opt = Opt::value(
    "reader-property",
    "prop",
    "A mechanism to pass user-defined properties in the form key=value to the message reader. This allows custom configuration for a user-defined message reader.\nDefault properties include:\n parse.key=false\n parse.headers=false\n ignore.error=false\n key.separator=\\t\n headers.delimiter=\\t\n headers.separator=,\n headers.key.separator=:\n null.marker=   When set, any fields (key, value and headers) equal to this will be replaced by null\nDefault parsing pattern when:\n parse.headers=true and parse.key=true:\n  \"h1:v1,h2:v2...\\tkey\\tvalue\"\n parse.key=true:\n  \"key\\tvalue\"\n parse.headers=true:\n  \"h1:v1,h2:v2...\\tvalue\"",
);
pub(super) const READER_CONFIG: Opt = Opt::value(
    "reader-config",
    "config file",
    "Config properties file for the message reader. Note that [reader-property] takes precedence over this config.",
);
pub(super) const PRODUCER_PROPERTY: Opt = Opt::value(
    "producer-property",
    "producer_prop",
    "(DEPRECATED) Producer config properties in the form key=value. This option will be removed in a future version. Use --command-property instead.",
);
pub(super) const COMMAND_PROPERTY: Opt = Opt::value(
    "command-property",
    "producer_prop",
    "Producer config properties in the form key=value.",
);
pub(super) const PRODUCER_CONFIG: Opt = Opt::value(
    "producer.config",
    "config file",
    "(DEPRECATED) Producer config properties file. Note that [command-property] takes precedence over this config. This option will be removed in a future version. Use --command-config instead.",
);
pub(super) const COMMAND_CONFIG: Opt = Opt::value(
    "command-config",
    "config file",
    "Producer config properties file. Note that [command-property] takes precedence over this config.",
);

pub(super) const PARSER: Parser = Parser::new(
    "kafka-console-producer",
    &[
        TOPIC,
        BOOTSTRAP_SERVER,
        SYNC,
        COMPRESSION_CODEC,
        BATCH_SIZE,
        MESSAGE_SEND_MAX_RETRIES,
        RETRY_BACKOFF_MS,
        TIMEOUT,
        REQUEST_REQUIRED_ACKS,
        REQUEST_TIMEOUT_MS,
        METADATA_EXPIRY_MS,
        MAX_BLOCK_MS,
        MAX_MEMORY_BYTES,
        MAX_PARTITION_MEMORY_BYTES,
        LINE_READER,
        SOCKET_BUFFER_SIZE,
        PROPERTY,
        READER_PROPERTY,
        READER_CONFIG,
        PRODUCER_PROPERTY,
        COMMAND_PROPERTY,
        PRODUCER_CONFIG,
        COMMAND_CONFIG,
    ],
);

const PURPOSE: &str = "This tool helps to read data from standard input and publish it to Kafka.";

/// Options that stand for a property of the producer.
pub(super) const MERGED: &[(&str, Opt)] = &[
    ("linger.ms", TIMEOUT),
    ("acks", REQUEST_REQUIRED_ACKS),
    ("request.timeout.ms", REQUEST_TIMEOUT_MS),
    ("retries", MESSAGE_SEND_MAX_RETRIES),
    ("retry.backoff.ms", RETRY_BACKOFF_MS),
    ("send.buffer.bytes", SOCKET_BUFFER_SIZE),
    ("buffer.memory", MAX_MEMORY_BYTES),
    ("batch.size", MAX_PARTITION_MEMORY_BYTES),
    ("batch.size", BATCH_SIZE),
    ("metadata.max.age.ms", METADATA_EXPIRY_MS),
    ("max.block.ms", MAX_BLOCK_MS),
];

/// Options that had another name, with the one that says the same now.
const RENAMED: [(Opt, Opt); 3] = [
    (COMMAND_CONFIG, PRODUCER_CONFIG),
    (COMMAND_PROPERTY, PRODUCER_PROPERTY),
    (READER_PROPERTY, PROPERTY),
];

/// What the words say; what is out of date is remarked on standard output.
pub(super) fn parse(words: &[String], screen: &mut Screen) -> Result<Parsed, Stop> {
    let parsed = PARSER.parse(words).map_err(usage)?;
    parsed.help_or_version(PURPOSE)?;
    parsed.require(&[TOPIC])?;
    for (new, old) in RENAMED {
        if parsed.has(new) && parsed.has(old) {
            let (new, old) = (new.name, old.name);
            let message = format!("Options --{new} and --{old} cannot be specified together.");
            return Err(Stop::Usage(message));
        }
    }
    for (new, old) in [
        (COMMAND_PROPERTY, PRODUCER_PROPERTY),
        (COMMAND_CONFIG, PRODUCER_CONFIG),
        (READER_PROPERTY, PROPERTY),
    ] {
        if parsed.has(old) {
            let (new, old) = (new.name, old.name);
            screen.line(format!(
                "Warning: --{old} is deprecated and will be removed in a future version. Use --{new} instead."
            ));
        }
    }
    if parsed.has(MAX_PARTITION_MEMORY_BYTES) {
        screen.line("Warning: --max-partition-memory-bytes is deprecated and will be removed in Apache Kafka 5.0. Use --batch-size instead.");
    }
    check_servers(&parsed.value(BOOTSTRAP_SERVER)?.unwrap_or_default()).map_err(Stop::Usage)?;
    Ok(parsed)
}

/// What is wrong with the words is told above the help page.
fn usage(stop: Stop) -> Stop {
    match stop {
        Stop::Thrown(thrown) => Stop::Usage(thrown.message().to_owned()),
        other => other,
    }
}

/// The codec, which is gzip where the option has no value.
pub(super) fn compression(parsed: &Parsed) -> Result<String, Thrown> {
    if !parsed.has(COMPRESSION_CODEC) {
        return Ok("none".into());
    }
    let value = parsed.value(COMPRESSION_CODEC)?.filter(|value| !value.is_empty());
    Ok(value.unwrap_or_else(|| "gzip".into()))
}

/// The properties of the line reader, the topic among them.
pub(super) fn reader_properties(parsed: &Parsed) -> Result<Properties, Thrown> {
    let mut properties = command_config(parsed.value(READER_CONFIG)?.as_deref())?;
    properties.set("topic", parsed.value(TOPIC)?.unwrap_or_default());
    let mut given = parsed.texts(READER_PROPERTY);
    given.extend(parsed.texts(PROPERTY));
    for (key, value) in key_values(&given) {
        properties.set(&key, value);
    }
    Ok(properties)
}
