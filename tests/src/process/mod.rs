//! Child processes that a test starts, waits for, signals, and always ends.
//!
//! The tests in this package look at the product from outside: a real binary, real sockets, real files. A [`Child`] writes
//! what it says to a file, so that nothing blocks on a full pipe and a failing test can show the end of it; it is killed by
//! its own pid when it goes out of scope. Waiting is always for a fact ([`wait::until`]) and never for time alone.

mod access_log;
mod child;
pub mod http;
pub mod loop_fs;
mod paths;
mod ports;
mod proc_stat;
mod properties;
mod ready;
mod said;
mod sapwood;
pub mod signal;
pub mod wait;

pub use access_log::{AccessLog, Line};
pub use child::{Child, ran, run};
pub use paths::{target_dir, workspace};
pub use ports::free_port;
pub use proc_stat::{cpu_seconds, resident_bytes};
pub use properties::Properties;
pub use ready::{announced_apis, is_serving, wait_until_serving};
pub use said::{Said, sapwood_command};
pub use sapwood::{Environment, Sapwood, binary};
