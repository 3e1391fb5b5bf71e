//! The rows: every key that the broker knows, by chapter.
//!
//! A catalogue, and flat on purpose: one table a chapter, in the order in which the keys are best read. A key that is
//! in none of the tables is unknown, and a file that sets it is refused with the names that come nearest.

mod controller;
mod group;
mod log;
mod network;
mod node;
#[cfg(test)]
mod oracle;
mod quotas;
mod reasons;
mod replication;
mod security;
mod share;
mod telemetry;
mod tiers;
mod topics;
mod transactions;

use std::collections::BTreeMap;
use std::sync::OnceLock;

pub use controller::Controller;
pub use group::Groups;
pub use log::Log;
pub use network::Network;
pub use node::Node;
pub use replication::Replication;
pub use telemetry::Telemetry;
pub use topics::Topics;

use super::row::{Row, Section};

/// Every chapter of broker keys, in the order of the document.
pub const SECTIONS: &[Section] = &[
    Node::SECTION,
    Network::SECTION,
    Log::SECTION,
    Topics::SECTION,
    Replication::SECTION,
    Controller::SECTION,
    Groups::SECTION,
    transactions::SECTION,
    security::SECTION,
    quotas::SECTION,
    Telemetry::SECTION,
    tiers::SECTION,
    share::SECTION,
];

/// Every broker key's row, by key.
pub fn broker_rows() -> &'static BTreeMap<&'static str, Row> {
    static ROWS: OnceLock<BTreeMap<&'static str, Row>> = OnceLock::new();
    ROWS.get_or_init(|| {
        SECTIONS.iter().flat_map(|section| section.rows).map(|row| (row.key, *row)).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_one_row_with_a_legal_default_and_a_sentence() {
        let rows: Vec<&Row> = SECTIONS.iter().flat_map(|section| section.rows).collect();
        assert_eq!(rows.len(), broker_rows().len(), "a key has two rows");
        for row in rows {
            if let Some(default) = row.default {
                assert_eq!(row.accepts(default), Ok(()), "{}", row.key);
            }
            assert!(row.doc.trim().ends_with('.'), "{}: its documentation is no sentence", row.key);
        }
    }
}
