//! Metrics that are pushed to Graphite.

use anyhow::Result;
use sapwood_tests::peers::carbon::Carbon;
use sapwood_tests::process::{Sapwood, free_port, is_serving, wait};
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(60);

/// A broker that pushes ten times a second, and serves no HTTP port.
fn broker(graphite: SocketAddr) -> Sapwood {
    Sapwood::start_with(|properties| {
        properties
            .set("metrics.graphite", &graphite.to_string())
            .set("metrics.graphite.prefix", "test.b1")
            .set("metrics.graphite.interval.ms", "100");
    })
    .expect("a broker")
}

/// The lines of one connection.
fn lines(listener: &TcpListener) -> impl Iterator<Item = String> + use<> {
    let (stream, _): (TcpStream, _) = listener.accept().expect("the broker connects");
    stream.set_read_timeout(Some(LIMIT)).expect("a socket");
    BufReader::new(stream).lines().map_while(Result::ok)
}

/// The value and the time of a line of this name.
fn sample(line: &str, name: &str) -> Option<(f64, i64)> {
    let mut parts = line.split(' ');
    let is_it = parts.next() == Some(name);
    let sample = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    (is_it && parts.next().is_none()).then_some(sample)
}

#[test]
fn samples_are_pushed_and_a_graphite_that_goes_and_comes_back_gets_them_again() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let began = wait::wall_ms() / 1000;
    let _broker = broker(listener.local_addr().expect("an address"));
    for name in ["test.b1.sapwood_broker_state", "test.b1.sapwood_connections.listener.PLAINTEXT"] {
        // Each connection is dropped after what was awaited, and the next round comes by another.
        let found = lines(&listener).find_map(|line| sample(&line, name));
        let (value, time) = found.expect("the connection stays until the sample is there");
        assert!(time >= began && (value - 3.0).abs() <= 3.0, "{name}: {value} at {time}");
    }
}

#[test]
fn a_graphite_that_is_away_keeps_no_broker_from_serving() {
    let address: SocketAddr = (Ipv4Addr::LOCALHOST, free_port()).into();
    let mut broker = broker(address);
    let told = || broker_said(&mut broker, "metrics do not reach Graphite");
    wait::until("a warning", LIMIT, told).expect("it is told");
    assert!(is_serving(broker.address()));
    let listener = TcpListener::bind(address).expect("Graphite comes up");
    assert!(lines(&listener).any(|line| sample(&line, "test.b1.sapwood_broker_state").is_some()));
    let told = || broker_said(&mut broker, "metrics reach Graphite again");
    wait::until("the good news", LIMIT, told).expect("it is told");
    let warnings = broker.child().output().matches("metrics do not reach Graphite").count();
    assert!(warnings <= 2, "a warning for each outage, and not for each round: {warnings}");
}

fn broker_said(broker: &mut Sapwood, text: &str) -> Option<()> {
    broker.child().output().contains(text).then_some(())
}

#[test]
#[ignore = "slow tier"]
fn debians_graphite_keeps_what_is_pushed() {
    let carbon = Carbon::start().expect("Carbon");
    let _broker = broker(carbon.address());
    let kept = || {
        let values = carbon.kept("test.b1.sapwood_broker_state").expect("whisper-fetch");
        (values.len() >= 3).then_some(values)
    };
    let values = wait::until("some seconds of samples", LIMIT, kept).expect("they are kept");
    assert!(values.iter().all(|value| [2.0, 3.0].contains(value)), "{values:?}");
    assert!(values.contains(&3.0));
}
