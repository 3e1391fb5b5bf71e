//! A host: a group machine on its partition.
//!
//! One call of [`Host::handle`] is one decision: the machine is asked, its records are appended as one batch and
//! folded back, and its outputs are sorted into those that leave now and those that wait for the log. A read that
//! changed nothing waits too, at the log end that it saw: what it tells may rest on records that are not safe yet.

use protocol::ErrorCode;
use protocol::batch::{BatchBuilder, BatchOptions};
use protocol::ids::{Offset, TimestampMs};
use storage::disk::Disk;
use storage::producer::Origin;

use super::parked::Parked;
use crate::group::records::Encoded;
use crate::group::{Coordinator, Input, Output, Record};
use crate::machine::{Instant, Machine, Now, Out, Release};
use crate::partition::{AppendError, Partition, Waiter};

/// A coordinator whose partition has been read.
#[derive(Debug)]
pub struct Host {
    machine: Coordinator,
    parked: Parked<Output>,
}

/// What became of one input.
#[derive(Debug)]
pub struct Handled {
    /// Outputs that leave now.
    pub released: Vec<Output>,
    /// What must be acknowledged before the rest may leave, if anything waits.
    pub waits_for: Option<Offset>,
}

impl Host {
    /// Hosts a machine that has folded its whole partition.
    pub fn new(machine: Coordinator) -> Self {
        Self { machine, parked: Parked::new() }
    }

    /// Hands the machine an input. On an error nothing was written and nothing is said, but the machine has decided
    /// on what is not in the log: it must be dropped and rebuilt.
    pub fn handle<D: Disk, W: Waiter>(
        &mut self,
        now: Now,
        input: Input,
        partition: &mut Partition<D, W>,
    ) -> Result<Handled, AppendError> {
        partition.leader().map_err(AppendError::NotLeader)?;
        let mut out = Out::new();
        self.machine.handle(now, input, &mut out);
        let (records, outputs) = out.into_parts();
        if !records.is_empty() {
            partition.append(
                vec![batch(&records, now.wall)],
                now.wall,
                Origin::Coordinator { verified: false },
            )?;
            records.iter().for_each(|record| self.machine.apply(record));
        }
        let end = partition.offsets().end;
        let mut released = Vec::new();
        for (release, output) in outputs {
            match release {
                Release::Now => released.push(output),
                Release::Committed => self.parked.park(end, output),
            }
        }
        released.extend(self.release(partition.acknowledged()));
        Ok(Handled { released, waits_for: self.parked.last_end() })
    }

    /// Takes the outputs that the acknowledged part of the log lets go.
    pub fn release(&mut self, acknowledged: Offset) -> Vec<Output> {
        self.parked.release(acknowledged)
    }

    /// How many generations its groups have begun since it was read.
    pub fn generations(&self) -> u64 {
        self.machine.generations()
    }

    /// When the machine wants to be handed a tick.
    pub fn wake_at(&self) -> Option<Instant> {
        self.machine.wake_at()
    }
}

/// One decision's records as one batch: all of them are in the log, or none.
fn batch(records: &[Record], now: TimestampMs) -> protocol::batch::RecordBatch {
    let mut builder = BatchBuilder::new(BatchOptions::default());
    for record in records {
        let Encoded { key, value } = record.encode();
        builder.append(now, Some(&key), value.as_deref(), &[]);
    }
    builder.build(Offset::ZERO).expect("a decision has at least one record")
}

/// The code for a client whose request met a log that cannot be written.
pub fn unavailable(error: &AppendError) -> ErrorCode {
    match error {
        AppendError::NotLeader(_) => ErrorCode::NotCoordinator,
        _ => ErrorCode::CoordinatorNotAvailable,
    }
}
