//! An offset index, and whether its entries fit the batches.

use std::path::Path;

use client::cli::applets::{Parsed, Screen, Thrown};

use super::batches::{Batches, Framed};
use super::mismatches::Mismatches;
use super::{absolute, base_offset, cannot_read, options};

const ENTRY: usize = 8;

/// The entries of an offset index, as they stand: signed numbers that may be anything.
pub(super) struct OffsetEntries {
    pub(super) base: i64,
    length: usize,
    /// Offset and position.
    pub(super) entries: Vec<(i64, i32)>,
}

impl OffsetEntries {
    pub(super) fn read(path: &Path) -> Result<Self, Thrown> {
        let base = base_offset(path)?;
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            // Kafka makes the file then, and fails to map it.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(Thrown::illegal_argument("Invalid max index size: -1"));
            }
            Err(error) => return Err(cannot_read(path, &error)),
        };
        let (words, _) = bytes.as_chunks::<4>();
        let entry = |pair: &[[u8; 4]]| match pair {
            [offset, position] => {
                Some((base + i64::from(i32::from_be_bytes(*offset)), i32::from_be_bytes(*position)))
            }
            _ => None,
        };
        let entries = words.chunks_exact(2).filter_map(entry).collect();
        Ok(Self { base, length: bytes.len(), entries })
    }

    /// Where to begin looking for an offset.
    pub(super) fn lookup(&self, offset: i64) -> i32 {
        let below = self.entries.partition_point(|(entry, _)| *entry <= offset);
        below.checked_sub(1).and_then(|at| self.entries.get(at)).map_or(0, |(_, at)| *at)
    }

    fn check(&self, path: &Path) -> Result<(), Thrown> {
        let (path, base) = (absolute(path), self.base);
        let last = self.entries.last().map_or(base, |(offset, _)| *offset);
        if !self.entries.is_empty() && last < base {
            let message = format!(
                "Corrupt index found, index file {path} has non-zero size but the last offset is {last} which is less than the base offset {base}"
            );
            return Err(corrupt(message));
        }
        if !self.length.is_multiple_of(ENTRY) {
            let message = format!(
                "Index file {path} is corrupt, found {} bytes which is neither positive nor a multiple of 8",
                self.length
            );
            return Err(corrupt(message));
        }
        Ok(())
    }
}

pub(super) fn corrupt(message: String) -> Thrown {
    Thrown::new("org.apache.kafka.storage.internals.log.CorruptIndexException", message)
}

/// The segment beside an index.
pub(super) fn segment_of(path: &Path) -> std::path::PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let stem = name.split('.').next().unwrap_or_default();
    Path::new(&absolute(path)).with_file_name(format!("{stem}.log"))
}

pub(super) fn dump(
    path: &Path,
    parsed: &Parsed,
    screen: &mut Screen,
    mismatches: &mut Mismatches,
) -> Result<(), Thrown> {
    base_offset(path)?;
    let batches = Batches::open(&segment_of(path))?;
    let index = OffsetEntries::read(path)?;
    if index.entries.is_empty() {
        screen.line(format!("{} is empty.", path.display()));
        return Ok(());
    }
    if parsed.has(options::INDEX_SANITY_CHECK) {
        index.check(path)?;
        screen.line(format!("{} passed sanity check.", path.display()));
        return Ok(());
    }
    let largest = options::integer(parsed, options::MAX_MESSAGE_SIZE)?;
    for (number, (offset, position)) in index.entries.iter().enumerate() {
        // Space that was allocated ahead.
        if *offset == index.base && number > 0 {
            return Ok(());
        }
        let last = match batches.slice(*position, largest)?.next()? {
            Some(framed) => framed.last_offset(),
            None => return Err(Thrown::bare("java.util.NoSuchElementException")),
        };
        if last != *offset {
            mismatches.index(&absolute(path), *offset, last);
        }
        if !parsed.has(options::VERIFY_INDEX_ONLY) {
            screen.line(format!("offset: {offset} position: {position}"));
        }
    }
    Ok(())
}

impl Framed {
    pub(super) fn last_offset(&self) -> i64 {
        match self {
            Self::Present { batch, .. } => batch.header().last_offset().get(),
            Self::Old(bytes) => bytes.first_chunk().copied().map_or(0, i64::from_be_bytes),
        }
    }
}
