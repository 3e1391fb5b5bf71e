//! `sapwood server check-config`, `config explain` and `config list`, through the binary.

use sapwood_tests::process::Said;
use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;

/// A file with one mistake of each kind, and a good line or two.
const MISTAKEN: &str = "\
process.roles=broker,controller
num.partition=8
log.retention.hours=long
zookeeper.connect=localhost:2181
retention.ms=3
sasl.enabled.mechanisms=PLAIN
num.io.threads=16
";

struct File {
    _dir: TempDir,
    path: PathBuf,
}

impl File {
    fn with(text: &str) -> Self {
        let dir = TempDir::new().expect("a directory");
        let path = dir.path().join("server.properties");
        fs::write(&path, text).expect("write the configuration");
        Self { _dir: dir, path }
    }

    fn check(&self, more: &[&str]) -> Said {
        let path = self.path.to_str().expect("a path in UTF-8");
        sapwood(&[&["server", "check-config", path], more].concat())
    }
}

fn sapwood(arguments: &[&str]) -> Said {
    Said::by_sapwood(arguments).expect("sapwood runs")
}

fn json(said: &Said) -> Value {
    serde_json::from_str(&said.out).expect("a JSON document")
}

#[test]
fn a_configuration_that_is_good_is_shown_with_its_sources() {
    let file = File::with("num.partitions=8\nlog.dirs=/var/lib/sapwood\n");
    let said = file.check(&["--override", "node.id=7"]);
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""));
    let lines: Vec<&str> = said.out.lines().collect();
    assert!(lines[0].starts_with("KEY"), "{}", said.out);
    let line = |key: &str| lines.iter().find(|line| line.starts_with(key)).copied().expect(key);
    assert!(line("num.partitions").contains("server.properties:1"), "{}", said.out);
    assert!(line("node.id").contains("--override"), "{}", said.out);
    assert_eq!(lines.len(), 4, "what nobody set is left out: {}", said.out);
    assert!(file.check(&["--all"]).out.lines().count() > 250);
}

#[test]
fn every_mistake_is_told_at_once_with_what_to_do() {
    let said = File::with(MISTAKEN).check(&[]);
    assert_eq!(said.code, Some(2));
    for told in [
        "error: num.partition (",
        "try: Did you mean num.partitions?",
        "error: log.retention.hours=long (",
        "why: it must be a whole number",
        "try: Write process.roles=broker,controller instead",
        "try: Write log.retention.ms, which holds for every topic",
        "why: SASL is not built yet",
        "note: num.io.threads=16 (",
        "server.properties: 5 errors\n",
    ] {
        assert!(said.err.contains(told), "{told:?} is not in\n{}", said.err);
    }
}

#[test]
fn programs_get_the_same_as_one_document() {
    let said = File::with(MISTAKEN).check(&["-o", "json"]);
    assert_eq!(said.code, Some(2));
    let document = json(&said);
    assert_eq!(document["ok"], false);
    let problems = document["problems"].as_array().expect("problems");
    let errors = problems.iter().filter(|problem| problem["severity"] == "error").count();
    assert_eq!((errors, problems.len()), (5, 6));
    let keys = document["keys"].as_array().expect("keys");
    let threads = keys.iter().find(|key| key["key"] == "num.io.threads").expect("the key");
    assert_eq!((&threads["value"], &threads["class"]), (&"16".into(), &"no effect".into()));
    assert_eq!(threads["default"], "8");
}

#[test]
fn every_format_has_the_same_keys() {
    let file = File::with("num.partitions=8\nlog.dirs=/var/lib/sapwood\n");
    let printed = |format: &str| {
        let said = file.check(&["--output", format]);
        assert_eq!((said.code, said.err.as_str()), (Some(0), ""), "{format}");
        said.out
    };
    for format in ["table", "wide", "json", "yaml", "csv", "name"] {
        let text = printed(format);
        assert!(text.contains("num.partitions") && text.contains("log.dirs"), "{format}:\n{text}");
    }
    assert_eq!(printed("name"), "log.dirs\nnum.partitions\n");
    assert!(printed("csv").starts_with("key,value,source,default,changed,class,meaning\n"));
    assert!(printed("yaml").contains("ok: true"));
}

#[test]
fn strict_is_stricter_and_lenient_is_milder_than_a_start() {
    let twice = File::with("num.partitions=1\nnum.partitions=2\n");
    assert_eq!(twice.check(&[]).code, Some(0));
    let strict = twice.check(&["--strict"]);
    assert_eq!(strict.code, Some(2));
    assert!(strict.err.contains("1 warning"), "{}", strict.err);
    let unknown = File::with("no.such.key=1\n");
    assert_eq!(unknown.check(&[]).code, Some(2));
    assert_eq!(unknown.check(&["--lenient"]).code, Some(0));
    assert_eq!(unknown.check(&["--lenient", "--strict"]).code, Some(2), "they contradict");
}

#[test]
fn what_cannot_be_read_is_an_error_and_no_panic() {
    let missing = sapwood(&["server", "check-config", "/nowhere/server.properties"]);
    assert_eq!(missing.code, Some(2));
    assert!(missing.err.contains("cannot be read"), "{}", missing.err);
    let escaped = File::with("a=\\u00zz\n").check(&[]);
    assert_eq!(escaped.code, Some(2));
    assert!(escaped.err.contains("error: "), "{}", escaped.err);
}

#[test]
fn a_secret_is_not_shown() {
    let said = File::with("ssl.key.password=hunter2\n").check(&["-o", "json", "--all"]);
    assert!(!said.out.contains("hunter2") && !said.err.contains("hunter2"));
}

#[test]
fn a_key_is_explained() {
    let said = sapwood(&["server", "config", "explain", "log.retention.ms"]);
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""));
    for told in [
        "How long records are kept",
        "unit         milliseconds",
        "at least -1",
        "at run time, for one broker or for all",
        "supported",
        "topic key    retention.ms",
        "log.retention.minutes, log.retention.hours",
        "SAPWOOD_LOG_RETENTION_MS",
    ] {
        assert!(said.out.contains(told), "{told:?} is not in\n{}", said.out);
    }
    let both = sapwood(&["server", "config", "explain", "compression.type", "-o", "json"]);
    let owners: Vec<Value> =
        json(&both).as_array().expect("a list").iter().map(|page| page["of"].clone()).collect();
    assert_eq!(owners, ["broker", "topic"], "a broker's key and the topic key over it");
}

#[test]
fn what_the_broker_does_not_obey_says_why() {
    let said = sapwood(&[
        "server",
        "config",
        "explain",
        "num.io.threads",
        "zookeeper.connect",
        "ssl.key.password",
    ]);
    assert_eq!(said.code, Some(0));
    for told in ["there is no JVM", "there is no ZooKeeper", "TLS is not built yet"] {
        assert!(said.out.contains(told), "{told:?} is not in\n{}", said.out);
    }
    assert_eq!(said.out.matches("refused").count(), 2, "{}", said.out);
}

#[test]
fn an_unknown_key_is_not_found_and_the_nearest_are_named() {
    let said = sapwood(&["server", "config", "explain", "num.partition"]);
    assert_eq!(said.code, Some(3));
    assert!(said.err.contains("Did you mean num.partitions?"), "{}", said.err);
    assert_eq!(sapwood(&["server", "config", "explain"]).code, Some(2));
}

#[test]
fn keys_are_listed_by_pattern() {
    let said = sapwood(&["server", "config", "list", "^log\\.retention", "-o", "name"]);
    assert_eq!(said.code, Some(0));
    let keys: Vec<&str> = said.out.lines().collect();
    assert!(keys.contains(&"log.retention.hours") && keys.contains(&"log.retention.bytes"));
    assert!(keys.iter().all(|key| key.starts_with("log.retention")));
    assert_eq!(sapwood(&["server", "config", "list", "("]).code, Some(2));
    let all = json(&sapwood(&["server", "config", "list", "-o", "json"]));
    assert!(all.as_array().expect("a list").len() > 300);
}
