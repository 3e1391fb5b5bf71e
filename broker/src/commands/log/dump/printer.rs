//! The printer: a line for each thing, in words or in JSON, or an item of a list in YAML. Nothing waits for the end, for a
//! segment may be large.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use client::cli::output::yaml;
use serde_json::{Value, json};

/// How things are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// For people: words, and the name of each file before what is in it.
    Words {
        /// Whether the names are printed.
        headings: bool,
    },
    /// A line of JSON each.
    Json,
    /// An item each of one list.
    Yaml,
}

/// Prints what is found in one file after the other.
pub(super) struct Printer<'a> {
    out: &'a mut (dyn Write + Send),
    style: Style,
    file: PathBuf,
    damaged_here: bool,
    damaged: usize,
}

impl<'a> Printer<'a> {
    pub(super) fn new(out: &'a mut (dyn Write + Send), style: Style) -> Self {
        Self { out, style, file: PathBuf::new(), damaged_here: false, damaged: 0 }
    }

    /// How many files are damaged.
    pub(super) fn damaged(&self) -> usize {
        self.damaged
    }

    /// What follows is in this file.
    pub(super) fn begin(&mut self, file: &Path) -> io::Result<()> {
        let first = self.file.as_os_str().is_empty();
        (self.file, self.damaged_here) = (file.to_owned(), false);
        if self.style != (Style::Words { headings: true }) {
            return Ok(());
        }
        let gap = if first { "" } else { "\n" };
        writeln!(self.out, "{gap}{}", file.display())
    }

    /// Prints one thing: `words` after its indent, or `fields` behind the file and the kind.
    pub(super) fn item(
        &mut self,
        kind: &str,
        words: impl FnOnce() -> String,
        fields: impl FnOnce() -> Value,
    ) -> io::Result<()> {
        if let Style::Words { .. } = self.style {
            return writeln!(self.out, "  {}", words());
        }
        let mut line = json!({"file": self.file.display().to_string(), "kind": kind});
        if let (Some(line), Value::Object(fields)) = (line.as_object_mut(), fields()) {
            line.extend(fields);
        }
        if self.style == Style::Yaml {
            return yaml(self.out, &[line]);
        }
        serde_json::to_writer(&mut *self.out, &line)?;
        writeln!(self.out)
    }

    /// Says what is wrong with the file, and where.
    pub(super) fn damage(&mut self, position: Option<u64>, what: &str) -> io::Result<()> {
        if !self.damaged_here {
            self.damaged_here = true;
            self.damaged += 1;
        }
        let at = position.map(|position| format!(" at byte {position}")).unwrap_or_default();
        let words = || format!("DAMAGED{at}: {what}");
        self.item("damage", words, || json!({"position": position, "what": what}))
    }
}
