//! The options of `kafka-console-consumer`.

use super::formatter::Formatter;
use crate::cli::applets::settings::key_values;
use crate::cli::applets::{
    DEFAULT_CAPACITY, Kind, Opt, Parsed, Parser, Properties, Screen, Stop, command_config,
    hash_map_order,
};

pub(super) const TOPIC: Opt = Opt::value("topic", "topic", "The topic to consume from.");
pub(super) const INCLUDE: Opt = Opt::value(
    "include",
    "Java regex (String)",
    "Regular expression specifying list of topics to include for consumption.",
);
pub(super) const PARTITION: Opt = Opt::value("partition", "partition", "The partition to consume from. Consumption starts from the end of the partition unless '--offset' is specified.").of(Kind::Integer);
pub(super) const OFFSET: Opt = Opt::value("offset", "consume offset", "The offset to consume from (a non-negative number), or 'earliest' which means from beginning, or 'latest' which means from end").defaults_to("latest");
pub(super) const CONSUMER_PROPERTY: Opt = Opt::value(
    "consumer-property",
    "consumer_prop",
    "(DEPRECATED) Consumer config properties in the form key=value. This option will be removed in a future version. Use --command-property instead.",
);
pub(super) const COMMAND_PROPERTY: Opt = Opt::value(
    "command-property",
    "consumer_prop",
    "Consumer config properties in the form key=value.",
);
pub(super) const CONSUMER_CONFIG: Opt = Opt::value(
    "consumer.config",
    "config file",
    "(DEPRECATED) Consumer config properties file. Note that [command-property] takes precedence over this config. This option will be removed in a future version. Use --command-config instead.",
);
pub(super) const COMMAND_CONFIG: Opt = Opt::value(
    "command-config",
    "config file",
    "Consumer config properties file. Note that [command-property] takes precedence over this config.",
);
pub(super) const FORMATTER: Opt = Opt::value(
    "formatter",
    "class",
    "The name of a class to use for formatting kafka messages for display.",
)
.defaults_to("org.apache.kafka.tools.consumer.DefaultMessageFormatter");
pub(super) const PROPERTY: Opt = Opt::value(
    "property",
    "prop",
    "(DEPRECATED) The properties to initialize the message formatter. Default properties include: \n print.timestamp=true|false\n print.key=true|false\n print.offset=true|false\n print.epoch=true|false\n print.partition=true|false\n print.headers=true|false\n print.value=true|false\n key.separator=<key.separator>\n line.separator=<line.separator>\n headers.separator=<headers.separator>\n null.literal=<null.literal>\n key.deserializer=<key.deserializer>\n value.deserializer=<value.deserializer>\n header.deserializer=<header.deserializer>\n\nUsers can also pass in customized properties for their formatter; more specifically, users can pass in properties keyed with 'key.deserializer.', 'value.deserializer.' and 'headers.deserializer.' prefixes to configure their deserializers. \nThis option will be removed in a future version. Use --formatter-property instead.",
);
pub(super) const FORMATTER_PROPERTY: Opt = Opt::value(
    "formatter-property",
    "prop",
    "The properties to initialize the message formatter. Default properties include: \n print.timestamp=true|false\n print.key=true|false\n print.offset=true|false\n print.epoch=true|false\n print.partition=true|false\n print.headers=true|false\n print.value=true|false\n key.separator=<key.separator>\n line.separator=<line.separator>\n headers.separator=<headers.separator>\n null.literal=<null.literal>\n key.deserializer=<key.deserializer>\n value.deserializer=<value.deserializer>\n header.deserializer=<header.deserializer>\n\nUsers can also pass in customized properties for their formatter; more specifically, users can pass in properties keyed with 'key.deserializer.', 'value.deserializer.' and 'headers.deserializer.' prefixes to configure their deserializers.",
);
pub(super) const FORMATTER_CONFIG: Opt = Opt::value(
    "formatter-config",
    "config file",
    "Config properties file to initialize the message formatter. Note that [formatter-property] takes precedence over this config.",
);
pub(super) const FROM_BEGINNING: Opt = Opt::flag(
    "from-beginning",
    "If the consumer does not already have an established offset to consume from, start with the earliest message present in the log rather than the latest message.",
);
pub(super) const MAX_MESSAGES: Opt = Opt::value("max-messages", "num_messages", "The maximum number of messages to consume before exiting. If not set, consumption is continual.").of(Kind::Integer);
pub(super) const TIMEOUT_MS: Opt = Opt::value(
    "timeout-ms",
    "timeout_ms",
    "If specified, exit if no message is available for consumption for the specified interval.",
)
.of(Kind::Long);
pub(super) const SKIP_MESSAGE_ON_ERROR: Opt = Opt::flag(
    "skip-message-on-error",
    "If there is an error when processing a message, skip it instead of halt.",
);
pub(super) const BOOTSTRAP_SERVER: Opt = Opt::value(
    "bootstrap-server",
    "server to connect to",
    "REQUIRED: The server(s) to connect to.",
);
pub(super) const KEY_DESERIALIZER: Opt = Opt::value(
    "key-deserializer",
    "deserializer for keys",
    "The name of the class to use for deserializing keys.",
);
pub(super) const VALUE_DESERIALIZER: Opt = Opt::value(
    "value-deserializer",
    "deserializer for values",
    "The name of the class to use for deserializing values.",
);
pub(super) const ENABLE_SYSTEST_EVENTS: Opt = Opt::flag(
    "enable-systest-events",
    "Log lifecycle events of the consumer in addition to logging consumed messages. (This is specific for system tests.)",
);
pub(super) const ISOLATION_LEVEL: Opt = Opt::value("isolation-level", "", "Set to read_committed in order to filter out transactional messages which are not committed. Set to read_uncommitted to read all messages.").defaults_to("read_uncommitted");
pub(super) const GROUP: Opt =
    Opt::value("group", "consumer group id", "The consumer group id of the consumer.");

pub(super) const PARSER: Parser = Parser::new(
    "kafka-console-consumer",
    &[
        TOPIC,
        INCLUDE,
        PARTITION,
        OFFSET,
        CONSUMER_PROPERTY,
        COMMAND_PROPERTY,
        CONSUMER_CONFIG,
        COMMAND_CONFIG,
        FORMATTER,
        PROPERTY,
        FORMATTER_PROPERTY,
        FORMATTER_CONFIG,
        FROM_BEGINNING,
        MAX_MESSAGES,
        TIMEOUT_MS,
        SKIP_MESSAGE_ON_ERROR,
        BOOTSTRAP_SERVER,
        KEY_DESERIALIZER,
        VALUE_DESERIALIZER,
        ENABLE_SYSTEST_EVENTS,
        ISOLATION_LEVEL,
        GROUP,
    ],
);

const PURPOSE: &str =
    "This tool helps to read data from Kafka topics and outputs it to standard output.";
const RECOMMENDATION: &str = "The consumer rebalance protocol (KIP-848) is production-ready! Set group.protocol=consumer to try it out. See https://kafka.apache.org/documentation/#consumer_rebalance_protocol";

/// Where in a partition to begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Where {
    Start,
    End,
    At(i64),
}

/// What the words say; what is out of date is remarked on standard output.
pub(super) fn parse(words: &[String], screen: &mut Screen) -> Result<Parsed, Stop> {
    let parsed = PARSER.parse(words).map_err(usage)?;
    parsed.help_or_version(PURPOSE)?;
    parsed.one_of(&[TOPIC, INCLUDE])?;
    let refuse = |message: &str| Err(Stop::Usage(message.into()));
    if parsed.has(PARTITION) {
        parsed.value(PARTITION)?;
        if !parsed.has(TOPIC) {
            return refuse("The topic is required when partition is specified.");
        }
        if parsed.has(FROM_BEGINNING) && parsed.has(OFFSET) {
            return refuse("Options from-beginning and offset cannot be specified together.");
        }
    } else if parsed.has(OFFSET) {
        return refuse("The partition is required when offset is specified.");
    }
    parsed.require(&[BOOTSTRAP_SERVER])?;
    for (old, new) in [(CONSUMER_PROPERTY, COMMAND_PROPERTY), (CONSUMER_CONFIG, COMMAND_CONFIG)] {
        if parsed.has(old) && parsed.has(new) {
            let (old, new) = (old.name, new.name);
            let message = format!("Options --{old} and --{new} cannot be specified together.");
            return Err(Stop::Usage(message));
        }
    }
    for (old, new) in [(CONSUMER_PROPERTY, COMMAND_PROPERTY), (CONSUMER_CONFIG, COMMAND_CONFIG)] {
        if parsed.has(old) {
            screen.line(deprecated(old, new));
        }
    }
    Ok(parsed)
}

fn deprecated(old: Opt, new: Opt) -> String {
    let (old, new) = (old.name, new.name);
    format!(
        "Option --{old} is deprecated and will be removed in a future version. Use --{new} instead."
    )
}

/// What is wrong with the words is told above the help page.
fn usage(stop: Stop) -> Stop {
    match stop {
        Stop::Thrown(thrown) => Stop::Usage(thrown.message().to_owned()),
        other => other,
    }
}

/// The properties of the consumer.
pub(super) fn properties(parsed: &Parsed, screen: &mut Screen) -> Result<Properties, Stop> {
    let file = match parsed.value(COMMAND_CONFIG)? {
        Some(file) => Some(file),
        None => parsed.value(CONSUMER_CONFIG)?,
    };
    let mut config = command_config(file.as_deref())?;
    let mut given = parsed.texts(COMMAND_PROPERTY);
    given.extend(parsed.texts(CONSUMER_PROPERTY));
    let given = key_values(&given);
    let group = group(parsed, &config, &given)?;
    given.into_iter().for_each(|(key, value)| config.set(&key, value));
    set_reset(parsed, &mut config, screen)?;
    config.set("bootstrap.servers", parsed.value(BOOTSTRAP_SERVER)?.unwrap_or_default());
    if config.get("client.id").is_none() {
        config.set("client.id", "console-consumer");
    }
    if parsed.has(ISOLATION_LEVEL) || config.get("isolation.level").is_none() {
        config.set("isolation.level", parsed.value(ISOLATION_LEVEL)?.unwrap_or_default());
    }
    match group {
        Some(group) => config.set("group.id", group),
        None => {
            config.set("group.id", format!("console-consumer-{}", rand::random_range(0..100_000)));
            if config.get("enable.auto.commit").is_none() {
                config.set("enable.auto.commit", "false");
            }
        }
    }
    Ok(config)
}

/// The group, which must be the same wherever it is named.
fn group(
    parsed: &Parsed,
    file: &Properties,
    given: &[(String, String)],
) -> Result<Option<String>, Stop> {
    let property = given.iter().rev().find(|(key, _)| key == "group.id");
    let named = [
        parsed.value(GROUP)?,
        property.map(|(_, value)| value.clone()),
        file.get("group.id").map(str::to_owned),
    ];
    let mut groups: Vec<String> = named.into_iter().flatten().collect();
    groups.dedup();
    if groups.iter().any(|group| Some(group) != groups.first()) {
        let groups = hash_map_order(groups, DEFAULT_CAPACITY, String::clone);
        let groups: Vec<String> = groups.iter().map(|group| format!("'{group}'")).collect();
        let groups = groups.join(", ");
        return Err(Stop::Usage(format!(
            "The group ids provided in different places (directly using '--group', via '--consumer-property', or via '--consumer.config') do not match. Detected group ids: {groups}"
        )));
    }
    if !groups.is_empty() && parsed.has(PARTITION) {
        let message = "Options group and partition cannot be specified together.";
        return Err(Stop::Usage(message.into()));
    }
    Ok(groups.pop())
}

fn set_reset(parsed: &Parsed, config: &mut Properties, screen: &mut Screen) -> Result<(), Stop> {
    let begins = parsed.has(FROM_BEGINNING);
    match config.get("auto.offset.reset") {
        Some(reset) if begins && reset != "earliest" => {
            screen.complain(format!(
                "Can't simultaneously specify --from-beginning and 'auto.offset.reset={reset}', please remove one option"
            ));
            Err(Stop::Exit(1))
        }
        Some(_) => Ok(()),
        None => {
            config.set("auto.offset.reset", if begins { "earliest" } else { "latest" });
            Ok(())
        }
    }
}

/// Where to begin, if it is one partition that is read.
pub(super) fn place(parsed: &Parsed) -> Result<Option<Where>, Stop> {
    if !parsed.has(PARTITION) {
        return Ok(None);
    }
    if !parsed.has(OFFSET) {
        return Ok(Some(if parsed.has(FROM_BEGINNING) { Where::Start } else { Where::End }));
    }
    let text = parsed.value(OFFSET)?.unwrap_or_default();
    match text.to_lowercase().as_str() {
        "earliest" => Ok(Some(Where::Start)),
        "latest" => Ok(Some(Where::End)),
        _ => match text.parse::<i64>().ok().filter(|offset| *offset >= 0) {
            Some(offset) => Ok(Some(Where::At(offset))),
            None => Err(Stop::Usage(format!(
                "The provided offset value '{text}' is incorrect. Valid values are 'earliest', 'latest', or a non-negative long."
            ))),
        },
    }
}

/// The formatter, with its properties.
pub(super) fn formatter(parsed: &Parsed, screen: &mut Screen) -> Result<Formatter, Stop> {
    parsed.value(TIMEOUT_MS)?;
    let class = parsed.value(FORMATTER)?.unwrap_or_default();
    if parsed.has(FORMATTER_PROPERTY) && parsed.has(PROPERTY) {
        let message = "Options --property and --formatter-property cannot be specified together.";
        return Err(Stop::Usage(message.into()));
    }
    if parsed.has(PROPERTY) {
        screen.line(deprecated(PROPERTY, FORMATTER_PROPERTY));
    }
    let mut properties = command_config(parsed.value(FORMATTER_CONFIG)?.as_deref())?;
    let mut given = parsed.texts(FORMATTER_PROPERTY);
    given.extend(parsed.texts(PROPERTY));
    for (key, value) in key_values(&given) {
        properties.set(&key, value);
    }
    for (key, option) in
        [("key.deserializer", KEY_DESERIALIZER), ("value.deserializer", VALUE_DESERIALIZER)]
    {
        if let Some(class) = parsed.value(option)?.filter(|class| !class.is_empty()) {
            properties.set(key, class);
        }
    }
    Formatter::new(&class, &properties, screen).map_err(Stop::Usage)
}

/// What Kafka says to whoever uses the classic protocol.
pub(super) fn recommend_protocol(config: &Properties, screen: &mut Screen) {
    let protocol = config.get("group.protocol");
    if protocol.is_none_or(|protocol| protocol.eq_ignore_ascii_case("classic")) {
        screen.complain(RECOMMENDATION);
    }
}
