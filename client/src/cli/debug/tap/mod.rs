//! `sapwood debug tap`: stands between clients and a cluster, and prints each request with its answer.
//!
//! ```text
//! client ──► listener ──► session ──► broker        one listener for each broker that an answer names
//!                            │
//!                            └─► seen ─► printed, counted
//! ```
//!
//! Bytes pass through as they are, but for the addresses in answers: a client would leave the tap for the broker that
//! Metadata names, so each broker that is named gets a listener here, and the answer names that. Any Kafka-compatible
//! broker will do.

mod frames;
mod rewrite;
mod routes;
mod seen;
mod session;

use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use tokio::sync::mpsc;

use crate::cli::brokers::BrokerArgs;
use crate::cli::failure::Failure;
use crate::cli::output::{self, OutputArgs, OutputFormat};
use crate::cli::span::Span;
use crate::cli::terminal::note;
use routes::Routes;
use seen::{Seen, Summary};

/// How many requests may wait to be printed before clients are slowed down.
const SEEN_MAX: usize = 1024;

/// The arguments.
#[derive(Debug, Args)]
pub struct Tap {
    /// Where clients connect; port 0 for one that is free
    #[arg(short, long, value_name = "IP:PORT", default_value = "127.0.0.1:9192")]
    listen: SocketAddr,
    /// Only these APIs, such as Produce,Fetch
    #[arg(long, value_name = "API,…", value_delimiter = ',')]
    api: Vec<String>,
    /// Stop after so many requests
    #[arg(short, long, value_name = "COUNT")]
    num: Option<u64>,
    /// Stop after this time
    #[arg(long = "for", value_name = "TIME")]
    during: Option<Span>,
    /// Print only the summary: who sent which versions of which API how often
    #[arg(short, long)]
    summary: bool,
    /// Print each request as a line of JSON
    #[arg(short = 'J', long, conflicts_with = "summary")]
    json: bool,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    brokers: BrokerArgs,
}

impl Tap {
    pub(super) async fn run(self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let cluster = self.brokers.cluster()?;
        // Whoever taps a cluster that is not there shall know it now, and not from the first client.
        cluster.any().await?;
        let upstream = cluster.options().bootstrap.first().cloned().expect("a list has an entry");
        let (seen, mut arrivals) = mpsc::channel(SEEN_MAX);
        let routes = Arc::new(Routes::new(self.listen.ip(), seen));
        let local = routes
            .open(upstream.clone(), self.listen.port())
            .map_err(|error| Failure::other(&format!("listen on {}", self.listen), &error))?;
        note(format!("clients of {upstream} connect to {local}; Ctrl-C ends with a summary"));
        let mut summary = Summary::default();
        let end = tokio::time::sleep(self.during.map_or(Duration::MAX, |span| span.0));
        tokio::pin!(end);
        let mut left = self.num.unwrap_or(u64::MAX);
        while left > 0 {
            let seen = tokio::select! {
                seen = arrivals.recv() => seen,
                () = &mut end => None,
                _ = tokio::signal::ctrl_c() => None,
            };
            let Some(seen) = seen else { break };
            if !self.wants(&seen) {
                continue;
            }
            left -= 1;
            summary.count(&seen);
            self.print(&seen, out)?;
        }
        self.finish(&summary, out)
    }

    fn wants(&self, seen: &Seen) -> bool {
        self.api.is_empty() || self.api.iter().any(|api| api.eq_ignore_ascii_case(&seen.api_name()))
    }

    fn print(&self, seen: &Seen, out: &mut (dyn Write + Send)) -> std::io::Result<()> {
        if self.summary {
            return Ok(());
        }
        match self.json {
            true => seen.print_json(out)?,
            false => seen.print(out)?,
        }
        out.flush()
    }

    fn finish(&self, summary: &Summary, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        if self.json {
            return Ok(());
        }
        if !self.summary && self.output.format == OutputFormat::Table {
            writeln!(out)?;
        }
        self.output.print(out, &summary.listing())?;
        let requests = output::counted(summary.requests(), "request");
        note(format!("{requests} seen"));
        Ok(())
    }
}
