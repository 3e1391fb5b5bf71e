//! A thrown exception: its class and its message, which is all that a tool shows of it.

use std::fmt;

use protocol::ErrorCode;

use crate::error::Error;

/// Each error code's class and its message where the broker has no words of its own: `code<TAB>class<TAB>message`. Classes
/// without a package are of `org.apache.kafka.common.errors`.
const ERRORS: &str = include_str!("errors.tsv");
const ERRORS_PACKAGE: &str = "org.apache.kafka.common.errors.";

/// An exception on its way up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thrown {
    class: String,
    message: Option<String>,
}

impl Thrown {
    /// An exception of this fully qualified class.
    pub fn new(class: &str, message: impl Into<String>) -> Self {
        Self { class: class.into(), message: Some(message.into()) }
    }

    /// An exception of this fully qualified class without a message.
    pub fn bare(class: &str) -> Self {
        Self { class: class.into(), message: None }
    }

    /// `java.lang.IllegalArgumentException`.
    pub fn illegal_argument(message: impl Into<String>) -> Self {
        Self::new("java.lang.IllegalArgumentException", message)
    }

    /// Kafka's own exception of this name, from its package of errors.
    pub fn kafka(name: &str, message: impl Into<String>) -> Self {
        Self::new(&format!("{ERRORS_PACKAGE}{name}"), message)
    }

    /// The exception of an error code, with the broker's words or Kafka's own.
    pub fn of_code(code: ErrorCode, message: Option<&str>) -> Self {
        let wanted = code.code().to_string();
        let row = ERRORS.lines().map(|row| row.splitn(3, '\t').collect::<Vec<_>>());
        let mut row = row.filter(|row| row.first() == Some(&wanted.as_str()));
        let (class, default) = match row.next().as_deref() {
            Some([_, class, default]) => (*class, *default),
            _ => ("UnknownServerException", ""),
        };
        let package = if class.contains('.') { "" } else { ERRORS_PACKAGE };
        Self::new(&format!("{package}{class}"), message.unwrap_or(default))
    }

    /// The fully qualified class.
    pub fn class(&self) -> &str {
        &self.class
    }

    /// Whether it is of this class, by its short name.
    pub fn is_a(&self, name: &str) -> bool {
        self.class.rsplit('.').next() == Some(name)
    }

    /// `getMessage()`, as Java prints it.
    pub fn message(&self) -> &str {
        self.message.as_deref().unwrap_or("null")
    }

    /// What a future throws whose work threw this.
    pub fn in_execution(self) -> Self {
        Self::new("java.util.concurrent.ExecutionException", self.to_string())
    }

    /// What code throws that may not throw this.
    pub fn in_runtime(self) -> Self {
        Self::new("java.lang.RuntimeException", self.to_string())
    }
}

impl fmt::Display for Thrown {
    /// `toString()`: the class and the message.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.message {
            Some(message) => write!(f, "{}: {message}", self.class),
            None => f.write_str(&self.class),
        }
    }
}

impl From<Error> for Thrown {
    fn from(error: Error) -> Self {
        match &error {
            Error::Refused { code, message, .. } => Self::of_code(*code, message.as_deref()),
            Error::Unreachable { .. } | Error::Advertised { .. } | Error::TimedOut { .. } => {
                Self::kafka("TimeoutException", error.to_string())
            }
            Error::Disconnected { .. } | Error::Closed => {
                Self::kafka("DisconnectException", error.to_string())
            }
            Error::Unsupported { .. } => {
                Self::kafka("UnsupportedVersionException", error.to_string())
            }
            Error::Malformed { .. } | Error::Invalid(_) => {
                Self::new("org.apache.kafka.common.KafkaException", error.to_string())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_class_and_a_message() {
        for code in ErrorCode::ALL.iter().filter(|code| !code.is_none()) {
            let thrown = Thrown::of_code(*code, None);
            assert!(!thrown.message().is_empty() && !thrown.class().is_empty(), "{code}");
        }
    }

    #[test]
    fn the_broker_s_words_come_before_kafka_s_own() {
        let code = ErrorCode::UnknownTopicOrPartition;
        let name = "org.apache.kafka.common.errors.UnknownTopicOrPartitionException";
        let told = Thrown::of_code(code, None).to_string();
        assert_eq!(told, format!("{name}: This server does not host this topic-partition."));
        assert_eq!(Thrown::of_code(code, Some("gone")).message(), "gone");
    }
}
