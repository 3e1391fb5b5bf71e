//! A failure: what a command tells people when it did not work, and its exit code.

use std::fmt;
use std::io;
use std::process::ExitCode;

use crate::address::InvalidAddress;
use crate::error::{Error, Kind};
use crate::nearest;
use crate::settings::InvalidSetting;

/// How a command ended, for scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// It did what was asked.
    Done = 0,
    /// It failed.
    Failed = 1,
    /// The command line makes no sense.
    Usage = 2,
    /// The thing is not there, or is there already.
    Existence = 3,
    /// No permission.
    Denied = 4,
    /// No broker could be reached, or none answered in time.
    Unreachable = 5,
    /// The cluster answered, and is not well.
    Unhealthy = 10,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// What failed, why, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    what: String,
    why: Option<String>,
    advice: Option<String>,
    exit: Exit,
}

impl Failure {
    /// A command line that makes no sense.
    pub fn usage(what: impl Into<String>) -> Self {
        Self { what: what.into(), why: None, advice: None, exit: Exit::Usage }
    }

    /// A thing that is not there.
    pub fn missing(what: impl Into<String>) -> Self {
        Self { what: what.into(), why: None, advice: None, exit: Exit::Existence }
    }

    /// A thing that is there already.
    pub(super) fn existing(what: impl Into<String>) -> Self {
        Self::missing(what)
    }

    /// A cluster that answers and is not well.
    pub(super) fn unhealthy(what: impl Into<String>) -> Self {
        Self { what: what.into(), why: None, advice: None, exit: Exit::Unhealthy }
    }

    /// Something that failed, without a cause that can be told apart from it.
    pub fn failed(what: impl Into<String>) -> Self {
        Self { what: what.into(), why: None, advice: None, exit: Exit::Failed }
    }

    /// Something outside of Kafka that failed, as a phrase after "cannot".
    pub fn other(doing: &str, error: &dyn std::error::Error) -> Self {
        let (what, why) = (format!("cannot {doing}"), Some(error.to_string()));
        Self { what, why, advice: None, exit: Exit::Failed }
    }

    /// The same failure with its cause.
    pub fn because(mut self, why: impl Into<String>) -> Self {
        self.why = Some(why.into());
        self
    }

    /// The same failure with better advice.
    pub fn advise(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    /// The same failure, asking for those of the names that are most like what was typed, if any are.
    pub(super) fn suggest<'a>(self, typed: &str, names: impl Iterator<Item = &'a str>) -> Self {
        match nearest::question(&nearest::nearest(typed, names)) {
            Some(question) => self.advise(question),
            None => self,
        }
    }

    /// The failure that an error is; if something is not there, asking for those of its kind that are most like what was typed.
    pub(super) async fn with_nearest(
        error: Error,
        typed: &str,
        known: impl Future<Output = Result<Vec<String>, Error>>,
    ) -> Self {
        let not_found = error.kind() == Kind::NotFound;
        let failure = Self::from(error);
        if !not_found {
            return failure;
        }
        // Names that cannot be had are no reason to hide the failure itself.
        let names = known.await.unwrap_or_default();
        failure.suggest(typed, names.iter().map(String::as_str))
    }

    /// The exit code.
    pub fn exit(&self) -> Exit {
        self.exit
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let exit = match error.kind() {
            Kind::NotFound | Kind::AlreadyExists => Exit::Existence,
            Kind::Denied => Exit::Denied,
            Kind::Unreachable => Exit::Unreachable,
            Kind::Invalid => Exit::Usage,
            Kind::Failed => Exit::Failed,
        };
        Self { what: error.what(), why: error.why(), advice: error.advice(), exit }
    }
}

impl From<InvalidAddress> for Failure {
    fn from(error: InvalidAddress) -> Self {
        Self::usage(error.to_string())
    }
}

impl From<InvalidSetting> for Failure {
    fn from(error: InvalidSetting) -> Self {
        let question = match &error {
            InvalidSetting::Unknown { nearest, .. } => nearest::question(nearest),
            InvalidSetting::File { .. } | InvalidSetting::Value { .. } => None,
        };
        let failure = Self::usage(error.to_string());
        match question {
            Some(question) => failure.advise(question),
            None => failure,
        }
    }
}

impl From<io::Error> for Failure {
    /// Trouble with standard output. Whoever closed it (as `head` does) has seen enough.
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => {
                Self { what: "".into(), why: None, advice: None, exit: Exit::Done }
            }
            _ => Self::other("write to standard output", &error),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.what)?;
        if let Some(why) = &self.why {
            write!(f, "\n  why: {why}")?;
        }
        if let Some(advice) = &self.advice {
            write!(f, "\n  try: {advice}")?;
        }
        Ok(())
    }
}

/// The outcome of a command on several things: what worked is printed, what did not is told, the first failure counts.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    first: Option<Failure>,
}

impl Outcome {
    /// Notes a failure. All but the first are told at once, for only one can be the command's own.
    pub(super) fn failed(&mut self, failure: Failure) {
        match &self.first {
            None => self.first = Some(failure),
            Some(_) => eprintln!("{failure}"),
        }
    }

    /// The value of what worked; the failure of what did not is noted.
    pub(super) fn note<T>(&mut self, result: Result<T, Failure>) -> Option<T> {
        result.map_err(|failure| self.failed(failure)).ok()
    }

    /// The command's result.
    pub(super) fn done(self) -> Result<(), Failure> {
        self.first.map_or(Ok(()), Err)
    }
}

#[cfg(test)]
mod tests {
    use protocol::ErrorCode;

    use super::*;

    #[test]
    fn a_failure_has_three_parts_and_an_exit_code() {
        let code = ErrorCode::TopicAlreadyExists;
        let failure = Failure::from(Error::refused("create topic \"logs\"", code, None));
        assert_eq!(failure.exit(), Exit::Existence);
        assert_eq!(
            failure.to_string(),
            "error: cannot create topic \"logs\"\n  \
             why: a topic of this name exists (TOPIC_ALREADY_EXISTS, 36)\n  \
             try: --if-not-exists takes that for success"
        );
    }

    #[test]
    fn who_cannot_be_reached_is_exit_code_five_and_who_may_not_is_four() {
        let cause = "connection refused".into();
        let error = Error::Unreachable { address: "127.0.0.1:1".into(), cause };
        assert_eq!(Failure::from(error).exit(), Exit::Unreachable);
        let error = Error::refused("x", ErrorCode::TopicAuthorizationFailed, None);
        assert_eq!(Failure::from(error).exit(), Exit::Denied);
    }

    #[test]
    fn a_reader_that_has_seen_enough_is_no_failure() {
        let error = io::Error::from(io::ErrorKind::BrokenPipe);
        assert_eq!(Failure::from(error).exit(), Exit::Done);
    }
}
