//! A registry: the metrics of things that come and go under a name.
//!
//! Whoever works for a topic or a listener asks once for its handle and keeps it; counting then needs no lookup.
//! A name that goes leaves its counts in the total, because a counter that falls looks like a restart.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::Mutex;

/// How many names are kept apart. What comes after shares one handle that no name is shown for, so that a client
/// that makes topics without end cannot fill memory with their metrics.
const NAMES_MAX: usize = 20_000;

/// The metrics of each name.
#[derive(Debug, Default)]
pub struct Registry<T> {
    names: Mutex<BTreeMap<Arc<str>, Arc<T>>>,
    /// What is in the total and under no name: of names that went, and of those that came too late.
    nameless: Arc<T>,
}

impl<T: Default> Registry<T> {
    /// The handle of this name, made if it is new.
    pub fn of(&self, name: &str) -> Arc<T> {
        let mut names = self.names.lock();
        if let Some(handle) = names.get(name) {
            return Arc::clone(handle);
        }
        if names.len() >= NAMES_MAX {
            return Arc::clone(&self.nameless);
        }
        let handle = Arc::new(T::default());
        names.insert(name.into(), Arc::clone(&handle));
        handle
    }

    /// Takes a name out, and hands its metrics to `absorb` together with the nameless ones.
    pub(super) fn remove(&self, name: &str, absorb: impl FnOnce(&T, &T)) {
        if let Some(handle) = self.names.lock().remove(name) {
            absorb(&self.nameless, &handle);
        }
    }

    /// Every name with its handle, in order.
    pub fn all(&self) -> Vec<(Arc<str>, Arc<T>)> {
        self.names
            .lock()
            .iter()
            .map(|(name, handle)| (Arc::clone(name), Arc::clone(handle)))
            .collect()
    }

    /// The metrics of no name.
    pub fn nameless(&self) -> &T {
        &self.nameless
    }
}
