//! Our own broker as a process.

use super::{Child, Properties, paths, ran, wait_until_serving};
use anyhow::{Context, Result};
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::sync::OnceLock;
use std::time::Duration;
use tempfile::TempDir;

/// A broker alone serves within a second on a quiet machine; tests share theirs with compilers.
const START_LIMIT: Duration = Duration::from_secs(60);
/// An orderly end closes every log.
const STOP_LIMIT: Duration = Duration::from_secs(60);
/// A release build from nothing on two busy cores.
const BUILD_LIMIT: Duration = Duration::from_secs(1800);

/// The `sapwood` binary, built in release mode the first time a test process asks; `SAPWOOD_BINARY` names another one.
pub fn binary() -> Result<&'static Path> {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    static BUILDING: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _one_at_a_time = BUILDING.lock();
    if let Some(path) = BINARY.get() {
        return Ok(path);
    }
    let path = match std::env::var_os("SAPWOOD_BINARY") {
        Some(path) => path.into(),
        None => build()?,
    };
    Ok(BINARY.get_or_init(|| path))
}

fn build() -> Result<PathBuf> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(paths::workspace()).args([
        "build",
        "--quiet",
        "--release",
        "--package",
        "sapwood",
        "--bin",
        "sapwood",
    ]);
    ran("cargo build of the broker", &mut cargo, BUILD_LIMIT)?;
    Ok(paths::target_dir().join("release").join("sapwood"))
}

/// What a broker finds in its environment beside the tests' own.
pub type Environment = Vec<(&'static str, OsString)>;

/// A running broker of ours, its settings, and its directory, which goes when it goes.
#[derive(Debug)]
pub struct Sapwood {
    child: Child,
    properties: Properties,
    environment: Environment,
    _dir: Option<TempDir>,
}

impl Sapwood {
    /// A broker in a temporary directory with the usual settings of a test.
    pub fn start() -> Result<Self> {
        Self::start_with(|_| ())
    }

    /// The same, with settings changed before it starts.
    pub fn start_with(change: impl FnOnce(&mut Properties)) -> Result<Self> {
        Self::start_in(Environment::new(), change)
    }

    /// The same in an environment of its own, which it keeps over restarts.
    pub fn start_in(
        environment: Environment,
        change: impl FnOnce(&mut Properties),
    ) -> Result<Self> {
        let dir = TempDir::new().context("a directory for the broker")?;
        let mut properties = Properties::alone(dir.path());
        change(&mut properties);
        let mut broker = Self::begin(properties, environment)?;
        broker._dir = Some(dir);
        Ok(broker)
    }

    /// A broker with exactly these settings; its directory stays.
    pub fn start_from(properties: Properties) -> Result<Self> {
        Self::begin(properties, Environment::new())
    }

    fn begin(properties: Properties, environment: Environment) -> Result<Self> {
        let child = Self::serving(&properties, &environment)?;
        Ok(Self { child, properties, environment, _dir: None })
    }

    fn serving(properties: &Properties, environment: &Environment) -> Result<Child> {
        let mut command = Command::new(binary()?);
        command.envs(environment.iter().map(|(name, value)| (name, value)));
        let mut child = Self::launch(properties, command)?;
        Self::await_serving(&mut child, properties)?;
        Ok(child)
    }

    /// Launches the broker without waiting for it, below another program if `command` is one (strace, say).
    pub fn launch(properties: &Properties, mut command: Command) -> Result<Child> {
        let file = properties.write().context("write server.properties")?;
        // Only the file is to configure it, not what the tests' own switches are called.
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("SAPWOOD_")) {
            command.env_remove(name);
        }
        command.args(["server", "start", "--config"]).arg(file).env("NO_COLOR", "1");
        Child::start("sapwood", &mut command, &properties.dir().join("broker.log"))
    }

    fn await_serving(child: &mut Child, properties: &Properties) -> Result<()> {
        let serving = super::wait::until("sapwood to serve", START_LIMIT, || match child.ended() {
            Some(status) => {
                Some(Err(anyhow::anyhow!("sapwood ended with {status} instead of serving")))
            }
            None => super::is_serving(properties.address()).then_some(Ok(())),
        });
        match serving {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(error.context(child.last_words())),
            Err(late) => Err(anyhow::Error::new(late).context(child.last_words())),
        }
    }

    /// Where clients connect.
    pub fn address(&self) -> SocketAddr {
        self.properties.address()
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
    pub fn stop(&mut self) -> Result<ExitStatus> {
        self.child.stop(STOP_LIMIT)
    }

    /// SIGKILL.
    pub fn kill(&mut self) {
        self.child.kill();
    }

    /// Starts it again after its end, on the same directory and port.
    pub fn restart(&mut self) -> Result<()> {
        self.child = Self::serving(&self.properties, &self.environment)?;
        Ok(wait_until_serving(self.address(), START_LIMIT)?)
    }
}
