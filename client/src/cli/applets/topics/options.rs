//! The options of `kafka-topics`.

use crate::cli::applets::{Kind, Opt, Parsed, Parser, Stop, Thrown};

/// Ends two descriptions and one message.
macro_rules! configs_tool {
    () => {
        " (To alter topic configurations, the kafka-configs tool can be used.)"
    };
}

pub(super) const BOOTSTRAP_SERVER: Opt = Opt::value(
    "bootstrap-server",
    "server to connect to",
    "REQUIRED: The Kafka server to connect to.",
);
pub(super) const COMMAND_CONFIG: Opt = Opt::value(
    "command-config",
    "command config property file",
    "Property file containing configs to be passed to Admin Client.",
);
pub(super) const LIST: Opt = Opt::flag("list", "List all available topics.");
pub(super) const CREATE: Opt = Opt::flag("create", "Create a new topic.");
pub(super) const DELETE: Opt = Opt::flag("delete", "Delete a topic.");
pub(super) const ALTER: Opt = Opt::flag(
    "alter",
    concat!("Alter the number of partitions and replica assignment.", configs_tool!()),
);
pub(super) const DESCRIBE: Opt = Opt::flag("describe", "List details for the given topics.");
pub(super) const TOPIC: Opt = Opt::value(
    "topic",
    "topic",
    "The topic to create, alter, describe or delete. It also accepts a regular expression, except for --create option.",
);
pub(super) const TOPIC_ID: Opt = Opt::value("topic-id", "topic-id", "The topic-id to describe.");
pub(super) const CONFIG: Opt = Opt::value(
    "config",
    "name=value",
    concat!(
        "A topic configuration override for the topic being created. The following is a list of valid configurations: \n",
        include_str!("config_names.txt"),
        "See the Kafka documentation for full details on the topic configs. It is supported only in combination with --create.",
        configs_tool!()
    ),
);
pub(super) const DELETE_CONFIG: Opt = Opt::value(
    "delete-config",
    "name",
    "This option is no longer supported and has been deprecated since 4.0",
);
pub(super) const PARTITIONS: Opt = Opt::value(
    "partitions",
    "# of partitions",
    "The number of partitions for the topic being created or altered. If not supplied with --create, the topic uses \
     the cluster default. (WARNING: If partitions are increased for a topic that has a key, the partition logic or \
     ordering of the messages will be affected).",
)
.of(Kind::Integer);
pub(super) const REPLICATION_FACTOR: Opt = Opt::value(
    "replication-factor",
    "replication factor",
    "The replication factor for each partition in the topic being created. If not supplied, the topic uses the \
     cluster default.",
)
.of(Kind::Integer);
pub(super) const REPLICA_ASSIGNMENT: Opt = Opt::value(
    "replica-assignment",
    "broker_id_for_part1_replica1 : broker_id_for_part1_replica2 , broker_id_for_part2_replica1 : \
     broker_id_for_part2_replica2 , ...",
    "A list of manual partition-to-broker assignments for the topic being created or altered.",
);
pub(super) const UNDER_REPLICATED: Opt = Opt::flag(
    "under-replicated-partitions",
    "If set when describing topics, only show under-replicated partitions.",
);
pub(super) const UNAVAILABLE: Opt = Opt::flag(
    "unavailable-partitions",
    "If set when describing topics, only show partitions whose leader is not available.",
);
pub(super) const UNDER_MIN_ISR: Opt = Opt::flag(
    "under-min-isr-partitions",
    "If set when describing topics, only show partitions whose isr count is less than the configured minimum.",
);
pub(super) const AT_MIN_ISR: Opt = Opt::flag(
    "at-min-isr-partitions",
    "If set when describing topics, only show partitions whose isr count is equal to the configured minimum.",
);
pub(super) const WITH_OVERRIDES: Opt = Opt::flag(
    "topics-with-overrides",
    "If set when describing topics, only show topics that have overridden configs.",
);
pub(super) const IF_EXISTS: Opt = Opt::flag(
    "if-exists",
    "If set when altering or deleting or describing topics, the action will only execute if the topic exists.",
);
pub(super) const IF_NOT_EXISTS: Opt = Opt::flag(
    "if-not-exists",
    "If set when creating topics, the create request will not fail if the topic already exists, but the request will \
     still be sent.",
);
pub(super) const EXCLUDE_INTERNAL: Opt = Opt::flag(
    "exclude-internal",
    "Exclude internal topics when listing or describing topics. By default, the internal topics are included.",
);
pub(super) const SIZE_LIMIT: Opt = Opt::value(
    "partition-size-limit-per-response",
    "maximum number of partitions per response",
    "The maximum partition size to be included in one DescribeTopicPartitions response.",
)
.of(Kind::Integer);

pub(super) const PARSER: Parser = Parser::new(
    "kafka-topics",
    &[
        BOOTSTRAP_SERVER,
        COMMAND_CONFIG,
        LIST,
        CREATE,
        DELETE,
        ALTER,
        DESCRIBE,
        TOPIC,
        TOPIC_ID,
        CONFIG,
        DELETE_CONFIG,
        PARTITIONS,
        REPLICATION_FACTOR,
        REPLICA_ASSIGNMENT,
        UNDER_REPLICATED,
        UNAVAILABLE,
        UNDER_MIN_ISR,
        AT_MIN_ISR,
        WITH_OVERRIDES,
        IF_EXISTS,
        IF_NOT_EXISTS,
        EXCLUDE_INTERNAL,
        SIZE_LIMIT,
    ],
);

/// The five acts, of which one must be chosen.
const ACTS: &[Opt] = &[CREATE, LIST, ALTER, DESCRIBE, DELETE];

/// Each option that goes with some acts only, those acts, and the options that it does not bear.
const ALLOWED: &[(Opt, &[Opt], &[Opt])] = &[
    (CONFIG, &[ALTER, CREATE], &[]),
    (PARTITIONS, &[ALTER, CREATE], &[]),
    (REPLICATION_FACTOR, &[CREATE], &[]),
    (REPLICA_ASSIGNMENT, &[ALTER, CREATE], &[]),
    (UNDER_REPLICATED, &[DESCRIBE], &[WITH_OVERRIDES]),
    (UNDER_MIN_ISR, &[DESCRIBE], &[WITH_OVERRIDES]),
    (AT_MIN_ISR, &[DESCRIBE], &[WITH_OVERRIDES]),
    (UNAVAILABLE, &[DESCRIBE], &[WITH_OVERRIDES]),
    (WITH_OVERRIDES, &[DESCRIBE], &[UNDER_REPLICATED, UNDER_MIN_ISR, AT_MIN_ISR, UNAVAILABLE]),
    (IF_EXISTS, &[ALTER, DELETE, DESCRIBE], &[]),
    (IF_NOT_EXISTS, &[CREATE], &[]),
    (EXCLUDE_INTERNAL, &[LIST, DESCRIBE], &[]),
];

/// The command line, if it makes sense. What is only worth a remark is told to `remark` (standard error) and `note`
/// (standard output).
pub(super) fn parse(words: &[String], mut remark: impl FnMut(&str)) -> Result<Parsed, Stop> {
    let parsed = PARSER.parse(words)?;
    if words.is_empty() {
        return Err(Stop::Usage("Create, delete, describe, or change a topic.".into()));
    }
    parsed.help_or_version("This tool helps to create, delete, describe, or change a topic.")?;
    if parsed.count(ACTS) != 1 {
        let message = "Command must include exactly one action: --list, --describe, --create, --alter or --delete";
        return Err(Stop::Usage(message.into()));
    }
    if parsed.has(DELETE_CONFIG) {
        remark(
            "delete-config option is no longer supported and deprecated since version 4.0. The config will be fully \
             removed in future releases.",
        );
    }
    check_required(&parsed)?;
    check_allowed(&parsed)?;
    Ok(parsed)
}

fn check_required(parsed: &Parsed) -> Result<(), Stop> {
    if !parsed.has(BOOTSTRAP_SERVER) {
        return Err(Thrown::illegal_argument("--bootstrap-server must be specified").into());
    }
    if parsed.has(DESCRIBE) && parsed.has(IF_EXISTS) && parsed.count(&[TOPIC, TOPIC_ID]) == 0 {
        return Err(Stop::Usage("--topic or --topic-id is required to describe a topic".into()));
    }
    if parsed.count(&[LIST, DESCRIBE]) == 0 {
        parsed.require(&[TOPIC])?;
    }
    if !parsed.has(ALTER) {
        return Ok(());
    }
    if parsed.has(CONFIG) {
        let message = "Option combination \"[[bootstrap-server], [config]]\" can't be used with option \"[alter]\"";
        return Err(Stop::Usage(format!("{message}{}", configs_tool!())));
    }
    parsed.require(&[PARTITIONS])
}

fn check_allowed(parsed: &Parsed) -> Result<(), Stop> {
    for (option, acts, unbearable) in ALLOWED {
        let others = ACTS.iter().filter(|act| !acts.iter().any(|allowed| allowed.name == act.name));
        let others: Vec<Opt> = others.chain(*unbearable).copied().collect();
        parsed.forbid(*option, &others)?;
        if option.name == REPLICA_ASSIGNMENT.name && parsed.has(CREATE) {
            parsed.forbid(REPLICA_ASSIGNMENT, &[PARTITIONS, REPLICATION_FACTOR])?;
        }
    }
    Ok(())
}
