//! A producer's options, with the defaults of Kafka 4's Java client.

use std::time::Duration;

use protocol::batch::Compression;

/// How many replicas must have a record before it counts as written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Acks {
    /// None: the broker does not even answer.
    None,
    /// The leader.
    Leader,
    /// All that are in sync, of which there must be `min.insync.replicas`.
    #[default]
    All,
}

impl Acks {
    pub(super) fn to_wire(self) -> i16 {
        match self {
            Self::None => 0,
            Self::Leader => 1,
            Self::All => -1,
        }
    }
}

/// How a producer behaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProducerOptions {
    /// When a record counts as written.
    pub acks: Acks,
    /// Whether brokers recognise a batch that is sent again (`enable.idempotence`). Wants [`Acks::All`].
    pub idempotent: bool,
    /// How batches are compressed.
    pub compression: Compression,
    /// A batch leaves when it weighs this before compression (`batch.size`).
    pub batch_bytes: usize,
    /// Or when its first record has waited this long (`linger.ms`).
    pub linger: Duration,
    /// How many requests a broker may have before it has answered the first. More than one without
    /// [`ProducerOptions::idempotent`] can change the order of batches when one has to be sent again.
    pub in_flight_max: usize,
    /// How much goes into one request (`max.request.size`); a single larger batch goes alone.
    pub request_bytes: usize,
    /// How long a record may take from `send` to the broker's word (`delivery.timeout.ms`).
    pub delivery_timeout: Duration,
    /// How long the broker may wait for replicas.
    pub ack_timeout: Duration,
    /// How much may be on its way before `send` waits (`buffer.memory`).
    pub buffer_bytes: usize,
    /// Whether a topic that does not exist may be made by the first record.
    pub create_topics: bool,
}

impl Default for ProducerOptions {
    fn default() -> Self {
        Self {
            acks: Acks::All,
            idempotent: true,
            compression: Compression::None,
            batch_bytes: 16 << 10,
            linger: Duration::from_millis(5),
            in_flight_max: 5,
            request_bytes: 1 << 20,
            delivery_timeout: Duration::from_secs(120),
            ack_timeout: Duration::from_secs(30),
            buffer_bytes: 32 << 20,
            create_topics: true,
        }
    }
}
