//! An offset map: for each key that a round has read, the offset of its last record, in a fixed amount of memory.
//!
//! Keys are not kept, only 128 bits of hash, in an open table of 24 bytes a key: with the default budget of 128 MiB
//! (`log.cleaner.dedupe.buffer.size`) about five million keys fit into one round. Two keys with the same 128 bits would be taken
//! for one, and one of them lost; with five million keys the chance is below 10⁻²⁴. (Kafka does the same with MD5.)

use std::hash::{DefaultHasher, Hasher};

use protocol::ids::Offset;

/// How full the table may get before probing becomes slow, in percent (`log.cleaner.io.buffer.load.factor`).
const LOAD_PERCENT: usize = 90;

/// The last offset of every key that was put.
#[derive(Clone, Debug)]
pub struct OffsetMap {
    slots: Vec<Slot>,
    len: usize,
    end: Offset,
}

/// The map has no room for another key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

#[derive(Clone, Copy, Debug)]
struct Slot {
    hash: [u64; 2],
    /// −1: the slot is empty.
    offset: i64,
}

impl OffsetMap {
    /// Bytes of memory for each key that fits.
    pub const SLOT_LEN: usize = size_of::<Slot>();

    /// An empty map for at most `records` keys, within `budget` bytes.
    ///
    /// # Panics
    /// If not even two keys fit: no round could ever get on.
    pub fn new(records: usize, budget: usize) -> Self {
        let wanted = records.saturating_mul(100) / LOAD_PERCENT + 2;
        let slots = wanted.min(budget / Self::SLOT_LEN);
        assert!(slots >= 4 || slots >= wanted, "{budget} bytes are no room for a compaction");
        Self { slots: vec![Slot { hash: [0; 2], offset: -1 }; slots], len: 0, end: Offset::ZERO }
    }

    /// Notes that `key` has a record at `offset`. Called in the order of offsets.
    ///
    /// # Errors
    /// [`Full`]: the round ends before this record.
    pub fn put(&mut self, key: &[u8], offset: Offset) -> Result<(), Full> {
        let hash = hash(key);
        let at = self.find(hash);
        let has_room = (self.len + 1) * 100 <= self.slots.len() * LOAD_PERCENT;
        let slot = self.slots.get_mut(at).expect("find stays within the table");
        if slot.offset < 0 {
            if !has_room {
                return Err(Full);
            }
            self.len += 1;
        }
        *slot = Slot { hash, offset: offset.get() };
        Ok(())
    }

    /// The offset of the last record of `key`, if the round has read one.
    pub fn get(&self, key: &[u8]) -> Option<Offset> {
        let slot = self.slots.get(self.find(hash(key))).expect("find stays within the table");
        (slot.offset >= 0).then_some(Offset(slot.offset))
    }

    /// Every record below was read. A record at or behind it stays, whatever its key.
    pub fn end(&self) -> Offset {
        self.end
    }

    /// Notes that every record below `end` was read.
    pub(super) fn advance_end(&mut self, end: Offset) {
        self.end = end;
    }

    /// How many keys it holds.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The slot of this hash, or the empty one where it belongs. There is always an empty one.
    fn find(&self, hash: [u64; 2]) -> usize {
        let slots = self.slots.len();
        let [first, _] = hash;
        // The high bits of the product: an even spread over any number of slots.
        let start = usize::try_from((u128::from(first) * slots as u128) >> 64);
        let start = start.expect("below the number of slots");
        let good = |at: &usize| {
            let slot = self.slots.get(*at).expect("below the number of slots");
            slot.offset < 0 || slot.hash == hash
        };
        (start..slots).chain(0..start).find(good).expect("the table is never full")
    }
}

/// 128 bits of SipHash: two passes that begin differently.
fn hash(key: &[u8]) -> [u64; 2] {
    [0u8, 1].map(|pass| {
        let mut hasher = DefaultHasher::new();
        hasher.write_u8(pass);
        hasher.write(key);
        hasher.finish()
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_full_map_refuses_new_keys_and_still_takes_known_ones() {
        let mut map = OffsetMap::new(usize::MAX, 10 * OffsetMap::SLOT_LEN);
        let mut put = 0u8;
        while map.put(&[put], Offset(put.into())).is_ok() {
            put += 1;
        }
        assert_eq!((put, map.len()), (9, 9));
        assert_eq!(map.put(&[0], Offset(77)), Ok(()));
        assert_eq!(map.get(&[0]), Some(Offset(77)));
        assert_eq!(map.get(&[put]), None);
    }

    proptest! {
        #[test]
        fn it_answers_as_a_map_of_whole_keys_would(
            keys in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..3), 0..300)
        ) {
            let (mut map, mut model) = (OffsetMap::new(keys.len(), usize::MAX), BTreeMap::new());
            for (offset, key) in (0..).map(Offset).zip(&keys) {
                prop_assert_eq!(map.put(key, offset), Ok(()));
                model.insert(key.clone(), offset);
            }
            prop_assert_eq!(map.len(), model.len());
            for key in keys.iter().cloned().chain([vec![9; 4]]) {
                prop_assert_eq!(map.get(&key), model.get(&key).copied());
            }
        }
    }
}
