//! A problem: something about a configuration that its owner should know.
//!
//! Every problem has three parts, because an operator at night needs three answers: what is wrong, why it matters,
//! and what to do. Loading collects all of them and does not stop at the first.

use std::fmt;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing: the key has no effect here.
    Info,
    /// Probably not what was meant; the broker starts.
    Warning,
    /// The broker does not start.
    Error,
}

/// Something about a configuration that its owner should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, with the key, its value, and where it comes from.
    pub what: String,
    /// Why that is so.
    pub why: String,
    /// What to do about it.
    pub remedy: String,
}

impl Problem {
    /// A problem with which the broker does not start.
    pub fn error(
        what: impl Into<String>,
        why: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            severity: Severity::Error,
            what: what.into(),
            why: why.into(),
            remedy: remedy.into(),
        }
    }

    /// The same problem, as bad as given.
    pub fn as_bad_as(self, severity: Severity) -> Self {
        Self { severity, ..self }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}. {}", self.what, self.why, self.remedy)
    }
}

/// Why a configuration cannot be started with: at least one problem, all that were found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError {
    /// What is wrong, in the order of the keys.
    pub problems: Vec<Problem>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, problem) in self.problems.iter().enumerate() {
            let separator = if at == 0 { "" } else { "\n" };
            write!(f, "{separator}{problem}")?;
        }
        Ok(())
    }
}
