//! The load tester through the binary, against a live broker: what it writes comes back, what is missing is told, its files are
//! what others read.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use bench::verify::Seal;
use client::producer::{Producer, ProducerOptions, Record};
use client::{Address, Cluster, ClusterOptions};
use protocol::ids::{PartitionIndex, TopicName};
use sapwood_tests::process::{Said, Sapwood, sapwood_command, signal, wait};
use serde_json::Value;
use tempfile::TempDir;

/// A command, in this directory and with this broker.
fn bench(broker: &Sapwood, dir: &Path, arguments: &[&str]) -> Said {
    let at = broker.address().to_string();
    let mut command = sapwood_command().expect("the binary");
    let command = command.arg("bench").args(arguments).args(["-b", &at]).current_dir(dir);
    Said::by(command).expect("sapwood runs")
}

fn stage() -> (Sapwood, TempDir) {
    (Sapwood::start().expect("a broker"), TempDir::new().expect("a directory"))
}

fn result(dir: &Path, name: &str) -> Value {
    let text = std::fs::read(dir.join(name)).expect("the result");
    serde_json::from_slice(&text).expect("JSON")
}

#[test]
fn what_was_marked_is_read_back_and_none_is_lost() {
    let (broker, dir) = stage();
    let made = ["produce", "-t", "t", "-p", "3", "-n", "5000", "-s", "100", "-c", "2", "--verify"];
    let keys = ["--key", "random:50", "--headers", "2", "-z", "lz4", "--json", "w.json"];
    let said = bench(&broker, dir.path(), &[&made[..], &keys].concat());
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.out.contains("5000 records sent, "), "{}", said.out);
    let written = result(dir.path(), "w.json");
    assert_eq!((&written["records"], &written["loop"]), (&5000.into(), &"closed".into()));
    let process = written["env"]["brokerProcess"].as_str().expect("the broker runs here");
    assert!(process.starts_with("sapwood ("), "{process}");
    assert!(written["broker"]["memoryBytes"].as_u64() > Some(1 << 20));
    for how in [&["--assign", "-c", "2"][..], &["-g", "readers"]] {
        let line = ["consume", "-t", "t", "-n", "5000", "--verify", "--json", "r.json"];
        let said = bench(&broker, dir.path(), &[&line[..], how].concat());
        assert_eq!(said.code, Some(0), "{}{}", said.out, said.err);
        let verified = &result(dir.path(), "r.json")["verified"];
        let counts = ["verified", "lost", "duplicated", "reordered", "corrupt", "foreign"]
            .map(|name| verified[name].as_u64());
        assert_eq!(counts, [5000, 0, 0, 0, 0, 0].map(Some), "{how:?}");
    }
}

/// Writes records with these numbers, as a producer would that lost the others.
fn write_numbers(broker: &Sapwood, numbers: &[u64]) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let at = broker.address();
        let address = Address::new(at.ip().to_string(), at.port());
        let cluster = Cluster::lazily(ClusterOptions::new(vec![address]));
        let producer = Producer::new(cluster, ProducerOptions::default()).expect("a producer");
        let topic = TopicName::new("gaps").expect("a legal name");
        for sequence in numbers {
            let seal = Seal { run: 7, producer: 0, sequence: *sequence, due: Duration::ZERO };
            let record = Record::new(topic.clone(), seal.put(b"")).partition(PartitionIndex(0));
            producer.write(record).await.expect("it is written");
        }
    });
}

#[test]
fn a_gap_is_a_loss_and_each_other_fault_has_its_name() {
    let (broker, dir) = stage();
    write_numbers(&broker, &[0, 1, 3, 5, 4, 5]);
    let line = ["consume", "-t", "gaps", "--assign", "-n", "6", "--verify"];
    let said = bench(&broker, dir.path(), &line);
    assert_eq!(said.code, Some(1), "{}", said.out);
    assert!(
        said.out.contains("5 verified, 1 lost, 1 duplicated, 1 reordered, 0 corrupt"),
        "{}",
        said.out
    );
    assert!(said.out.contains("missing: run 0000000000000007, producer 0: 2 to 2"), "{}", said.out);
    assert!(said.err.contains("what was read is not what was written"), "{}", said.err);
}

#[test]
fn a_rate_is_held_and_times_count_from_when_records_were_due() {
    let (broker, dir) = stage();
    let line = ["e2e", "-t", "t", "-r", "500", "-d", "1s", "-s", "200", "--json", "e.json"];
    let files = ["--html", "e.html", "--csv", "e.csv", "--hdr", "e.hlog"];
    let said = bench(&broker, dir.path(), &[&line[..], &files].concat());
    assert_eq!(said.code, Some(0), "{}{}", said.out, said.err);
    let all = result(dir.path(), "e.json");
    assert_eq!(all["records"], 500, "all that were due, and no more");
    assert_eq!((&all["recordsRead"], &all["loop"]), (&500.into(), &"open".into()));
    let number = |name: &str| all[name].as_f64().expect(name);
    assert!(number("aggregatedResponseLatencyMax") >= number("aggregatedPublishLatency50pct"));
    assert!(number("aggregatedEndToEndLatency50pct") > 0.0);
    let page = std::fs::read_to_string(dir.path().join("e.html")).expect("the page");
    for foreign in ["http:", "https:", "src=", "href=", "url(", "@import", "<script", "<link"] {
        assert!(!page.contains(foreign), "{foreign}");
    }
    assert!(page.matches("<svg").count() >= 4 && page.contains("prefers-color-scheme:dark"));
    let log = std::fs::read_to_string(dir.path().join("e.hlog")).expect("the log");
    assert!(log.contains("Tag=end-to-end,"), "{log}");
    let table = std::fs::read_to_string(dir.path().join("e.csv")).expect("the table");
    assert!(table.starts_with("time_s,warmup,records,"), "{table}");
    for (file, sign) in [("x.md", "# e2e: records"), ("x.html", "<!DOCTYPE html>")] {
        let said = bench(&broker, dir.path(), &["report", "e.json", "-o", file][..]);
        assert_eq!(
            said.code,
            Some(2),
            "a report asks no broker, so -b makes no sense: {}",
            said.out
        );
        let mut command = sapwood_command().expect("the binary");
        let command = command.args(["bench", "report", "e.json", "-o", file]);
        assert_eq!(Said::by(command.current_dir(dir.path())).expect("it runs").code, Some(0));
        let text = std::fs::read_to_string(dir.path().join(file)).expect(file);
        assert!(text.starts_with(sign), "{file}: {text}");
    }
}

const WORKLOAD: &str = "\
name: 2 topics / 2 partitions / 100 bytes
topics: 2
partitionsPerTopic: 2
keyDistributor: \"NO_KEY\"
messageSize: 100
payloadFile: \"payload/payload-100b.data\"
subscriptionsPerTopic: 2
consumerPerSubscription: 1
producersPerTopic: 1
producerRate: 400
consumerBacklogSizeGB: 0
testDurationMinutes: 5
";

const DRIVER: &str = "\
name: Kafka
driverClass: io.openmessaging.benchmark.driver.kafka.KafkaBenchmarkDriver
replicationFactor: 1
topicConfig: |
  retention.ms=3600000
commonConfig: |
  bootstrap.servers=127.0.0.1:1
producerConfig: |
  acks=all
  linger.ms=1
consumerConfig: |
  auto.offset.reset=earliest
";

#[test]
fn openmessagings_files_are_taken_as_they_are() {
    let (broker, dir) = stage();
    let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).expect(name);
    write("workload.yaml", WORKLOAD);
    write("driver.yaml", DRIVER);
    let line = ["run", "workload.yaml", "--driver", "driver.yaml", "--json", "o.json"];
    let set = ["--set", "testDurationMinutes=0.02", "--set", "warmupDurationMinutes=0.005"];
    let said = bench(&broker, dir.path(), &[&line[..], &set].concat());
    assert_eq!(said.code, Some(0), "{}{}", said.out, said.err);
    assert!(said.err.contains("there is no payload/payload-100b.data"), "{}", said.err);
    let all = result(dir.path(), "o.json");
    assert_eq!(all["workload"], "2 topics / 2 partitions / 100 bytes");
    assert_eq!(all["env"]["clientConfig"]["linger.ms"], "1", "the driver's");
    assert_eq!(all["env"]["topicConfig"]["retention.ms"], "3600000");
    assert!(all["recordsRead"].as_u64() > all["records"].as_u64(), "two groups read all");
    assert_eq!(all["verified"]["lost"], 0);
    let listed =
        Said::by_sapwood(&["topic", "list", "-o", "name", "-b", &broker.address().to_string()]);
    let listed = listed.expect("sapwood runs").out;
    assert!(!listed.contains("sapwood-bench-"), "its topics are gone: {listed}");
    let said = bench(&broker, dir.path(), &["run", "workload.yaml", "--set", "topics=0"]);
    assert_eq!(said.code, Some(2), "{}", said.err);
}

#[test]
fn readers_fall_behind_and_catch_up_where_a_workload_wants_that() {
    let (broker, dir) = stage();
    std::fs::write(dir.path().join("w.yaml"), WORKLOAD).expect("the workload");
    let mut line = vec!["run", "w.yaml", "--json", "b.json", "--reporting-interval", "200ms"];
    for set in [
        "subscriptionsPerTopic=1",
        "producerRate=2000",
        "consumerBacklogSizeGB=0.0003",
        "testDurationMinutes=0.01",
        "warmupDurationMinutes=0",
    ] {
        line.extend(["--set", set]);
    }
    let said = bench(&broker, dir.path(), &line);
    assert_eq!(said.code, Some(0), "{}{}", said.out, said.err);
    let all = result(dir.path(), "b.json");
    let behind = all["backlog"].as_array().expect("an array");
    let most = behind.iter().filter_map(Value::as_f64).fold(0.0, f64::max);
    assert!(most >= 1500.0, "they fell behind: {behind:?}");
    assert_eq!((&all["verified"]["lost"], &all["records"]), (&0.into(), &all["recordsRead"]));
}

#[test]
fn a_search_ends_with_a_rate_that_was_sustained() {
    let (broker, dir) = stage();
    let line =
        ["max", "-t", "t", "--min", "100", "--max", "200", "--probe", "500ms", "--p99", "30s"];
    let said = bench(&broker, dir.path(), &[&line[..], &["--json", "m.json"]].concat());
    assert_eq!(said.code, Some(0), "{}{}", said.out, said.err);
    assert!(said.out.contains("highest sustainable rate: "), "{}", said.out);
    assert!(result(dir.path(), "m.json")["targetRate"].as_f64() >= Some(100.0));
}

#[test]
fn an_interrupt_ends_a_run_with_what_was_measured_until_then() {
    let (broker, dir) = stage();
    let at = broker.address().to_string();
    let mut command = sapwood_command().expect("the binary");
    command.args(["bench", "produce", "-t", "t", "-r", "200", "-d", "1h", "-b", &at]);
    command.args(["--csv", "i.csv", "--json", "i.json", "--reporting-interval", "100ms"]);
    let command = command.current_dir(dir.path()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().expect("sapwood runs");
    let written = || {
        let rows = std::fs::read_to_string(dir.path().join("i.csv")).unwrap_or_default();
        (rows.lines().count() > 3).then_some(())
    };
    wait::until("some intervals", Duration::from_secs(60), written).expect("it writes");
    signal::interrupt(child.id());
    let output = child.wait_with_output().expect("it ends");
    let out = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(out.contains("interrupted: the figures are those until then"), "{out}");
    assert_eq!(result(dir.path(), "i.json")["interrupted"], true);
}

#[test]
fn what_cannot_be_measured_is_refused_before_it_begins() {
    let (broker, dir) = stage();
    for (line, code, why) in [
        (&["produce", "-t", "t", "-s", "10", "--verify"][..], 2, "too short to be verified"),
        (
            &["produce", "-t", "t", "--acks", "1", "--idempotent"],
            2,
            "--idempotent needs --acks all",
        ),
        (&["produce", "-t", "nowhere", "--no-create"], 3, "there is no topic \"nowhere\""),
        (&["consume", "-t", "nowhere"], 3, "nowhere"),
        (&["consume", "-t", "t", "--verify", "--from", "end"], 2, "reads from the start"),
        (&["produce", "-t", "t", "--payload-file", "none"], 1, "cannot read none"),
        (&["produce", "-t", "a b"], 2, "\"a b\""),
    ] {
        let said = bench(&broker, dir.path(), line);
        assert_eq!(said.code, Some(code), "{line:?}: {}{}", said.out, said.err);
        assert!(said.err.contains(why), "{line:?}: {}", said.err);
    }
}
