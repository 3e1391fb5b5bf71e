//! Programs that ship logs.

use sapwood_tests::peers::Broker;
use sapwood_tests::peers::debian::Root;
use sapwood_tests::process::{AccessLog, Child, wait};
use std::fs;
use std::path::{Path, PathBuf};
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
