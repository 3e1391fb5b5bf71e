//! Apache Kafka 4.3.1 from its published jars: the oracle that every suite is run against first, and its tools.

use super::commands;
use crate::process::{Child, Properties, ran, wait};
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;

/// The release that we compare with.
pub const VERSION: &str = "4.3.1";
/// Kafka takes five to nine seconds on a quiet machine.
const START_LIMIT: Duration = Duration::from_secs(120);
const TOOL_LIMIT: Duration = Duration::from_secs(180);

/// The directory with the jars of the broker and of all its tools.
pub fn jars() -> Result<PathBuf> {
    commands::maven(
        "apache-kafka",
        &[
            &format!("org.apache.kafka:kafka_2.13:{VERSION}"),
            &format!("org.apache.kafka:kafka-tools:{VERSION}"),
            &format!("org.apache.kafka:kafka-clients:{VERSION}"),
            "org.apache.logging.log4j:log4j-slf4j-impl:2.25.4",
            "org.apache.logging.log4j:log4j-core:2.25.4",
        ],
    )
}

/// One of Kafka's own tools by its class, ready for its arguments.
pub fn tool(class: &str) -> Result<Command> {
    let mut java = Command::new("java");
    // A tool lives for seconds: no time to compile well, and no core to spare for it.
    java.args(["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-cp"]);
    java.arg(format!("{}/*", jars()?.display())).arg(class);
    Ok(java)
}

/// Runs a tool that must succeed, and returns what it said.
pub fn run_tool(class: &str, arguments: &[&str]) -> Result<String> {
    ran(class, tool(class)?.args(arguments), TOOL_LIMIT)
}

/// A running Apache Kafka in combined mode.
#[derive(Debug)]
pub struct ApacheKafka {
    child: Child,
    properties: Properties,
    _dir: TempDir,
}

impl ApacheKafka {
    /// Formats a log dir and starts the broker on it.
    pub fn start_with(change: impl FnOnce(&mut Properties)) -> Result<Self> {
        let dir = TempDir::new().context("a directory for Apache Kafka")?;
        let mut properties = Properties::alone(dir.path());
        change(&mut properties);
        let file = properties.write().context("write server.properties")?;
        let id = run_tool("kafka.tools.StorageTool", &["random-uuid"])?;
        let id = id.lines().last().context("StorageTool prints an id")?;
        let file = file.to_str().context("a path in UTF-8")?;
        run_tool("kafka.tools.StorageTool", &["format", "--standalone", "-t", id, "-c", file])?;
        let mut child =
            Child::start("Apache Kafka", &mut broker(file)?, &dir.path().join("broker.log"))?;
        await_serving(&mut child, &properties)?;
        Ok(Self { child, properties, _dir: dir })
    }

    /// The settings that it runs with.
    pub fn properties(&self) -> &Properties {
        &self.properties
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.pid()
    }

    /// The process.
    pub fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// SIGTERM, and the orderly end.
    pub fn stop(&mut self) -> Result<()> {
        self.child.stop(START_LIMIT).map(drop)
    }

    /// Where the partitions lie.
    pub fn log_dir(&self) -> PathBuf {
        self.properties.log_dir()
    }
}

fn broker(properties: &str) -> Result<Command> {
    let mut java = Command::new("java");
    java.args(["-Xmx1G", "-XX:+UseG1GC", "-cp"]).arg(format!("{}/*", jars()?.display()));
    java.args(["kafka.Kafka", properties]);
    Ok(java)
}

fn await_serving(child: &mut Child, properties: &Properties) -> Result<()> {
    let address = properties.address();
    let served = wait::until("Apache Kafka to serve", START_LIMIT, || {
        (child.ended().is_some() || crate::process::is_serving(address)).then_some(())
    });
    match (served, child.ended()) {
        (Ok(()), None) => Ok(()),
        (_, ended) => {
            anyhow::bail!("Apache Kafka does not serve (ended: {ended:?})\n{}", child.last_words())
        }
    }
}

/// A file of client settings for a tool, in `dir`.
pub fn settings(dir: &Path, name: &str, lines: &[&str]) -> Result<String> {
    let path = dir.join(name);
    std::fs::write(&path, lines.join("\n")).context("write the settings of a tool")?;
    Ok(path.display().to_string())
}
