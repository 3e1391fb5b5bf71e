//! Scripts: stories whose expected text is what the parts say to one another.
//!
//! A script is a text file of blocks. A block is commands, one a line, then `---`, then what they brought about, up to a
//! blank line. Lines that begin with `#` are for the reader. [`check`] plays a script and compares; with `UPDATE_SCRIPTS=1`
//! in the environment it writes what it saw instead, for the author to read.
//!
//! ```text
//! # A heartbeat from nobody.
//! heartbeat a id=ghost
//! ---
//! 0ns a: heartbeat UNKNOWN_MEMBER_ID
//! ```

use std::fmt::Write as _;
use std::path::Path;

#[cfg(test)]
mod group;

/// One line of a script: a name, words, and settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// The first word.
    pub name: String,
    /// The words without `=`.
    pub words: Vec<String>,
    /// The words with `=`.
    pub settings: Vec<(String, String)>,
}

impl Command {
    fn parse(line: &str) -> Option<Self> {
        let mut parts = line.split_whitespace();
        let name = parts.next()?.to_owned();
        let (mut words, mut settings) = (Vec::new(), Vec::new());
        for part in parts {
            match part.split_once('=') {
                Some((key, value)) => settings.push((key.to_owned(), value.to_owned())),
                None => words.push(part.to_owned()),
            }
        }
        Some(Self { name, words, settings })
    }

    /// The word at `at`.
    pub fn word(&self, at: usize) -> Result<&str, String> {
        self.words.get(at).map(String::as_str).ok_or_else(|| format!("{} lacks a word", self.name))
    }

    /// The setting of this name.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.settings.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_str())
    }

    /// The setting of this name, or `default`.
    pub fn or<'a>(&'a self, key: &str, default: &'a str) -> &'a str {
        self.get(key).unwrap_or(default)
    }
}

/// What plays the commands of a script.
pub trait Player {
    /// Plays one command and tells what it brought about, line by line. An error is a fault of the script.
    fn play(&mut self, command: &Command) -> Result<Vec<String>, String>;
}

/// Plays the script and compares; the error shows both texts.
pub fn check(path: &Path, player: &mut impl Player) -> Result<(), String> {
    let expected =
        std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let seen = play(&expected, player).map_err(|error| format!("{}: {error}", path.display()))?;
    if seen == expected {
        return Ok(());
    }
    if std::env::var_os("UPDATE_SCRIPTS").is_some() {
        return std::fs::write(path, seen).map_err(|error| error.to_string());
    }
    Err(format!("{} tells another story:\n{}", path.display(), difference(&expected, &seen)))
}

/// The script with what was seen in the place of what was expected.
fn play(script: &str, player: &mut impl Player) -> Result<String, String> {
    let mut seen = String::new();
    for block in script.split("\n\n") {
        let block = block.trim_matches('\n');
        let commands = block.split("\n---").next().unwrap_or_default();
        if !seen.is_empty() {
            seen.push('\n');
        }
        let mut is_mute = true;
        let mut results = Vec::new();
        for line in commands.lines() {
            writeln!(seen, "{line}").expect("a string takes everything");
            if line.starts_with('#') {
                continue;
            }
            if let Some(command) = Command::parse(line) {
                is_mute = false;
                results.extend(player.play(&command).map_err(|error| format!("{line}: {error}"))?);
            }
        }
        if !is_mute {
            seen.push_str("---\n");
            for result in &results {
                writeln!(seen, "{result}").expect("a string takes everything");
            }
        }
    }
    Ok(seen)
}

fn difference(expected: &str, seen: &str) -> String {
    let (mut expected, mut seen) = (expected.lines(), seen.lines());
    let mut text = String::new();
    loop {
        match (expected.next(), seen.next()) {
            (None, None) => return text,
            (Some(one), Some(two)) if one == two => writeln!(text, "  {one}"),
            (one, two) => {
                writeln!(text, "- {}\n+ {}", one.unwrap_or_default(), two.unwrap_or_default())
            }
        }
        .expect("a string takes everything");
    }
}
