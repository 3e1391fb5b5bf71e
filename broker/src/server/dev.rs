//! `sapwood dev`: a broker for a laptop.
//!
//! The same broker as any other, with three settings made for its user: it listens on the loopback address alone, it
//! keeps its data in the user's data directory (never a temporary one, unless asked), and it says what to type next.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use super::demo::TOPIC;
use super::logging::LogFormat;

/// What a developer may choose.
#[derive(Clone, Debug, clap::Args)]
pub struct DevOptions {
    /// The port to listen on, on 127.0.0.1; 0 takes a free one
    #[arg(long, default_value_t = 9092)]
    pub port: u16,
    /// Where the data lies [default: the user's data directory, or /var/lib/sapwood for root]
    #[arg(long, value_name = "DIR", conflicts_with = "ephemeral")]
    pub dir: Option<PathBuf>,
    /// Keep the data in a temporary directory and remove it at the end
    #[arg(long)]
    pub ephemeral: bool,
    /// Answer "unknown topic" instead of making topics on first use
    #[arg(long)]
    pub no_auto_create: bool,
    /// Feed a topic "demo" with ten records of JSON in a second, to look at and to read from
    #[arg(long)]
    pub demo: bool,
    /// Set any key of the configuration, as in server.properties
    #[arg(long = "override", value_name = "KEY=VALUE")]
    pub overrides: Vec<String>,
    /// How the log is written
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub log_format: LogFormat,
}

impl DevOptions {
    /// The settings that make it a broker for a laptop; `--override` goes on top.
    pub(super) fn settings(&self, dir: &Path) -> Vec<String> {
        let listener = format!("PLAINTEXT://127.0.0.1:{}", self.port);
        let mut settings = vec![
            format!("listeners={listener}"),
            format!("advertised.listeners={listener}"),
            format!("log.dirs={}", dir.display()),
            format!("auto.create.topics.enable={}", !self.no_auto_create),
            // Nobody else is coming, so a first consumer need not wait for others.
            "group.initial.rebalance.delay.ms=0".to_owned(),
        ];
        settings.extend(self.overrides.iter().cloned());
        settings
    }
}

/// A directory that goes when the broker does.
#[derive(Debug)]
pub(super) struct EphemeralDir(PathBuf);

impl EphemeralDir {
    pub(super) fn create() -> io::Result<Self> {
        let path = std::env::temp_dir().join(format!("sapwood-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir_all(&path)?;
        Ok(Self(path))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for EphemeralDir {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            eprintln!("cannot remove {}: {error}", self.0.display());
        }
    }
}

/// What a developer reads when the broker serves.
pub(super) fn banner(
    address: &str,
    http: Option<SocketAddr>,
    dir: &Path,
    options: &DevOptions,
) -> String {
    let page = http.map_or_else(String::new, |http| format!("page     http://{http}/\n"));
    let brokers = if address.ends_with(":9092") { String::new() } else { format!(" -b {address}") };
    let topics = match options.no_auto_create {
        false => "Topics are made on first use (--no-auto-create to refuse unknown ones).",
        true => "Unknown topics are refused (--no-auto-create).",
    };
    let demo = match options.demo {
        true => format!(
            "Topic \"{TOPIC}\" gets ten records in a second, and keeps them for an hour:\n\
             \x20 sapwood topic consume {TOPIC}{brokers}\n"
        ),
        false => String::new(),
    };
    format!(
        "sapwood {version} serves Kafka clients on {address}\n\
         data     {dir}\n\
         {page}\
         {topics}\n\
         {demo}\
         \n\
         Try, in another terminal:\n\
         \x20 sapwood topic create apache_logs -p 8{brokers}\n\
         \x20 echo 'hello, log' | sapwood topic produce apache_logs{brokers}\n\
         \x20 sapwood topic consume apache_logs -o start{brokers}\n",
        version = env!("CARGO_PKG_VERSION"),
        dir = dir.display(),
    )
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        options: DevOptions,
    }

    #[test]
    fn the_commands_in_the_banner_name_the_broker_only_where_they_must() {
        let options = |line: &[&str]| Line::parse_from([&["x"], line].concat()).options;
        let said =
            |address: &str, line: &[&str]| banner(address, None, Path::new("/d"), &options(line));
        assert!(!said("127.0.0.1:9092", &["--demo"]).contains(" -b "));
        let other = said("127.0.0.1:19092", &["--demo"]);
        assert!(other.contains("consume apache_logs -o start -b 127.0.0.1:19092"), "{other}");
        assert!(other.contains("consume demo -b 127.0.0.1:19092"), "{other}");
        assert!(!said("127.0.0.1:9092", &[]).contains("demo"));
    }
}
