//! An error: what failed, why, and what to do about it.
//!
//! One enum for the whole client, with a variant for each thing a caller may do next: give up, try again, look for
//! another broker, or tell the user how the cluster is set up wrongly. Causes are kept as text, so that an error can be
//! cloned to every record of a batch that it struck.

use std::fmt;
use std::time::Duration;

use protocol::ErrorCode;
use protocol::ids::NodeId;

use crate::address::Address;
use crate::advice;

/// What a call to a cluster came to, if not to an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// Nobody listens at any of the addresses, or none of the names resolves. Nothing was sent.
    Unreachable {
        /// The addresses that were tried, as the user gave them.
        address: String,
        /// What the operating system said to the last of them.
        cause: String,
    },
    /// A broker answered at `bootstrap`, but the address that it advertises for itself or a peer does not answer from
    /// here: `advertised.listeners` is set for another network.
    Advertised {
        /// The address that did answer.
        bootstrap: Address,
        /// The broker that cannot be reached.
        node: NodeId,
        /// Where the cluster says that it is.
        advertised: Address,
        /// What the operating system said.
        cause: String,
    },
    /// The connection broke with the request under way: it may have been carried out, or not.
    Disconnected {
        /// The peer.
        address: Address,
        /// How the end was noticed.
        cause: String,
    },
    /// No answer came in time: the request may have been carried out, or not.
    TimedOut {
        /// The act, as a phrase that follows "while": "waiting for Metadata from 127.0.0.1:9092".
        doing: String,
        /// How long was waited.
        after: Duration,
    },
    /// The broker and this client have no version of an API in common.
    Unsupported {
        /// The broker.
        address: Address,
        /// The API, and what each side speaks.
        what: String,
    },
    /// The broker answered with an error code.
    Refused {
        /// What was asked for, as a phrase: `create topic "x"`.
        doing: String,
        /// Kafka's code.
        code: ErrorCode,
        /// The broker's own words, if it had any.
        message: Option<String>,
    },
    /// The peer sent what is not Kafka's protocol.
    Malformed {
        /// The peer.
        address: Address,
        /// What could not be read.
        cause: String,
    },
    /// The caller asked for what cannot be: a record over the limit, a partition that does not exist.
    Invalid(String),
    /// The producer, consumer or connection was closed by its owner before this was done.
    Closed,
}

/// What kind of failure an error is, for those who only need to choose between a few ways on (such as an exit code).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The thing asked for is not there.
    NotFound,
    /// The thing to be made is there already.
    AlreadyExists,
    /// The caller may not do this.
    Denied,
    /// No broker could be reached, or none answered in time.
    Unreachable,
    /// The request itself was wrong.
    Invalid,
    /// Anything else.
    Failed,
}

impl Error {
    /// An error code in an answer, with what was asked for.
    pub fn refused(doing: impl Into<String>, code: ErrorCode, message: Option<&str>) -> Self {
        let message = message.filter(|text| !text.is_empty()).map(str::to_owned);
        Self::Refused { doing: doing.into(), code, message }
    }

    /// `Ok` if `code` is 0; a code that no release of Kafka we know has counts as UNKNOWN_SERVER_ERROR and is named.
    pub fn check(
        code: i16,
        message: Option<&str>,
        doing: impl FnOnce() -> String,
    ) -> Result<(), Self> {
        match ErrorCode::from_code(code) {
            Some(ErrorCode::None) => Ok(()),
            Some(code) => Err(Self::refused(doing(), code, message)),
            None => {
                let unknown = format!("the broker answered with the unknown error code {code}");
                let code = ErrorCode::UnknownServerError;
                Err(Self::refused(doing(), code, Some(message.unwrap_or(&unknown))))
            }
        }
    }

    /// Kafka's code, if a broker answered with one.
    pub fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Refused { code, .. } => Some(*code),
            _ => None,
        }
    }

    /// Whether the same request may succeed if it is sent again, perhaps to another broker.
    pub fn is_retriable(&self) -> bool {
        match self {
            Self::Refused { code, .. } => code.is_retriable(),
            Self::Unreachable { .. } | Self::Disconnected { .. } | Self::TimedOut { .. } => true,
            // The address may be right tomorrow, but nobody should wait for that.
            Self::Advertised { .. } => false,
            Self::Unsupported { .. } | Self::Malformed { .. } | Self::Invalid(_) | Self::Closed => {
                false
            }
        }
    }

    /// Whether the error says that our picture of the cluster (leaders, coordinators, topic ids) is out of date.
    pub fn wants_metadata(&self) -> bool {
        use ErrorCode as E;
        match self {
            Self::Unreachable { .. } | Self::Disconnected { .. } | Self::TimedOut { .. } => true,
            Self::Refused { code, .. } => matches!(
                code,
                E::UnknownTopicOrPartition
                    | E::LeaderNotAvailable
                    | E::NotLeaderOrFollower
                    | E::ReplicaNotAvailable
                    | E::KafkaStorageError
                    | E::FencedLeaderEpoch
                    | E::UnknownLeaderEpoch
                    | E::UnknownTopicId
                    | E::InconsistentTopicId
                    | E::NotController
                    | E::NotCoordinator
                    | E::CoordinatorNotAvailable
                    | E::ListenerNotFound
            ),
            _ => false,
        }
    }

    /// The kind of failure.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Refused { code, .. } => advice::kind(*code),
            Self::Unreachable { .. }
            | Self::Advertised { .. }
            | Self::Disconnected { .. }
            | Self::TimedOut { .. } => Kind::Unreachable,
            Self::Invalid(_) => Kind::Invalid,
            Self::Unsupported { .. } | Self::Malformed { .. } | Self::Closed => Kind::Failed,
        }
    }

    /// The first part: what failed.
    pub fn what(&self) -> String {
        match self {
            Self::Unreachable { address, .. } => format!("cannot reach {address}"),
            Self::Advertised { bootstrap, advertised, .. } => {
                format!("{bootstrap} answered, but it advertises {advertised}, which does not")
            }
            Self::Disconnected { address, .. } => format!("lost the connection to {address}"),
            Self::TimedOut { doing, after } => {
                format!("gave up after {} while {doing}", Seconds(*after))
            }
            Self::Unsupported { address, .. } => format!("{address} is too old or too new"),
            Self::Refused { doing, .. } => format!("cannot {doing}"),
            Self::Malformed { address, .. } => format!("{address} does not speak Kafka's protocol"),
            Self::Invalid(what) => what.clone(),
            Self::Closed => "the client was closed before this was done".into(),
        }
    }

    /// The second part: why, with Kafka's error name and code if a broker gave one.
    pub fn why(&self) -> Option<String> {
        match self {
            Self::Unreachable { cause, .. }
            | Self::Disconnected { cause, .. }
            | Self::Malformed { cause, .. } => Some(cause.clone()),
            Self::Advertised { node, cause, .. } => {
                Some(format!("connecting to broker {node} from this host: {cause}"))
            }
            Self::Unsupported { what, .. } => Some(what.clone()),
            Self::Refused { code, message, .. } => {
                let words = message.as_deref().unwrap_or_else(|| advice::meaning(*code));
                let words = words.trim_end().trim_end_matches('.');
                Some(format!("{words} ({}, {})", code.name(), code.code()))
            }
            Self::TimedOut { .. } | Self::Invalid(_) | Self::Closed => None,
        }
    }

    /// The third part: what to do, where there is something to do.
    pub fn advice(&self) -> Option<String> {
        let advice = match self {
            Self::Unreachable { .. } => {
                "is a broker running there? `sapwood dev` starts one; -b HOST:PORT or \
                 SAPWOOD_BROKERS names another"
            }
            Self::Advertised { node, .. } => {
                return Some(format!(
                    "set advertised.listeners on broker {node} to an address that clients can reach"
                ));
            }
            Self::Disconnected { .. } => "look at the broker's log; it may have been stopped",
            Self::TimedOut { .. } => {
                "is the broker overloaded, or is something between that drops packets? \
                 --timeout waits longer"
            }
            Self::Refused { code, .. } => return advice::advice(*code).map(str::to_owned),
            Self::Malformed { .. } => {
                "is this the port of a Kafka listener without TLS? A TLS listener or an HTTP \
                 server answers like this"
            }
            Self::Unsupported { .. } | Self::Invalid(_) | Self::Closed => return None,
        };
        Some(advice.into())
    }
}

impl fmt::Display for Error {
    /// What failed and why, in one line; [`Error::advice`] is left to those who talk to people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what())?;
        match self.why() {
            Some(why) => write!(f, ": {why}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}

/// A duration as people say it: `1.5 s`, `30 s`.
struct Seconds(Duration);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = self.0.as_millis().div_ceil(100);
        match tenths % 10 {
            0 => write!(f, "{} s", tenths / 10),
            tenth => write!(f, "{}.{tenth} s", tenths / 10),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_what_why_and_kafkas_code() {
        let code = ErrorCode::TopicAlreadyExists.code();
        let error =
            Error::check(code, Some("Topic 'x' already exists."), || "create topic \"x\"".into())
                .expect_err("the code is not 0");
        assert_eq!(
            error.to_string(),
            "cannot create topic \"x\": Topic 'x' already exists (TOPIC_ALREADY_EXISTS, 36)"
        );
        assert_eq!(error.kind(), Kind::AlreadyExists);
    }

    #[test]
    fn a_code_from_the_future_is_an_error_and_not_a_panic() {
        let error = Error::check(9999, None, || "x".into()).expect_err("the code is not 0");
        assert_eq!(error.code(), Some(ErrorCode::UnknownServerError));
        assert!(error.to_string().contains("9999"));
    }

    #[test]
    fn durations_read_as_people_say_them() {
        assert_eq!(Seconds(Duration::from_millis(1500)).to_string(), "1.5 s");
        assert_eq!(Seconds(Duration::from_secs(30)).to_string(), "30 s");
    }
}
