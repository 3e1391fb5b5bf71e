//! Java: what shows through of it in what Kafka's tools print.

mod hash;
mod properties;
mod thrown;

pub use hash::{DEFAULT_CAPACITY, hash_map_order};
pub use properties::Properties;
pub use thrown::Thrown;
