//! The machine: where a run takes place.
//!
//! Numbers without their circumstances are rumours. [`Environment`] says what a reader must know to believe or repeat them, and
//! the [`Neighbour`] is the broker, if it runs on the same machine: what it used belongs beside what its clients saw.

mod environment;
mod files;
mod neighbour;
mod usage;

pub use environment::Environment;
pub use neighbour::Neighbour;
pub use usage::Usage;
