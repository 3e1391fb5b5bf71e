//! `kafka-consumer-groups`: groups are listed, described and deleted, and where they go on reading is changed.
//!
//! Kafka's tool ends with exit code 0 also where the cluster refused: only a wrong command line is 1. Scripts read its
//! output, so ours does the same.

mod delete;
mod describe;
mod list;
mod members;
mod options;
mod plan;
mod regex;
mod reset;
mod rows;
mod scenario;
mod scope;
mod time;

use std::process::ExitCode;
use std::time::Duration;

use super::link::{Link, command_config};
use super::{Applet, Parsed, Screen, Stop, Thrown};
use options::PARSER;

/// `kafka-consumer-groups.sh`.
pub(super) const APPLET: Applet = Applet {
    name: "kafka-consumer-groups",
    classes: &[
        "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand",
        "kafka.admin.ConsumerGroupCommand",
    ],
    run,
};

/// What stands where there is nothing to tell.
const MISSING: &str = "-";

/// One call of the tool.
struct Call<'a> {
    parsed: &'a Parsed,
    link: &'a Link,
}

fn run(words: Vec<String>) -> ExitCode {
    super::start(async move |screen| consumer_groups(&words, screen).await)
}

async fn consumer_groups(words: &[String], screen: &mut Screen) -> u8 {
    let parsed = match options::parse(words, |remark| screen.complain(remark)) {
        Ok(parsed) => parsed,
        Err(stop) => {
            return stop.settle(&PARSER, screen).unwrap_or_else(|thrown| screen.uncaught(&thrown));
        }
    };
    let stop = match act(&parsed, screen).await {
        Ok(()) => return 0,
        Err(Stop::Thrown(thrown)) if is_usage(&thrown) => Stop::Usage(thrown.message().into()),
        Err(stop) => stop,
    };
    stop.settle(&PARSER, screen).unwrap_or_else(|thrown| {
        print_error(
            screen,
            &format!("Executing consumer group command failed due to {}", thrown.message()),
        );
        screen.complain(thrown);
        0
    })
}

/// Whether the command line is to blame.
fn is_usage(thrown: &Thrown) -> bool {
    thrown.is_a("IllegalArgumentException") || thrown.class().starts_with("joptsimple.")
}

fn print_error(screen: &mut Screen, message: &str) {
    screen.line(format!("\nError: {message}"));
}

async fn act(parsed: &Parsed, screen: &mut Screen) -> Result<(), Stop> {
    if let Some(regex) = parsed.value(options::VALIDATE_REGEX)? {
        screen.line(regex::verdict(&regex));
        return Ok(());
    }
    let config = command_config(parsed.value(options::COMMAND_CONFIG)?.as_deref())
        .map_err(Thrown::in_runtime)?;
    let link = Link::new(parsed.value(options::BOOTSTRAP_SERVER)?.as_deref(), &config)?;
    let timeout = parsed.number(options::TIMEOUT)?.unwrap_or(0);
    let link = link.patient(Duration::from_millis(timeout));
    let call = Call { parsed, link: &link };
    if parsed.has(options::LIST) {
        call.list(screen).await
    } else if parsed.has(options::DESCRIBE) {
        call.describe(screen).await
    } else if parsed.has(options::DELETE) {
        call.delete(screen).await
    } else if parsed.has(options::RESET_OFFSETS) {
        call.reset(screen).await
    } else {
        call.delete_offsets(screen).await
    }
}
