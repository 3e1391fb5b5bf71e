//! The tidy test: reads the sources and holds the lines that a compiler cannot see.
//!
//! The architecture is a promise about what code does not do: rings 1 and 2 look at no clock, `group` does not know
//! `txn`, only `raft` knows openraft. Each module here holds one such promise. They work on text from which comments,
//! literals and tests are blanked out ([`source`]); that is coarser than a parser and reads in an afternoon.
//!
//! A finding names the file, the line and the rule, so that whoever broke it need not look for it.

pub mod imports;
pub mod rings;
pub mod sizes;
pub mod source;
pub mod unread;
pub mod words;

use std::fmt;

/// One place that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file, from the top of the workspace.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.what)
    }
}

/// Fails with every finding, one a line.
#[track_caller]
pub fn assert_none(findings: &[Finding]) {
    let lines: Vec<String> = findings.iter().map(Finding::to_string).collect();
    assert!(findings.is_empty(), "\n{}", lines.join("\n"));
}
