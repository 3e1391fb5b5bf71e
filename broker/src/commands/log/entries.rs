//! The entries of an index file, as they stand.

use std::io;
use std::path::Path;

use protocol::ids::Offset;
use storage::segment::sparse::Entry;

/// What an index file holds.
#[derive(Debug)]
pub(super) struct Entries<E> {
    /// The entries, up to the zeros that follow them in an index that was not closed.
    pub(super) entries: Vec<E>,
    /// The number of the first entry that makes no sense, if there is one; what follows it was not read.
    pub(super) nonsense: Option<usize>,
    /// Bytes behind the last whole entry.
    pub(super) rest: usize,
}

impl<E: Entry> Entries<E> {
    /// Reads the index of a segment that begins at `base`.
    pub(super) fn read(path: &Path, base: Offset) -> io::Result<Self> {
        let bytes = std::fs::read(path)?;
        let mut all = Self { entries: Vec::new(), nonsense: None, rest: bytes.len() % E::LEN };
        for (number, entry) in bytes.chunks_exact(E::LEN).enumerate() {
            // Kafka allocates indexes ahead: behind the first entry, zeros are space.
            if number > 0 && entry.iter().all(|byte| *byte == 0) {
                break;
            }
            match E::read(base, entry) {
                Some(entry) => all.entries.push(entry),
                None => {
                    all.nonsense = Some(number);
                    break;
                }
            }
        }
        Ok(all)
    }
}
