//! The timers of a coordinator: what is to happen when, as data.

use std::collections::{BTreeMap, BTreeSet};

use super::ids::{GroupId, MemberId};
use crate::machine::Instant;

/// Something that happens unless it is put off.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Timer {
    /// A member, or a member id that was given out, has been silent for too long.
    Session(GroupId, MemberId),
    /// The time to join is over, or the initial delay is.
    Join(GroupId),
    /// The time to ask for a share is over.
    Sync(GroupId),
    /// Expired offsets are due to be looked for.
    Sweep,
}

/// Deadlines in order of time, one a timer.
#[derive(Clone, Debug, Default)]
pub(super) struct Timers {
    order: BTreeSet<(Instant, Timer)>,
    deadlines: BTreeMap<Timer, Instant>,
}

impl Timers {
    /// Sets `timer` to go off at `deadline`, whenever it was to go off before.
    pub(super) fn set(&mut self, timer: Timer, deadline: Instant) {
        self.cancel(&timer);
        self.order.insert((deadline, timer.clone()));
        self.deadlines.insert(timer, deadline);
    }

    /// It will not go off.
    pub(super) fn cancel(&mut self, timer: &Timer) {
        if let Some((timer, deadline)) = self.deadlines.remove_entry(timer) {
            self.order.remove(&(deadline, timer));
        }
    }

    /// When the next one goes off.
    pub(super) fn next(&self) -> Option<Instant> {
        self.order.first().map(|(deadline, _)| *deadline)
    }

    /// Takes the earliest one that is due by `now`.
    pub(super) fn pop_due(&mut self, now: Instant) -> Option<Timer> {
        if self.next()? > now {
            return None;
        }
        let (_, timer) = self.order.pop_first()?;
        self.deadlines.remove(&timer);
        Some(timer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn at(seconds: u64) -> Instant {
        Instant(Duration::from_secs(seconds))
    }

    #[test]
    fn a_timer_that_is_set_again_goes_off_once_at_the_later_time() {
        let mut timers = Timers::default();
        timers.set(Timer::Sweep, at(1));
        timers.set(Timer::Sweep, at(3));
        assert_eq!(timers.pop_due(at(2)), None);
        assert_eq!(timers.pop_due(at(3)), Some(Timer::Sweep));
        assert_eq!(timers.next(), None);
    }

    #[test]
    fn timers_go_off_in_the_order_of_time() {
        let mut timers = Timers::default();
        timers.set(Timer::Join("g".into()), at(2));
        timers.set(Timer::Sync("g".into()), at(1));
        timers.set(Timer::Sweep, at(1));
        timers.cancel(&Timer::Sweep);
        assert_eq!(timers.pop_due(at(9)), Some(Timer::Sync("g".into())));
        assert_eq!(timers.pop_due(at(9)), Some(Timer::Join("g".into())));
        assert_eq!(timers.pop_due(at(9)), None);
    }
}
