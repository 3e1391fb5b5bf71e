//! ListOffsets 11: the layout of version 10, with one special timestamp more (−6, KIP-1023).

use bytes::Bytes;

use super::super::{ChunkWriter, Wire, read_by_crate, write_by_crate};
use crate::messages::{ListOffsetsRequest, ListOffsetsResponse};

/// The last version of the crate's codec.
const LAYOUT: i16 = 10;

impl Wire for ListOffsetsRequest {
    fn read(body: &mut Bytes, version: i16) -> Result<Self, String> {
        read_by_crate(body, version.min(LAYOUT))
    }

    fn write(&self, out: &mut ChunkWriter, version: i16) -> Result<(), String> {
        write_by_crate(self, out, version.min(LAYOUT))
    }
}

impl Wire for ListOffsetsResponse {
    fn read(body: &mut Bytes, version: i16) -> Result<Self, String> {
        read_by_crate(body, version.min(LAYOUT))
    }

    fn write(&self, out: &mut ChunkWriter, version: i16) -> Result<(), String> {
        write_by_crate(self, out, version.min(LAYOUT))
    }
}
