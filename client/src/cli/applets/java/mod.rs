//! Java: what shows through of it in what Kafka's tools print.

mod hash;
mod thrown;
mod uuid;

pub(super) use hash::string_hash;
pub use hash::{DEFAULT_CAPACITY, hash_map_order, hash_order, partition_hash};
pub use thrown::Thrown;
pub use uuid::why_no_uuid;
