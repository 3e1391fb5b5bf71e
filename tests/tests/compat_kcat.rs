//! Debian's kcat, on librdkafka 2.0.2: the operator's tool, and a reader that skips default-valued tags wrongly.

use sapwood_tests::peers::{Broker, debian::Root};
use sapwood_tests::process::{AccessLog, Child, ran, wait};
use std::fmt::Write as _;
use std::fs;
use std::process::Command;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(60);

struct Kcat {
    root: Root,
    broker: Broker,
    dir: tempfile::TempDir,
}

impl Kcat {
    fn new() -> Self {
        let root =
            Root::unpacked("kcat", &["kcat", "librdkafka1", "libyajl2"]).expect("kcat unpacks");
        Self {
            root,
            broker: Broker::start().expect("a broker"),
            dir: tempfile::tempdir().expect("a directory"),
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.root.command("usr/bin/kcat");
        command.args(["-b", &self.broker.bootstrap()]).args(arguments);
        command
    }

    fn run(&self, arguments: &[&str]) -> String {
        ran("kcat", &mut self.command(arguments), LIMIT).expect("kcat succeeds")
    }

    /// Ships the lines of `log` as `key<tab>line` from a file.
    fn produce(&self, topic: &str, log: &AccessLog, settings: &[&str]) {
        let mut text = String::new();
        for line in log.lines() {
            writeln!(text, "{}\t{}", line.key, line.text).expect("a string takes all");
        }
        let file = self.dir.path().join("lines");
        fs::write(&file, text).expect("write the lines");
        let file = file.to_str().expect("a path in UTF-8");
        let base = ["-P", "-t", topic, "-K", "\t", "-H", "app=web", "-l"];
        self.run(&[settings, base.as_slice(), &[file]].concat());
    }

    /// All of a topic, as `partition offset key line`.
    fn read(&self, topic: &str) -> Vec<(u32, u64, String, String)> {
        let output = self.run(&["-C", "-t", topic, "-e", "-q", "-f", "%p\t%o\t%k\t%h\t%s\n"]);
        let mut records: Vec<_> = output.lines().map(parse).collect();
        records.sort_unstable();
        records
    }
}

fn parse(row: &str) -> (u32, u64, String, String) {
    let mut fields = row.splitn(5, '\t');
    let mut field = || fields.next().expect("five fields").to_owned();
    let (partition, offset, key, headers, line) = (field(), field(), field(), field(), field());
    assert_eq!(headers, "app=web");
    (partition.parse().expect("a partition"), offset.parse().expect("an offset"), key, line)
}

/// Each partition holds its keys' lines in the order in which they were sent, at offsets from 0 without a hole.
fn check(records: &[(u32, u64, String, String)], log: &AccessLog) {
    assert_eq!(records.len(), log.lines().len());
    for partition in 0..3 {
        let here: Vec<_> = records.iter().filter(|record| record.0 == partition).collect();
        assert!(
            here.iter().zip(0..).all(|(record, offset)| record.1 == offset),
            "offsets of partition {partition}"
        );
        let keys: Vec<&String> = here.iter().map(|record| &record.2).collect();
        let sent: Vec<_> = log.lines().iter().filter(|line| keys.contains(&&line.key)).collect();
        let found: Vec<&String> = here.iter().map(|record| &record.3).collect();
        assert_eq!(
            found,
            sent.iter().map(|line| &line.text).collect::<Vec<_>>(),
            "order of partition {partition}"
        );
    }
}

#[test]
fn kcat_lists_ships_and_reads_with_every_codec() {
    let kcat = Kcat::new();
    assert!(kcat.run(&["-L"]).contains("1 brokers"));
    let log = AccessLog::of(400, 11);
    for (number, codec) in (0..).zip(["none", "gzip", "snappy", "lz4", "zstd"]) {
        let topic = format!("kcat-{codec}");
        kcat.produce(&topic, &log, &["-z", codec]);
        check(&kcat.read(&topic), &log);
        if let Some(log_dir) = kcat.broker.log_dir() {
            assert!(
                sapwood_tests::peers::stored_codecs(&log_dir, &topic).into_iter().eq([number]),
                "{codec} is stored"
            );
        }
    }
    let listed = kcat.run(&["-L", "-J"]);
    let listed: serde_json::Value = serde_json::from_str(&listed).expect("JSON");
    let topics = listed["topics"].as_array().expect("topics");
    let lz4 =
        topics.iter().find(|topic| topic["topic"] == "kcat-lz4").expect("the topic is listed");
    assert_eq!(lz4["partitions"].as_array().map(Vec::len), Some(3));
}

#[test]
fn kcat_produces_with_every_acks_and_idempotence() {
    let kcat = Kcat::new();
    let log = AccessLog::of(300, 12);
    for (topic, setting) in
        [("acks-1", "acks=1"), ("acks-all", "acks=all"), ("idempotent", "enable.idempotence=true")]
    {
        kcat.produce(topic, &log, &["-X", setting]);
        check(&kcat.read(topic), &log);
    }
}

#[test]
fn kcat_finds_offsets_by_time_and_reads_from_them() {
    let kcat = Kcat::new();
    kcat.produce("by-time", &AccessLog::of(90, 13), &[]);
    let between = wait::wall_ms();
    wait::until("the clock to move on", LIMIT, || (wait::wall_ms() > between + 5).then_some(()))
        .expect("time passes");
    let later = AccessLog::of(60, 14);
    kcat.produce("by-time", &later, &[]);
    let from = format!("s@{}", between + 1);
    let read = kcat.run(&["-C", "-t", "by-time", "-o", &from, "-e", "-q", "-f", "%s\n"]);
    assert_eq!(read.lines().count(), later.lines().len());
    let offsets: u64 = (0..3)
        .map(|partition| kcat.run(&["-Q", "-t", &format!("by-time:{partition}:-1")]))
        .map(|answer| {
            answer.trim().rsplit(' ').next().expect("an offset").parse::<u64>().expect("a number")
        })
        .sum();
    assert_eq!(offsets, 150);
}

#[test]
fn a_balanced_kcat_group_reads_all_and_goes_on_after_a_rebalance() {
    let kcat = Kcat::new();
    let (first, second) = (AccessLog::of(200, 15), AccessLog::of(200, 16));
    kcat.produce("grouped", &first, &[]);
    let member = |name: &str| {
        let arguments = [
            "-G",
            "indexers",
            "-q",
            "-u",
            "-X",
            "auto.offset.reset=earliest",
            "-X",
            "heartbeat.interval.ms=300",
        ];
        let mut command = kcat.command(&[&arguments[..], &["-f", "%s\n", "grouped"]].concat());
        Child::start(name, &mut command, &kcat.dir.path().join(name)).expect("kcat starts")
    };
    let count = |members: &[&Child]| {
        members.iter().map(|member| member.output().lines().count()).sum::<usize>()
    };
    let mut one = member("one");
    wait::until("the first lines", LIMIT, || (count(&[&one]) >= 200).then_some(()))
        .expect("all come");
    let two = member("two");
    // Nothing tells when the group has settled but the records themselves: ship until the newcomer has its share.
    wait::until("the second member's share", LIMIT, || {
        kcat.produce("grouped", &second, &[]);
        (count(&[&two]) > 0).then_some(())
    })
    .expect("the partitions are shared");
    one.stop(LIMIT).expect("kcat leaves the group");
    let before = count(&[&two]);
    kcat.produce("grouped", &second, &[]);
    wait::until("the rest", LIMIT, || (count(&[&two]) >= before + 200).then_some(()))
        .expect("the rest comes");
    let total = kcat.read("grouped").len();
    wait::until("all lines", LIMIT, || (count(&[&one, &two]) >= total).then_some(()))
        .expect("nothing is left out");
}
