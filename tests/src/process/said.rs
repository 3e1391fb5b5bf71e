//! What a command said: standard output, standard error and its exit code, each alone.

use super::binary;
use anyhow::{Context, Result};
use std::process::{Command, Stdio};

/// The binary under test, in an environment that has nothing to do with brokers.
pub fn sapwood_command() -> Result<Command> {
    let mut command = Command::new(binary()?);
    let ours = |name: &String| name.starts_with("SAPWOOD_") || name.starts_with("KAFKA_");
    for (name, _) in std::env::vars().filter(|(name, _)| ours(name)) {
        command.env_remove(name);
    }
    Ok(command)
}

/// The end of a command, and all that it said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
    /// The exit code; `None` if a signal ended it.
    pub code: Option<i32>,
}

impl Said {
    /// Runs `sapwood` with these arguments, in an environment that has nothing to do with brokers.
    pub fn by_sapwood(arguments: &[&str]) -> Result<Self> {
        Self::by(sapwood_command()?.args(arguments))
    }

    /// Runs a command without input to its end.
    pub fn by(command: &mut Command) -> Result<Self> {
        let output =
            command.stdin(Stdio::null()).output().with_context(|| format!("run {command:?}"))?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok(Self {
            out: text(&output.stdout),
            err: text(&output.stderr),
            code: output.status.code(),
        })
    }
}
