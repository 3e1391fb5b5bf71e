//! A broker that does as little as a broker can: the floor that ours is measured against.
//!
//! It answers ApiVersions, says in Metadata that it leads every partition of every topic, and takes Produce requests: each
//! batch's CRC is checked and its bytes are written to the page cache, one file for all, and then forgotten. It is no
//! example of how to write a broker: it trusts what it reads, has a thread for each connection, and no log to read from.
//!
//! `null-broker PORT FILE [PARTITIONS]`

mod requests;
mod wire;

use anyhow::{Context, Result};
use requests::Broker;
use std::fs::File;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;

/// Larger than any frame that a client of a benchmark sends.
const FRAME_LIMIT: usize = 64 << 20;

#[expect(
    clippy::disallowed_methods,
    reason = "a thread for each connection is the simplest shell there is"
)]
fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let port: u16 =
        arguments.next().context("PORT FILE [PARTITIONS]")?.parse().context("the port")?;
    let path = arguments.next().context("PORT FILE [PARTITIONS]")?;
    let partitions =
        arguments.next().map_or(Ok(1), |count| count.parse()).context("the partitions")?;
    let file = File::create(&path).with_context(|| format!("create {path}"))?;
    let broker = Arc::new(Broker::new(port, partitions, file));
    for stream in TcpListener::bind((Ipv4Addr::LOCALHOST, port)).context("listen")?.incoming() {
        let (stream, broker) = (stream.context("accept")?, Arc::clone(&broker));
        // A client that goes away ends its connection, nothing else.
        std::thread::spawn(move || serve(stream, &broker).ok());
    }
    Ok(())
}

fn serve(mut stream: TcpStream, broker: &Broker) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut frame = Vec::new();
    loop {
        let mut size = [0; 4];
        stream.read_exact(&mut size)?;
        let size = usize::try_from(i32::from_be_bytes(size))?;
        anyhow::ensure!(size <= FRAME_LIMIT, "a frame of {size} bytes");
        frame.resize(size, 0);
        stream.read_exact(&mut frame)?;
        if let Some(response) = broker.handle(&frame)? {
            stream.write_all(&response)?;
        }
    }
}
