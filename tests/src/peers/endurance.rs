//! A client that ships and reads while the broker's life is made hard: `tests/peers/python/endurance.py`.

use super::commands;
use crate::process::{Child, ran, wait};
use anyhow::{Context, Result, ensure};
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(300);
/// librdkafka, as most services have it.
const PACKAGE: &str = "confluent-kafka==2.16.1";

/// What one test ships, and what it knows of it.
#[derive(Debug)]
pub struct Endurance {
    bootstrap: String,
    topic: String,
    dir: TempDir,
    packages: PathBuf,
    power_cuts: bool,
}

impl Endurance {
    /// A topic of a test's own on the broker at `address`.
    pub fn new(address: SocketAddr, topic: &str) -> Result<Self> {
        let packages = commands::python_packages("confluent-kafka", &[PACKAGE])?;
        let dir = TempDir::new().context("a directory for what was acknowledged")?;
        let topic = topic.to_owned();
        Ok(Self { bootstrap: address.to_string(), topic, dir, packages, power_cuts: false })
    }

    /// The same for a test that cuts the power, which may take back what was read and not yet acknowledged.
    #[must_use]
    pub fn under_power_cuts(mut self) -> Self {
        self.power_cuts = true;
        self
    }

    /// Where the script finds and leaves its files.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// Runs one of the script's other acts to its end; it must succeed.
    pub fn run(&self, act: &str) -> Result<String> {
        ran(act, &mut self.command(act), LIMIT)
    }

    /// Starts shipping and reading; [`Endurance::finish`] ends it.
    pub fn ship(&self) -> Result<Child> {
        Child::start("endurance", &mut self.command("ship"), &self.dir.path().join("ship.log"))
    }

    /// How many records were acknowledged up to now.
    pub fn acknowledged(&self) -> usize {
        fs::read(self.dir.path().join("acked"))
            .map_or(0, |rows| rows.iter().filter(|&&byte| byte == b'\n').count())
    }

    /// Waits until `count` more records are acknowledged: the broker serves, and is in the middle of its work.
    pub fn await_more(&self, count: usize, shipping: &mut Child) -> Result<()> {
        let wanted = self.acknowledged() + count;
        wait::until(&format!("{count} more acknowledgements"), LIMIT, || {
            (self.acknowledged() >= wanted || shipping.ended().is_some()).then_some(())
        })?;
        ensure!(shipping.ended().is_none(), "the client ended\n{}", shipping.last_words());
        Ok(())
    }

    /// Lets the client send the rest, and checks what it saw itself.
    pub fn finish(&self, shipping: &mut Child) -> Result<()> {
        fs::write(self.dir.path().join("stop"), "").context("tell the client to stop")?;
        let status = shipping.wait(LIMIT)?;
        ensure!(status.success(), "the client saw faults\n{}", shipping.last_words());
        println!("{}", shipping.output());
        Ok(())
    }

    /// Reads everything anew: each acknowledged record is there, none twice, all in order.
    pub fn verify(&self) -> Result<()> {
        println!("{}", self.run("verify")?);
        Ok(())
    }

    fn command(&self, act: &str) -> Command {
        let mut python = Command::new("python3");
        python.arg("-u").arg(commands::sources("python").join("endurance.py")).arg(act);
        python
            .args([&self.bootstrap, &self.topic])
            .arg(self.dir.path())
            .env("PYTHONPATH", &self.packages);
        if self.power_cuts {
            python.env("POWER_CUTS", "1");
        }
        python
    }
}
