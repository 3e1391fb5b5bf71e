//! A metadata record: one durable fact about the cluster.
//!
//! Each is one row below: its name, its number and version on disk, and its fields in the order in which they are
//! written ([`super::codec`] is derived from the rows). Facts are complete: a record says what *is*, never "one more", so
//! that whoever folds it needs no rule of its own and an old release folds what a newer one decided.
//!
//! To add a field: raise the row's version, and read the old layout as well. A kind that is no longer written
//! keeps its number for ever.

use std::sync::Arc;

use protocol::ids::{LeaderEpoch, NodeId, PartitionIndex, ProducerId, TopicId, TopicName};
use uuid::Uuid;

use super::codec::{CodecError, Field, Reader};

macro_rules! fields {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $type,)*
        }

        impl Field for $name {
            fn put(&self, out: &mut Vec<u8>) {
                $(self.$field.put(out);)*
            }
            fn take(input: &mut Reader<'_>) -> Result<Self, CodecError> {
                Ok(Self { $($field: Field::take(input)?,)* })
            }
        }
    };
}

macro_rules! records {
    ($($(#[$doc:meta])* $variant:ident($record:ident) = $kind:literal, version $version:literal {
        $($(#[$field_doc:meta])* $field:ident: $type:ty,)*
    })*) => {
        /// One durable fact about the cluster.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Record {
            $($(#[$doc])* $variant($record),)*
        }

        impl Record {
            /// The record's number on disk.
            pub const fn kind(&self) -> u8 {
                match self { $(Self::$variant(_) => $kind,)* }
            }

            /// The version in which this release writes the record.
            pub const fn version(&self) -> u8 {
                match self { $(Self::$variant(_) => $version,)* }
            }

            pub(super) fn put_body(&self, out: &mut Vec<u8>) {
                match self { $(Self::$variant(record) => record.put(out),)* }
            }

            pub(super) fn take_body(
                kind: u8,
                version: u8,
                input: &mut Reader<'_>,
            ) -> Result<Self, CodecError> {
                match (kind, version) {
                    $(($kind, 0..=$version) => Field::take(input).map(Self::$variant),
                    ($kind, _) => Err(CodecError::UnknownVersion {
                        name: stringify!($variant),
                        version,
                        known: $version,
                    }),)*
                    _ => Err(CodecError::UnknownKind { kind, version }),
                }
            }
        }

        $(
            fields! {
                $(#[$doc])*
                $record { $($(#[$field_doc])* $field: $type,)* }
            }

            impl From<$record> for Record {
                fn from(record: $record) -> Self {
                    Self::$variant(record)
                }
            }
        )*
    };
}

records! {
    /// The cluster has this id. The first record of every log.
    Cluster(ClusterRecord) = 1, version 0 {
        /// Kafka's form: 22 characters of URL-safe base64, but any text that an operator gave is kept as it is.
        cluster_id: Arc<str>,
    }

    /// A feature is at this level in the whole cluster (KIP-584).
    Feature(FeatureRecord) = 2, version 0 {
        /// Such as `metadata.version` or `group.version`.
        name: Arc<str>,
        /// 0 takes the feature away.
        level: i16,
    }

    /// A topic exists; its partitions follow, from 0.
    Topic(TopicRecord) = 3, version 0 {
        /// Never used before, not even for a topic of this name.
        id: TopicId,
        /// Not held by another topic.
        name: TopicName,
    }

    /// A topic is gone, and with it its partitions and its configuration.
    RemoveTopic(RemoveTopicRecord) = 4, version 0 {
        /// The topic.
        id: TopicId,
    }

    /// A partition is added to a topic, as its last.
    Partition(PartitionRecord) = 5, version 0 {
        /// The topic; it exists.
        topic_id: TopicId,
        /// One more than the topic's last.
        partition: PartitionIndex,
        /// The brokers that keep a copy, the preferred leader first. Never empty, no broker twice.
        replicas: Arc<[NodeId]>,
        /// Those of `replicas` that are in sync. Empty only when no copy is known to be complete.
        isr: Arc<[NodeId]>,
        /// Who leads; nobody while no broker in sync is alive.
        leader: Option<NodeId>,
        /// Raised by one with each change of leadership.
        leader_epoch: LeaderEpoch,
        /// Raised by one with each change to the partition: what AlterPartition compares and swaps (KIP-497).
        partition_epoch: i32,
    }

    /// A partition has changed. What is absent stays as it is.
    PartitionChange(PartitionChangeRecord) = 6, version 0 {
        /// The topic; it exists.
        topic_id: TopicId,
        /// The partition; it exists.
        partition: PartitionIndex,
        /// The new replicas.
        replicas: Option<Arc<[NodeId]>>,
        /// The new in-sync replicas.
        isr: Option<Arc<[NodeId]>>,
        /// The new leader and its epoch.
        leader: Option<LeaderChange>,
        /// The new partition epoch; always one more than before.
        partition_epoch: i32,
    }

    /// A configuration key of a resource has a value, or no longer has one.
    Config(ConfigRecord) = 7, version 0 {
        /// Whose configuration.
        resource: ConfigResource,
        /// Kafka's key.
        key: Arc<str>,
        /// `None` takes the key away: what lies below it counts again.
        value: Option<Arc<str>>,
    }

    /// A broker's process has registered. It replaces an earlier registration of the same id.
    Broker(BrokerRecord) = 8, version 0 {
        /// `node.id`.
        id: NodeId,
        /// Greater than every epoch given before: a request of an earlier process is recognised by it.
        epoch: i64,
        /// Drawn anew by each process, so that a repeated registration is told from a second process.
        incarnation: Uuid,
        /// Where it is reached, one row a listener.
        endpoints: Vec<Endpoint>,
        /// `broker.rack`.
        rack: Option<Arc<str>>,
        /// Fenced: registered, but leads nothing and is told to nobody until it has caught up.
        fenced: bool,
    }

    /// A broker's standing has changed.
    BrokerChange(BrokerChangeRecord) = 9, version 0 {
        /// The broker; it is registered.
        id: NodeId,
        /// Its epoch; a change of another process is ignored.
        epoch: i64,
        /// Whether it is fenced now.
        fenced: bool,
        /// Whether it has asked for its leaderships to be moved because it is about to stop.
        shutting_down: bool,
    }

    /// A broker is gone for good.
    RemoveBroker(RemoveBrokerRecord) = 10, version 0 {
        /// The broker.
        id: NodeId,
    }

    /// The greatest broker epoch that was ever given. Only in snapshots, when no registration that is left carries it.
    BrokerEpochs(BrokerEpochsRecord) = 11, version 0 {
        /// The epoch.
        last: i64,
    }

    /// Producer ids below this one are given away.
    ProducerIds(ProducerIdsRecord) = 12, version 0 {
        /// The first that is free.
        next: ProducerId,
    }
}

fields! {
    /// Who leads a partition now, and from which epoch on.
    LeaderChange {
        /// Nobody while no broker in sync is alive.
        leader: Option<NodeId>,
        /// One more than before.
        epoch: LeaderEpoch,
    }
}

fields! {
    /// A way to reach a broker.
    Endpoint {
        /// The listener's name, such as `PLAINTEXT` or `INTERNAL`.
        listener: Arc<str>,
        /// As advertised.
        host: Arc<str>,
        /// As advertised.
        port: u16,
        /// Kafka's number: 0 PLAINTEXT, 1 SSL, 2 SASL_PLAINTEXT, 3 SASL_SSL.
        security_protocol: i16,
    }
}

/// What a configuration belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConfigResource {
    /// What kind of thing.
    pub kind: ResourceKind,
    /// Its name. A broker's is its id in decimal; the empty name means all brokers.
    pub name: Arc<str>,
}

impl ConfigResource {
    /// A topic's own configuration.
    pub fn topic(name: &TopicName) -> Self {
        Self { kind: ResourceKind::Topic, name: name.as_str().into() }
    }

    /// The topic whose configuration it is, if it is a topic's.
    pub fn as_topic(&self) -> Option<TopicName> {
        match self.kind {
            ResourceKind::Topic => TopicName::new(&self.name).ok(),
            _ => None,
        }
    }

    /// One broker's dynamic configuration.
    pub fn broker(id: NodeId) -> Self {
        Self { kind: ResourceKind::Broker, name: id.to_string().into() }
    }

    /// The dynamic configuration of all brokers.
    pub fn all_brokers() -> Self {
        Self { kind: ResourceKind::Broker, name: "".into() }
    }

    /// A consumer group's configuration (KIP-848).
    pub fn group(name: &str) -> Self {
        Self { kind: ResourceKind::Group, name: name.into() }
    }
}

impl Field for ConfigResource {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(self.kind as u8);
        self.name.put(out);
    }
    fn take(input: &mut Reader<'_>) -> Result<Self, CodecError> {
        let kind = ResourceKind::from_code(u8::take(input)? as i8)
            .ok_or(CodecError::Invalid("an unknown kind of configuration resource"))?;
        Ok(Self { kind, name: Field::take(input)? })
    }
}

/// The kinds of things that have a configuration of their own, with Kafka's numbers. Loggers (8) are not among them: a log
/// level belongs to a process, not to the cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum ResourceKind {
    /// A topic.
    Topic = 2,
    /// A broker, or all of them.
    Broker = 4,
    /// A subscription to client metrics (KIP-714).
    ClientMetrics = 16,
    /// A consumer group (KIP-848).
    Group = 32,
}

impl ResourceKind {
    /// The kind with this number on the wire.
    pub const fn from_code(code: i8) -> Option<Self> {
        match code {
            2 => Some(Self::Topic),
            4 => Some(Self::Broker),
            16 => Some(Self::ClientMetrics),
            32 => Some(Self::Group),
            _ => None,
        }
    }

    /// The number on the wire.
    pub const fn code(self) -> i8 {
        self as i8
    }
}
