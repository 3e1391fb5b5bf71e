//! Listeners, connections and the memory they may take.

use super::reasons::{BYTES, CONNECTS, EARLY, NO_CREATION_RATE, NO_JVM, NO_PER_IP, NO_SASL};
use crate::config::check::{Check, at_least};
use crate::config::listeners::{Endpoints, ProtocolMap, SecurityProtocol};
use crate::config::row::{CLUSTER_WIDE, READ_ONLY, section};

section! {
    /// Where the broker listens, how many may come, and how much memory their requests may take.
    Network, "Network";

    /// Where to listen: `NAME://host:port` with commas between. A name is `PLAINTEXT` or one that
    /// `listener.security.protocol.map` explains. No host means every interface; port 0 means a free one.
    listeners: Endpoints = "listeners", "PLAINTEXT://:9092", Check::Any, READ_ONLY;
    /// What clients are told to connect to, by listener name, when that differs from where the broker listens: behind a
    /// proxy, in a container. Not set, it is `listeners`, with this machine's host name in place of an empty host.
    advertised_listeners: Option<Endpoints> = "advertised.listeners", null, Check::Any, READ_ONLY;
    /// What each listener name speaks, as `NAME:PROTOCOL` pairs. Names that are protocols themselves need no pair.
    listener_security_protocol_map: ProtocolMap = "listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL", Check::Any, READ_ONLY;
    /// The listener over which brokers talk to one another. Not set, it is the one that speaks
    /// `security.inter.broker.protocol`.
    inter_broker_listener_name: Option<String> = "inter.broker.listener.name", null, Check::NotEmpty, READ_ONLY;
    /// What brokers speak to one another, where `inter.broker.listener.name` does not say it.
    security_inter_broker_protocol: SecurityProtocol = "security.inter.broker.protocol", "PLAINTEXT", Check::OneOf(SecurityProtocol::TEXTS), READ_ONLY;
    /// The most connections that may be open at once. One more closes the one that was idle longest, except on the
    /// inter-broker listener.
    max_connections: i32 = "max.connections", "2147483647", at_least(0), CLUSTER_WIDE;
    /// The most connections that may be open from one address.
    max_connections_per_ip: i32 = "max.connections.per.ip", "2147483647", at_least(0), CLUSTER_WIDE;
    /// How long a connection may be silent before it is closed, in milliseconds; negative for ever.
    connections_max_idle_ms: i64 = "connections.max.idle.ms", "600000", Check::Any, READ_ONLY;
    /// How long a new connection may take to send its first whole request, in milliseconds. What opens connections and
    /// says nothing must not keep others out. Sapwood's own key.
    connection_first_request_timeout_ms: i64 = "connection.first.request.timeout.ms", "30000", at_least(1), READ_ONLY;
    /// How long a request that has begun to arrive, or a response that has begun to leave, may make no progress, in
    /// milliseconds. Half a frame holds memory. Sapwood's own key.
    connection_stall_timeout_ms: i64 = "connection.stall.timeout.ms", "60000", at_least(1), READ_ONLY;
    /// The largest request that is read, in bytes. A longer one closes its connection before any memory is taken.
    socket_request_max_bytes: i32 = "socket.request.max.bytes", "104857600", at_least(1), READ_ONLY;
    /// How many bytes of requests may be held at once, on all connections together. While they are taken the broker
    /// reads no further request, so that slow disks and fast clients press back on the clients and not on memory.
    /// −1 for no limit, which is Kafka's default; ours is finite.
    queued_max_request_bytes: i64 = "queued.max.request.bytes", "134217728", at_least(-1), READ_ONLY;
    /// The kernel's send buffer of a connection, in bytes; −1 leaves it to the system, which adapts it to the connection.
    /// Kafka's default is 102400, which holds a fast connection back.
    socket_send_buffer_bytes: i32 = "socket.send.buffer.bytes", "-1", at_least(-1), READ_ONLY;
    /// The kernel's receive buffer of a connection, in bytes; −1 leaves it to the system, which adapts it to the
    /// connection. Kafka's default is 102400.
    socket_receive_buffer_bytes: i32 = "socket.receive.buffer.bytes", "-1", at_least(-1), READ_ONLY;
    /// How many connections may wait in the kernel to be accepted; the system's own limit (`net.core.somaxconn`) counts
    /// too. Kafka's default is 50, which a restart with many clients exceeds.
    socket_listen_backlog_size: i32 = "socket.listen.backlog.size", "4096", at_least(1), READ_ONLY;
    /// The most bytes of records in one answer to a fetch, whatever the client asks for. One batch is sent even if it is
    /// larger.
    fetch_max_bytes: i32 = "fetch.max.bytes", "57671680", at_least(1024), READ_ONLY;
    /// How many incremental fetch sessions (KIP-227) are remembered. A client without one sends all its partitions with
    /// every fetch.
    max_incremental_fetch_session_cache_slots: i32 = "max.incremental.fetch.session.cache.slots", "1000", at_least(0), READ_ONLY;
    /// The most partitions in one answer to DescribeTopicPartitions; the client asks for the rest with a cursor.
    max_request_partition_size_limit: i32 = "max.request.partition.size.limit", "2000", at_least(1), READ_ONLY;

    no_effect {
        /// How long the broker waits for another node to answer a request of its own, in milliseconds.
        "request.timeout.ms": Int = "30000", at_least(1), READ_ONLY, CONNECTS;
        /// How many threads move bytes between sockets and requests.
        "num.network.threads": Int = "3", at_least(1), CLUSTER_WIDE, NO_JVM;
        /// How many requests may wait for a thread before sockets are read no further.
        "queued.max.requests": Int = "500", at_least(1), READ_ONLY, BYTES;
        /// How long the answer to a failed authentication is held back, in milliseconds.
        "connection.failed.authentication.delay.ms": Int = "100", at_least(0), READ_ONLY, NO_SASL;
        /// How long a connection to another node may take to be set up, in milliseconds, at first.
        "socket.connection.setup.timeout.ms": Long = "10000", Check::Any, READ_ONLY, CONNECTS;
        /// How long a connection to another node may take to be set up, in milliseconds, at most.
        "socket.connection.setup.timeout.max.ms": Long = "30000", Check::Any, READ_ONLY, CONNECTS;
    }
    refused {
        /// How many new connections a second are accepted.
        "max.connection.creation.rate": Int = "2147483647", at_least(0), READ_ONLY, NO_CREATION_RATE;
        /// Limits for single addresses in place of `max.connections.per.ip`, as `address:count` pairs.
        "max.connections.per.ip.overrides": String = "", Check::Any, READ_ONLY, NO_PER_IP;
        /// The listeners that open before the broker knows its cluster's metadata.
        "early.start.listeners": List = null, Check::Any, READ_ONLY, EARLY;
    }
}
