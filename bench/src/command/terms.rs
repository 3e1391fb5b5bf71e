//! The terms of a load: what is written, how, and how much of it.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use client::cli::{AcksArg, BrokerArgs, Codec, Failure, Span};
use client::producer::{Acks, ProducerOptions};

use crate::quantity::{Bytes, Count};
use crate::verify::SEAL_LEN;
use crate::workload::{Content, Keys, Sizes, Workload};

/// How long a run without an end lasts.
pub(super) const DURATION: Duration = Duration::from_secs(30);

/// What ends a run.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct Extent {
    /// Stop after so many records, such as 50k or 2M
    #[arg(short, long, value_name = "COUNT")]
    pub(super) num: Option<Count>,
    /// Stop after this time, warm-up not included
    #[arg(short, long, value_name = "TIME", conflicts_with = "num")]
    pub(super) duration: Option<Span>,
    /// Do not count what happens before this
    #[arg(long, value_name = "TIME", default_value = "0s")]
    pub(super) warmup: Span,
}

/// What records look like.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Records")]
pub(super) struct RecordArgs {
    /// How long values are: 100, 1KiB, 100:2KiB for all between, zipf or zipf:MAX for many small and few large ones
    #[arg(
        short,
        long,
        value_name = "SIZE",
        default_value = "1KiB",
        conflicts_with = "payload_file"
    )]
    size: Sizes,
    /// Which keys: none, seq, cycle:N, random:N or zipf:N, of N keys
    #[arg(long, value_name = "KEYS", default_value = "none")]
    key: Keys,
    /// How many headers each record has
    #[arg(long, value_name = "N", default_value_t = 0)]
    headers: usize,
    /// Send the lines of this file, at random
    #[arg(long, value_name = "FILE", conflicts_with = "entropy")]
    payload_file: Option<PathBuf>,
    /// Which share of the bytes is random, from 0 (packs to nothing) to 1 (does not pack at all)
    #[arg(long, value_name = "SHARE", default_value_t = 1.0)]
    entropy: f64,
    /// Where chance begins: the same number sends the same records
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

/// How records are written.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Writing")]
pub(super) struct ProducerArgs {
    /// How many replicas must have a record [default: all]
    #[arg(long, value_enum, allow_hyphen_values = true)]
    acks: Option<AcksArg>,
    /// Compress batches [default: none]
    #[arg(short = 'z', long, value_enum)]
    compression: Option<Codec>,
    /// How long a batch waits to be filled [default: 5ms]
    #[arg(long, value_name = "TIME")]
    linger: Option<Span>,
    /// How large a batch grows [default: 64KiB]
    #[arg(long, value_name = "SIZE")]
    batch: Option<Bytes>,
    /// How many requests a broker may have before it has answered the first [default: 5]
    #[arg(long, value_name = "N")]
    in_flight: Option<usize>,
    /// How much may wait in each producer [default: 32MiB]
    #[arg(long, value_name = "SIZE")]
    buffer: Option<Bytes>,
    /// Whether brokers recognise what is sent twice [default: true with --acks all]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    idempotent: Option<bool>,
}

impl RecordArgs {
    /// What records look like. A seal takes room.
    pub(super) fn workload(&self, is_sealed: bool) -> Result<Workload, Failure> {
        if !(0.0..=1.0).contains(&self.entropy) {
            return Err(Failure::usage(format!(
                "--entropy {} is not between 0 and 1",
                self.entropy
            )));
        }
        let content = match &self.payload_file {
            None => Content::Made { entropy: self.entropy },
            Some(path) => Content::from_file(path)
                .map_err(|error| Failure::other(&format!("read {}", path.display()), &error))?,
        };
        if is_sealed && self.payload_file.is_none() && self.size.min() < SEAL_LEN {
            return Err(Failure::usage(format!(
                "values of {} are too short to be verified",
                self.size
            ))
            .because(format!("the mark of a record takes {SEAL_LEN} bytes"))
            .advise(format!("--size {SEAL_LEN}")));
        }
        Ok(Workload {
            sizes: self.size,
            keys: self.key,
            content,
            headers: self.headers,
            seed: self.seed,
        })
    }
}

impl ProducerArgs {
    /// From the farthest: our defaults, then the settings of profile, file and `-X`, then the flags.
    pub(super) fn options(&self, brokers: &BrokerArgs) -> Result<ProducerOptions, Failure> {
        let mut options = ProducerOptions {
            batch_bytes: 64 << 10,
            create_topics: false,
            ..ProducerOptions::default()
        };
        brokers.settings()?.apply_to_producer(&mut options);
        if let Some(acks) = self.acks {
            options.acks = acks.into();
        }
        if let Some(codec) = self.compression {
            options.compression = codec.into();
        }
        let replace = |place: &mut usize, given: Option<usize>| *place = given.unwrap_or(*place);
        replace(&mut options.batch_bytes, self.batch.map(|bytes| bytes.0));
        replace(&mut options.buffer_bytes, self.buffer.map(|bytes| bytes.0));
        replace(&mut options.in_flight_max, self.in_flight);
        options.linger = self.linger.map_or(options.linger, |span| span.0);
        options.request_bytes = options.request_bytes.max(options.batch_bytes);
        if options.acks != Acks::All && self.idempotent == Some(true) {
            return Err(Failure::usage("--idempotent needs --acks all")
                .because("only then is an answer a promise"));
        }
        options.idempotent =
            self.idempotent.unwrap_or(options.idempotent) && options.acks == Acks::All;
        Ok(options)
    }
}
