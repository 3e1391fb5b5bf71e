//! What was seen: a request and its answer, and the sum of many.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::time::Duration;

use protocol::ApiKey;
use serde_json::json;

use crate::address::Address;
use crate::cli::output::{Column, Listing};

/// One request.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) client: SocketAddr,
    pub(super) broker: Address,
    /// What the client called itself in ApiVersions.
    pub(super) software: Option<String>,
    pub(super) client_id: Option<String>,
    pub(super) key: i16,
    pub(super) version: i16,
    /// The frame's size, with the four bytes that tell it.
    pub(super) bytes: usize,
    /// `None` if none came.
    pub(super) answer: Option<Answer>,
}

/// The answer to a request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answer {
    pub(super) bytes: usize,
    pub(super) after: Duration,
}

impl Seen {
    /// Kafka's name of the API, or its number.
    pub(super) fn api_name(&self) -> String {
        ApiKey::try_from(self.key).map_or_else(|_| self.key.to_string(), |key| format!("{key:?}"))
    }

    /// One line for people.
    pub(super) fn print(&self, out: &mut (dyn Write + Send)) -> io::Result<()> {
        let id = self.client_id.as_deref().unwrap_or("-");
        let api = format!("{} v{}", self.api_name(), self.version);
        write!(out, "{} {id:20} {api:24} {:>9} B", self.client, self.bytes)?;
        match self.answer {
            Some(Answer { bytes, after }) => {
                writeln!(out, " -> {bytes:>9} B {:>9.3} ms", after.as_secs_f64() * 1e3)
            }
            None => writeln!(out, " -> no answer"),
        }
    }

    /// One line for programs.
    pub(super) fn print_json(&self, out: &mut (dyn Write + Send)) -> io::Result<()> {
        let line = json!({
            "client": self.client.to_string(),
            "broker": self.broker.to_string(),
            "software": self.software,
            "client_id": self.client_id,
            "key": self.key,
            "api": self.api_name(),
            "version": self.version,
            "request_bytes": self.bytes,
            "response_bytes": self.answer.map(|answer| answer.bytes),
            "duration_us": self.answer.and_then(|answer| u64::try_from(answer.after.as_micros()).ok()),
        });
        writeln!(out, "{line}")
    }
}

/// Who sent which versions of which API, and how often.
#[derive(Debug, Default)]
pub(super) struct Summary {
    sums: BTreeMap<(String, i16, i16), Sum>,
}

#[derive(Debug, Default)]
struct Sum {
    requests: usize,
    bytes: usize,
    answered: u32,
    took: Duration,
}

const COLUMNS: &[Column] = &[
    Column::text("client"),
    Column::number("key"),
    Column::text("api"),
    Column::number("version"),
    Column::number("requests"),
    Column::number("request_bytes"),
    Column::number("mean_us"),
];

impl Summary {
    /// Counts a request under the client's software, or under its id if it did not say.
    pub(super) fn count(&mut self, seen: &Seen) {
        let client = seen.software.as_ref().or(seen.client_id.as_ref()).cloned();
        let client = client.unwrap_or_else(|| "-".into());
        let sum = self.sums.entry((client, seen.key, seen.version)).or_default();
        sum.requests += 1;
        sum.bytes += seen.bytes;
        if let Some(answer) = seen.answer {
            sum.answered += 1;
            sum.took += answer.after;
        }
    }

    /// How many there were.
    pub(super) fn requests(&self) -> usize {
        self.sums.values().map(|sum| sum.requests).sum()
    }

    pub(super) fn listing(&self) -> Listing {
        let mut listing = Listing::new(COLUMNS);
        for ((client, key, version), sum) in &self.sums {
            let api = ApiKey::try_from(*key).ok().map(|key| format!("{key:?}"));
            let mean = sum.took.checked_div(sum.answered);
            listing.row([
                client.as_str().into(),
                (*key).into(),
                api.into(),
                (*version).into(),
                sum.requests.into(),
                sum.bytes.into(),
                mean.and_then(|mean| u64::try_from(mean.as_micros()).ok()).into(),
            ]);
        }
        listing
    }
}
