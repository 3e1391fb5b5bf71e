//! `kafka-groups`: groups of all types are listed.

use std::process::ExitCode;

use super::link::Link;
use super::{Applet, DEFAULT_CAPACITY, Opt, Parsed, Parser, Screen, Stop, Thrown, hash_map_order};
use crate::admin::ListedGroup;

/// `kafka-groups.sh`.
pub(super) const APPLET: Applet =
    Applet { name: "kafka-groups", classes: &["org.apache.kafka.tools.GroupsCommand"], run };

const BOOTSTRAP_SERVER: Opt = Opt::value(
    "bootstrap-server",
    "server to connect to",
    "REQUIRED: The Kafka server to connect to.",
)
.required();
const COMMAND_CONFIG: Opt = Opt::value(
    "command-config",
    "command config property file",
    "Property file containing configs to be passed to Admin Client.",
);
const LIST: Opt = Opt::flag("list", "List the groups.");
const GROUP_TYPE: Opt = Opt::value(
    "group-type",
    "type",
    "Filter the groups based on group type. Valid types are: 'classic', 'consumer', 'share' and 'streams'.",
);
const PROTOCOL: Opt =
    Opt::value("protocol", "protocol", "Filter the groups based on protocol type.");
const CONSUMER: Opt = Opt::flag(
    "consumer",
    "Filter the groups to show all kinds of consumer groups, including classic and simple consumer groups. This matches \
     group type 'consumer', and group type 'classic' where the protocol type is 'consumer' or empty.",
);
const SHARE: Opt = Opt::flag("share", "Filter the groups to show share groups.");
const STREAMS: Opt = Opt::flag("streams", "Filter the groups to show streams groups.");
const PARSER: Parser = Parser::new(
    "kafka-groups",
    &[BOOTSTRAP_SERVER, COMMAND_CONFIG, LIST, GROUP_TYPE, PROTOCOL, CONSUMER, SHARE, STREAMS],
);
const ABOUT: &str = "This tool helps to list groups of all types.";

/// The types that a group may have, as they are printed.
const TYPES: &[&str] = &["Consumer", "Classic", "Share", "Streams"];
/// A column is as wide as the widest cell of all, and this at least.
const COLUMN_MIN: usize = 20;

fn run(words: Vec<String>) -> ExitCode {
    super::start(async move |screen| groups(&words, screen).await)
}

async fn groups(words: &[String], screen: &mut Screen) -> u8 {
    let (parsed, link) = match prepare(words) {
        Ok(prepared) => prepared,
        Err(stop) => return stop.end(&PARSER, screen),
    };
    match list(&parsed, &link, screen).await {
        Ok(()) => 0,
        Err(thrown) => {
            screen.line(format!("Error while executing groups command : {}", thrown.message()));
            1
        }
    }
}

fn prepare(words: &[String]) -> Result<(Parsed, Link), Stop> {
    let parsed = PARSER.parse(words).map_err(|stop| match stop {
        Stop::Thrown(thrown) => Stop::Usage(thrown.message().into()),
        stop => stop,
    })?;
    parsed.help_or_version(ABOUT)?;
    if !parsed.has(LIST) {
        return Err(Stop::Usage("Command must include exactly one action: --list.".into()));
    }
    if parsed.has(GROUP_TYPE) && wanted_type(&parsed)?.is_none() {
        return Err(Thrown::illegal_argument("--group-type must be a valid group type.").into());
    }
    parsed.forbid(CONSUMER, &[GROUP_TYPE, PROTOCOL, SHARE, STREAMS])?;
    parsed.forbid(SHARE, &[CONSUMER, GROUP_TYPE, PROTOCOL, STREAMS])?;
    parsed.forbid(STREAMS, &[CONSUMER, GROUP_TYPE, PROTOCOL, SHARE])?;
    let link = Link::of(&parsed, BOOTSTRAP_SERVER, COMMAND_CONFIG)?;
    Ok((parsed, link))
}

fn wanted_type(parsed: &Parsed) -> Result<Option<&'static str>, Thrown> {
    Ok(parsed.value(GROUP_TYPE)?.and_then(|text| known_type(&text)))
}

fn known_type(text: &str) -> Option<&'static str> {
    TYPES.iter().find(|known| known.eq_ignore_ascii_case(text)).copied()
}

async fn list(parsed: &Parsed, link: &Link, screen: &mut Screen) -> Result<(), Thrown> {
    let groups = link.groups(screen).await?;
    let groups = hash_map_order(groups, DEFAULT_CAPACITY, |group| group.group.clone());
    let mut rows = Vec::new();
    for group in groups {
        let of_type =
            group.group_type.as_deref().map_or("", |text| known_type(text).unwrap_or("Unknown"));
        if is_wanted(parsed, &group, of_type)? {
            rows.push([group.group, of_type.to_owned(), group.protocol_type]);
        }
    }
    let width = rows.iter().flatten().map(String::len).max().unwrap_or(0).max(COLUMN_MIN);
    screen.line(format!("{:width$} {:width$} {:width$}", "GROUP", "TYPE", "PROTOCOL"));
    for [group, of_type, protocol] in rows {
        screen.line(format!("{group:width$} {of_type:width$} {protocol:width$} "));
    }
    Ok(())
}

fn is_wanted(parsed: &Parsed, group: &ListedGroup, of_type: &str) -> Result<bool, Thrown> {
    let protocol = parsed.value(PROTOCOL)?;
    let of_protocol = protocol.as_ref().is_none_or(|wanted| *wanted == group.protocol_type);
    Ok(if let Some(wanted) = wanted_type(parsed)? {
        of_type == wanted && of_protocol
    } else if protocol.is_some() {
        of_protocol
    } else if parsed.has(CONSUMER) {
        matches!(group.protocol_type.as_str(), "" | "consumer") || of_type == "Consumer"
    } else if parsed.has(SHARE) {
        of_type == "Share"
    } else if parsed.has(STREAMS) {
        of_type == "Streams"
    } else {
        true
    })
}
