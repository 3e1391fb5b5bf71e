//! What the tests of the whole product share; the tests themselves are in `tests/`.

pub mod examples;
pub mod laws;
pub mod member;
pub mod metrics;
pub mod packages;
pub mod peers;
pub mod process;
pub mod script;
pub mod tidy;
pub mod transcript;
pub mod visitor;
