//! A machine: the shape of every part of Sapwood that decides something durable.
//!
//! A machine is deterministic. It is handed an input and the time, and answers with two things: *records*,
//! which are durable facts, and *outputs*, which are words to somebody. It never waits, never does IO, and never
//! looks at a clock. What hosts it writes the records to a log (the Raft log, or a partition), folds them back with
//! [`Machine::apply`], and lets the outputs go once the records are safe.
//!
//! # Decide, then apply
//!
//! [`Machine::handle`] may read all state and may change *soft* state (timers, parked tickets, who is connected).
//! *Hard* state, which must survive a restart, moves in [`Machine::apply`] alone. A host applies records to the
//! working state as soon as `handle` has returned them, so that the next decision sees them; it releases the reply
//! when they are committed; if it loses the log it drops the machine and replays.
//!
//! # The four laws
//!
//! One generic test holds every machine to them (`tests/src/laws`):
//!
//! - **replay**: hard state rebuilt from the emitted records equals live hard state;
//! - **silence**: `apply` emits nothing and cannot fail;
//! - **determinism**: the same inputs at the same times give the same records and outputs;
//! - **forgetting**: with all soft state dropped, what `apply` rebuilds is still a legal machine.

use std::time::Duration;

use protocol::ids::TimestampMs;

/// A moment on the shell's monotonic clock: how long since it started. Deadlines are made of these, so a wall
/// clock that jumps expires nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Instant(pub Duration);

impl Instant {
    /// The moment `wait` later. Saturates: a wait beyond all time is never over.
    pub fn after(self, wait: Duration) -> Self {
        Self(self.0.saturating_add(wait))
    }

    /// How long it is from `earlier` to this moment; zero if it is later.
    pub fn since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

/// What time it is, on both clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Now {
    /// For deadlines. Never goes back.
    pub instant: Instant,
    /// For what is written down: commit timestamps, retention. May jump.
    pub wall: TimestampMs,
}

/// A request that waits for its answer. The host gives them out and knows to whom the answer goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub u64);

/// When an output may leave the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Release {
    /// Once everything that the log held when it was said is committed. The rule: who hears it may rely on it.
    Committed,
    /// At once. For words that promise nothing durable: errors, "retry", heartbeats of soft state.
    Now,
}

/// What a machine says to one input: records to keep, and outputs to let go in their time.
pub struct Out<M: Machine + ?Sized> {
    records: Vec<M::Record>,
    outputs: Vec<(Release, M::Output)>,
}

/// The records of one decision, and its outputs with the moment when each may leave.
pub type Said<M> = (Vec<<M as Machine>::Record>, Vec<(Release, <M as Machine>::Output)>);

impl<M: Machine + ?Sized> Out<M> {
    /// Nothing said yet.
    pub fn new() -> Self {
        Self { records: Vec::new(), outputs: Vec::new() }
    }

    /// A fact to be kept. Records of one `handle` are written as one atomic batch, in this order.
    pub fn record(&mut self, record: M::Record) {
        self.records.push(record);
    }

    /// An output that rests on the log: it leaves once all that was said up to here is committed.
    pub fn commit_then(&mut self, output: M::Output) {
        self.outputs.push((Release::Committed, output));
    }

    /// An output that promises nothing durable: it leaves at once.
    pub fn now(&mut self, output: M::Output) {
        self.outputs.push((Release::Now, output));
    }

    /// The records said so far.
    pub fn records(&self) -> &[M::Record] {
        &self.records
    }

    /// Takes everything said, for the host.
    pub fn into_parts(self) -> Said<M> {
        (self.records, self.outputs)
    }
}

impl<M: Machine + ?Sized> Default for Out<M> {
    fn default() -> Self {
        Self::new()
    }
}

impl<M: Machine + ?Sized> std::fmt::Debug for Out<M>
where
    M::Record: std::fmt::Debug,
    M::Output: std::fmt::Debug,
{
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Out")
            .field("records", &self.records)
            .field("outputs", &self.outputs)
            .finish()
    }
}

/// A deterministic state machine whose only lasting effect is a sequence of records.
pub trait Machine {
    /// A request with its [`Ticket`], or a local notification such as a tick.
    type Input;
    /// One durable fact. Its codec lives beside it and is versioned.
    type Record: Clone + std::fmt::Debug + PartialEq;
    /// A reply to a ticket, or a message to a peer.
    type Output;

    /// Decides what `input` means. Hard state does not move here: it moves in [`Machine::apply`].
    fn handle(&mut self, now: Now, input: Self::Input, out: &mut Out<Self>);

    /// Folds one record into hard state. Accepts every record that `handle` can emit; never fails, never speaks.
    fn apply(&mut self, record: &Self::Record);

    /// When this machine next wants to be handed a tick.
    fn wake_at(&self) -> Option<Instant>;
}
