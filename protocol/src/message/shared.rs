//! The two messages that carry records, which are kept as slices when they are written.

use bytes::Bytes;

use super::{ChunkWriter, Wire, read_by_crate, write_by_crate};
use crate::messages::{FetchRequest, FetchResponse, ProduceRequest, ProduceResponse};

impl Wire for ProduceRequest {
    fn read(body: &mut Bytes, version: i16) -> Result<Self, String> {
        read_by_crate(body, version)
    }

    fn write(&self, out: &mut ChunkWriter, version: i16) -> Result<(), String> {
        write_by_crate(self, out, version)
    }

    fn shared(&self) -> Vec<Bytes> {
        let partitions = self.topic_data.iter().flat_map(|topic| &topic.partition_data);
        partitions.filter_map(|partition| partition.records.clone()).collect()
    }
}

impl Wire for FetchResponse {
    fn read(body: &mut Bytes, version: i16) -> Result<Self, String> {
        read_by_crate(body, version)
    }

    fn write(&self, out: &mut ChunkWriter, version: i16) -> Result<(), String> {
        write_by_crate(self, out, version)
    }

    fn shared(&self) -> Vec<Bytes> {
        let partitions = self.responses.iter().flat_map(|topic| &topic.partitions);
        partitions.filter_map(|partition| partition.records.clone()).collect()
    }
}

impl Wire for ProduceResponse {
    fn read(body: &mut Bytes, version: i16) -> Result<Self, String> {
        read_by_crate(body, version)
    }

    fn write(&self, out: &mut ChunkWriter, version: i16) -> Result<(), String> {
        write_by_crate(self, out, version)
    }
}

impl Wire for FetchRequest {
    fn read(body: &mut Bytes, version: i16) -> Result<Self, String> {
        read_by_crate(body, version)
    }

    fn write(&self, out: &mut ChunkWriter, version: i16) -> Result<(), String> {
        write_by_crate(self, out, version)
    }
}
