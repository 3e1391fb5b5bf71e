//! The broker's pages, seen with a real browser: Debian's Chromium, without a window.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use client::admin::NewTopic;
use client::producer::Record;
use sapwood_tests::peers::browser_script;
use sapwood_tests::process::{Said, Sapwood, free_port, target_dir};
use sapwood_tests::visitor::Visitor;

/// A record that would be more than text if a page let it.
const LIVE: &str = "<b>seen as it comes</b>";

struct Shown {
    broker: Sapwood,
    http: String,
}

/// A broker with two topics, of which a group has read one in part.
async fn broker() -> Shown {
    let http = format!("127.0.0.1:{}", free_port());
    let broker = Sapwood::start_with(|properties| {
        properties.set("http.listener", &http);
    })
    .expect("a broker");
    let visitor = Visitor::to(broker.address());
    let logs =
        visitor.create(NewTopic::new("logs").partitions(4).config("retention.ms", "86400000"));
    let logs = logs.await.expect("a topic");
    visitor
        .create(NewTopic::new("a.topic_with-every.kind_of-letter").partitions(1))
        .await
        .expect("another");
    let line = |number: usize| {
        let value = format!(
            "10.0.0.{number} - - \"GET /<script>alert({number})</script> HTTP/1.1\" 200 größer"
        );
        Record::new(logs.clone(), value).key(format!("client-{}", number % 5))
    };
    visitor.write((0..100).map(line)).await.expect("they are written");
    visitor
        .write([Record::new(logs.clone(), vec![0, 159, 146, 150]).key("bytes")])
        .await
        .expect("bytes");
    let address = broker.address().to_string();
    let read = ["topic", "consume", "logs", "-g", "readers", "-n", "40", "-b", &address];
    assert!(Said::by_sapwood(&read).expect("it runs").code == Some(0), "a group reads");
    Shown { broker, http }
}

#[tokio::test]
async fn every_page_is_whole_in_the_light_and_in_the_dark_on_a_desk_and_on_a_phone() {
    let shown = broker().await;
    let pictures = target_dir().join("console");
    std::fs::create_dir_all(&pictures).expect("a directory for pictures");
    let mut browser = look(&shown.http, &pictures);
    let output = browser.stdout.take().expect("its output");
    let visitor = Visitor::to(shown.broker.address());
    let mut lines = BufReader::new(output).lines();
    let mut seen = false;
    while let Some(Ok(line)) = lines.next() {
        match line.as_str() {
            "FOLLOWING" => {
                let logs = protocol::ids::TopicName::new("logs").expect("a legal name");
                visitor.write([Record::new(logs, LIVE)]).await.expect("one more record");
            }
            "SEEN" => seen = true,
            other => println!("{other}"),
        }
    }
    assert!(browser.wait().expect("it ends").success() && seen, "see what the browser said");
}

fn look(http: &str, pictures: &Path) -> std::process::Child {
    let mut node = browser_script("console_browser.js").expect("a browser");
    node.args([&format!("http://{http}"), "logs", "readers"]).arg(pictures);
    node.stdout(Stdio::piped()).spawn().expect("node runs")
}

#[tokio::test]
async fn a_name_from_elsewhere_that_leads_to_the_loopback_address_is_refused() {
    let shown = broker().await;
    let get = |host: &str, path: &str| {
        let url = format!("http://{}{path}", shown.http);
        let host = format!("Host: {host}");
        Said::by(Command::new("curl").args(["-s", "-i", "-H", &host, &url])).expect("curl runs").out
    };
    assert!(get("localhost", "/topics/logs").starts_with("HTTP/1.1 200"));
    let refused = get("rebound.example", "/topics/logs");
    assert!(refused.starts_with("HTTP/1.1 421") && !refused.contains("GET /"), "{refused}");
    // Metrics are scraped under whatever name the scraper knows.
    assert!(get("rebound.example", "/metrics").starts_with("HTTP/1.1 200"));
    let policy =
        "content-security-policy: default-src 'none'; style-src 'self'; script-src 'self';";
    assert!(get("localhost", "/").contains(policy));
}
