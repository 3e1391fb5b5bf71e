//! Open files: a cache of descriptors and maps with a budget.
//!
//! A process may have far more segments than descriptors and maps. So a segment owns a [`Slot`], which opens its file when
//! it is asked to and may be emptied when it is not in use; whoever works with a file holds an `Arc` of it, and what is
//! held is never closed. That matters for writers: a file with unsynced bytes must stay open until it is synced, because
//! an error of the write-back is only reported to descriptors that were open when it happened.
//!
//! What is closed is chosen by a clock: slots stand in a circle, a used one gets another round. The budget is soft: if
//! everything is held, one more is opened.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use crate::disk::{Disk, DiskFile, OpenMode};

/// A disk's file and a map of it.
type FileOf<D> = <D as Disk>::File;
type MapOf<D> = <<D as Disk>::File as DiskFile>::Map;

/// How much may be open at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Open files of segments.
    pub files_max: usize,
    /// Maps of segments.
    pub maps_max: usize,
}

impl Default for Budget {
    /// What a process with Linux's usual limits can spare: 20,000 descriptors, 65,530 maps.
    fn default() -> Self {
        Self { files_max: 8_000, maps_max: 30_000 }
    }
}

/// The open files of all logs of a process. Clones share the budget.
#[derive(Debug)]
pub struct OpenFiles<D: Disk>(Arc<Shared<D>>);

struct Shared<D: Disk> {
    disk: D,
    budget: Budget,
    clock: Mutex<Clock<D>>,
}

/// The slots that hold something, oldest first.
struct Clock<D: Disk> {
    open: VecDeque<Weak<Slot<D>>>,
    mapped: VecDeque<Weak<Slot<D>>>,
}

/// One file that is opened when it is needed.
pub(crate) struct Slot<D: Disk> {
    files: OpenFiles<D>,
    path: PathBuf,
    /// Touched since the clock's hand last came by.
    used: AtomicBool,
    state: Mutex<State<D>>,
}

struct State<D: Disk> {
    file: Option<Arc<FileOf<D>>>,
    map: Option<Arc<MapOf<D>>>,
    /// The name is about to mean another file, or none: what is open may be read on, and nothing is opened any more.
    retired: bool,
}

impl<D: Disk> OpenFiles<D> {
    /// Nothing open yet.
    pub fn new(disk: D, budget: Budget) -> Self {
        let clock = Clock { open: VecDeque::new(), mapped: VecDeque::new() };
        Self(Arc::new(Shared { disk, budget, clock: Mutex::new(clock) }))
    }

    /// The disk that the files lie on.
    pub fn disk(&self) -> &D {
        &self.0.disk
    }

    /// How many files and maps are open, as far as the cache knows.
    pub fn open(&self) -> (usize, usize) {
        let clock = lock(&self.0.clock);
        (clock.open.len(), clock.mapped.len())
    }

    /// A closed slot for a file.
    pub(crate) fn slot(&self, path: PathBuf) -> Arc<Slot<D>> {
        let state = Mutex::new(State { file: None, map: None, retired: false });
        Arc::new(Slot { files: self.clone(), path, used: AtomicBool::new(false), state })
    }

    fn opened(&self, slot: &Arc<Slot<D>>) {
        let mut clock = lock(&self.0.clock);
        clock.open.push_back(Arc::downgrade(slot));
        turn(&mut clock.open, self.0.budget.files_max, Slot::close_idle);
    }

    fn mapped(&self, slot: &Arc<Slot<D>>) {
        let mut clock = lock(&self.0.clock);
        clock.mapped.push_back(Arc::downgrade(slot));
        turn(&mut clock.mapped, self.0.budget.maps_max, Slot::unmap_idle);
    }
}

/// Moves the clock's hand until the circle is within its limit, or has been gone round twice.
fn turn<D: Disk>(circle: &mut VecDeque<Weak<Slot<D>>>, max: usize, empty: fn(&Slot<D>) -> Emptied) {
    let mut steps = circle.len() * 2;
    while circle.len() > max && steps > 0 {
        steps -= 1;
        let Some(weak) = circle.pop_front() else { return };
        let Some(slot) = weak.upgrade() else { continue };
        if slot.used.swap(false, Ordering::Relaxed) || empty(&slot) == Emptied::InUse {
            circle.push_back(weak);
        }
    }
}

/// What became of an attempt to empty a slot.
#[derive(PartialEq, Eq)]
enum Emptied {
    Done,
    InUse,
}

impl<D: Disk> Slot<D> {
    /// The file, opened if it was not. Holding it keeps it open.
    pub(crate) fn file(self: &Arc<Self>) -> io::Result<Arc<FileOf<D>>> {
        let mut state = lock(&self.state);
        if !self.used.load(Ordering::Relaxed) {
            self.used.store(true, Ordering::Relaxed);
        }
        if let Some(file) = &state.file {
            return Ok(file.clone());
        }
        if state.retired {
            return Err(io::ErrorKind::NotFound.into());
        }
        let file = Arc::new(self.files.disk().open(&self.path, OpenMode::Write)?);
        state.file = Some(file.clone());
        // The clock may look at other slots, but it only tries their locks, and so never waits for this one.
        self.files.opened(self);
        Ok(file)
    }

    /// The file, if it is open.
    pub(crate) fn file_if_open(&self) -> Option<Arc<FileOf<D>>> {
        lock(&self.state).file.clone()
    }

    /// The map, if there is one.
    pub(crate) fn map(&self) -> Option<Arc<MapOf<D>>> {
        let map = lock(&self.state).map.clone();
        if map.is_some() && !self.used.load(Ordering::Relaxed) {
            self.used.store(true, Ordering::Relaxed);
        }
        map
    }

    /// A map of the file's first `len` bytes, of which `readable` are data. `None` if the file cannot be mapped.
    pub(crate) fn make_map(
        self: &Arc<Self>,
        len: u64,
        readable: u64,
    ) -> io::Result<Option<Arc<MapOf<D>>>> {
        let file = self.file()?;
        let mut state = lock(&self.state);
        if let Some(map) = &state.map {
            return Ok(Some(map.clone()));
        }
        let map = file.map(len, readable)?;
        if let Some(map) = &map {
            state.map = Some(map.clone());
            self.files.mapped(self);
        }
        Ok(map)
    }

    /// Lets go of the map, and returns it; those who hold slices of it keep it.
    pub(crate) fn take_map(&self) -> Option<Arc<MapOf<D>>> {
        lock(&self.state).map.take()
    }

    /// The file is no longer what its name means: if it is not open now, it is gone (`NotFound`).
    pub(crate) fn retire(&self) {
        lock(&self.state).retired = true;
    }

    /// Lets go of the file and the map. Those who hold them keep them.
    pub(crate) fn close(&self) {
        let mut state = lock(&self.state);
        (state.file, state.map) = (None, None);
    }

    fn close_idle(&self) -> Emptied {
        let Ok(mut state) = self.state.try_lock() else { return Emptied::InUse };
        match &state.file {
            Some(file) if Arc::strong_count(file) > 1 => Emptied::InUse,
            _ => {
                state.file = None;
                Emptied::Done
            }
        }
    }

    fn unmap_idle(&self) -> Emptied {
        let Ok(mut state) = self.state.try_lock() else { return Emptied::InUse };
        match &state.map {
            Some(map) if Arc::strong_count(map) > 1 => Emptied::InUse,
            _ => {
                state.map = None;
                Emptied::Done
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<D: Disk> Clone for OpenFiles<D> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<D: Disk> fmt::Debug for Shared<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let clock = lock(&self.clock);
        f.debug_struct("OpenFiles")
            .field("budget", &self.budget)
            .field("open", &clock.open.len())
            .field("mapped", &clock.mapped.len())
            .finish()
    }
}

impl<D: Disk> fmt::Debug for Slot<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Slot").field(&self.path).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::MemDisk;

    fn slots(files: &OpenFiles<MemDisk>, count: usize) -> Vec<Arc<Slot<MemDisk>>> {
        let path = |number: usize| PathBuf::from(format!("{number}"));
        (0..count)
            .map(|number| {
                files.disk().open(&path(number), OpenMode::CreateNew).expect("made");
                files.slot(path(number))
            })
            .collect()
    }

    #[test]
    fn the_budget_closes_what_was_not_used_lately_and_nothing_that_is_held() {
        let files = OpenFiles::new(MemDisk::new(), Budget { files_max: 2, maps_max: 2 });
        let slots = slots(&files, 4);
        let held = slots[0].file().expect("opened");
        for slot in &slots {
            slot.file().expect("opened");
        }
        assert!(slots[0].file_if_open().is_some(), "held");
        assert!(slots[3].file_if_open().is_some(), "the newest");
        assert_eq!(files.open().0, 2);
        drop(held);
        slots[1].file().expect("opens again");
        assert_eq!(files.open().0, 2);
    }

    #[test]
    fn everything_held_goes_over_the_budget() {
        let files = OpenFiles::new(MemDisk::new(), Budget { files_max: 1, maps_max: 1 });
        let slots = slots(&files, 3);
        let held: Vec<_> = slots.iter().map(|slot| slot.file().expect("opened")).collect();
        assert_eq!(files.open().0, held.len());
    }
}
