//! The broker's log: how its lines look, and how much it says, changed while it runs.

use sapwood_tests::process::{Child, Properties, Said, Sapwood, is_serving, sapwood_command, wait};
use serde_json::Value;
use std::time::Duration;
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(60);

/// The lines of the log, without what is said beside it.
fn lines(text: &str) -> Vec<Value> {
    let json = text.lines().filter(|line| line.starts_with('{'));
    json.map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}")))
        .collect()
}

/// A line of this logger about a connection that ended.
fn tells_of_a_connection(line: &Value) -> bool {
    line["target"] == "broker::net::listener" && line["message"] == "connection ended"
}

#[test]
fn a_line_for_programs_is_json_with_the_same_names_first_and_what_the_event_carries() {
    let mut broker = Sapwood::start().expect("a broker");
    broker.stop().expect("an orderly stop");
    let lines = lines(&broker.child().output());
    assert!(!lines.is_empty(), "{}", broker.child().output());
    for line in &lines {
        let names: Vec<&String> = line.as_object().expect("an object").keys().collect();
        assert_eq!(names[..4], ["ts", "level", "target", "message"], "{line}");
        let time = line["ts"].as_str().expect("a text");
        assert!(time.len() == 27 && time.ends_with('Z') && time.contains('T'), "{time}");
    }
    let serves =
        lines.iter().find(|line| line["message"] == "the broker serves").expect("it serves");
    assert_eq!((&serves["level"], &serves["node_id"]), (&"INFO".into(), &1.into()), "{serves}");
    assert_eq!(serves["target"], "broker::server::running");
}

#[test]
fn text_can_be_had_where_nobody_looks() {
    let dir = TempDir::new().expect("a directory");
    let properties = Properties::alone(dir.path());
    let file = properties.write().expect("the file");
    let mut command = sapwood_command().expect("the binary");
    command.args(["server", "start", "--log-format", "text", "--config"]).arg(file);
    let mut child =
        Child::start("sapwood", &mut command, &dir.path().join("said")).expect("it starts");
    let serves = || is_serving(properties.address()).then_some(());
    wait::until("it to serve", LIMIT, serves).expect("it serves");
    child.stop(LIMIT).expect("an orderly stop");
    let said = child.output();
    assert!(said.contains(" INFO the broker serves node_id=1"), "{said}");
    assert!(!said.contains('{') && !said.contains('\u{1b}'), "{said}");
}

/// Runs `sapwood` against the broker. Its output.
fn run(broker: &Sapwood, arguments: &[&str]) -> Said {
    let address = broker.address().to_string();
    Said::by_sapwood(&[arguments, &["-b", &address]].concat()).expect("it runs")
}

fn level_of(broker: &Sapwood, logger: &str) -> String {
    let line = ["cluster", "config", "get", "--broker", "1", "--loggers", logger, "-o", "json"];
    let said = run(broker, &line);
    let told: Value = serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{}", said.err));
    assert_eq!(told[0]["source"], "broker logger");
    told[0]["value"].as_str().expect("a level").to_owned()
}

#[test]
fn a_level_that_is_turned_up_is_heard_at_once_and_down_again_no_more() {
    let mut broker = Sapwood::start().expect("a broker");
    let heard = |broker: &mut Sapwood| {
        lines(&broker.child().output()).iter().filter(|line| tells_of_a_connection(line)).count()
    };
    assert_eq!(level_of(&broker, "broker::net"), "INFO");
    assert_eq!(heard(&mut broker), 0, "connections are no news at INFO");
    let change = |broker: &Sapwood, verb: &str, what: &str| {
        let said = run(broker, &["cluster", "config", verb, "--broker", "1", "--loggers", what]);
        assert_eq!(said.code, Some(0), "{}", said.err);
    };
    change(&broker, "set", "broker::net=DEBUG");
    assert_eq!(level_of(&broker, "broker::net"), "DEBUG");
    wait::until("a connection in the log", LIMIT, || (heard(&mut broker) > 0).then_some(()))
        .expect("it is told");
    change(&broker, "unset", "broker::net");
    assert_eq!(level_of(&broker, "broker::net"), "INFO");
    change(&broker, "set", "root=ERROR");
    assert_eq!(
        (level_of(&broker, "root"), level_of(&broker, "storage")),
        ("ERROR".into(), "ERROR".into())
    );
    broker.stop().expect("an orderly stop");
    let stopping = lines(&broker.child().output()).iter().any(|line| line["message"] == "stopping");
    assert!(!stopping, "INFO is not heard any more");
    broker.restart().expect("it starts again");
    assert_eq!(level_of(&broker, "root"), "INFO", "levels last as long as the process");
}

#[test]
fn what_is_no_logger_or_no_level_is_refused() {
    let broker = Sapwood::start().expect("a broker");
    for (arguments, expected) in [
        (["set", "kafka.server=INFO"], "Logger kafka.server does not exist!"),
        (
            ["set", "broker::net=LOUD"],
            "Cannot set the log level of broker::net to LOUD as it is not a supported log level. \
             Valid log levels are DEBUG, ERROR, FATAL, INFO, OFF, TRACE, WARN",
        ),
        (["unset", "root"], "Removing the log level of the root logger is not allowed"),
    ] {
        let line =
            [&["cluster", "config", arguments[0], "--broker", "1", "--loggers"], &arguments[1..]]
                .concat();
        let said = run(&broker, &line);
        assert!(said.err.contains(expected) && said.code != Some(0), "{arguments:?}: {}", said.err);
    }
    let said = run(&broker, &["cluster", "config", "set", "--loggers", "root=DEBUG"]);
    assert_eq!(said.code, Some(2), "{}", said.err);
    assert!(said.err.contains("--broker ID"), "{}", said.err);
}
