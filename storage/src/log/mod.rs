//! A partition's log.

pub mod epoch;
