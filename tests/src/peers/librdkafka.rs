//! librdkafka's own test-suite: its test-runner, built from the sources that its makers publish for Node.
//!
//! The suite wants a broker and, in the folder `KAFKA_PATH`, Kafka's scripts. Which of its tests are run is said by name; each
//! must be told as passed in its report, and must have taken time: in the quick mode a test may pass without doing anything.

use super::{Broker, commands, install};
use crate::process::{binary, ran, run};
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;

const PACKAGE: &str = "@confluentinc/kafka-javascript@1.10.1";
/// Where the package keeps librdkafka.
const SOURCES: &str = "node_modules/@confluentinc/kafka-javascript/deps/librdkafka";
/// TLS and SASL need libraries that few machines have the headers of, and a broker that speaks them. What is not optimised is
/// built sooner, and the suite waits more than it computes.
const CONFIGURE: &str =
    "--disable-ssl --disable-gssapi --disable-curl --disable-zstd --disable-optimization";
/// What is built, and in which folder.
const BUILT: [(&str, &str); 3] =
    [("src", "librdkafka.a"), ("src-cpp", "librdkafka++.a"), ("tests", "test-runner")];
/// The suite's slowest tests wait for compactions and sessions for half a minute each.
const LIMIT: Duration = Duration::from_secs(600);
/// What the broker passes for. The suite calls `kafka-topics.sh` with `--zookeeper` below 3.0.
const VERSION: &str = "4.3.1";

/// The suite, and a folder with our links as `bin` for its `KAFKA_PATH`.
#[derive(Debug)]
pub struct Suite {
    runner: PathBuf,
    dir: TempDir,
}

impl Suite {
    /// Builds the test-runner if that has not been done yet, and makes the links.
    pub fn new() -> Result<Self> {
        let recipe = format!("{PACKAGE} {CONFIGURE} {BUILT:?}");
        let installed = install::once("librdkafka-tests", &recipe, |dir| {
            commands::npm_install(dir, &[PACKAGE])?;
            build(&dir.join(SOURCES))
        })?;
        let dir = TempDir::new().context("a directory for the suite")?;
        let mut links = Command::new(binary()?);
        links.arg("install-shims").arg(dir.path().join("kafka/bin"));
        ran("install-shims", &mut links, commands::LIMIT)?;
        Ok(Self { runner: installed.join(SOURCES).join("tests/test-runner"), dir })
    }

    /// Runs `tests` against `broker`, several at once, and returns what the suite said when all have passed.
    pub fn run(&self, broker: &Broker, tests: &[&str], options: &[&str]) -> Result<String> {
        let path = |name: &str| self.dir.path().join(name);
        let conf = format!("bootstrap.servers={}\ntest.topic.random=true\n", broker.bootstrap());
        fs::write(path("test.conf"), conf).context("write test.conf")?;
        let mut runner = Command::new(&self.runner);
        // Neither those that need no broker, nor those that want a broken network.
        runner.args(["-L", "-E", "-p4"]).args(options).current_dir(self.dir.path());
        runner.env("TESTS", numbers(tests)).env("TEST_REPORT", path("report.json"));
        runner.env("RDKAFKA_TEST_CONF", path("test.conf")).env("TEST_KAFKA_VERSION", VERSION);
        runner.env("KAFKA_PATH", path("kafka")).env("BROKERS", broker.bootstrap());
        let (_, said) = run("librdkafka's test-runner", &mut runner, LIMIT)?;
        let report = fs::read_to_string(path("report.json")).with_context(|| said.clone())?;
        let report: Value = serde_json::from_str(&report).context("the report is JSON")?;
        for test in tests {
            let told = &report["tests"][test];
            let has_passed = told["state"] == "PASSED";
            let took = told["duration"].as_f64().unwrap_or_default();
            ensure!(has_passed && took > 0.0, "{test}: {told}\n{}", failures(&said));
        }
        Ok(said)
    }
}

fn build(sources: &Path) -> Result<()> {
    let mut configure = Command::new("./configure");
    configure.current_dir(sources).args(CONFIGURE.split(' '));
    ran("librdkafka's configure", &mut configure, commands::LIMIT)?;
    for (folder, target) in BUILT {
        let mut make = Command::new("make");
        make.current_dir(sources.join(folder)).args(["-j2", target]);
        ran("make", &mut make, commands::LIMIT)?;
    }
    Ok(())
}

/// The suite chooses by number: all tests that begin with one are run.
fn numbers(tests: &[&str]) -> String {
    let numbers = tests.iter().filter_map(|test| test.split('_').next());
    numbers.collect::<Vec<_>>().join(",")
}

/// Where the suite says what failed, with the lines after it.
fn failures(said: &str) -> String {
    let lines: Vec<&str> = said.lines().collect();
    let failed = lines.iter().enumerate().filter(|(_, line)| line.contains("TEST FAILURE"));
    let shown = failed.flat_map(|(at, _)| lines[at..].iter().take(4).copied());
    shown.collect::<Vec<_>>().join("\n")
}
