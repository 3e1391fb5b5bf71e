//! A page of the documentation, and the examples in it.

use crate::process::workspace;
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};

/// What becomes of an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It runs: the words behind `run:`.
    Runs(String),
    /// It runs in the slow tier.
    RunsSlowly(String),
    /// Nobody runs it, for this reason.
    NotRun(String),
}

/// A fenced block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// The page and the line that it begins at.
    pub place: String,
    /// The language behind the fence.
    pub language: String,
    /// The lines between the fences.
    pub text: String,
    /// What becomes of it.
    pub fate: Fate,
    /// What it must print.
    pub prints: Vec<String>,
}

/// The pages that are checked: README, and all below `docs/`, by their paths from the top.
pub fn pages() -> Result<Vec<PathBuf>> {
    let mut pages = vec![PathBuf::from("README.md")];
    let mut folders = vec![PathBuf::from("docs")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(workspace().join(&folder)).context("list the documentation")? {
            let path = folder.join(entry?.file_name());
            if workspace().join(&path).is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                pages.push(path);
            }
        }
    }
    pages.sort();
    Ok(pages)
}

/// The examples of a page, in their order.
pub fn page(path: &Path) -> Result<Vec<Example>> {
    let text = fs::read_to_string(workspace().join(path))?;
    let mut lines = text.lines().enumerate();
    let (mut examples, mut words) = (Vec::new(), Vec::new());
    while let Some((at, line)) = lines.next() {
        if let Some(language) = line.strip_prefix("```") {
            let inside = lines.by_ref().map(|(_, line)| line).take_while(|line| *line != "```");
            let text: String = inside.map(|line| format!("{line}\n")).collect();
            let place = format!("{}:{}", path.display(), at + 1);
            let (fate, prints) =
                fate(language, &words).with_context(|| format!("the example at {place}"))?;
            let language = language.to_owned();
            examples.push(Example { place, language, text, fate, prints });
            words.clear();
        } else if let Some(word) = comment(line) {
            words.push(word);
        } else if !line.trim().is_empty() {
            words.clear();
        }
    }
    Ok(examples)
}

fn comment(line: &str) -> Option<&str> {
    line.trim().strip_prefix("<!--")?.strip_suffix("-->").map(str::trim)
}

fn fate(language: &str, words: &[&str]) -> Result<(Fate, Vec<String>)> {
    let behind = |mark: &str| words.iter().find_map(|word| word.strip_prefix(mark)).map(str::trim);
    let prints = words.iter().filter_map(|word| word.strip_prefix("prints:"));
    let prints = prints.map(|text| text.trim().to_owned()).collect();
    let fate = if let Some(how) = behind("run:") {
        Fate::Runs(how.to_owned())
    } else if let Some(how) = behind("run slow:") {
        Fate::RunsSlowly(how.to_owned())
    } else if let Some(why) = behind("not run:") {
        Fate::NotRun(why.to_owned())
    } else {
        match language {
            "sh" => Fate::Runs("shell".into()),
            // What is only looked at: formats, diagrams, sources of our own.
            "" | "text" | "rust" => Fate::NotRun("it is no example".into()),
            other => bail!("nothing says whether this {other} is run"),
        }
    };
    Ok((fate, prints))
}
