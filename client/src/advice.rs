//! Advice: what an error code means in plain words, and what someone can do about it.
//!
//! Only codes that people meet have a sentence here; the others show Kafka's name alone.

use protocol::ErrorCode;
use protocol::ErrorCode as E;

use crate::error::Kind;

/// What the code means, for answers that carry no words of the broker's own.
pub(crate) fn meaning(code: ErrorCode) -> &'static str {
    match code {
        E::OffsetOutOfRange => "the partition has no such offset",
        E::CorruptMessage => "the records arrived damaged",
        E::UnknownTopicOrPartition => "the cluster has no such topic or partition",
        E::LeaderNotAvailable => "the partition has no leader at the moment",
        E::NotLeaderOrFollower => "the leader of the partition has moved",
        E::RequestTimedOut => "the cluster could not finish in time",
        E::MessageTooLarge => "the batch is larger than the topic allows",
        E::CoordinatorLoadInProgress => "the coordinator is reading its log",
        E::CoordinatorNotAvailable => "the group has no coordinator at the moment",
        E::NotCoordinator => "the coordinator of the group has moved",
        E::InvalidTopicException => "no topic may have this name",
        E::NotEnoughReplicas | E::NotEnoughReplicasAfterAppend => {
            "fewer replicas are in sync than min.insync.replicas asks for"
        }
        E::IllegalGeneration => "the group has rebalanced since",
        E::UnknownMemberId => "the group no longer knows this member",
        E::RebalanceInProgress => "the group is rebalancing",
        E::TopicAuthorizationFailed => "no permission on the topic",
        E::GroupAuthorizationFailed => "no permission on the group",
        E::ClusterAuthorizationFailed => "no permission on the cluster",
        E::UnsupportedVersion => "the broker does not support this",
        E::TopicAlreadyExists => "a topic of this name exists",
        E::NotController => "the controller has moved",
        E::NonEmptyGroup => "the group has members",
        E::GroupIdNotFound => "the cluster has no such group",
        E::KafkaStorageError => "the broker's disk failed",
        E::FencedInstanceId => "another process has the same group.instance.id",
        E::ProducerFenced | E::InvalidProducerEpoch => {
            "a newer producer has taken over this producer's id"
        }
        E::OutOfOrderSequenceNumber => "a batch of this producer is missing before this one",
        E::ThrottlingQuotaExceeded => "the quota is used up for now",
        E::UnknownServerError => "the broker failed and did not say why",
        _ => "the broker refused",
    }
}

/// What to do about the code, where there is something to do.
pub(crate) fn advice(code: ErrorCode) -> Option<&'static str> {
    Some(match code {
        E::UnknownTopicOrPartition => {
            "`sapwood topic list` shows what is there; `sapwood topic create` makes one"
        }
        E::OffsetOutOfRange => "start from `-o start` or `-o end`",
        E::MessageTooLarge => "raise the topic's max.message.bytes, or send smaller records",
        E::InvalidTopicException => {
            "use 1 to 249 ASCII letters, digits, '.', '_' and '-', but not '.' or '..' alone"
        }
        E::TopicAlreadyExists => "--if-not-exists takes that for success",
        E::InvalidReplicationFactor => "use -r with a number from 1 to the number of live brokers",
        E::InvalidPartitions => "use -p with a number of 1 or more",
        E::NotEnoughReplicas | E::NotEnoughReplicasAfterAppend => {
            "start the missing brokers, or lower the topic's min.insync.replicas"
        }
        E::NonEmptyGroup => "stop the group's consumers first",
        E::GroupIdNotFound => "`sapwood group list` shows what is there",
        E::TopicAuthorizationFailed
        | E::GroupAuthorizationFailed
        | E::ClusterAuthorizationFailed
        | E::TransactionalIdAuthorizationFailed => "ask whoever runs the cluster for an ACL",
        E::KafkaStorageError => "look at the broker's log: a log directory is offline",
        _ => return None,
    })
}

/// The kind of failure that the code is.
pub(crate) fn kind(code: ErrorCode) -> Kind {
    match code {
        E::UnknownTopicOrPartition
        | E::UnknownTopicId
        | E::GroupIdNotFound
        | E::ResourceNotFound
        | E::TransactionalIdNotFound => Kind::NotFound,
        E::TopicAlreadyExists | E::DuplicateResource => Kind::AlreadyExists,
        E::TopicAuthorizationFailed
        | E::GroupAuthorizationFailed
        | E::ClusterAuthorizationFailed
        | E::TransactionalIdAuthorizationFailed
        | E::DelegationTokenAuthorizationFailed
        | E::SaslAuthenticationFailed => Kind::Denied,
        E::RequestTimedOut
        | E::BrokerNotAvailable
        | E::CoordinatorNotAvailable
        | E::LeaderNotAvailable => Kind::Unreachable,
        E::InvalidTopicException | E::InvalidConfig | E::InvalidPartitions => Kind::Invalid,
        _ => Kind::Failed,
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;
    use std::path::Path;

    use super::*;

    /// What stands before the table of codes in docs/errors.md.
    const MARK: &str = "<!-- codes -->\n";

    /// Every code that has words of its own.
    fn table() -> String {
        let mut text = String::from(
            "\n| error | code | what it means | retried | what to do |\n|---|---:|---|---|---|\n",
        );
        let other = meaning(ErrorCode::UnknownLeaderEpoch);
        for code in ErrorCode::ALL {
            let (meaning, advice) = (meaning(*code), advice(*code).unwrap_or_default());
            if meaning == other && advice.is_empty() {
                continue;
            }
            let retried = if code.is_retriable() { "yes" } else { "no" };
            let (name, number) = (code.name(), code.code());
            writeln!(text, "| `{name}` | {number} | {meaning} | {retried} | {advice} |")
                .expect("a string takes all");
        }
        text
    }

    #[test]
    fn the_error_index_has_every_code_with_its_meaning() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/errors.md");
        let page = std::fs::read_to_string(&path).expect("the page is committed");
        let (before, committed) = page.split_once(MARK).expect("the page has the mark");
        if std::env::var_os("SAPWOOD_REGENERATE").is_some() {
            let page = format!("{before}{MARK}{}", table());
            std::fs::write(&path, page).expect("the page can be written");
            return;
        }
        assert!(committed == table(), "docs/errors.md is not what advice.rs says");
    }
}
