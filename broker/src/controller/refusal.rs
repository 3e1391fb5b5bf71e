//! A refusal: why the controller did not do what it was asked.

use protocol::ErrorCode;

/// A code for the client's program and a sentence for its author.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Refusal {
    /// Kafka's code.
    pub code: ErrorCode,
    /// What was wrong, with the names and numbers that matter.
    pub message: String,
}

impl Refusal {
    /// A refusal with this code and this sentence.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}
