//! Clients that lie, stall, flood and never read. After each of them the broker serves, and has not grown by more than it may.

use sapwood_tests::peers::{Broker, Kind};
use sapwood_tests::process::{is_serving, resident_bytes, wait};
use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// What the broker may have grown by, at any moment of the siege.
const GROWTH_LIMIT: u64 = 256 << 20;
const PATIENCE: Duration = Duration::from_secs(2);

struct Siege {
    broker: Broker,
    before: u64,
}

impl Siege {
    fn new() -> Self {
        let broker = Broker::start().expect("a broker");
        assert!(is_serving(broker.address()));
        let before = broker.pid().map_or(0, resident_bytes);
        Self { broker, before }
    }

    fn address(&self) -> SocketAddr {
        self.broker.address()
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address()).expect("the broker accepts");
        stream.set_read_timeout(Some(PATIENCE)).expect("a read timeout");
        stream.set_write_timeout(Some(PATIENCE)).expect("a write timeout");
        stream
    }

    /// Sends bytes on a connection of their own and waits for whatever comes: an answer, or the end.
    fn send(&self, bytes: &[u8], reading: Duration) {
        let mut stream = self.connect();
        stream.set_read_timeout(Some(reading)).expect("a read timeout");
        // A broker may close as soon as it has seen enough.
        if stream.write_all(bytes).is_ok() {
            let _answer_or_end = stream.read(&mut [0; 256]);
        }
    }

    fn check(&mut self, after: &str) {
        let address = self.address();
        let serves = wait::until("the broker to serve", Duration::from_secs(30), || {
            is_serving(address).then_some(())
        });
        assert!(
            serves.is_ok(),
            "after {after} the broker no longer serves\n{}",
            self.broker.last_words()
        );
        let Some(pid) = self.broker.pid() else { return };
        let grown = resident_bytes(pid).saturating_sub(self.before);
        println!("after {after} the broker has grown by {} KiB", grown >> 10);
        // The oracle's heap grows as it likes.
        if self.broker.kind() == Kind::Sapwood {
            assert!(grown < GROWTH_LIMIT, "after {after} the broker has grown by {grown} bytes");
        }
    }
}

/// A whole frame: header with a client id, then `body`.
fn frame(key: i16, version: i16, flexible: bool, body: &[u8]) -> Vec<u8> {
    let mut request = Vec::new();
    request.extend(key.to_be_bytes());
    request.extend(version.to_be_bytes());
    request.extend(7_i32.to_be_bytes());
    request.extend([0, 1, b'h']);
    if flexible {
        request.push(0);
    }
    request.extend(body);
    let mut framed = i32::try_from(request.len()).expect("a small frame").to_be_bytes().to_vec();
    framed.extend(request);
    framed
}

/// Bodies whose counts and lengths promise what the frame does not hold, wherever the first of them lies.
fn lies() -> Vec<Vec<u8>> {
    let huge = [0x7f, 0xff, 0xff, 0xff];
    let huge_varint = [0xff, 0xff, 0xff, 0xff, 0x07];
    let mut bodies =
        vec![huge.repeat(16), huge_varint.repeat(12), vec![0xff; 64], vec![0; 64], vec![1; 64]];
    for offset in [0, 1, 2, 4, 6, 8] {
        bodies.push([vec![0; offset], huge.repeat(8)].concat());
        bodies.push([vec![1; offset], huge_varint.repeat(6)].concat());
    }
    bodies
}

#[test]
fn lying_lengths_and_counts_in_every_api_and_version_cost_nothing() {
    let mut siege = Siege::new();
    for key in 0..=95 {
        for version in 0..=18 {
            for body in lies() {
                // Many lies a connection would end with the first; the answer is not waited for long, most get none.
                let bytes =
                    [frame(key, version, false, &body), frame(key, version, true, &body)].concat();
                let mut stream = siege.connect();
                stream.write_all(&bytes).ok();
            }
        }
        if key % 16 == 0 {
            siege.check(&format!("lies up to API {key}"));
        }
    }
    siege.check("lies in every API");
}

#[test]
fn garbage_and_other_protocols_are_turned_away() {
    let mut siege = Siege::new();
    let sizes = [-1, 0, 1, 3, 7, i32::MIN, i32::MAX, 100 << 20, (100 << 20) + 1];
    for size in sizes {
        siege.send(&[&size.to_be_bytes()[..], &[0; 3]].concat(), Duration::from_millis(50));
    }
    siege.send(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", PATIENCE);
    siege.send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", PATIENCE);
    siege.send(b"SSH-2.0-OpenSSH_9.2\r\n", PATIENCE);
    let mut noise: u32 = 1;
    for _ in 0..500 {
        let bytes: Vec<u8> = (0..200)
            .map(|_| {
                noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                noise.to_be_bytes()[0]
            })
            .collect();
        siege.send(&bytes, Duration::from_millis(1));
        let small = i32::try_from(bytes.len()).expect("small").to_be_bytes();
        siege.send(&[&small[..], &bytes].concat(), Duration::from_millis(1));
    }
    siege.check("garbage");
}

#[test]
fn hundreds_of_half_frames_hold_no_more_than_was_sent() {
    let mut siege = Siege::new();
    // They promise the largest frame there may be, and a megabyte; and send a little, and half of it.
    let promises = (0..300)
        .map(|_| half_frame(1 << 20, 1 << 19))
        .chain((0..300).map(|_| half_frame(100 << 20, 1 << 10)));
    let held: Vec<TcpStream> = promises
        .map(|bytes| {
            let mut stream = siege.connect();
            // A broker with a memory budget stops reading before everyone has had their say.
            stream.set_write_timeout(Some(Duration::from_millis(100))).expect("a write timeout");
            stream.write_all(&bytes).ok();
            stream
        })
        .collect();
    siege.check("600 half frames");
    drop(held);
    siege.check("600 half frames that went away");
}

fn half_frame(promised: i32, sent: usize) -> Vec<u8> {
    let mut bytes = promised.to_be_bytes().to_vec();
    // Produce, version 9, as far as it goes.
    bytes.extend([0, 0, 0, 9, 0, 0, 0, 7, 0, 1, b'h', 0, 0, 0xff, 0xff, 0, 0, 0x75, 0x30]);
    bytes.resize(sent, 1);
    bytes
}

#[test]
fn clients_that_never_read_stop_only_themselves() {
    let mut siege = Siege::new();
    let question = frame(18, 0, false, &[]);
    let many = question.repeat(2_000);
    let held: Vec<TcpStream> = (0..50)
        .map(|_| {
            let mut stream = siege.connect();
            stream.set_write_timeout(Some(Duration::from_millis(200))).expect("a write timeout");
            // Until the broker, whose answers nobody takes, takes no more questions; or enough was asked.
            for _ in 0..100 {
                if stream.write_all(&many).is_err() {
                    break;
                }
            }
            stream
        })
        .collect();
    siege.check("50 clients that never read");
    drop(held);
    siege.check("they went away");
}

#[test]
fn ten_thousand_idle_connections_are_carried() {
    let limits = fs::read_to_string("/proc/self/limits").expect("/proc/self/limits");
    let files =
        limits.lines().find(|line| line.starts_with("Max open files")).expect("a limit on files");
    let files: usize =
        files.split_whitespace().nth(3).and_then(|soft| soft.parse().ok()).unwrap_or(usize::MAX);
    if files < 11_000 {
        eprintln!("SKIPPED ten thousand idle connections: this process may open {files} files");
        return;
    }
    let mut siege = Siege::new();
    let held: Vec<TcpStream> =
        (0..10_000).map(|_| TcpStream::connect(siege.address()).expect("accepted")).collect();
    siege.check("10,000 idle connections");
    drop(held);
    siege.check("10,000 connections that went away");
}
