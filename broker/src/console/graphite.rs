//! Graphite: the page of samples, pushed now and then in Carbon's plaintext protocol.
//!
//! It is the page of `/metrics` with the native names, line by line: `sapwood_group_lag{group="a",topic="b"} 7` becomes
//! `PREFIX.sapwood_group_lag.group.a.topic.b 7 TIME`. A Carbon that is away costs the broker nothing: each round is built
//! when it is due, written within a limit, and lost if that fails; the next round connects anew.

use std::io;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tracing::{info, warn};

use super::{Console, metrics};
use crate::config::HostPort;

/// How long connecting, and writing a round, may take each.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where to push, how often, and what stands before every name.
#[derive(Clone, Debug)]
pub(crate) struct Graphite {
    pub(crate) address: HostPort,
    pub(crate) prefix: String,
    pub(crate) every: Duration,
}

impl Graphite {
    /// Pushes until the broker has stopped.
    pub(crate) fn start(self, console: Console) {
        tokio::spawn(async move {
            let stopped = console.stopping.clone();
            tokio::select! {
                () = self.run(&console) => {}
                () = super::port::ended(stopped) => {}
            }
        });
    }

    async fn run(&self, console: &Console) {
        let mut rounds = interval(self.every);
        rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut line = Line::default();
        loop {
            rounds.tick().await;
            let Ok(page) = metrics::text(console, &[]).await else { continue };
            let Some(broker) = console.broker() else { continue };
            let seconds = broker.clock.wall().0 / 1000;
            line.send(&self.address, lines(&page, &self.prefix, seconds).as_bytes()).await;
        }
    }
}

/// The connection to Carbon, and whether it was there last.
#[derive(Debug, Default)]
struct Line {
    stream: Option<TcpStream>,
    is_down: bool,
}

impl Line {
    /// Sends a round, and tells once when that begins to fail, and once when it works again.
    async fn send(&mut self, address: &HostPort, round: &[u8]) {
        match self.try_send(address, round).await {
            Ok(()) if self.is_down => {
                info!(%address, "metrics reach Graphite again");
                self.is_down = false;
            }
            Ok(()) => {}
            Err(error) => {
                self.stream = None;
                if !self.is_down {
                    warn!(%address, %error, "metrics do not reach Graphite; each round is tried anew");
                }
                self.is_down = true;
            }
        }
    }

    async fn try_send(&mut self, address: &HostPort, round: &[u8]) -> io::Result<()> {
        let stream = match self.stream.take().filter(is_open) {
            Some(stream) => stream,
            None => timeout(PATIENCE, TcpStream::connect((&*address.host, address.port))).await??,
        };
        timeout(PATIENCE, self.stream.insert(stream).write_all(round)).await?
    }
}

/// Whether the other side has not closed it. Carbon never answers, so there is nothing else to read.
fn is_open(stream: &TcpStream) -> bool {
    let would_block = |error: io::Error| error.kind() == io::ErrorKind::WouldBlock;
    stream.try_read(&mut [0]).is_err_and(would_block)
}

/// The samples of a page as Carbon wants them.
fn lines(page: &str, prefix: &str, seconds: i64) -> String {
    let samples = page.lines().filter(|line| !line.starts_with('#'));
    let mut text = String::new();
    for (series, value) in samples.filter_map(|line| line.rsplit_once(' ')) {
        // What is not a number is nothing that Graphite could keep.
        if !value.parse::<f64>().is_ok_and(f64::is_finite) {
            continue;
        }
        if !prefix.is_empty() {
            text.push_str(prefix);
            text.push('.');
        }
        push_path(series, &mut text);
        text.push_str(&format!(" {value} {seconds}\n"));
    }
    text
}

/// `name{label="value"}` as `name.label.value`. In a value, what would end a part of the path becomes `_`.
fn push_path(series: &str, path: &mut String) {
    let (name, labels) = series.split_once('{').unwrap_or((series, ""));
    path.push_str(name);
    let mut in_value = false;
    let mut letters = labels.chars();
    let mut is_first = true;
    while let Some(letter) = letters.next() {
        match letter {
            '"' => in_value = !in_value,
            '\\' if in_value => {
                letters.next();
                path.push('_');
            }
            '=' if !in_value => path.push('.'),
            ',' | '}' if !in_value => is_first = true,
            _ => {
                if is_first {
                    path.push('.');
                    is_first = false;
                }
                path.push(if is_plain(letter) { letter } else { '_' });
            }
        }
    }
}

fn is_plain(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '+')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_become_paths_and_what_would_break_a_path_does_not() {
        let page = "# HELP a b.\n# TYPE a gauge\na 1\n\
                    b{topic=\"x.y\",partition=\"0\"} 2.5\n\
                    c_bucket{path=\"/a b\\\"\\\\\",le=\"+Inf\"} 3\nd NaN\n";
        assert_eq!(
            lines(page, "p.q", 7),
            "p.q.a 1 7\n\
             p.q.b.topic.x_y.partition.0 2.5 7\n\
             p.q.c_bucket.path._a_b__.le.+Inf 3 7\n"
        );
        assert_eq!(lines("a 1\n", "", 7), "a 1 7\n");
    }
}
