//! How topics come into being.

use super::reasons::CLASSES;
use crate::config::check::{Check, at_least};
use crate::config::row::{READ_ONLY, section};

section! {
    /// How topics come into being, and who may make and unmake them.
    Topics, "Topics";

    /// Whether a topic is made when a client first asks for it by name and its request allows that. It is `true`, as in
    /// Kafka: many programs rely on it.
    auto_create_topics_enable: bool = "auto.create.topics.enable", "true", Check::Any, READ_ONLY;
    /// How many partitions a topic has that is made without saying.
    num_partitions: i32 = "num.partitions", "1", at_least(1), READ_ONLY;
    /// How many replicas a partition has that is made without saying.
    default_replication_factor: i32 = "default.replication.factor", "1", at_least(1), READ_ONLY;
    /// Whether topics may be deleted.
    delete_topic_enable: bool = "delete.topic.enable", "true", Check::Any, READ_ONLY;
    refused {
        /// A plug-in that decides whether a topic may be made.
        "create.topic.policy.class.name": Class = null, Check::Any, READ_ONLY, CLASSES;
        /// A plug-in that decides whether a configuration may be altered.
        "alter.config.policy.class.name": Class = null, Check::Any, READ_ONLY, CLASSES;
    }
}
