//! The small files of a log dir that Apache Kafka 4.3.1 wrote (see the README beside them): read as what Kafka meant, and
//! written again byte for byte.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use protocol::batch::{RecordBatch, batches};
use protocol::ids::{
    LeaderEpoch, NodeId, Offset, PartitionIndex, ProducerId, TimestampMs, TopicName, TopicPartition,
};
use storage::checkpoint::{Checkpoint, offsets, partition_metadata};
use storage::dir::{ClusterId, DirectoryId, Folder, LastShutdown, LogDir, Owner};
use storage::disk::OsDisk;
use storage::log::epoch::{self, EpochCache};
use storage::producer::snapshot::{Snapshot, candidates, file_name, parse_file_name};
use storage::producer::{
    CompletedTransaction, Kind, Marker, Outcome, ProducedBatch, ProducerState, Producers,
};
use storage::segment::txn_index::{AbortedTransaction, TxnIndex};

const PARTITIONS: [&str; 3] = ["plain-0", "rolled-0", "txn-0"];
const NOW: TimestampMs = TimestampMs(0);

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/kafka-4.3.1")
}

fn read(path: &str) -> Vec<u8> {
    let path = fixtures().join(path);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn names(folder: &str) -> Vec<String> {
    let entries = std::fs::read_dir(fixtures().join(folder)).expect("a folder of fixtures");
    let mut names: Vec<_> =
        entries.map(|e| e.expect("an entry").file_name().into_string().expect("ASCII")).collect();
    names.sort();
    names
}

/// Every batch of a partition, in order.
fn log_of(partition: &str) -> Vec<RecordBatch> {
    let logs = names(partition).into_iter().filter(|name| name.ends_with(".log"));
    logs.flat_map(|name| {
        let all = batches(Bytes::from(read(&format!("{partition}/{name}"))));
        all.map(|batch| batch.expect("Kafka's batches are whole")).collect::<Vec<_>>()
    })
    .collect()
}

fn produced(batch: &RecordBatch) -> ProducedBatch {
    let header = batch.header();
    let kind = if header.is_control() {
        let marker = batch.records().expect("one record").next().expect("one").expect("whole");
        let outcome = match marker.key.as_deref() {
            Some([0, 0, 0, 0]) => Outcome::Abort,
            Some([0, 0, 0, 1]) => Outcome::Commit,
            other => panic!("a control record of type {other:?}"),
        };
        let value = marker.value.expect("a coordinator epoch");
        let epoch = value.get(2..6).and_then(|epoch| epoch.try_into().ok());
        Kind::Marker(Marker {
            outcome,
            coordinator_epoch: i32::from_be_bytes(epoch.expect("four bytes")),
        })
    } else {
        Kind::Data { transactional: header.is_transactional() }
    };
    ProducedBatch {
        producer_id: header.producer_id,
        producer_epoch: header.producer_epoch,
        base_sequence: header.base_sequence,
        base_offset: header.base_offset,
        last_offset_delta: header.last_offset_delta,
        max_timestamp: header.max_timestamp,
        kind,
    }
}

/// The state after all batches below `end`, with the transactions that ended.
fn replayed(partition: &str, end: Offset) -> (Producers, Vec<CompletedTransaction>) {
    let mut producers = Producers::new(Offset::ZERO);
    let mut completed = Vec::new();
    for batch in log_of(partition).iter().filter(|batch| batch.header().base_offset < end) {
        completed.extend(producers.apply(NOW, &produced(batch)));
        producers.advance_end(batch.header().next_offset());
    }
    (producers, completed)
}

/// The part of a producer's state that Kafka's snapshot keeps.
fn kept(state: &ProducerState) -> impl PartialEq + std::fmt::Debug {
    let last = state
        .last_batch()
        .map(|b| (b.base_offset(), b.last_offset, b.base_sequence(), b.last_sequence));
    (state.epoch, state.coordinator_epoch, state.last_timestamp, state.open_since, last)
}

fn snapshots(partition: &str) -> Vec<Offset> {
    names(partition).iter().filter_map(|name| parse_file_name(name)).collect()
}

#[test]
fn kafkas_snapshots_are_what_replaying_its_logs_gives() {
    for partition in PARTITIONS {
        let found = snapshots(partition);
        assert!(!found.is_empty(), "{partition}");
        for end in found {
            let bytes = read(&format!("{partition}/{}", file_name(end)));
            let loaded = Snapshot::load(end, &bytes, NOW).expect("Kafka's own");
            let (replayed, _) = replayed(partition, end);
            let ids =
                |producers: &Producers| producers.iter().map(|(id, _)| id).collect::<Vec<_>>();
            // Producer 0 of plain-0 is only in the replay: Kafka forgot it at its restart, seconds after it wrote, because
            // its records carry timestamps of 2023.
            assert_eq!(loaded.end(), replayed.end(), "{partition} {end}");
            for id in ids(&loaded) {
                let both = [&loaded, &replayed].map(|producers| producers.get(id).map(kept));
                assert_eq!(both[0], both[1], "{partition} {end} {id:?}");
            }
        }
    }
}

#[test]
fn kafkas_snapshots_are_written_again_byte_for_byte() {
    for partition in PARTITIONS {
        for end in snapshots(partition) {
            let bytes = read(&format!("{partition}/{}", file_name(end)));
            let mut loaded = Snapshot::load(end, &bytes, NOW).expect("Kafka's own");
            loaded.advance_end(end.next());
            let again = loaded.snapshot().expect("it has moved on");
            assert_eq!(again.bytes, bytes, "{partition} {end}");
        }
    }
}

#[test]
fn a_start_on_kafkas_partition_takes_the_snapshot_of_its_clean_shutdown() {
    assert_eq!(candidates(&snapshots("txn-0"), Offset(0), Offset(12)).first(), Some(&Offset(12)));
    assert_eq!(candidates(&snapshots("plain-0"), Offset(2), Offset(14)).first(), Some(&Offset(14)));
}

#[test]
fn the_aborted_transactions_are_those_of_kafkas_index() {
    let (_, completed) = replayed("txn-0", Offset(12));
    let mut index = TxnIndex::default();
    completed.iter().filter_map(AbortedTransaction::of).for_each(|entry| index.push(entry));
    let written = index.unsaved().expect("three entries").bytes;
    let kafkas = read("txn-0/00000000000000000002.txnindex");
    assert_eq!(written, kafkas);
    let parsed = TxnIndex::parse(Offset(2), &kafkas).expect("Kafka's own");
    assert_eq!(parsed.entries(), index.entries());
}

#[test]
fn the_epochs_are_those_of_the_batches_and_are_written_again_byte_for_byte() {
    for partition in PARTITIONS {
        let bytes = read(&format!("{partition}/{}", epoch::FILE_NAME));
        let cache = EpochCache::parse(&bytes).expect("Kafka's own");
        assert_eq!(cache.to_text().as_bytes(), bytes, "{partition}");
        let start = cache.earliest().expect("there are records").start_offset;
        for batch in log_of(partition).iter().map(RecordBatch::header) {
            let expected = (batch.base_offset >= start).then_some(batch.partition_leader_epoch);
            assert_eq!(cache.epoch_at(batch.base_offset), expected, "{partition}");
        }
    }
    let plain = EpochCache::parse(&read("plain-0/leader-epoch-checkpoint")).expect("Kafka's own");
    assert_eq!(
        plain.end_offset_for(LeaderEpoch(1), Offset(14)).map(|end| end.end_offset),
        Some(Offset(7))
    );
}

#[test]
fn the_offsets_and_topic_ids_are_read_and_written_again() {
    let topic = |name: &str| TopicPartition {
        topic: TopicName::new(name).expect("legal"),
        partition: PartitionIndex(0),
    };
    for checkpoint in Checkpoint::ALL {
        let text = String::from_utf8(read(checkpoint.file_name())).expect("text");
        let parsed = offsets::parse(text.as_bytes()).expect("Kafka's own");
        let written = offsets::to_text(&parsed);
        let sorted = |text: &str| {
            let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
            lines.sort();
            lines
        };
        if !text.is_empty() {
            assert_eq!(sorted(&written), sorted(&text), "Kafka's lines are in no order");
        }
        let expected = match checkpoint {
            Checkpoint::RecoveryPoint | Checkpoint::HighWatermark => Some(Offset(14)),
            Checkpoint::LogStart => Some(Offset(2)),
            Checkpoint::Cleaner => None,
        };
        assert_eq!(parsed.get(&topic("plain")).copied(), expected, "{checkpoint:?}");
    }
    for partition in PARTITIONS {
        let bytes = read(&format!("{partition}/partition.metadata"));
        let id = partition_metadata::parse(&bytes).expect("Kafka's own");
        assert_eq!(partition_metadata::to_text(id).as_bytes(), bytes, "{partition}");
    }
}

#[test]
fn kafkas_log_dir_is_taken_over_as_its_own_nodes_and_cleanly_closed() {
    let scratch = tempfile::tempdir().expect("a folder");
    for entry in std::fs::read_dir(fixtures()).expect("fixtures") {
        let entry = entry.expect("an entry");
        let to = scratch.path().join(entry.file_name());
        if entry.path().is_dir() {
            std::fs::create_dir(to).expect("a folder");
        } else {
            std::fs::copy(entry.path(), to).expect("a copy");
        }
    }
    let owner = Owner {
        node_id: NodeId(7),
        cluster_id: None,
        fresh_cluster_id: ClusterId::from_random(1),
        fresh_directory_id: DirectoryId::from_random(2),
    };
    let dir = LogDir::open(&OsDisk, scratch.path(), &owner).expect("node 7 is its owner");
    assert_eq!(dir.last_shutdown(), LastShutdown::Clean { broker_epoch: 82 });
    assert_eq!(dir.identity().cluster_id.as_str(), "4L6g3nShT-eMCtK--X86sw");
    let found = dir.folders().expect("readable");
    assert_eq!(found.iter().map(Folder::name).collect::<Vec<_>>(), PARTITIONS);
    assert!(found.iter().all(|folder| matches!(folder, Folder::Partition(_))));
    drop(dir);
    let stranger = Owner { node_id: NodeId(8), ..owner };
    LogDir::open(&OsDisk, scratch.path(), &stranger).expect_err("node 8 is not");
}

#[test]
fn kafkas_form_remembers_one_batch_where_a_replay_knows_five() {
    // Kafka keeps one batch: of the seven that producer 1000 sent, only the last is known after its restart.
    let bytes = read("plain-0/00000000000000000014.snapshot");
    let loaded = Snapshot::load(Offset(14), &bytes, NOW).expect("Kafka's own");
    assert_eq!(loaded.get(ProducerId(1000)).map(|state| state.batches().len()), Some(1));
    let (replayed, _) = replayed("plain-0", Offset(14));
    assert_eq!(replayed.get(ProducerId(1000)).map(|state| state.batches().len()), Some(5));
}
