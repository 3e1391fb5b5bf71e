//! A chunked map: sorted, immutable when shared, and cheap to change a little.
//!
//! The entries lie sorted in chunks of at most `CHUNK_ENTRIES_MAX`, each behind an `Arc`, and the list of chunks lies behind
//! an `Arc` too. A clone is one reference; a change copies one chunk and the list of chunks. With 100,000 topics
//! that is a few microseconds, where one shared `BTreeMap` would copy them all. [`changes`](ChunkedMap::changes) between two
//! versions skips chunks that they share.
//!
//! # Invariants
//!
//! Keys ascend strictly, within a chunk and from chunk to chunk; no chunk is empty; none is over full.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

/// How many entries a chunk holds before it is split in two.
pub(super) const CHUNK_ENTRIES_MAX: usize = 128;

type Chunk<K, V> = Arc<Vec<(K, V)>>;

/// A sorted map that shares what does not change with its clones.
#[derive(Clone)]
pub struct ChunkedMap<K, V> {
    chunks: Arc<Vec<Chunk<K, V>>>,
    len: usize,
}

impl<K: Ord + Clone, V: Clone> ChunkedMap<K, V> {
    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The value under `key`.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let (chunk, at) = self.find(key).ok()?;
        Some(&self.chunks[chunk][at].1)
    }

    /// The value under `key`, to be changed. Copies what other maps share.
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let (chunk, at) = self.find(key).ok()?;
        Some(&mut self.chunk_mut(chunk)[at].1)
    }

    /// Puts `value` under `key`, and returns what was there.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.find(&key) {
            Ok((chunk, at)) => Some(std::mem::replace(&mut self.chunk_mut(chunk)[at].1, value)),
            Err((chunk, at)) => {
                self.insert_at(chunk, at, key, value);
                None
            }
        }
    }

    /// Takes the entry of `key` out.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let (chunk, at) = self.find(key).ok()?;
        let (_, value) = self.chunk_mut(chunk).remove(at);
        self.len -= 1;
        self.tidy(chunk);
        Some(value)
    }

    /// All entries, in the order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.chunks.iter().flat_map(|chunk| chunk.iter().map(|(key, value)| (key, value)))
    }

    /// The entries from `key` on, in the order of their keys.
    pub fn iter_from<Q: Ord + ?Sized>(&self, key: &Q) -> impl Iterator<Item = (&K, &V)>
    where
        K: Borrow<Q>,
    {
        let (first, at) = self.find(key).unwrap_or_else(|place| place);
        let chunks = self.chunks.iter().skip(first).enumerate();
        chunks.flat_map(move |(nth, chunk)| {
            let from = if nth == 0 { at } else { 0 };
            chunk[from..].iter().map(|(key, value)| (key, value))
        })
    }

    /// All values, in the order of their keys.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.iter().map(|(_, value)| value)
    }

    /// What has to happen to `old` to make it this map, in the order of the keys. `same` says whether two values of one
    /// key are equal; entries in chunks that the two share are not looked at.
    pub fn changes<'a>(
        &'a self,
        old: &'a Self,
        same: impl Fn(&V, &V) -> bool,
    ) -> Vec<Change<'a, K, V>> {
        let (mut before, mut after) = (Cursor::new(old), Cursor::new(self));
        let mut changes = Vec::new();
        loop {
            if before.shares_chunk_with(&after) {
                before.skip_chunk();
                after.skip_chunk();
                continue;
            }
            match order(before.peek(), after.peek()) {
                None => return changes,
                Some(Ordering::Less) => {
                    changes.extend(before.next().map(|(key, value)| Change::Removed(key, value)))
                }
                Some(Ordering::Greater) => {
                    changes.extend(after.next().map(|(key, value)| Change::Added(key, value)))
                }
                Some(Ordering::Equal) => {
                    if let (Some((key, was)), Some((_, is))) = (before.next(), after.next())
                        && !same(was, is)
                    {
                        changes.push(Change::Changed(key, was, is));
                    }
                }
            }
        }
    }

    /// Where `key` is, or where it would be inserted.
    fn find<Q: Ord + ?Sized>(&self, key: &Q) -> Result<(usize, usize), (usize, usize)>
    where
        K: Borrow<Q>,
    {
        let after = self.chunks.partition_point(|chunk| chunk[0].0.borrow() <= key);
        let Some(chunk) = after.checked_sub(1) else {
            return Err((0, 0));
        };
        match self.chunks[chunk].binary_search_by(|(held, _)| held.borrow().cmp(key)) {
            Ok(at) => Ok((chunk, at)),
            Err(at) => Err((chunk, at)),
        }
    }

    fn chunk_mut(&mut self, chunk: usize) -> &mut Vec<(K, V)> {
        Arc::make_mut(&mut Arc::make_mut(&mut self.chunks)[chunk])
    }

    fn insert_at(&mut self, chunk: usize, at: usize, key: K, value: V) {
        self.len += 1;
        if self.chunks.is_empty() {
            Arc::make_mut(&mut self.chunks).push(Arc::new(vec![(key, value)]));
            return;
        }
        let entries = self.chunk_mut(chunk);
        entries.insert(at, (key, value));
        if entries.len() > CHUNK_ENTRIES_MAX {
            let upper = entries.split_off(CHUNK_ENTRIES_MAX / 2);
            Arc::make_mut(&mut self.chunks).insert(chunk + 1, Arc::new(upper));
        }
    }

    /// Drops a chunk that has become empty, and joins one that has become small with the next.
    fn tidy(&mut self, chunk: usize) {
        let len = self.chunks[chunk].len();
        if len == 0 {
            Arc::make_mut(&mut self.chunks).remove(chunk);
            return;
        }
        let joined = self.chunks.get(chunk + 1).map(|next| len + next.len());
        if joined.is_some_and(|joined| joined <= CHUNK_ENTRIES_MAX / 2) {
            let next = Arc::make_mut(&mut self.chunks).remove(chunk + 1);
            self.chunk_mut(chunk).extend(next.iter().cloned());
        }
    }
}

/// What happened to one key between two maps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change<'a, K, V> {
    /// Only the new map has it.
    Added(&'a K, &'a V),
    /// Both have it, with different values: the old, the new.
    Changed(&'a K, &'a V, &'a V),
    /// Only the old map has it.
    Removed(&'a K, &'a V),
}

/// The order of the next two keys; `None` when both maps are at their end. A map at its end is behind every key.
fn order<K: Ord, V>(before: Option<&(K, V)>, after: Option<&(K, V)>) -> Option<Ordering> {
    match (before, after) {
        (None, None) => None,
        (Some(_), None) => Some(Ordering::Less),
        (None, Some(_)) => Some(Ordering::Greater),
        (Some((before, _)), Some((after, _))) => Some(before.cmp(after)),
    }
}

/// A place in a map while its entries are walked.
struct Cursor<'a, K, V> {
    chunks: &'a [Chunk<K, V>],
    at: usize,
}

impl<'a, K, V> Cursor<'a, K, V> {
    fn new(map: &'a ChunkedMap<K, V>) -> Self {
        Self { chunks: &map.chunks, at: 0 }
    }

    fn peek(&self) -> Option<&'a (K, V)> {
        self.chunks.first()?.get(self.at)
    }

    fn next(&mut self) -> Option<(&'a K, &'a V)> {
        let (key, value) = self.peek()?;
        self.at += 1;
        if self.chunks.first().is_some_and(|chunk| chunk.len() == self.at) {
            self.skip_chunk();
        }
        Some((key, value))
    }

    fn shares_chunk_with(&self, other: &Self) -> bool {
        match (self.chunks.first(), other.chunks.first()) {
            (Some(mine), Some(theirs)) => {
                self.at == 0 && other.at == 0 && Arc::ptr_eq(mine, theirs)
            }
            _ => false,
        }
    }

    fn skip_chunk(&mut self) {
        self.chunks = &self.chunks[1..];
        self.at = 0;
    }
}

impl<K, V> Default for ChunkedMap<K, V> {
    fn default() -> Self {
        Self { chunks: Arc::default(), len: 0 }
    }
}

/// Equal entries make equal maps, however they are cut into chunks.
impl<K: Ord + Clone, V: Clone + PartialEq> PartialEq for ChunkedMap<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.changes(other, V::eq).is_empty()
    }
}

impl<K: Ord + Clone, V: Clone + Eq> Eq for ChunkedMap<K, V> {}

impl<K: Ord + Clone + fmt::Debug, V: Clone + fmt::Debug> fmt::Debug for ChunkedMap<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn check(map: &ChunkedMap<u16, u32>) {
        let keys: Vec<u16> = map.iter().map(|(key, _)| *key).collect();
        assert!(keys.is_sorted_by(|a, b| a < b), "keys ascend: {keys:?}");
        assert_eq!(keys.len(), map.len());
        for chunk in map.chunks.iter() {
            assert!((1..=CHUNK_ENTRIES_MAX).contains(&chunk.len()));
        }
    }

    proptest! {
        #[test]
        fn it_behaves_as_a_btree_map_and_its_clones_never_change(
            steps in prop::collection::vec((any::<bool>(), 0u16..600, any::<u32>()), 0..1500),
            from in 0u16..600,
        ) {
            let mut map = ChunkedMap::default();
            let mut model = BTreeMap::new();
            let mut kept = (map.clone(), model.clone());
            for (nth, (insert, key, value)) in steps.into_iter().enumerate() {
                if insert {
                    prop_assert_eq!(map.insert(key, value), model.insert(key, value));
                } else {
                    prop_assert_eq!(map.remove(&key), model.remove(&key));
                }
                if nth == 700 {
                    kept = (map.clone(), model.clone());
                }
            }
            check(&map);
            prop_assert!(map.iter().eq(model.iter()));
            prop_assert!(kept.0.iter().eq(kept.1.iter()));
            prop_assert!(map.iter_from(&from).eq(model.range(from..)));

            let mut rebuilt = kept.1.clone();
            for change in map.changes(&kept.0, u32::eq) {
                match change {
                    Change::Added(key, value) => prop_assert_eq!(rebuilt.insert(*key, *value), None),
                    Change::Changed(key, was, is) => prop_assert_eq!(rebuilt.insert(*key, *is), Some(*was)),
                    Change::Removed(key, was) => prop_assert_eq!(rebuilt.remove(key), Some(*was)),
                }
            }
            prop_assert_eq!(rebuilt, model);
        }
    }

    #[test]
    fn a_diff_does_not_look_at_what_two_maps_share() {
        let mut old = ChunkedMap::default();
        for key in 0..10_000u32 {
            old.insert(key, key);
        }
        let mut new = old.clone();
        new.insert(5_000, 0);
        let looked_at = std::cell::Cell::new(0);
        let changes = new.changes(&old, |was, is| {
            looked_at.set(looked_at.get() + 1);
            was == is
        });
        assert_eq!(changes, [Change::Changed(&5_000, &5_000, &0)]);
        assert!(looked_at.get() <= CHUNK_ENTRIES_MAX, "{} values compared", looked_at.get());
    }
}
