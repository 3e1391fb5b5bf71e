//! The options of `kafka-dump-log`.

use client::cli::applets::{Kind, Opt, Parsed, Parser, Stop, Thrown};

const PURPOSE: &str = "This tool helps to parse a log file and dump its contents to the console, useful for debugging a seemingly corrupt log segment.";
const STRING_DECODER: &str = "org.apache.kafka.tools.api.StringDecoder";

pub(super) const PRINT_DATA_LOG: Opt = Opt::flag(
    "print-data-log",
    "If set, printing the messages content when dumping data logs. Automatically set if any decoder option is specified.",
);
pub(super) const VERIFY_INDEX_ONLY: Opt = Opt::flag(
    "verify-index-only",
    "If set, just verify the index log without printing its content.",
);
pub(super) const INDEX_SANITY_CHECK: Opt = Opt::flag(
    "index-sanity-check",
    "If set, just checks the index sanity without printing its content. This is the same check that is executed on broker startup to determine if an index needs rebuilding or not.",
);
pub(super) const FILES: Opt = Opt::value(
    "files",
    "file1, file2, ...",
    "REQUIRED: The comma separated list of data and index log files to be dumped.",
);
pub(super) const MAX_MESSAGE_SIZE: Opt =
    Opt::value("max-message-size", "size", "Size of largest message.")
        .of(Kind::Integer)
        .defaults_to("5242880");
pub(super) const MAX_BYTES: Opt = Opt::value(
    "max-bytes",
    "size",
    "Limit the amount of total batches read in bytes avoiding reading the whole .log file(s).",
)
.of(Kind::Integer)
.defaults_to("2147483647");
pub(super) const DEEP_ITERATION: Opt = Opt::flag(
    "deep-iteration",
    "If set, uses deep instead of shallow iteration. Automatically set if print-data-log is enabled.",
);
pub(super) const VALUE_DECODER: Opt = Opt::value(
    "value-decoder-class",
    "",
    "If set, used to deserialize the messages. This class should implement org.apache.kafka.tools.api.Decoder trait. Custom jar should be available in kafka/libs directory.",
)
.optional()
.defaults_to(STRING_DECODER);
pub(super) const KEY_DECODER: Opt = Opt::value(
    "key-decoder-class",
    "",
    "If set, used to deserialize the keys. This class should implement org.apache.kafka.tools.api.Decoder trait. Custom jar should be available in kafka/libs directory.",
)
.optional()
.defaults_to(STRING_DECODER);
pub(super) const OFFSETS: Opt = Opt::flag(
    "offsets-decoder",
    "If set, log data will be parsed as offset data from the __consumer_offsets topic.",
);
const TRANSACTION_LOG: Opt = Opt::flag(
    "transaction-log-decoder",
    "If set, log data will be parsed as transaction metadata from the __transaction_state topic.",
);
const CLUSTER_METADATA: Opt = Opt::flag(
    "cluster-metadata-decoder",
    "If set, log data will be parsed as cluster metadata records.",
);
const REMOTE_METADATA: Opt = Opt::flag(
    "remote-log-metadata-decoder",
    "If set, log data will be parsed as TopicBasedRemoteLogMetadataManager (RLMM) metadata records. Instead, the value-decoder-class option can be used if a custom RLMM implementation is configured.",
);
const SHARE_STATE: Opt = Opt::flag(
    "share-group-state-decoder",
    "If set, log data will be parsed as share group state data from the __share_group_state topic.",
);
pub(super) const SKIP_RECORD_METADATA: Opt = Opt::flag(
    "skip-record-metadata",
    "Skip metadata when printing records. This flag also skips control records.",
);

/// Decoders of records that this broker does not write.
pub(super) const FOREIGN: [Opt; 4] =
    [TRANSACTION_LOG, CLUSTER_METADATA, REMOTE_METADATA, SHARE_STATE];

pub(super) const PARSER: Parser = Parser::new(
    "kafka-dump-log",
    &[
        PRINT_DATA_LOG,
        VERIFY_INDEX_ONLY,
        INDEX_SANITY_CHECK,
        FILES,
        MAX_MESSAGE_SIZE,
        MAX_BYTES,
        DEEP_ITERATION,
        VALUE_DECODER,
        KEY_DECODER,
        OFFSETS,
        TRANSACTION_LOG,
        CLUSTER_METADATA,
        REMOTE_METADATA,
        SHARE_STATE,
        SKIP_RECORD_METADATA,
    ],
);

pub(super) fn parse(words: &[String]) -> Result<Parsed, Stop> {
    let parsed = PARSER.parse(words)?;
    parsed.help_or_version(PURPOSE)?;
    parsed.require(&[FILES])?;
    Ok(parsed)
}

/// Whether keys and values are wanted.
pub(super) fn prints_data(parsed: &Parsed) -> bool {
    let own = [PRINT_DATA_LOG, OFFSETS, VALUE_DECODER, KEY_DECODER];
    own.iter().chain(&FOREIGN).any(|option| parsed.has(*option))
}

/// The value of an option of whole numbers, which has a default.
pub(super) fn integer(parsed: &Parsed, option: Opt) -> Result<i32, Thrown> {
    let value = parsed.value(option)?;
    Ok(value.and_then(|text| text.parse().ok()).unwrap_or(i32::MAX))
}
