//! Metrics and health, as whoever watches a broker sees them over HTTP.

use broker::telemetry::MetricRow;
use broker::telemetry::rows;
use protocol::StrBytes;
use protocol::messages::FetchRequest;
use protocol::messages::fetch_request::{FetchPartition, FetchTopic};
use sapwood_tests::metrics::{READ, RECORD_BYTES, Samples, Told};
use sapwood_tests::process::http::{Answer, get, request};
use sapwood_tests::process::{Child, Properties, Said, Sapwood, binary, free_port, signal, wait};
use sapwood_tests::visitor::Visitor;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(60);

/// Every name of a row.
fn names(row: &MetricRow) -> impl Iterator<Item = &'static str> + use<> {
    let (name, aliases) = (row.name, row.aliases);
    [name].into_iter().chain(aliases.iter().map(|alias| alias.name))
}

#[tokio::test]
async fn everything_that_happens_to_a_broker_is_on_its_page() {
    let told = Told::begin(&[]).await.expect("a broker with a story");
    let samples = Samples::of(told.http).expect("the page");
    let absent: Vec<&str> = rows::all()
        .flat_map(names)
        .filter(|name| samples.of_metric(name).next().is_none())
        .collect();
    assert_eq!(absent, Vec::<&str>::new(), "these have a row and no value");

    let topic = "{topic=\"told\"}";
    let value = |sample: &str| samples.get(sample).unwrap_or_else(|| panic!("{sample}"));
    let written = value(&format!("sapwood_topic_records_in_total{topic}"));
    assert_eq!(value(&format!("kafka_server_brokertopicmetrics_messagesin_total{topic}")), written);
    assert_eq!(value("kafka_brokers"), 1.0);
    assert_eq!(value("sapwood_broker_state"), 3.0);
    let out = value(&format!("sapwood_topic_bytes_out_total{topic}"));
    assert!(written > READ as f64 && out >= (READ * RECORD_BYTES) as f64, "{written}, {out}");
    assert!(value("sapwood_response_errors_total{error=\"UNKNOWN_TOPIC_OR_PARTITION\"}") >= 1.0);
    let refused = "sapwood_connections_refused_total{listener=\"PLAINTEXT\",reason=\"address\"}";
    assert!(value(refused) >= 1.0);
    assert!(value("sapwood_flush_seconds_count") >= 1.0);
    let ours = "sapwood_client_connections{listener=\"PLAINTEXT\",software=\"sapwood\"";
    assert!(
        samples.of_metric("sapwood_client_connections").any(|(name, _)| name.starts_with(ours))
    );
    for (idle, _) in samples.of_metric("kafka_network_socketserver_networkprocessoravgidle_percent")
    {
        assert!((0.0..=1.0).contains(&value(idle)));
    }
    lag_is_that_of_the_command_line(&told);
}

/// Retention may still be at work between two looks, so they are repeated until they agree.
fn lag_is_that_of_the_command_line(told: &Told) {
    let mut seen = None;
    let agree = wait::until("one lag", LIMIT, || {
        seen = Some((lag_on_the_page(told), lag_by_the_command_line(told)));
        seen.as_ref().filter(|(page, line)| page.0 == *line && page.1 == *line).map(|_| ())
    });
    assert!(agree.is_ok(), "{seen:?}");
    assert!(seen.is_some_and(|(_, lag)| lag > 0.0), "{seen:?}");
}

/// The lag of the group in all partitions added up, and the sum as the page has it.
fn lag_on_the_page(told: &Told) -> (f64, f64) {
    let samples = Samples::of(told.http).expect("the page");
    let value = |name: &str| samples.get(name).unwrap_or_else(|| panic!("{name}"));
    let group = "consumergroup=\"readers\",topic=\"told\"";
    let of = |index: i32| format!("kafka_consumergroup_lag{{{group},partition=\"{index}\"}}");
    let all = (0..2).map(|index| samples.get(&of(index)).unwrap_or_default()).sum();
    (all, value(&format!("kafka_consumergroup_lag_sum{{{group}}}")))
}

fn lag_by_the_command_line(told: &Told) -> f64 {
    let address = told.broker.address().to_string();
    let line = ["group", "lag", "readers", "--topics", "-o", "json", "-b", &address];
    let said = Said::by_sapwood(&line).expect("the command runs");
    let told: Value = serde_json::from_str(&said.out).expect("JSON");
    told[0]["lag"].as_f64().unwrap_or_else(|| panic!("{}", said.out))
}

#[tokio::test]
async fn a_topic_that_is_deleted_leaves_the_page_and_stays_in_the_sum() {
    let told = Told::begin(&[]).await.expect("a broker with a story");
    let sum = |samples: &Samples| samples.get("kafka_server_brokertopicmetrics_messagesin_total");
    let before = sum(&Samples::of(told.http).expect("the page"));
    told.visitor
        .admin()
        .delete_topics(std::slice::from_ref(&told.topic))
        .await
        .expect("it is deleted");
    let gone = async || {
        let samples = Samples::of(told.http).expect("the page");
        !samples
            .of_metric("sapwood_partition_size_bytes")
            .any(|(name, _)| name.contains("\"told\""))
    };
    wait::until_so("the topic to leave the page", LIMIT, gone).await.expect("it leaves");
    assert_eq!(sum(&Samples::of(told.http).expect("the page")), before);
}

fn http_address() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, free_port()).into()
}

/// The checks of a verbose answer that are not well.
fn wrong(answer: &Answer) -> BTreeSet<String> {
    let told: Value = serde_json::from_str(&answer.body).expect("JSON");
    let checks = told["checks"].as_array().expect("checks").iter();
    checks
        .filter(|check| check["ok"] == false)
        .map(|check| check["name"].as_str().expect("a name").to_owned())
        .collect()
}

#[tokio::test]
async fn health_says_yes_while_a_broker_serves_and_why_not_while_it_stops() {
    let http = http_address();
    let mut broker = Sapwood::start_with(|properties| {
        properties.set("http.listener", &http.to_string());
    })
    .expect("a broker");
    for path in ["/startupz", "/readyz", "/healthz"] {
        let answer = get(http, path).expect("an answer");
        assert_eq!((answer.status, answer.body.as_str()), (200, "ok\n"), "{path}");
        let verbose = get(http, &format!("{path}?verbose")).expect("an answer");
        assert_eq!((verbose.status, wrong(&verbose)), (200, BTreeSet::new()), "{path}");
        assert_eq!(verbose.header("content-type"), Some("application/json"));
        assert_eq!(verbose.header("cache-control"), Some("no-store"));
    }
    // A stop waits for a client whose answer is still awaited.
    let visitor = Visitor::to(broker.address());
    let topic =
        visitor.create(client::admin::NewTopic::new("quiet").partitions(1)).await.expect("a topic");
    let partition = FetchPartition::default().with_partition(0).with_partition_max_bytes(1000);
    let topics = vec![
        FetchTopic::default()
            .with_topic(StrBytes::from_string(topic.to_string()).into())
            .with_partitions(vec![partition]),
    ];
    let fetch =
        FetchRequest::default().with_max_wait_ms(600_000).with_min_bytes(1000).with_topics(topics);
    let connection = visitor.cluster().any().await.expect("a connection");
    let waiting = connection.send(&fetch, 11, Duration::from_secs(600)).await.expect("it is sent");
    let waits = async || {
        let samples = Samples::of(http).expect("the page");
        samples.get("sapwood_waiting_fetch_requests") == Some(1.0)
    };
    wait::until_so("the fetch to wait", LIMIT, waits).await.expect("it waits");
    signal::terminate(broker.pid());
    let stops = async || get(http, "/readyz").is_ok_and(|answer| answer.status == 503);
    wait::until_so("the broker to stop being ready", LIMIT, stops).await.expect("it stops");
    let ready = get(http, "/readyz?verbose").expect("an answer");
    assert_eq!((ready.status, wrong(&ready)), (503, ["stop".to_owned()].into()), "{ready:?}");
    assert_eq!(get(http, "/healthz").expect("an answer").status, 200, "no reason to kill it");
    assert_eq!(Samples::of(http).expect("the page").get("sapwood_broker_state"), Some(6.0));
    drop((waiting, connection, visitor));
    broker.kill();
}

#[test]
fn a_broker_that_recovers_is_alive_and_not_ready() {
    let dir = TempDir::new().expect("a directory");
    let http = http_address();
    let mut properties = Properties::alone(dir.path());
    properties.set("http.listener", &http.to_string());
    Sapwood::start_from(properties.clone()).expect("a broker").stop().expect("an orderly stop");
    // The first file that a start reads. Whoever opens a pipe to read waits until somebody opens it to write.
    let pipe = properties.log_dir().join(".kafka_cleanshutdown");
    fs::remove_file(&pipe).expect("it has one");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo runs").success());
    let mut recovering = Sapwood::launch(&properties, Command::new(binary().expect("the binary")))
        .expect("it starts");
    let answers = || get(http, "/readyz?verbose").ok();
    let ready =
        wait::until("the port", LIMIT, answers).expect("it is bound before the logs are opened");
    assert_eq!((ready.status, wrong(&ready)), (503, ["start".to_owned()].into()));
    assert_eq!(get(http, "/startupz").expect("an answer").status, 503);
    assert_eq!(get(http, "/healthz").expect("an answer").status, 200);
    let samples = Samples::of(http).expect("the page");
    assert_eq!(samples.get("sapwood_broker_state"), Some(2.0));
    assert!(samples.get("process_resident_memory_bytes").is_some_and(|bytes| bytes > 0.0));
    File::options().write(true).open(&pipe).expect("somebody writes");
    let is_ready = || get(http, "/readyz").ok().filter(|answer| answer.status == 200);
    wait::until("the broker to be ready", LIMIT, is_ready).expect("it recovers");
    assert_eq!(get(http, "/startupz").expect("an answer").status, 200);
    recovering.kill();
}

/// Starts a broker on a port that is taken, and waits for it to serve, or to end.
fn started_with(http: &str) -> (Child, Option<i32>, TempDir) {
    let dir = TempDir::new().expect("a directory");
    let mut properties = Properties::alone(dir.path());
    properties.set("http.listener", http);
    let mut child = Sapwood::launch(&properties, Command::new(binary().expect("the binary")))
        .expect("it starts");
    let address = properties.address();
    let outcome = wait::until("the broker to serve or to end", LIMIT, || match child.ended() {
        Some(status) => Some(status.code()),
        None => sapwood_tests::process::is_serving(address).then_some(None),
    });
    (child, outcome.expect("one of them"), dir)
}

#[test]
fn a_port_that_nobody_chose_is_given_up_with_a_warning_and_one_that_somebody_chose_is_not() {
    // Where somebody else has the default port already, so much the better.
    let _taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 9644));
    let (child, ended, _dir) = started_with("127.0.0.1:9644");
    let said = child.output();
    assert_eq!(ended, None, "it serves without: {said}");
    assert!(said.contains("set http.listener to a free address, or to nothing"), "{said}");

    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let (child, ended, _dir) = started_with(&address);
    let said = child.output();
    assert_eq!(ended, Some(1), "{said}");
    let expected = format!(
        "cannot listen on {address} for the listener http.listener: Address already in use (os error 98). \
         Another process has the port: stop it, or choose another port"
    );
    assert!(said.contains(&expected), "{said}");
}

#[test]
fn what_is_not_served_is_not_found_and_nothing_is_taken() {
    let http = http_address();
    let _broker = Sapwood::start_with(|properties| {
        properties.set("http.listener", &http.to_string()).set("metrics.compat", "exporter");
    })
    .expect("a broker");
    let status = |method: &str, path: &str| request(http, method, path).expect("an answer").status;
    assert_eq!(status("GET", "/no/such/page"), 404);
    assert_eq!(status("HEAD", "/metrics"), 200);
    let posted = request(http, "POST", "/metrics").expect("an answer");
    assert_eq!((posted.status, posted.header("allow")), (405, Some("GET,HEAD")));
    let page = get(http, "/metrics").expect("the page");
    assert_eq!(page.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    assert!(page.body.contains("\nkafka_brokers 1\n"), "{}", page.body);
    assert!(!page.body.contains("kafka_server_"), "the JMX exporter's names are not wanted");
}
