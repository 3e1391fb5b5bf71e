//! Programs that ship logs or watch over those who read them.

use sapwood_tests::peers::debian::Root;
use sapwood_tests::peers::{Broker, maven};
use sapwood_tests::process::{AccessLog, Child, free_port, ran, wait};
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(90);

fn rsyslog() -> Root {
    let packages =
        ["rsyslog", "rsyslog-kafka", "libestr0", "libfastjson4", "liblognorm5", "librdkafka1"];
    Root::unpacked("rsyslog", &packages).expect("rsyslog unpacks")
}

/// Starts an rsyslogd of its own with `config`; nothing of the machine's own log is touched.
fn start(root: &Root, dir: &Path, name: &str, config: &str) -> Child {
    let file = dir.join(format!("{name}.conf"));
    let work = format!("global(workDirectory=\"{}\")\n{config}", dir.display());
    fs::write(&file, work).expect("write the configuration");
    let modules =
        root.path("usr/lib").join(format!("{}-linux-gnu/rsyslog", std::env::consts::ARCH));
    let mut command = root.command("usr/sbin/rsyslogd");
    command.args(["-n", "-i"]).arg(dir.join(format!("{name}.pid"))).arg("-f").arg(&file);
    command.arg("-M").arg(modules);
    Child::start(name, &mut command, &dir.join(format!("{name}.log"))).expect("rsyslogd starts")
}

fn lines_of(path: &Path) -> Vec<String> {
    fs::read_to_string(path).unwrap_or_default().lines().map(str::to_owned).collect()
}

#[test]
#[ignore = "slow tier"]
fn rsyslog_ships_a_file_and_another_rsyslog_reads_it_in_a_group() {
    let broker = Broker::start().expect("a broker");
    let root = rsyslog();
    let dir = tempfile::tempdir().expect("a directory");
    let path = |name: &str| -> PathBuf { dir.path().join(name) };
    let bootstrap = broker.bootstrap();
    let log = AccessLog::of(500, 31);
    let text: String = log.lines().iter().map(|line| format!("{}\n", line.text)).collect();
    fs::write(path("access.log"), text).expect("write the access log");
    let input = path("access.log").display().to_string();
    let output = path("read.log").display().to_string();
    let shipper = format!(
        r#"module(load="imfile")
module(load="omkafka")
template(name="line" type="string" string="%msg%")
input(type="imfile" file="{input}" tag="web:" ruleset="ship")
ruleset(name="ship") {{
  action(type="omkafka" topic="syslog" broker=["{bootstrap}"] template="line" partitions.number="3" confParam=["compression.codec=snappy", "acks=all"])
}}
"#
    );
    let reader = format!(
        r#"module(load="imkafka")
template(name="line" type="string" string="%rawmsg%\n")
input(type="imkafka" topic="syslog" broker="{bootstrap}" consumergroup="rsyslog" confParam=["auto.offset.reset=earliest"] ruleset="keep")
ruleset(name="keep") {{
  action(type="omfile" file="{output}" template="line")
}}
"#
    );
    let ship = start(&root, dir.path(), "ship", &shipper);
    let read = start(&root, dir.path(), "read", &reader);
    let wanted = log.lines().len();
    let all = wait::until("all lines", LIMIT, || {
        (lines_of(&path("read.log")).len() >= wanted).then_some(())
    });
    assert!(all.is_ok(), "{}\n{}", ship.last_words(), read.last_words());
    let (mut sent, mut found): (Vec<String>, Vec<String>) =
        (log.lines().iter().map(|line| line.text.clone()).collect(), lines_of(&path("read.log")));
    sent.sort_unstable();
    found.sort_unstable();
    assert_eq!(found, sent);
}

/// Burrow does not start without a ZooKeeper, although only the lock of its notifiers lies there.
fn start_zookeeper(dir: &Path, port: u16) -> Child {
    let artifacts = [
        "org.apache.zookeeper:zookeeper:3.8.4",
        "io.dropwizard.metrics:metrics-core:4.1.12.1",
        "org.xerial.snappy:snappy-java:1.1.10.5",
    ];
    let jars = maven("zookeeper", &artifacts).expect("ZooKeeper's jars");
    let data = dir.join("zookeeper");
    let config = format!(
        "dataDir={}\nclientPort={port}\nclientPortAddress=127.0.0.1\nadmin.enableServer=false\n",
        data.display()
    );
    fs::write(dir.join("zoo.cfg"), config).expect("write ZooKeeper's configuration");
    let mut java = Command::new("java");
    java.arg("-cp").arg(format!("{}/*", jars.display()));
    java.arg("org.apache.zookeeper.server.ZooKeeperServerMain").arg(dir.join("zoo.cfg"));
    let mut child =
        Child::start("ZooKeeper", &mut java, &dir.join("zookeeper.log")).expect("ZooKeeper starts");
    // It listens before it serves: only its own word counts.
    let serves = wait::until("ZooKeeper", LIMIT, || {
        (told_by(port).contains("Mode:") || child.ended().is_some()).then_some(())
    });
    assert!(serves.is_ok() && child.ended().is_none(), "{}", child.last_words());
    child
}

/// ZooKeeper's answer to the question `srvr`, if there is one.
fn told_by(port: u16) -> String {
    let mut answer = String::new();
    if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) {
        // One that was taken too early is never answered.
        let _patience = stream.set_read_timeout(Some(Duration::from_secs(1)));
        let _closed_early =
            stream.write_all(b"srvr").and_then(|()| stream.read_to_string(&mut answer));
    }
    answer
}

#[test]
#[ignore = "slow tier"]
fn burrow_reads_the_lag_of_a_group_from_the_offsets_topic() {
    let broker = Broker::start().expect("a broker");
    let bootstrap = broker.bootstrap();
    let root = Root::unpacked("burrow", &["burrow", "kcat", "librdkafka1", "libyajl2"])
        .expect("Burrow unpacks");
    let dir = tempfile::tempdir().expect("a directory");
    let (http, zookeeper) = (free_port(), free_port());
    let _zookeeper = start_zookeeper(dir.path(), zookeeper);
    let config = format!(
        r#"[general]
pidfile="{dir}/burrow.pid"
[logging]
filename="{dir}/burrow.log"
level="info"
[zookeeper]
servers=["127.0.0.1:{zookeeper}"]
timeout=6
root-path="/burrow"
[client-profile.any]
client-id="burrow"
kafka-version="2.0.0"
[cluster.local]
class-name="kafka"
servers=["{bootstrap}"]
client-profile="any"
topic-refresh=1
offset-refresh=1
[consumer.local]
class-name="kafka"
cluster="local"
servers=["{bootstrap}"]
client-profile="any"
start-latest=false
[httpserver.default]
address="127.0.0.1:{http}"
[storage.default]
class-name="inmemory"
workers=2
intervals=5
min-distance=1
"#,
        dir = dir.path().display()
    );
    fs::write(dir.path().join("burrow.toml"), config).expect("write the configuration");
    let kcat = |arguments: &[&str]| -> String {
        let mut command = root.command("usr/bin/kcat");
        ran("kcat", command.args(["-b", &bootstrap]).args(arguments), LIMIT).expect("kcat succeeds")
    };
    let lines = dir.path().join("lines");
    fs::write(&lines, "one\ntwo\nthree\n").expect("write lines");
    let lines = lines.display().to_string();
    let ship = || kcat(&["-P", "-t", "watched", "-p", "0", "-l", &lines]);
    ship();
    // A reader that takes three records, commits them, and goes.
    let read =
        || kcat(&["-G", "readers", "-q", "-c", "3", "-X", "auto.offset.reset=earliest", "watched"]);
    read();
    let mut command = root.command("usr/bin/Burrow");
    command.arg("-config-dir").arg(dir.path());
    let burrow =
        Child::start("Burrow", &mut command, &dir.path().join("said")).expect("Burrow starts");
    let url = format!("http://127.0.0.1:{http}/v3/kafka/local/consumer/readers/lag");
    let lag = |wanted: u64| {
        let told = wait::until(&format!("a lag of {wanted}"), LIMIT, || {
            let output = Command::new("curl").args(["--silent", &url]).output().ok()?;
            let answer: serde_json::Value = serde_json::from_slice(&output.stdout).ok()?;
            (answer["status"]["totallag"].as_u64() == Some(wanted)).then_some(())
        });
        let log = fs::read_to_string(dir.path().join("burrow.log")).unwrap_or_default();
        assert!(told.is_ok(), "{}\n{log}", burrow.last_words());
    };
    ship();
    read();
    lag(0);
    ship();
    lag(3);
}
