//! One child process: its output goes to a file, its end is certain.

use super::{signal, wait};
use anyhow::{Context, Result, bail};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

/// How much of a child's output an error message shows.
const SHOWN_LINES: usize = 60;

/// A running process of ours.
#[derive(Debug)]
pub struct Child {
    name: String,
    inner: std::process::Child,
    log: PathBuf,
    ended: Option<ExitStatus>,
}

impl Child {
    /// Starts `command`; what it writes to stdout and stderr goes to the file `log`, which is appended to.
    pub fn start(name: &str, command: &mut Command, log: &Path) -> Result<Self> {
        let file = File::options()
            .create(true)
            .append(true)
            .open(log)
            .with_context(|| format!("open {}", log.display()))?;
        let errors = file.try_clone().context("a second descriptor for the log")?;
        let inner = command
            .stdin(Stdio::null())
            .stdout(file)
            .stderr(errors)
            .spawn()
            .with_context(|| format!("start {name}: {command:?}"))?;
        Ok(Self { name: name.to_owned(), inner, log: log.to_owned(), ended: None })
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.inner.id()
    }

    /// How it ended, if it did.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        if self.ended.is_none() {
            self.ended = self.inner.try_wait().expect("a child of ours can be waited for");
        }
        self.ended
    }

    /// Waits until it ends by itself; kills it when `limit` is over.
    pub fn wait(&mut self, limit: Duration) -> Result<ExitStatus> {
        let what = format!("the end of {}", self.name);
        match wait::until(&what, limit, || self.ended()) {
            Ok(status) => Ok(status),
            Err(late) => {
                self.kill();
                bail!("{late}\n{}", self.last_words());
            }
        }
    }

    /// Asks it to end (SIGTERM) and waits for that.
    pub fn stop(&mut self, limit: Duration) -> Result<ExitStatus> {
        if self.ended().is_none() {
            signal::terminate(self.pid());
        }
        self.wait(limit)
    }

    /// Ends it as a crash would (SIGKILL), and reaps it.
    pub fn kill(&mut self) {
        if self.ended().is_none() {
            signal::kill(self.pid());
            self.ended = self.inner.wait().ok();
        }
    }

    /// All that it has said so far.
    pub fn output(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.log).unwrap_or_default()).into_owned()
    }

    /// The end of what it said, for an error message.
    pub fn last_words(&self) -> String {
        let output = self.output();
        let lines: Vec<&str> = output.lines().collect();
        let shown = &lines[lines.len().saturating_sub(SHOWN_LINES)..];
        format!("{} said at last:\n  {}", self.name, shown.join("\n  "))
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Runs a command to its end and returns what it said; the limit guards against one that hangs.
pub fn run(name: &str, command: &mut Command, limit: Duration) -> Result<(ExitStatus, String)> {
    let log = tempfile::NamedTempFile::new().context("a file for the output")?;
    let mut child = Child::start(name, command, log.path())?;
    let status = child.wait(limit)?;
    Ok((status, child.output()))
}

/// Runs a command that must succeed, and returns what it said.
pub fn ran(name: &str, command: &mut Command, limit: Duration) -> Result<String> {
    let (status, output) = run(name, command, limit)?;
    if !status.success() {
        bail!("{name} ended with {status}: {command:?}\n{output}");
    }
    Ok(output)
}
