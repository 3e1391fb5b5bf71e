//! Reading: a plan that says which bytes, and then the bytes.
//!
//! A plan is made under the owner's lock from what is in memory, and carried out without it. [`ReadPlan::try_resident`] gives slices of
//! the map if every page of them is in memory, which is how nearly all fetches end; if not, [`ReadPlan::load`] reads the file where
//! blocking is allowed. A page that cannot be read is then an error of one read, where touching the map would be a
//! signal that ends the process.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use protocol::ids::Offset;

use super::Log;
use crate::disk::{Disk, DiskFile, DiskMap};
use crate::segment::{Access, Placed, Segment, View, WalkError};

/// How much of a log to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadLimits {
    /// Whole batches that fit in so many bytes.
    pub max_bytes: usize,
    /// Only batches that end below this offset: the high watermark, or the last stable offset.
    pub up_to: Offset,
    /// The first batch, even if it is larger than `max_bytes`.
    pub at_least_one: bool,
}

/// Why there is nothing to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// OFFSET_OUT_OF_RANGE.
    #[error("offset {offset} lies outside of {start} to {end}")]
    OutOfRange {
        /// What was asked for.
        offset: Offset,
        /// The log's start.
        start: Offset,
        /// The log's end.
        end: Offset,
    },
}

/// Bytes of a log that are to be read. They begin with the batch that holds the offset asked for, and are whole batches.
#[derive(Debug)]
pub struct ReadPlan<D: Disk>(Plan<D>);

#[derive(Debug)]
enum Plan<D: Disk> {
    Nothing,
    /// It is known where the bytes are.
    Located(Located<D>),
    /// To find them, something has to be read that is not in memory.
    Search(Search<D>),
}

#[derive(Debug)]
struct Located<D: Disk> {
    segment: Arc<Segment<D>>,
    range: Range<u64>,
}

#[derive(Debug)]
struct Search<D: Disk> {
    /// The segment that should hold it, and a few that follow, in case that compaction has taken all behind it there.
    views: Vec<View<D>>,
    from: Offset,
    limits: ReadLimits,
}

/// How many segments a search looks through.
const SEGMENTS_SEARCHED: usize = 16;
/// Reads of this size are worth a map of a sealed segment.
const MAPPED_FROM: u64 = 64 << 10;

impl<D: Disk> Log<D> {
    /// Plans a read of the batches from the one that holds `from`. Never blocks.
    pub fn read(&self, from: Offset, limits: ReadLimits) -> Result<ReadPlan<D>, ReadError> {
        let super::LogOffsets { start, end, .. } = self.offsets;
        if from < start || from > end {
            return Err(ReadError::OutOfRange { offset: from, start, end });
        }
        let limits = ReadLimits { up_to: limits.up_to.min(end), ..limits };
        if from >= limits.up_to {
            return Ok(ReadPlan(Plan::Nothing));
        }
        for view in self.views_from(from) {
            match find(&view, from, &limits, Access::Resident) {
                Ok(Found::At(located)) => return Ok(ReadPlan(Plan::Located(located))),
                Ok(Found::Nothing) => return Ok(ReadPlan(Plan::Nothing)),
                Ok(Found::Further) => {}
                // Damage is told by the search that blocks, which has a way to tell it.
                Err(_) => {
                    let views = self.views_from(from).take(SEGMENTS_SEARCHED).collect();
                    return Ok(ReadPlan(Plan::Search(Search { views, from, limits })));
                }
            }
        }
        Ok(ReadPlan(Plan::Nothing))
    }
}

impl<D: Disk> ReadPlan<D> {
    /// How many bytes it will be. Where something has to be read first to tell, an estimate: not more than `max_bytes`, though
    /// the first batch may be larger.
    pub fn bytes_len(&self) -> usize {
        let bytes = match &self.0 {
            Plan::Nothing => 0,
            Plan::Located(located) => located.range.end - located.range.start,
            Plan::Search(search) => {
                let there = search.views.iter().map(|view| view.size).sum::<u64>();
                there.min(search.limits.max_bytes as u64)
            }
        };
        usize::try_from(bytes).unwrap_or(usize::MAX)
    }

    /// The bytes, if no device has to be waited for.
    pub fn try_resident(&self) -> Option<Vec<Bytes>> {
        match &self.0 {
            Plan::Nothing => Some(Vec::new()),
            Plan::Located(located) => located.resident().map(|bytes| vec![bytes]),
            Plan::Search(_) => None,
        }
    }

    /// The bytes, whatever it takes. Blocking. A file that is gone (`NotFound`) was deleted by retention meanwhile.
    pub fn load(&self) -> io::Result<Vec<Bytes>> {
        match &self.0 {
            Plan::Nothing => Ok(Vec::new()),
            Plan::Located(located) => Ok(vec![located.load()?]),
            Plan::Search(search) => match search.run()? {
                Some(located) => Ok(vec![located.load()?]),
                None => Ok(Vec::new()),
            },
        }
    }
}

/// Where a read leads in one segment.
enum Found<D: Disk> {
    At(Located<D>),
    /// There is nothing to give, here or further on.
    Nothing,
    /// This segment has nothing at or behind the offset.
    Further,
}

fn find<D: Disk>(
    view: &View<D>,
    from: Offset,
    limits: &ReadLimits,
    access: Access,
) -> Result<Found<D>, WalkError> {
    let Some(first) = view.locate(from, access)? else { return Ok(Found::Further) };
    let limit = match limits.up_to >= view.end {
        true => view.size,
        false => view.locate(limits.up_to, access)?.map_or(view.size, |batch| batch.position),
    };
    match end(view, &first, limit, limits, access)? {
        Some(end) => {
            let range = first.position..end;
            Ok(Found::At(Located { segment: view.segment.clone(), range }))
        }
        None => Ok(Found::Nothing),
    }
}

/// Where to stop reading.
fn end<D: Disk>(
    view: &View<D>,
    first: &Placed,
    limit: u64,
    limits: &ReadLimits,
    access: Access,
) -> Result<Option<u64>, WalkError> {
    let wanted = first.position.saturating_add(limits.max_bytes as u64);
    if first.end() > limit {
        Ok(None)
    } else if first.end() > wanted {
        Ok(limits.at_least_one.then_some(first.end()))
    } else if limit <= wanted {
        Ok(Some(limit))
    } else {
        view.cut(first, wanted, access).map(|end| Some(end.min(limit)))
    }
}

impl<D: Disk> Search<D> {
    fn run(&self) -> io::Result<Option<Located<D>>> {
        for view in &self.views {
            match find(view, self.from, &self.limits, Access::Blocking)? {
                Found::At(located) => return Ok(Some(located)),
                Found::Nothing => return Ok(None),
                Found::Further => {}
            }
        }
        Ok(None)
    }
}

impl<D: Disk> Located<D> {
    fn resident(&self) -> Option<Bytes> {
        let Range { start, end } = self.range.clone();
        if let Some(map) = self.segment.log().map().filter(|map| map.readable() >= end) {
            return map.is_resident(start..end).then(|| map.slice(start..end));
        }
        let file = self.segment.log().file_if_open()?;
        let mut bytes = vec![0; usize::try_from(end - start).ok()?];
        // An error is told by the read that blocks.
        let read = file.read_resident_at(&mut bytes, start).ok()??;
        (read == bytes.len()).then(|| bytes.into())
    }

    fn load(&self) -> io::Result<Bytes> {
        let Range { start, end } = self.range.clone();
        self.map_if_worthwhile()?;
        if let Some(map) = self.segment.log().map().filter(|map| map.readable() >= end)
            && map.is_resident(start..end)
        {
            return Ok(map.slice(start..end));
        }
        let mut bytes = vec![0; usize::try_from(end - start).map_err(io::Error::other)?];
        crate::disk::read_exact_at(&*self.segment.log().file()?, &mut bytes, start)?;
        Ok(bytes.into())
    }

    /// Whoever reads much of a sealed segment will read more of it.
    fn map_if_worthwhile(&self) -> io::Result<()> {
        match self.segment.sealed_size() {
            Some(size) if self.range.end - self.range.start >= MAPPED_FROM => {
                self.segment.log().make_map(size, size).map(drop)
            }
            _ => Ok(()),
        }
    }
}

impl From<WalkError> for io::Error {
    fn from(error: WalkError) -> Self {
        match error {
            WalkError::Io(error) => error,
            WalkError::NotResident => io::ErrorKind::WouldBlock.into(),
            WalkError::Damaged { .. } | WalkError::WrongIndex => {
                Self::new(io::ErrorKind::InvalidData, error)
            }
        }
    }
}
