//! What a peer's batches look like on the broker's disk.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Where the fields of a batch lie in its header.
const LENGTH: usize = 8;
const ATTRIBUTES: usize = 21;
const HEADER: usize = 61;
/// Base offset and length come before what the length counts.
const OVERHEAD: usize = 12;

/// The compression codecs of the batches stored for `topic`, by Kafka's numbers: 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd.
///
/// Both brokers write the same file format, so that this looks at either one's log dir.
pub fn stored_codecs(log_dir: &Path, topic: &str) -> BTreeSet<u8> {
    let partitions = fs::read_dir(log_dir).into_iter().flatten().flatten();
    let of_topic = partitions.filter(|entry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        name.rsplit_once('-').is_some_and(|(name, _)| name == topic)
    });
    let files = of_topic.flat_map(|dir| fs::read_dir(dir.path()).into_iter().flatten().flatten());
    let segments =
        files.filter(|file| file.path().extension().is_some_and(|extension| extension == "log"));
    segments.flat_map(|segment| codecs(&fs::read(segment.path()).unwrap_or_default())).collect()
}

fn codecs(mut segment: &[u8]) -> Vec<u8> {
    let mut found = Vec::new();
    while segment.len() >= HEADER {
        let length = i32::from_be_bytes([
            segment[LENGTH],
            segment[LENGTH + 1],
            segment[LENGTH + 2],
            segment[LENGTH + 3],
        ]);
        // The tail of a preallocated segment is zero.
        let Some(size) = usize::try_from(length).ok().filter(|&length| length > 0) else { break };
        found.push(segment[ATTRIBUTES + 1] & 0b111);
        segment = segment.get(OVERHEAD + size..).unwrap_or_default();
    }
    found
}
