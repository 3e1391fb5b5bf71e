//! The applets: Kafka's scripts, each as one name that this binary may be called by.
//!
//! Scripts that call `kafka-topics.sh` and its family go on working: the same flags, the same lines on standard output,
//! the same exit codes as the tools of Apache Kafka [`KAFKA_VERSION`], and no JVM to wait for. What a tool prints is
//! interface, so its words stand here as they stand there, in tables: options in the file `options.rs` of each tool, the
//! messages of error codes in `java/errors.tsv`.
//!
//! ```text
//! applets/
//!   topics/ configs/ …   one folder or file a tool: its options, its checks, its acts
//!   jopt/                what joptsimple and Kafka's CommandLineUtils do with a command line and its help page
//!   java/                what shows through of Java: the order of a HashMap, exceptions
//!   link.rs              the way to the cluster, with --command-config
//!   settings.rs          what the properties of Kafka's clients mean, by the table of crate::settings
//!   old.rs               flags of guides older than Kafka 4, and the line to type instead
//!   screen.rs            standard output and standard error
//!   stop.rs              why a tool ends early
//! ```
//!
//! A tool answers as Kafka's does also where this program would say more in its own commands. What it adds goes to
//! standard error, where Kafka's tools have their log.

pub mod argparse;
mod broker_api_versions;
mod cluster;
mod configs;
mod console_consumer;
mod console_producer;
mod consumer_groups;
mod delete_records;
mod get_offsets;
mod groups;
mod java;
mod jopt;
mod link;
mod log_dirs;
mod metadata_quorum;
mod old;
mod screen;
mod settings;
mod signals;
mod stop;
mod topics;

use std::process::ExitCode;

pub use java::{DEFAULT_CAPACITY, Thrown, hash_map_order, hash_order, partition_hash, why_no_uuid};
pub use jopt::{Kind, Opt, Parsed, Parser};
pub use link::{Link, check_servers, command_config};
pub use screen::Screen;
pub use settings::{consumer_options, key_values, producer_options};
pub use signals::Signals;
pub use stop::Stop;

pub use crate::properties::Properties;

/// The release whose tools these are.
pub const KAFKA_VERSION: &str = "4.3.1";

/// One of Kafka's scripts, by the name it is called with.
#[derive(Clone, Copy, Debug)]
pub struct Applet {
    /// The script's name without its ending: `kafka-topics`.
    pub name: &'static str,
    /// The fully qualified classes that `kafka-run-class` knows it by, Kafka's present one first.
    pub classes: &'static [&'static str],
    /// Runs it with the words after its name.
    pub run: fn(Vec<String>) -> ExitCode,
}

/// The applets that speak to a cluster.
pub const APPLETS: &[Applet] = &[
    broker_api_versions::APPLET,
    cluster::APPLET,
    configs::APPLET,
    console_consumer::APPLET,
    console_producer::APPLET,
    consumer_groups::APPLET,
    delete_records::APPLET,
    get_offsets::APPLET,
    groups::APPLET,
    log_dirs::APPLET,
    metadata_quorum::APPLET,
    topics::APPLET,
];

/// Runs a tool to its end, on a runtime of its own with one thread. What it returns is its exit code.
pub fn start(tool: impl AsyncFnOnce(&mut Screen) -> u8) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("cannot start: {error}");
            return ExitCode::FAILURE;
        }
    };
    let mut screen = Screen::standard();
    let code = runtime.block_on(tool(&mut screen));
    screen.flush();
    // A thread may still be waiting for standard input; nobody needs what it would read.
    runtime.shutdown_background();
    code.into()
}
