//! Our peer programs: one in each language, all with the same arguments, scenarios and words.

use super::report::Report;
use super::{Broker, commands, stored_codecs};
use crate::process::{AccessLog, announced_apis, run};
use anyhow::{Context, Result};
use protocol::ApiKey;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;

/// A whole list of scenarios of one peer, on a machine that may be compiling at the same time.
const LIMIT: Duration = Duration::from_secs(300);
/// Records of a scenario: several batches for each partition.
const LINES: usize = 600;

/// One thing that a peer does and checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scenario {
    /// It must come out well.
    Must(&'static str),
    /// It needs this API: it must come out well where the broker announces it, and fail until then.
    Later(&'static str, ApiKey),
}

impl Scenario {
    fn name(self) -> &'static str {
        match self {
            Self::Must(name) | Self::Later(name, _) => name,
        }
    }
}

/// A topic shipped and read with each codec: `codec-x` writes to `<prefix>codec-x` with that codec alone.
pub const CODECS: [Scenario; 5] = [
    Scenario::Must("codec-none"),
    Scenario::Must("codec-gzip"),
    Scenario::Must("codec-snappy"),
    Scenario::Must("codec-lz4"),
    Scenario::Must("codec-zstd"),
];

/// A peer program, ready to run.
#[derive(Debug)]
pub struct Peer {
    name: String,
    command: Command,
}

impl Peer {
    /// A program that is run as it is.
    pub fn new(name: &str, command: Command) -> Self {
        Self { name: name.to_owned(), command }
    }

    /// `tests/peers/python/<script>` with these packages on its path.
    pub fn python(name: &str, script: &str, packages: &[&str]) -> Result<Self> {
        let mut python = Command::new("python3");
        python.arg("-u").arg(commands::sources("python").join(script));
        python.env("PYTHONPATH", commands::python_packages(name, packages)?);
        Ok(Self::new(name, python))
    }

    /// `tests/peers/node/<script>` with these packages beside it.
    pub fn node(name: &str, script: &str, packages: &[&str]) -> Result<Self> {
        let mut node = Command::new("node");
        node.arg(commands::sources("node").join(script));
        node.env("NODE_PATH", commands::node_modules(name, packages)?.join("node_modules"));
        Ok(Self::new(name, node))
    }

    /// The Java program `class` compiled and run with these artifacts.
    pub fn java(name: &str, class: &str, artifacts: &[&str]) -> Result<Self> {
        let jars = commands::maven(name, artifacts)?;
        let classes = commands::java_classes(&format!("{name}-classes"), &jars)?;
        let mut java = Command::new("java");
        java.args(["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp"]).arg(classes).arg(class);
        Ok(Self::new(name, java))
    }

    /// The Go program under `tests/peers/<source>`.
    pub fn go(source: &str) -> Result<Self> {
        Ok(Self::new(source, Command::new(commands::go_program(source)?)))
    }

    /// The Rust program under `tests/peers/<source>`.
    pub fn rust(source: &str) -> Result<Self> {
        Ok(Self::new(source, Command::new(commands::rust_program(source)?)))
    }

    /// Starts the broker under test, runs the listed scenarios against it, and checks that each came out as it must, and that each
    /// codec is the one that the stored batches have.
    pub fn run(mut self, lists: &[&[Scenario]]) -> Result<()> {
        let scenarios = &lists.concat();
        let mut broker = Broker::start()?;
        let dir = TempDir::new().context("a directory for the peer")?;
        let lines = self.write_lines(dir.path())?;
        // A broker that is there for several runs has the topics of the last one.
        let prefix = format!("{}-{}-", self.name, std::process::id());
        let announced = announced_apis(broker.address()).context("what the broker announces")?;
        let (must, later) = expected(scenarios, &announced);
        let vain: Vec<&str> = later.iter().map(|&(name, _)| name).collect();
        self.command
            .env("PEER_IN_VAIN", vain.join(" "))
            .arg(broker.bootstrap())
            .arg(lines)
            .arg(&prefix)
            .args(scenarios.iter().map(|scenario| scenario.name()));
        let (_, output) = run(&self.name, self.command.current_dir(dir.path()), LIMIT)?;
        let verdict = Report::parse(&output)
            .check(&must, &later)
            .and_then(|()| check_codecs(&broker, &prefix, scenarios));
        verdict.with_context(|| format!("{}\n{output}\n{}", self.name, broker.last_words()))
    }

    fn write_lines(&self, dir: &Path) -> Result<PathBuf> {
        let path = dir.join("access.tsv");
        AccessLog::of(LINES, 7).write_to(&path).context("write the access log")?;
        Ok(path)
    }
}

/// What must come out well, and what waits for an API that the broker does not announce.
fn expected(
    scenarios: &[Scenario],
    announced: &[i16],
) -> (Vec<&'static str>, Vec<(&'static str, ApiKey)>) {
    let (mut must, mut later) = (Vec::new(), Vec::new());
    for &scenario in scenarios {
        match scenario {
            Scenario::Later(name, api) if !announced.contains(&(api as i16)) => {
                later.push((name, api));
            }
            Scenario::Must(name) | Scenario::Later(name, _) => must.push(name),
        }
    }
    (must, later)
}

/// Each of [`CODECS`] that was run is the one that its stored batches say, by Kafka's number for it.
fn check_codecs(broker: &Broker, prefix: &str, scenarios: &[Scenario]) -> Result<()> {
    let Some(log_dir) = broker.log_dir() else { return Ok(()) };
    for (number, codec) in (0_u8..).zip(CODECS).filter(|(_, codec)| scenarios.contains(codec)) {
        let name = codec.name();
        let stored = stored_codecs(&log_dir, &format!("{prefix}{name}"));
        anyhow::ensure!(
            stored.into_iter().eq([number]),
            "{name} is not what the stored batches say"
        );
    }
    Ok(())
}
