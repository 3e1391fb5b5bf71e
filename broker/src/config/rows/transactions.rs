//! Exactly-once across partitions, which this release does not serve yet.

use super::reasons::NO_TXN;
use crate::config::check::{Check, at_least};
use crate::config::row::{CLUSTER_WIDE, READ_ONLY, chapter};

chapter! {
    /// Transactions, and the topic `__transaction_state` in which they are written down.
    "Transactions";

    no_effect {
        /// The longest a producer may let a transaction stay open, in milliseconds.
        "transaction.max.timeout.ms": Int = "900000", at_least(1), READ_ONLY, NO_TXN;
        /// How long a transactional id that is not used is remembered, in milliseconds.
        "transactional.id.expiration.ms": Int = "604800000", at_least(1), READ_ONLY, NO_TXN;
        /// How many partitions `__transaction_state` is made with.
        "transaction.state.log.num.partitions": Int = "50", at_least(1), READ_ONLY, NO_TXN;
        /// How many replicas `__transaction_state` is made with.
        "transaction.state.log.replication.factor": Short = "3", at_least(1), READ_ONLY, NO_TXN;
        /// How many replicas must have a record of `__transaction_state` before it counts.
        "transaction.state.log.min.isr": Int = "2", at_least(1), READ_ONLY, NO_TXN;
        /// The segment size of `__transaction_state`, in bytes.
        "transaction.state.log.segment.bytes": Int = "104857600", at_least(1), READ_ONLY, NO_TXN;
        /// How many bytes of `__transaction_state` are read at a time when a coordinator loads.
        "transaction.state.log.load.buffer.size": Int = "5242880", at_least(1), READ_ONLY, NO_TXN;
        /// How often transactions that were open for too long are looked for, in milliseconds.
        "transaction.abort.timed.out.transaction.cleanup.interval.ms": Int = "10000", at_least(1), READ_ONLY, NO_TXN;
        /// How often expired transactional ids are looked for, in milliseconds.
        "transaction.remove.expired.transaction.cleanup.interval.ms": Int = "3600000", at_least(1), READ_ONLY, NO_TXN;
        /// Whether a partition asks the coordinator if a transaction is open before it takes the transaction's records.
        "transaction.partition.verification.enable": Boolean = "true", Check::Any, CLUSTER_WIDE, NO_TXN;
        /// How long the broker rests before it asks a coordinator again about a transaction's partitions, in milliseconds.
        "add.partitions.to.txn.retry.backoff.ms": Int = "20", at_least(1), READ_ONLY, NO_TXN;
        /// How long the broker rests at most between two such questions, in milliseconds.
        "add.partitions.to.txn.retry.backoff.max.ms": Int = "100", at_least(0), READ_ONLY, NO_TXN;
    }
    refused {
        /// Whether producers may take part in two-phase commits.
        "transaction.two.phase.commit.enable": Boolean = "false", Check::Any, READ_ONLY, NO_TXN;
    }
}
