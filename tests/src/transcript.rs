//! Transcripts: what a user types and what the terminal shows, as one text.
//!
//! ```text
//! # Comments are for the reader.
//! $ sapwood topic create logs -p 3
//! created topic "logs" with 3 partitions
//! $ sapwood topic describe lgos
//! ! error: cannot find topic "lgos"
//! ? 3
//! ```
//!
//! A line with `$` is run by `sh`, with our binary on its path and `SAPWOOD_BROKERS` set; then come standard output,
//! standard error behind `! `, and the exit code behind `? ` where it is not 0. An empty line of output is a dot. What differs from run to run is named:
//! `{broker}`, `{dir}`, `{id}` (topic and cluster ids), `{member}`, `{ms}` (times). Blanks before and behind a name are
//! drawn together, for a name is not as wide as what it stands for. With `UPDATE_SCRIPTS=1` in the environment the file
//! is written anew with what was seen, for the author to read.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result, ensure};
use regex::{Captures, Regex};
use tempfile::TempDir;

use crate::process::{Sapwood, binary};

/// How an empty line of output is written, to tell it from one of the transcript's own.
const EMPTY: &str = ".";
/// No line of a transcript takes longer; one that does hangs.
const LINE_LIMIT_SECONDS: &str = "60";

/// Where a transcript is played: a broker of its own, and an empty directory as home and working directory.
#[derive(Debug)]
pub struct Stage {
    broker: Sapwood,
    dir: TempDir,
    bin: TempDir,
    names: Vec<(Regex, &'static str)>,
}

impl Stage {
    /// Starts the broker.
    pub fn set() -> Result<Self> {
        let (dir, bin) = (TempDir::new()?, TempDir::new()?);
        std::os::unix::fs::symlink(binary()?, bin.path().join("sapwood"))?;
        let broker = Sapwood::start()?;
        let names = names(&broker, dir.path())?;
        Ok(Self { broker, dir, bin, names })
    }

    /// Plays the transcript in `path` and compares, or writes it anew.
    pub fn play(&self, path: &Path) -> Result<()> {
        let expected = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
        let seen = self.seen(&expected)?;
        if std::env::var_os("UPDATE_SCRIPTS").is_some() {
            return Ok(std::fs::write(path, seen)?);
        }
        let wrong =
            expected.lines().zip(seen.lines()).position(|(expected, seen)| expected != seen);
        let line = wrong.unwrap_or_else(|| expected.lines().count().min(seen.lines().count()));
        ensure!(expected == seen, "{} line {}; seen:\n{seen}", path.display(), line + 1);
        Ok(())
    }

    /// The transcript as it comes out now.
    fn seen(&self, script: &str) -> Result<String> {
        let mut seen = String::new();
        for line in script.lines() {
            if line.starts_with('#') || line.is_empty() {
                writeln!(seen, "{line}")?;
            } else if let Some(command) = line.strip_prefix("$ ") {
                writeln!(seen, "{line}")?;
                self.run(command, &mut seen)?;
            }
        }
        Ok(seen)
    }

    fn run(&self, command: &str, seen: &mut String) -> Result<()> {
        let path = std::env::var("PATH").unwrap_or_default();
        let mut shell = Command::new("timeout");
        shell
            .args([LINE_LIMIT_SECONDS, "sh", "-c", command])
            .current_dir(self.dir.path())
            .env_clear()
            .env("PATH", format!("{}:{path}", self.bin.path().display()))
            .env("HOME", self.dir.path())
            .env("TMPDIR", self.dir.path())
            .env("DIR", self.dir.path())
            .env("LOG_DIR", self.broker.properties().log_dir())
            .env("SAPWOOD_BROKERS", self.broker.address().to_string())
            .stdin(Stdio::null());
        let Output { status, stdout, stderr } =
            shell.output().with_context(|| command.to_owned())?;
        let (text, errors) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
        for line in text.lines() {
            let line = self.named(line);
            writeln!(seen, "{}", if line.is_empty() { EMPTY } else { &line })?;
        }
        for line in errors.lines() {
            writeln!(seen, "{}", self.named(&format!("! {line}")).trim_end())?;
        }
        match status.code() {
            Some(0) => {}
            Some(code) => writeln!(seen, "? {code}")?,
            None => writeln!(seen, "? killed")?,
        }
        Ok(())
    }

    /// The line with names for what differs from run to run. In a table the blanks around a value are as many as it leaves;
    /// two stay.
    fn named(&self, line: &str) -> String {
        let mut line = line.to_owned();
        for (pattern, name) in &self.names {
            let replaced = |found: &Captures<'_>| {
                let blanks = |group| if found.get(group).is_some() { "  " } else { "" };
                format!("{}{name}{}", blanks(1), blanks(2))
            };
            line = pattern.replace_all(&line, replaced).into_owned();
        }
        line
    }
}

/// What differs from run to run, and what it is called; the longer comes first.
fn names(broker: &Sapwood, dir: &Path) -> Result<Vec<(Regex, &'static str)>> {
    let address = broker.address();
    let patterns = [
        (regex::escape(&broker.properties().log_dir().display().to_string()), "{log_dir}"),
        (regex::escape(&address.to_string()), "{broker}"),
        (format!(r"\b{}\b", address.port()), "{port}"),
        (r"127\.0\.0\.1:[0-9]{4,5}".into(), "{local}"),
        (regex::escape(&dir.display().to_string()), "{dir}"),
        (r"[A-Za-z0-9._-]+-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}".into(), "{member}"),
        // Base 64 for URLs: an id may begin and end with a dash.
        (r"(?:\b\w|\B-)[A-Za-z0-9_-]{20}(?:\w\b|-\B)".into(), "{id}"),
        (r"\b1[0-9]{12}\b".into(), "{ms}"),
    ];
    let loose = |(pattern, name): (String, &'static str)| {
        Ok((Regex::new(&format!(r"( {{2,}})?(?:{pattern})( {{2,}})?"))?, name))
    };
    patterns.into_iter().map(loose).collect()
}
