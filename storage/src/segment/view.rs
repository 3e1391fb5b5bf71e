//! A view: a segment as far as one reader may look, and the search for an offset in it.

use std::sync::Arc;

use protocol::ids::Offset;

use super::index::OffsetEntry;
use super::sparse::Floor;
use super::{Access, Placed, Segment, Walk, WalkError};
use crate::disk::Disk;

/// A segment and how much of it was data when the view was made. More may follow by now; less only after a truncation, which
/// leaves zeros.
#[derive(Debug)]
pub(crate) struct View<D: Disk> {
    pub(crate) segment: Arc<Segment<D>>,
    pub(crate) size: u64,
    /// The base offset of the segment that follows, or the log's end.
    pub(crate) end: Offset,
    /// Where the batch is that holds the offset asked for, or the last before it, if that is known.
    pub(crate) recent: Option<u64>,
    /// `index.interval.bytes`, in case the index has to be built again.
    pub(crate) interval: u64,
}

impl<D: Disk> Clone for View<D> {
    fn clone(&self) -> Self {
        Self { segment: self.segment.clone(), ..*self }
    }
}

impl<D: Disk> View<D> {
    /// The first batch that ends at or behind `offset`, or `None` if all end before it.
    pub(crate) fn locate(
        &self,
        offset: Offset,
        access: Access,
    ) -> Result<Option<Placed>, WalkError> {
        let from = match self.recent {
            Some(position) => position,
            None => self.floor(access, |segment| {
                segment.offsets().floor(|entry| entry.last_offset <= offset)
            })?,
        };
        self.first_from(from, access, |batch| batch.header.last_offset() >= offset)
    }

    /// The first batch at or behind `position` for which `wanted` holds.
    pub(crate) fn first_from(
        &self,
        position: u64,
        access: Access,
        wanted: impl Fn(&Placed) -> bool,
    ) -> Result<Option<Placed>, WalkError> {
        let mut walk = Walk::new(&self.segment, position, self.size, access);
        while let Some(batch) = walk.next()? {
            if wanted(&batch) {
                return Ok(Some(batch));
            }
        }
        Ok(None)
    }

    /// The last end of a whole batch at or before `limit`, for a reader who begins with the batch `first`; `first`'s own end
    /// if that is already behind.
    pub(crate) fn cut(&self, first: &Placed, limit: u64, access: Access) -> Result<u64, WalkError> {
        if limit >= self.size {
            return Ok(self.size);
        }
        let floor =
            self.floor(access, |segment| segment.offsets().floor(|entry| entry.position <= limit))?;
        let mut end = first.end().max(floor);
        let mut walk = Walk::new(&self.segment, end, self.size, access);
        while end < limit {
            match walk.next()? {
                Some(batch) if batch.end() <= limit => end = batch.end(),
                _ => break,
            }
        }
        Ok(end)
    }

    /// The position that an index search says, once the index is in memory.
    fn floor(
        &self,
        access: Access,
        search: impl Fn(&Segment<D>) -> Floor<OffsetEntry>,
    ) -> Result<u64, WalkError> {
        match (search(&self.segment), access) {
            (Floor::At(entry), _) if entry.position < self.size => Ok(entry.position),
            (Floor::At(_) | Floor::Start, _) => Ok(0),
            (Floor::NotLoaded, Access::Resident) => Err(WalkError::NotResident),
            (Floor::NotLoaded, Access::Blocking) => {
                self.segment.load_offsets(self.size, self.interval)?;
                let found: Option<OffsetEntry> = search(&self.segment).into();
                Ok(found.map_or(0, |entry| entry.position))
            }
        }
    }
}
