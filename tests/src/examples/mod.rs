//! Examples: the fenced blocks of the documentation, and what runs them.
//!
//! A comment before a block, which no reader of the rendered page sees, says what becomes of it:
//!
//! - `<!-- run: python confluent-kafka==2.16.1 -->` runs it; `<!-- run slow: … -->` does so in the slow tier;
//! - `<!-- prints: hello -->` says what it must print;
//! - `<!-- not run: why -->` says why nobody runs it here.
//!
//! A block of shell lines without a comment is run by the shell. Every block has the broker's address as its readers do,
//! `localhost:9092` or `127.0.0.1:9092`, and is given another one when it runs.

mod page;
mod run;

pub use page::{Example, Fate, page, pages};
pub use run::Runner;
