//! `kafka-server-start` and `kafka-server-stop`: our broker, started and stopped by Kafka's scripts.

use sapwood_tests::process::{Properties, binary, is_serving, wait};
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(60);

fn script(name: &str, dir: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(binary().expect("the binary"));
    command.arg0(name).args(arguments).env("LOG_DIR", dir.join("logs"));
    command.output().expect("the script ends")
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A node id that no other broker on this machine has: the port that this one was given.
fn settings(dir: &Path) -> (Properties, String) {
    let mut properties = Properties::alone(dir);
    let node = properties.address().port().to_string();
    properties.set("node.id", &node).set("a.key.that.is.not.known", "1");
    (properties, node)
}

fn stop(dir: &Path, node: &str) -> (Option<i32>, String) {
    let stopped = script("kafka-server-stop.sh", dir, &["--node-id", node]);
    (stopped.status.code(), out(&stopped))
}

#[test]
fn a_broker_that_is_not_there_cannot_be_stopped_and_a_node_id_counts_for_more_than_a_role() {
    let dir = TempDir::new().expect("a directory");
    let nobody = ["--node-id=2147483646", "--process-role=broker,controller"];
    let stopped = script("kafka-server-stop.sh", dir.path(), &nobody);
    let said = "When both node-id and process-role are provided, the value for node-id will take precedence\n\
                No kafka server to stop\n";
    assert_eq!((stopped.status.code(), out(&stopped).as_str()), (Some(1), said));
}

#[test]
fn a_broker_goes_to_the_background_serves_and_is_found_to_be_stopped() {
    let dir = TempDir::new().expect("a directory");
    let (properties, node) = settings(dir.path());
    let file = properties.write().expect("the settings").display().to_string();
    assert_eq!(stop(dir.path(), &node), (Some(1), "No kafka server to stop\n".into()));

    let started = script("kafka-server-start.sh", dir.path(), &["-daemon", &file]);
    assert!(started.status.success(), "{started:?}");
    let served = wait::until("the broker to serve", LIMIT, || {
        is_serving(properties.address()).then_some(())
    });
    let said = || fs::read_to_string(dir.path().join("logs/kafkaServer.out")).unwrap_or_default();
    served.unwrap_or_else(|late| panic!("{late}\n{}", said()));

    assert_eq!(stop(dir.path(), &node), (Some(0), String::new()));
    let ended = wait::until("the broker to end", LIMIT, || {
        (stop(dir.path(), &node).0 == Some(1)).then_some(())
    });
    ended.unwrap_or_else(|late| panic!("{late}\n{}", said()));
    assert!(said().contains("\"why\":\"SIGTERM\""), "{}", said());
}

#[test]
fn a_broker_in_the_foreground_is_found_by_the_file_that_it_was_started_with() {
    let dir = TempDir::new().expect("a directory");
    let (properties, node) = settings(dir.path());
    let file = properties.write().expect("the settings");
    let mut command = Command::new(binary().expect("the binary"));
    command.arg0("bin/kafka-server-start.sh").arg(file);
    let mut child = sapwood_tests::process::Child::start(
        "kafka-server-start",
        &mut command,
        &dir.path().join("broker.log"),
    )
    .expect("it starts");
    let served = wait::until("the broker to serve", LIMIT, || {
        is_serving(properties.address()).then_some(())
    });
    served.unwrap_or_else(|late| panic!("{late}\n{}", child.last_words()));
    assert_eq!(stop(dir.path(), &node), (Some(0), String::new()));
    assert!(child.wait(LIMIT).expect("it ends").success(), "{}", child.last_words());
}

#[test]
fn without_a_file_the_scripts_own_words_are_said() {
    let dir = TempDir::new().expect("a directory");
    let said = script("kafka-server-start.sh", dir.path(), &[]);
    let usage =
        "USAGE: kafka-server-start.sh [-daemon] server.properties [--override property=value]*\n";
    assert_eq!((said.status.code(), out(&said).as_str()), (Some(1), usage));
}
