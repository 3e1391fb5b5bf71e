//! The server: brings a broker up, and takes it down.
//!
//! [`start`] takes the log dirs, starts the controller and its Raft log, registers the broker, brings partitions up as the
//! metadata says ([`reconciler`]), and opens the listeners. What it puts together is a [`crate::node::Broker`].

mod assemble;
mod config_rules;
mod demo;
mod dev;
mod logging;
mod reconciler;
mod registration;
mod running;
pub mod start;
mod supervisor;
mod watched;

pub use dev::DevOptions;
