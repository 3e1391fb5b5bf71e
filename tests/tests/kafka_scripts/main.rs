//! Our applets print what Apache Kafka's own tools print: line by line, and with the same exit code.
//!
//! The command lines are data, one row each: `tests/scripts/kafka-tools/*.txt`. Each file is run twice against one broker,
//! with Kafka's tools and with ours, under the same names, and what it made is deleted in between. A row is one of
//!
//! ```text
//! # a comment
//! file NAME TEXT                 makes a file, with \n for the ends of its lines, which rows name as {dir}/NAME; each of
//!                                the two runs begins with {dir} empty
//! set sapwood … [<< TEXT]        something that must be there first, done with our own command line
//! member kafka-console-consumer …  our reader joins a group, and stays from when it has read its first record
//! leave                          those who joined leave, as they also do at the end of the file
//! kafka-topics {b} --list        a command to compare; {b} stands for --bootstrap-server ADDRESS, {a} for ADDRESS
//! ```
//!
//! Standard error is compared too, but for log lines and stack traces. What differs by its nature is made equal by the few
//! rules of [`normal::of`]. `SAPWOOD_TEST_BROKER=kafka` runs both against Apache Kafka; `SAPWOOD_TEST_ONLY` names one file.

mod bench;
mod normal;
mod row;

use bench::Bench;
use row::words;
use sapwood_tests::process::binary;
use std::fs;
use std::process::{Command, Stdio};
use tempfile::TempDir;

#[test]
fn our_applets_print_what_kafkas_own_tools_print() {
    let bench = Bench::new().expect("a broker, Kafka's tools and ours");
    let faults = bench.compare_all().expect("all files are run");
    assert!(faults.is_empty(), "{} differ\n\n{}", faults.len(), faults.join("\n\n"));
}

/// What a command says on standard output and on standard error, and its exit code.
fn says(mut command: Command) -> (String, String, Option<i32>) {
    let output = command.stdin(Stdio::null()).output().expect("the command runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (text(output.stdout), text(output.stderr), output.status.code())
}

fn sapwood(arguments: &[&str]) -> Command {
    let mut sapwood = Command::new(binary().expect("the binary"));
    sapwood.args(arguments);
    sapwood
}

#[test]
fn install_shims_links_every_script_and_replaces_only_when_told() {
    let dir = TempDir::new().expect("a directory");
    let path = dir.path().join("bin").display().to_string();
    let (told, _, code) = says(sapwood(&["install-shims", &path]));
    assert_eq!(code, Some(0));
    for name in
        broker::commands::applets::all().map(|applet| applet.name).chain(["kafka-run-class"])
    {
        assert!(told.contains(&format!("made {path}/{name}.sh\n")), "{told}");
    }
    let again = says(sapwood(&["install-shims", &path])).0;
    assert!(again.lines().all(|line| line.starts_with("was there: ")), "{again}");

    let theirs = dir.path().join("bin/kafka-topics.sh");
    fs::remove_file(&theirs).expect("remove the link");
    fs::write(&theirs, "theirs").expect("write a script");
    let (_, complaint, code) = says(sapwood(&["install-shims", &path]));
    assert_eq!(code, Some(1), "{complaint}");
    assert!(complaint.contains("kafka-topics.sh") && complaint.contains("--force"), "{complaint}");
    assert_eq!(fs::read_to_string(&theirs).expect("read it"), "theirs");
    let (told, _, code) = says(sapwood(&["install-shims", "--force", &path]));
    assert_eq!(code, Some(0));
    assert!(told.contains("replaced ") && told.contains("kafka-topics.sh"), "{told}");
}

#[test]
fn a_class_is_run_by_its_name_and_an_old_line_is_answered_with_the_new_one() {
    let dir = TempDir::new().expect("a directory");
    let path = dir.path().display().to_string();
    assert_eq!(says(sapwood(&["install-shims", &path])).2, Some(0));
    let script = |name: &str, arguments: &str| {
        let mut script = Command::new(dir.path().join(name));
        script.args(words(arguments));
        says(script)
    };
    let version = script("kafka-run-class.sh", "kafka.admin.TopicCommand --version");
    assert_eq!(version, ("4.3.1\n".into(), String::new(), Some(0)));
    let (_, complaint, code) = script("kafka-run-class.sh", "kafka.tools.Nope");
    assert_eq!(code, Some(1));
    assert!(complaint.contains("org.apache.kafka.tools.TopicCommand"), "{complaint}");

    let (told, answer, code) = script(
        "kafka-topics.sh",
        "--create --zookeeper zk1:2181,zk2:2181/kafka --topic logs --partitions 3",
    );
    let line =
        "kafka-topics.sh --create --bootstrap-server zk1:9092,zk2:9092 --topic logs --partitions 3";
    assert_eq!((told.as_str(), code), ("", Some(1)));
    assert!(answer.lines().any(|said| said.trim() == line), "{answer}");
    let (_, answer, _) =
        script("kafka-consumer-groups.sh", "--zookeeper zk:2181 --list --new-consumer");
    assert!(
        answer.contains("    kafka-consumer-groups.sh --bootstrap-server zk:9092 --list\n"),
        "{answer}"
    );
    let (_, answer, _) = script("kafka-get-offsets.sh", "--broker-list b:9092 --topic logs");
    assert!(
        answer.contains("    kafka-get-offsets.sh --bootstrap-server b:9092 --topic logs\n"),
        "{answer}"
    );
}
