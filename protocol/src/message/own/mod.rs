//! Bodies in versions that the crate's codec lacks.
//!
//! The structs are the crate's. In the versions that it speaks its codec is used; the versions above, and one below, are
//! written out here, field by field, in the order of Kafka's message definitions.

mod compact;
mod describe_log_dirs;
mod list_offsets;
mod offset_commit;
mod offset_fetch;
mod plain;
