//! Measurements of brokers that speak Kafka's protocol.
//!
//! `bench/compare` runs the workloads with librdkafka's load generator; `examples/null-broker` is the floor beneath them, a broker
//! that keeps what it is sent and does nothing else. A load tester of our own is to live in this library.
