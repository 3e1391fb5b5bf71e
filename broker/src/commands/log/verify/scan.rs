//! The scan of a segment: every batch, its checksum, its records, and the order of it all.

use std::io;
use std::path::Path;
use std::time::Duration;

use protocol::batch::{BatchHeader, RecordBatch};
use protocol::ids::{LeaderEpoch, Offset, TimestampMs};

use super::progress::Progress;
use super::report::Problem;
use crate::commands::log::segment_file::{Piece, SegmentFile};

/// A batch, as far as indexes speak of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    pub(super) position: u64,
    pub(super) base_offset: Offset,
    pub(super) last_offset: Offset,
    pub(super) max_timestamp: TimestampMs,
}

/// What stands behind the batches so far, over all segments.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Behind {
    /// The last offset of the last batch.
    pub(super) last_offset: Option<Offset>,
    pub(super) epoch: Option<LeaderEpoch>,
}

/// A segment that was read.
#[derive(Debug, Default)]
pub(super) struct Scan {
    pub(super) batches: Vec<Seen>,
    pub(super) records: u64,
    pub(super) bytes: u64,
    pub(super) holes: u64,
    /// Where each epoch first shows: itself, the offset, and the byte.
    pub(super) epochs: Vec<(LeaderEpoch, Offset, u64)>,
    pub(super) behind: Behind,
    /// How far batches could be read.
    pub(super) readable: u64,
    pub(super) problems: Vec<Problem>,
}

/// How often and after which pause the end of the newest segment is looked at again: a running broker may be writing it.
const LOOKS: u32 = 25;
const PAUSE: Duration = Duration::from_millis(40);

/// Reads the segment at `path` that begins at `base`, after what stands behind.
pub(super) fn scan(
    path: &Path,
    base: Offset,
    behind: Behind,
    newest: bool,
    progress: &mut Progress,
) -> io::Result<Scan> {
    let mut file = SegmentFile::open(path, u64::MAX)?;
    let mut scan = Scan { behind, ..Scan::default() };
    let folder = path.parent().unwrap_or(path);
    let mut looks = if newest { LOOKS } else { 0 };
    while let Some(piece) = file.next()? {
        let place = match &piece {
            Piece::Batch { position, batch } => batch.verify_crc().err().map(|_| *position),
            Piece::Damage { position, .. } => Some(*position),
            Piece::Zeros { .. } => None,
        };
        if let Some(position) = place.filter(|_| looks > 0) {
            looks -= 1;
            pause(PAUSE);
            file.look_again(position);
            continue;
        }
        match piece {
            Piece::Batch { position, batch } => {
                scan.batch(path, base, position, &batch);
                progress.add(batch.size_in_bytes() as u64, folder);
                scan.readable = file.position();
            }
            Piece::Zeros { .. } => {}
            Piece::Damage { position, left, problem } => {
                let what = format!("{problem}; the {left} bytes from here on cannot be read");
                scan.problems.push(Problem::of(path, what).at(position));
            }
        }
    }
    Ok(scan)
}

/// Gives a running broker time to finish what it is writing.
#[expect(clippy::disallowed_methods, reason = "ring 3, on a command's own thread")]
pub(super) fn pause(length: Duration) {
    std::thread::sleep(length);
}

impl Scan {
    fn batch(&mut self, path: &Path, base: Offset, position: u64, batch: &RecordBatch) {
        let header = batch.header();
        let problems = [order(header, base, self.behind), content(batch, &mut self.records)];
        let placed = |what| Problem::of(path, what).at(position).offset(header.base_offset);
        self.problems.extend(problems.into_iter().flatten().map(placed));
        if self.behind.epoch != Some(header.partition_leader_epoch) {
            self.epochs.push((header.partition_leader_epoch, header.base_offset, position));
        }
        let follows = self.behind.last_offset.map(|last| last.get() + 1);
        if follows.is_some_and(|next| header.base_offset.get() > next) {
            self.holes += 1;
        }
        self.bytes += batch.size_in_bytes() as u64;
        self.behind = Behind {
            last_offset: Some(header.last_offset()).max(self.behind.last_offset),
            epoch: Some(header.partition_leader_epoch),
        };
        self.batches.push(Seen {
            position,
            base_offset: header.base_offset,
            last_offset: header.last_offset(),
            max_timestamp: header.max_timestamp,
        });
    }
}

/// What is wrong with where the batch stands.
fn order(header: &BatchHeader, base: Offset, behind: Behind) -> Option<String> {
    let offset = header.base_offset;
    if offset < base {
        return Some(format!("a batch begins at offset {offset}, before its segment ({base})"));
    }
    if let Some(last) = behind.last_offset.filter(|last| offset <= *last) {
        return Some(format!("a batch begins at offset {offset} behind one that ends at {last}"));
    }
    let epoch = header.partition_leader_epoch;
    let earlier = behind.epoch.filter(|earlier| *earlier > epoch)?;
    Some(format!("a batch of leader epoch {epoch} stands behind one of epoch {earlier}"))
}

/// What is wrong inside the batch; counts its records.
fn content(batch: &RecordBatch, counted: &mut u64) -> Option<String> {
    // Where the checksum is wrong, whatever else is wrong comes from that.
    if let Err(error) = batch.verify_crc() {
        return Some(error.to_string());
    }
    let records = match batch.records() {
        Ok(records) => records,
        Err(error) => return Some(error.to_string()),
    };
    let (mut count, mut behind) = (0, None);
    for record in records {
        let offset = match record {
            Ok(record) => record.offset,
            Err(error) => return Some(error.to_string()),
        };
        if behind.is_some_and(|behind| offset <= behind) || offset > batch.header().last_offset() {
            return Some(format!("record {count} of the batch has offset {offset}"));
        }
        (count, behind) = (count + 1, Some(offset));
    }
    *counted += count;
    let announced = batch.header().record_count;
    (i64::from(announced) != count as i64)
        .then(|| format!("the batch announces {announced} records and has {count}"))
}
