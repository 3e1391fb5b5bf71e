//! `kafka-topics`: topics are listed, described, made, given more partitions and deleted.

mod alter;
mod create;
mod describe;
mod options;
mod partition;
mod select;
mod settings;

use std::process::ExitCode;

use super::link::Link;
use super::{Applet, Parsed, Screen, Stop, Thrown};
use options::PARSER;
pub(super) use select::include_list;

/// `kafka-topics.sh`.
pub(super) const APPLET: Applet = Applet {
    name: "kafka-topics",
    classes: &["org.apache.kafka.tools.TopicCommand", "kafka.admin.TopicCommand"],
    run,
};

fn run(words: Vec<String>) -> ExitCode {
    super::start(async move |screen| topics(&words, screen).await)
}

/// What is wrong with the line goes to standard error; what goes wrong with the work, to standard output.
async fn topics(words: &[String], screen: &mut Screen) -> u8 {
    let (parsed, link) = match prepare(words, screen) {
        Ok(prepared) => prepared,
        Err(stop) => return stop.end(&PARSER, screen),
    };
    match act(&parsed, &link, screen).await {
        Ok(()) => 0,
        Err(thrown) => {
            screen.line(format!("Error while executing topic command : {}", thrown.message()));
            1
        }
    }
}

fn prepare(words: &[String], screen: &mut Screen) -> Result<(Parsed, Link), Stop> {
    let parsed = options::parse(words, |remark| screen.complain(remark))?;
    if parsed.has(options::IF_EXISTS) && parsed.has(options::TOPIC) && parsed.has(options::TOPIC_ID)
    {
        screen.line(
            "Only topic id will be used when both --topic and --topic-id are specified and topicId is not Uuid.ZERO_UUID",
        );
    }
    let link = Link::of(&parsed, options::BOOTSTRAP_SERVER, options::COMMAND_CONFIG)?;
    Ok((parsed, link))
}

async fn act(parsed: &Parsed, link: &Link, screen: &mut Screen) -> Result<(), Thrown> {
    if parsed.has(options::CREATE) {
        create::create(parsed, link, screen).await
    } else if parsed.has(options::ALTER) {
        alter::alter(parsed, link, screen).await
    } else if parsed.has(options::LIST) {
        let topics = select::topics(parsed, link, screen).await?;
        let names: Vec<&str> = topics.iter().map(|name| name.as_str()).collect();
        screen.line(names.join("\n"));
        Ok(())
    } else if parsed.has(options::DESCRIBE) {
        describe::describe(parsed, link, screen).await
    } else {
        alter::delete(parsed, link, screen).await
    }
}
