//! The three requests that the null broker answers.

use crate::wire::{Reader, Writer};
use anyhow::{Result, bail};
use protocol::crc32c::crc32c;
use std::fs::File;
use std::io::Write;
use std::sync::atomic::{AtomicI64, Ordering};

const PRODUCE: i16 = 0;
const METADATA: i16 = 3;
const API_VERSIONS: i16 = 18;
/// What it claims to speak. Fetch is there for librdkafka, which infers from it that batches have format 2.
const VERSIONS: [(i16, i16, i16); 4] =
    [(PRODUCE, 0, 7), (1, 0, 11), (METADATA, 0, 4), (API_VERSIONS, 0, 0)];
const UNSUPPORTED_VERSION: i16 = 35;
const NODE: i32 = 1;
/// Where the CRC of a batch lies, and where the bytes begin that it covers.
const CRC: usize = 17;
const COVERED: usize = 21;

/// All the state there is.
#[derive(Debug)]
pub(crate) struct Broker {
    port: u16,
    partitions: i32,
    file: File,
    next_offset: AtomicI64,
}

impl Broker {
    pub(crate) fn new(port: u16, partitions: i32, file: File) -> Self {
        Self { port, partitions, file, next_offset: AtomicI64::new(0) }
    }

    /// The answer to one request; none if the client does not want one.
    pub(crate) fn handle(&self, frame: &[u8]) -> Result<Option<Vec<u8>>> {
        let mut request = Reader(frame);
        let (key, version, correlation_id) = (request.i16()?, request.i16()?, request.i32()?);
        request.string()?;
        let answer = Writer::answering(correlation_id);
        match key {
            API_VERSIONS => Ok(Some(api_versions(answer, version))),
            METADATA => self.metadata(answer, &mut request, version).map(Some),
            PRODUCE => self.produce(answer, &mut request, version),
            other => bail!("no answer to API {other}"),
        }
    }

    fn metadata(&self, answer: Writer, request: &mut Reader<'_>, version: i16) -> Result<Vec<u8>> {
        let count = request.i32()?.max(0);
        let topics = (0..count).map(|_| request.string()).collect::<Result<Vec<_>>>()?;
        let answer = if version >= 3 { answer.i32(0) } else { answer };
        let mut answer = answer.i32(1).i32(NODE).string(b"127.0.0.1").i32(i32::from(self.port));
        answer = if version >= 1 { answer.i16(-1) } else { answer };
        answer = if version >= 2 { answer.string(b"null") } else { answer };
        answer = if version >= 1 { answer.i32(NODE) } else { answer };
        answer = answer.i32(count);
        for topic in topics {
            answer = answer.i16(0).string(topic);
            answer = if version >= 1 { answer.i8(0) } else { answer };
            answer = answer.i32(self.partitions);
            for partition in 0..self.partitions {
                answer = answer.i16(0).i32(partition).i32(NODE).i32(1).i32(NODE).i32(1).i32(NODE);
            }
        }
        Ok(answer.frame())
    }

    fn produce(
        &self,
        answer: Writer,
        request: &mut Reader<'_>,
        version: i16,
    ) -> Result<Option<Vec<u8>>> {
        if version >= 3 {
            request.string()?;
        }
        let (acks, _timeout, topics) = (request.i16()?, request.i32()?, request.i32()?);
        let mut answer = answer.i32(topics);
        for _ in 0..topics {
            answer = answer.string(request.string()?);
            let partitions = request.i32()?;
            answer = answer.i32(partitions);
            for _ in 0..partitions {
                answer = answer.i32(request.i32()?).i16(0).i64(self.keep(request.blob()?)?);
                answer = if version >= 2 { answer.i64(-1) } else { answer };
                answer = if version >= 5 { answer.i64(0) } else { answer };
            }
        }
        let answer = if version >= 1 { answer.i32(0) } else { answer };
        Ok((acks != 0).then(|| answer.frame()))
    }

    /// Checks the CRC, as any broker must, and writes the batch where the kernel will forget it in its own time.
    fn keep(&self, batch: &[u8]) -> Result<i64> {
        let crc = Reader(&batch[CRC..]).i32()?;
        anyhow::ensure!(crc32c(&batch[COVERED..]) == crc as u32, "a batch with a wrong CRC");
        (&self.file).write_all(batch)?;
        Ok(self.next_offset.fetch_add(1, Ordering::Relaxed))
    }
}

fn api_versions(answer: Writer, version: i16) -> Vec<u8> {
    let error = if version == 0 { 0 } else { UNSUPPORTED_VERSION };
    let answer = answer.i16(error).i32(VERSIONS.len() as i32);
    VERSIONS
        .iter()
        .fold(answer, |answer, &(key, min, max)| answer.i16(key).i16(min).i16(max))
        .frame()
}
