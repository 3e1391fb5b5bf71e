//! `sapwood cluster quorum`: the state of the metadata log.

use std::io::Write;

use clap::Args;
use protocol::ids::{Offset, TimestampMs};

use crate::admin::{Quorum as State, QuorumReplica};
use crate::cli::brokers::BrokerArgs;
use crate::cli::failure::Failure;
use crate::cli::output::{Cell, Column, Listing, OutputArgs, Page};
use crate::clock;

/// The arguments.
#[derive(Debug, Args)]
pub struct Quorum {
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    brokers: BrokerArgs,
}

const COLUMNS: &[Column] = &[
    Column::number("node"),
    Column::text("role"),
    Column::number("end_offset"),
    Column::number("lag"),
    Column::number("last_fetch_ms_ago"),
    Column::number("last_caught_up_ms_ago"),
];

impl Quorum {
    pub(super) async fn run(self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let state = self.brokers.admin()?.quorum().await?;
        let page = Page::new("leader", state.leader)
            .fact("leader_epoch", state.epoch)
            .fact("high_watermark", state.high_watermark)
            .part("replicas", listing(&state, clock::now()));
        Ok(self.output.print_page(out, &page)?)
    }
}

fn listing(state: &State, now: TimestampMs) -> Listing {
    let mut listing = Listing::new(COLUMNS);
    let leader = |replica: &&QuorumReplica| Some(replica.node) == state.leader;
    let end = state.voters.iter().find(leader).and_then(|leader| leader.end);
    for (replicas, role) in [(&state.voters, "voter"), (&state.observers, "observer")] {
        for replica in replicas {
            let role = if leader(&replica) { "leader" } else { role };
            listing.row([
                replica.node.into(),
                role.into(),
                replica.end.into(),
                lag(end, replica.end).into(),
                ago(replica.last_fetch, now),
                ago(replica.last_caught_up, now),
            ]);
        }
    }
    listing
}

fn lag(leader: Option<Offset>, replica: Option<Offset>) -> Option<i64> {
    Some((leader?.get() - replica?.get()).max(0))
}

fn ago(at: Option<TimestampMs>, now: TimestampMs) -> Cell {
    at.map(|at| (now.get() - at.get()).max(0)).into()
}
