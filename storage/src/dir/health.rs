//! A log dir's health: it works until it fails, and then never again in the life of the process.
//!
//! What fails a dir: an error of any sync (EIO, and ENOSPC too: the kernel reports a page that it could not write
//! once, calls it clean, and the next sync succeeds), an error of a rename or of a read of metadata. What does not: an
//! append that finds no space; it is refused, and everything else goes on.

use std::fmt;
use std::io;
use std::sync::{Arc, OnceLock};

/// Whether a log dir still works. Clones share one answer.
#[derive(Clone, Debug, Default)]
pub struct Health(Arc<OnceLock<Failure>>);

/// What ended a log dir.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What was tried, and on what.
    pub doing: String,
    /// What the disk said.
    pub kind: io::ErrorKind,
    /// The same in words.
    pub error: String,
}

impl Health {
    /// The dir has failed. Returns whether this was the first to say so: who gets `true` reports it, once.
    pub fn fail(&self, doing: impl Into<String>, error: &io::Error) -> bool {
        let failure = Failure { doing: doing.into(), kind: error.kind(), error: error.to_string() };
        self.0.set(failure).is_ok()
    }

    /// What ended it, if something did.
    pub fn failure(&self) -> Option<&Failure> {
        self.0.get()
    }

    /// Whether it still works.
    ///
    /// # Errors
    /// The failure; what needs the dir must not be tried.
    pub fn check(&self) -> Result<(), &Failure> {
        self.failure().map_or(Ok(()), Err)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "could not {}: {}", self.doing, self.error)
    }
}

impl std::error::Error for Failure {}
