//! The batches of a segment, framed as Kafka's reader frames them: by length and magic alone.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use client::cli::applets::Thrown;
use protocol::batch::{LOG_OVERHEAD, MAGIC, RecordBatch};

use super::cannot_read;

/// Bytes up to the magic byte and with it; Kafka's reader ends where fewer are left.
const UP_TO_MAGIC: u64 = 17;
/// The smallest size that a batch of the oldest format can announce.
const OVERHEAD_MIN: i32 = 14;

/// A slice of a segment file.
pub(super) struct Batches {
    file: File,
    path: PathBuf,
    size: u64,
    position: u64,
    end: u64,
}

/// A batch.
pub(super) enum Framed {
    /// Read as format 2, whatever the byte says that names the format: so does Kafka.
    Present { batch: RecordBatch, magic: i8 },
    /// Of a format before Kafka 0.11, as it stands.
    Old(Vec<u8>),
}

impl Batches {
    pub(super) fn open(path: &Path) -> Result<Self, Thrown> {
        let file = File::open(path).map_err(|error| cannot_read(path, &error))?;
        let size = file.metadata().map_err(|error| cannot_read(path, &error))?.len();
        Ok(Self { file, path: path.to_owned(), size, position: 0, end: size })
    }

    /// The same file from `position` for so many bytes at the most.
    pub(super) fn slice(&self, position: i32, size: i32) -> Result<Self, Thrown> {
        let file = self.file.try_clone().map_err(|error| cannot_read(&self.path, &error))?;
        let start = u64::try_from(position).map_err(|_| {
            Thrown::illegal_argument(format!("Invalid position: {position} in read from {self}"))
        })?;
        if start > self.size {
            let message = format!("Slice from position {position} exceeds end position of {self}");
            return Err(Thrown::illegal_argument(message));
        }
        let end = self.size.min(start.saturating_add(u64::try_from(size).unwrap_or(0)));
        Ok(Self { file, path: self.path.clone(), size: self.size, position: start, end })
    }

    /// How many bytes there are.
    pub(super) fn len(&self) -> u64 {
        self.end
    }

    /// The next batch; none where no whole one is left, or only the zeros that are allocated ahead.
    pub(super) fn next(&mut self) -> Result<Option<Framed>, Thrown> {
        let left = self.end.saturating_sub(self.position);
        if left <= UP_TO_MAGIC {
            return Ok(None);
        }
        let head = self.read(UP_TO_MAGIC as usize)?;
        let announced = head.get(8..).and_then(<[u8]>::first_chunk).copied();
        let announced = i32::from_be_bytes(announced.unwrap_or_default());
        if announced < OVERHEAD_MIN {
            if self.is_zeros()? {
                self.end = self.position;
                return Ok(None);
            }
            return Err(self.corrupt(announced));
        }
        let size = announced as u64 + LOG_OVERHEAD as u64;
        if size > left {
            return Ok(None);
        }
        let mut bytes = self.read(size as usize)?;
        self.position += size;
        let Some(format) = bytes.get_mut(16) else { return Ok(None) };
        if matches!(*format, 0 | 1) {
            return Ok(Some(Framed::Old(bytes)));
        }
        let magic = std::mem::replace(format, MAGIC).cast_signed();
        RecordBatch::parse(bytes.into())
            .map(|batch| Some(Framed::Present { batch, magic }))
            .map_err(|error| Thrown::kafka("CorruptRecordException", error.to_string()))
    }

    fn corrupt(&self, announced: i32) -> Thrown {
        let path = self.path.display();
        let message = format!(
            "Found record size {announced} smaller than minimum record overhead ({OVERHEAD_MIN}) in file {path}."
        );
        Thrown::kafka("CorruptRecordException", message)
    }

    fn read(&self, length: usize) -> Result<Vec<u8>, Thrown> {
        let mut bytes = vec![0; length];
        self.file
            .read_exact_at(&mut bytes, self.position)
            .map_err(|error| cannot_read(&self.path, &error))?;
        Ok(bytes)
    }

    fn is_zeros(&self) -> Result<bool, Thrown> {
        let mut at = self.position;
        let mut chunk = vec![0; 64 << 10];
        while at < self.end {
            let read = match self.file.read_at(&mut chunk, at) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(cannot_read(&self.path, &error)),
            };
            if chunk.iter().take(read).any(|byte| *byte != 0) {
                return Ok(false);
            }
            at += read as u64;
        }
        Ok(true)
    }
}

impl std::fmt::Display for Batches {
    /// As Java's `FileRecords` prints itself.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (size, file) = (self.size, self.path.display());
        write!(f, "FileRecords(size={size}, file={file}, start=0, end={})", i32::MAX)
    }
}
