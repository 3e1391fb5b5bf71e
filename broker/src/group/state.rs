//! The state of a classic group, and which state may follow which.

use std::fmt;

/// Where a classic group stands. The table of moves is in the [module doc](super).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GroupState {
    /// No members. There may be offsets, and member ids that were given out and have not come back.
    Empty,
    /// Joins are parked until every member has joined or its time is up.
    PreparingRebalance,
    /// Joins are answered; the leader's assignment is awaited and syncs are parked.
    CompletingRebalance,
    /// Every member has, or can ask for, its share.
    Stable,
    /// There is no such group.
    Dead,
}

impl GroupState {
    /// Kafka's name, as responses carry it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Empty => "Empty",
            Self::PreparingRebalance => "PreparingRebalance",
            Self::CompletingRebalance => "CompletingRebalance",
            Self::Stable => "Stable",
            Self::Dead => "Dead",
        }
    }

    /// Whether a group that stands here may move to `next`.
    pub const fn may_become(self, next: Self) -> bool {
        match next {
            Self::Empty | Self::CompletingRebalance => matches!(self, Self::PreparingRebalance),
            Self::PreparingRebalance => {
                matches!(self, Self::Empty | Self::CompletingRebalance | Self::Stable)
            }
            Self::Stable => matches!(self, Self::CompletingRebalance),
            Self::Dead => matches!(self, Self::Empty),
        }
    }
}

impl fmt::Display for GroupState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
