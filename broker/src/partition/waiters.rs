//! Waiters: who wants to hear that a partition has moved.
//!
//! A produce with `acks=all` waits until its last record is acknowledged; a long-polling fetch waits until there is
//! something new to see. The partition knows neither sockets nor tasks: it hands back what was parked, and whoever
//! parked it knows what to do with it.

use std::collections::BTreeMap;

use protocol::ids::Offset;

/// What is parked here. The shell parks a waker, the simulator a ticket.
pub trait Waiter {
    /// The wait is over, or it cannot be satisfied any more: look again.
    fn wake(&self);
}

/// Which of its offsets a waiter watches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Watch {
    /// The bound of acknowledgements (a produce with `acks=all`, a coordinator's reply).
    Acknowledged,
    /// The high watermark (a fetch that has reached it).
    Visible,
}

/// Names a parked waiter, so that it can leave early (a fetch whose time is up).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WaiterId {
    watch: Watch,
    reaches: Offset,
    number: u64,
}

/// The waiters of one partition, by the offset that releases them.
#[derive(Debug)]
pub struct Waiters<W> {
    parked: BTreeMap<WaiterId, W>,
    next_number: u64,
}

impl<W: Waiter> Waiters<W> {
    /// Nobody waits.
    pub fn new() -> Self {
        Self { parked: BTreeMap::new(), next_number: 0 }
    }

    /// Parks `waiter` until the watched offset is at least `reaches`.
    pub fn park(&mut self, watch: Watch, reaches: Offset, waiter: W) -> WaiterId {
        let id = WaiterId { watch, reaches, number: self.next_number };
        self.next_number += 1;
        self.parked.insert(id, waiter);
        id
    }

    /// Takes a waiter out that no longer waits. Nothing happens if it was released meanwhile.
    pub fn leave(&mut self, id: WaiterId) {
        self.parked.remove(&id);
    }

    /// Takes out everybody whose watched offset has been reached. They are the caller's to wake.
    pub fn release(&mut self, watch: Watch, now_at: Offset) -> Vec<W> {
        let mut released = Vec::new();
        while let Some(entry) = self.first_of(watch)
            && entry.key().reaches <= now_at
        {
            released.push(entry.remove());
        }
        released
    }

    /// Wakes everybody: the role has changed, so each must ask again.
    pub fn release_all(&mut self) {
        for waiter in std::mem::take(&mut self.parked).into_values() {
            waiter.wake();
        }
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.parked.len()
    }

    /// Whether nobody waits.
    pub fn is_empty(&self) -> bool {
        self.parked.is_empty()
    }

    fn first_of(
        &mut self,
        watch: Watch,
    ) -> Option<std::collections::btree_map::OccupiedEntry<'_, WaiterId, W>> {
        let from = WaiterId { watch, reaches: Offset(i64::MIN), number: 0 };
        let id = *self.parked.range(from..).next().filter(|(id, _)| id.watch == watch)?.0;
        match self.parked.entry(id) {
            std::collections::btree_map::Entry::Occupied(entry) => Some(entry),
            std::collections::btree_map::Entry::Vacant(_) => None,
        }
    }
}

impl<W: Waiter> Default for Waiters<W> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use super::*;

    #[derive(Clone)]
    struct Named(&'static str, Rc<RefCell<Vec<&'static str>>>);

    impl Waiter for Named {
        fn wake(&self) {
            self.1.borrow_mut().push(self.0);
        }
    }

    fn wake(released: &[Named]) {
        released.iter().for_each(Waiter::wake);
    }

    #[test]
    fn waiters_are_released_by_offset_and_only_for_what_they_watch() {
        let woken = Rc::new(RefCell::new(Vec::new()));
        let named = |name| Named(name, Rc::clone(&woken));
        let mut waiters = Waiters::new();
        waiters.park(Watch::Acknowledged, Offset(5), named("produce to 5"));
        waiters.park(Watch::Acknowledged, Offset(9), named("produce to 9"));
        let fetch = waiters.park(Watch::Visible, Offset(3), named("fetch from 2"));
        waiters.park(Watch::Visible, Offset(3), named("another fetch from 2"));

        wake(&waiters.release(Watch::Acknowledged, Offset(8)));
        assert_eq!(*woken.borrow(), ["produce to 5"]);
        waiters.leave(fetch);
        wake(&waiters.release(Watch::Visible, Offset(3)));
        assert_eq!(*woken.borrow(), ["produce to 5", "another fetch from 2"]);
        waiters.release_all();
        assert_eq!(woken.borrow().last(), Some(&"produce to 9"));
        assert!(waiters.is_empty());
    }
}
