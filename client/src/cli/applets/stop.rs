//! A stop: why a tool ends before its work is done.

use super::jopt::Parser;
use super::{KAFKA_VERSION, Screen, Thrown};

/// Why a tool ends early. Kafka's tools call `exit` wherever they stand, or throw; ours return this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The command line is wrong, or help was asked for: the message and the help page, and exit code 1 for both.
    Usage(String),
    /// `--version` was asked for.
    Version,
    /// The command line is one of an old guide: the line to type instead.
    Instead(String),
    /// All is said; the exit code.
    Exit(u8),
    /// An exception, which each tool shows in its own way.
    Thrown(Thrown),
}

impl Stop {
    /// Ends the tool where the end is the same for all tools; an exception is given back.
    pub fn settle(self, parser: &Parser, screen: &mut Screen) -> Result<u8, Thrown> {
        match self {
            Self::Usage(message) => {
                screen.complain(message);
                screen.complain_text(parser.page());
                Ok(1)
            }
            Self::Version => {
                screen.line(KAFKA_VERSION);
                Ok(0)
            }
            Self::Instead(answer) => {
                screen.complain(answer);
                Ok(1)
            }
            Self::Exit(code) => Ok(code),
            Self::Thrown(thrown) => Err(thrown),
        }
    }

    /// Ends a tool that tells of an exception by its message alone.
    pub(super) fn end(self, parser: &Parser, screen: &mut Screen) -> u8 {
        self.settle(parser, screen).unwrap_or_else(|thrown| screen.caught(&thrown))
    }
}

impl From<Thrown> for Stop {
    fn from(thrown: Thrown) -> Self {
        Self::Thrown(thrown)
    }
}

impl From<crate::error::Error> for Stop {
    fn from(error: crate::error::Error) -> Self {
        Self::Thrown(error.into())
    }
}
