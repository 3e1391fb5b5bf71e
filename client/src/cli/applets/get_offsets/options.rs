//! The options of `kafka-get-offsets`.

use crate::cli::applets::{Opt, Parsed, Parser, Stop};

/// How a rule of `--topic-partitions` looks.
macro_rules! pattern {
    () => {
        "([^:,]*)(?::(?:([0-9]*)|(?:([0-9]*)-([0-9]*))))?"
    };
}

/// The pattern of a rule, anchored.
pub(super) const RULE: &str = concat!("^", pattern!(), "$");

pub(super) const BOOTSTRAP_SERVER: Opt = Opt::value(
    "bootstrap-server",
    "HOST1:PORT1,...,HOST3:PORT3",
    "REQUIRED. The server(s) to connect to in the form HOST1:PORT1,HOST2:PORT2.",
);
pub(super) const TOPIC_PARTITIONS: Opt = Opt::value(
    "topic-partitions",
    "topic1:1,topic2:0-3,topic3,topic4:5-,topic5:-3",
    concat!(
        "Comma separated list of topic-partition patterns to get the offsets for, with the format of '",
        pattern!(),
        "'. The first group is an optional regex for the topic name, if omitted, it matches any topic name. The section \
         after ':' describes a 'partition' pattern, which can be: a number, a range in the format of 'NUMBER-NUMBER' \
         (lower inclusive, upper exclusive), an inclusive lower bound in the format of 'NUMBER-', an exclusive upper \
         bound in the format of '-NUMBER' or may be omitted to accept all partitions."
    ),
);
pub(super) const TOPIC: Opt = Opt::value(
    "topic",
    "topic",
    "The topic to get the offsets for. It also accepts a regular expression. If not present, all authorized topics are \
     queried. Cannot be used if --topic-partitions is present.",
);
pub(super) const PARTITIONS: Opt = Opt::value(
    "partitions",
    "partition ids",
    "Comma separated list of partition ids to get the offsets for. If not present, all partitions of the authorized \
     topics are queried. Cannot be used if --topic-partitions is present.",
);
pub(super) const TIME: Opt = Opt::value(
    "time",
    "<timestamp> / -1 or latest / -2 or earliest / -3 or max-timestamp / -4 or earliest-local / -5 or latest-tiered / -6 \
     or earliest-pending-upload",
    "timestamp of the offsets before that. [Note: No offset is returned, if the timestamp greater than recently committed \
     record timestamp is given.]",
)
.defaults_to("latest");
pub(super) const COMMAND_CONFIG: Opt = Opt::value(
    "command-config",
    "config file",
    "Property file containing configs to be passed to Admin Client.",
);
pub(super) const EXCLUDE_INTERNAL: Opt = Opt::flag(
    "exclude-internal-topics",
    "By default, internal topics are included. If specified, internal topics are excluded.",
);
pub(super) const PARSER: Parser = Parser::new(
    "kafka-get-offsets",
    &[
        BOOTSTRAP_SERVER,
        TOPIC_PARTITIONS,
        TOPIC,
        PARTITIONS,
        TIME,
        COMMAND_CONFIG,
        EXCLUDE_INTERNAL,
    ],
);

/// The command line, if it makes sense.
pub(super) fn parse(words: &[String]) -> Result<Parsed, Stop> {
    let parsed = PARSER.parse(words)?;
    parsed.help_or_version("An interactive shell for getting topic-partition offsets.")?;
    parsed.require(&[BOOTSTRAP_SERVER])?;
    let servers = parsed.value(BOOTSTRAP_SERVER)?.unwrap_or_default();
    if servers.trim().is_empty() {
        return Err(Stop::Usage("Error while validating the bootstrap address\n".into()));
    }
    let has_port =
        |server: &str| server.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    match servers.trim_end_matches(',').split(',').all(has_port) {
        true => Ok(parsed),
        false => {
            let message = "Please provide valid host:port like host1:9091,host2:9092\n";
            Err(Stop::Usage(message.into()))
        }
    }
}
