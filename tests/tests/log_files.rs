//! `sapwood log dump` and `sapwood log verify`: what they say of files that are well, and of each kind of damage. And
//! `kafka-dump-log`, which says of both what Kafka's own tool says.

use anyhow::Result;
use client::admin::NewTopic;
use client::consumer::{Consumer, ConsumerOptions};
use client::offsets::OffsetAt;
use client::producer::Record;
use sapwood_tests::peers::KafkaTools;
use sapwood_tests::process::{Sapwood, binary};
use sapwood_tests::visitor::Visitor;
use serde_json::Value;
use std::fs;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;

/// Enough for three segments of the smallest size.
const RECORDS: usize = 1200;
const RECORD_BYTES: usize = 2000;
const FIRST: &str = "00000000000000000000";

/// A broker with a topic of one partition in three segments, and a group that has committed.
async fn filled() -> Result<Sapwood> {
    let broker = Sapwood::start()?;
    let visitor = Visitor::to(broker.address());
    let topic = NewTopic::new("kept").partitions(1).config("segment.bytes", (1 << 20).to_string());
    let name = visitor.create(topic).await?;
    let record = |number: usize| {
        let value = format!("{number:0>RECORD_BYTES$}");
        Record::new(name.clone(), value).key(number.to_string())
    };
    visitor.write((0..RECORDS).map(record)).await?;
    let mut options = ConsumerOptions::in_group("readers");
    options.reset = Some(OffsetAt::Start);
    let mut consumer = Consumer::new(visitor.cluster(), options);
    consumer.subscribe(vec![name])?;
    while consumer.poll(Duration::from_millis(100)).await?.is_empty() {}
    consumer.close().await?;
    Ok(broker)
}

/// The partition of a broker that has stopped, to damage copies of.
struct Kept {
    _broker: Sapwood,
    folder: PathBuf,
}

impl Kept {
    async fn stopped() -> Self {
        let mut broker = filled().await.expect("a broker with records");
        broker.stop().expect("the broker stops");
        let folder = broker.properties().log_dir().join("kept-0");
        Self { _broker: broker, folder }
    }

    /// A copy of the partition after `harm`, and what verify says of it.
    fn harmed(&self, harm: impl FnOnce(&Path)) -> (Option<i32>, String) {
        let dir = TempDir::new().expect("a directory for the copy");
        let copy = dir.path().join("kept-0");
        fs::create_dir(&copy).expect("the copy's folder");
        for entry in fs::read_dir(&self.folder).expect("the folder").flatten() {
            fs::copy(entry.path(), copy.join(entry.file_name())).expect("a file is copied");
        }
        harm(&copy);
        log(&["verify"], &copy)
    }
}

/// Runs `sapwood log …` on a path: its exit code, and all that it said.
fn log(arguments: &[&str], path: &Path) -> (Option<i32>, String) {
    let mut command = Command::new(binary().expect("the binary"));
    let output = command.arg("log").args(arguments).arg(path).output().expect("it runs");
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).expect("text"))
}

fn json_lines(arguments: &[&str], path: &Path) -> Vec<Value> {
    let (code, said) = log(arguments, path);
    assert_eq!(code, Some(0), "{said}");
    said.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

fn overwrite(path: &Path, at: u64, bytes: &[u8]) {
    let file = fs::File::options().write(true).open(path).expect("the file");
    file.write_all_at(bytes, at).expect("it is damaged");
}

/// Where the second batch of a segment begins.
fn second_batch(segment: &Path) -> u64 {
    let batches = json_lines(&["dump", "-o", "json"], segment);
    batches[1]["position"].as_u64().expect("a position")
}

#[tokio::test]
async fn a_running_broker_is_verified_while_it_writes_and_what_it_allocated_ahead_is_no_damage() {
    let broker = filled().await.expect("a broker with records");
    let dir = broker.properties().log_dir();
    let (code, said) = log(&["verify"], &dir);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("kept-0: offsets 0..1199, 3 segments, "), "{said}");
    assert!(said.contains(", 1200 records, ") && said.contains("__consumer_offsets-"), "{said}");

    let (code, said) = log(&["verify", "-o", "json"], &dir);
    let report: Value = serde_json::from_str(&said).expect("one document");
    assert_eq!((code, &report["ok"]), (Some(0), &Value::Bool(true)), "{report}");

    let (code, said) = log(&["dump"], &dir.join("kept-0"));
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains(" bytes allocated ahead\n"), "{said}");

    let visitor = Visitor::to(broker.address());
    let name = protocol::ids::TopicName::new("kept").expect("a legal name");
    let writing = tokio::spawn(async move {
        let record = |number: usize| Record::new(name.clone(), format!("{number:0>900}"));
        for _ in 0..20 {
            visitor.write((0..200).map(record)).await.expect("the records are acknowledged");
        }
    });
    while !writing.is_finished() {
        let verified = tokio::task::spawn_blocking({
            let dir = dir.clone();
            move || log(&["verify"], &dir)
        });
        let (code, said) = verified.await.expect("verify ends");
        assert_eq!(code, Some(0), "{said}");
    }
    writing.await.expect("the writer ends well");
}

#[tokio::test]
async fn every_kind_of_file_is_dumped_in_words_and_in_json() {
    let kept = Kept::stopped().await;
    let segment = kept.folder.join(format!("{FIRST}.log"));
    let lines = json_lines(&["dump", "-o", "json", "--print-data-log"], &segment);
    assert_eq!((&lines[0]["kind"], &lines[0]["is_valid"]), (&"batch".into(), &true.into()));
    assert_eq!((&lines[1]["offset"], &lines[1]["key"]), (&0.into(), &"0".into()));
    assert!(lines.iter().all(|line| line["kind"] != "free"), "a stop gives the surplus back");
    let some = json_lines(&["dump", "-o", "json", "--max-bytes", "40000"], &segment);
    assert!(!some.is_empty() && some.len() < lines.len() && some[0] == lines[0]);

    let (code, said) = log(&["dump", "--deep-iteration"], &kept.folder);
    assert_eq!(code, Some(0), "{said}");
    for words in [
        "batch 0..",
        "    0  20",
        "key 1 bytes  value 2000 bytes",
        "offset ",
        "  position ",
        "producer 0 epoch 0  seq ",
        "epoch 0 from offset 0",
        "topic id ",
    ] {
        assert!(said.contains(words), "{words:?} is missing in\n{said}");
    }

    let dir = kept.folder.parent().expect("the log dir");
    let all = json_lines(&["dump", "-o", "json", "--offsets-decoder"], dir);
    let commits: Vec<_> = all
        .iter()
        .filter(|line| line["key"]["topic"] == "kept" && !line["value"].is_null())
        .collect();
    assert_eq!(commits[0]["key"]["group"], "readers");
    assert!(commits[0]["value"]["offset"].as_i64().is_some_and(|offset| offset > 0));
    assert!(all.iter().any(|line| line["kind"] == "identity" && line["node_id"] == 1));
}

#[tokio::test]
async fn files_are_printed_in_every_format_that_can_hold_them() {
    let kept = Kept::stopped().await;
    let said = |arguments: &[&str], path: &Path| {
        let (code, said) = log(arguments, path);
        assert_eq!(code, Some(0), "{arguments:?}: {said}");
        said
    };
    let folder = kept.folder.display();
    assert_eq!(said(&["verify", "-o", "name"], &kept.folder), format!("{folder}\n"));
    let csv = said(&["verify", "--output", "csv"], &kept.folder);
    let columns = "folder,segments,batches,records,bytes,holes,first_offset,last_offset,problems\n";
    assert!(csv.starts_with(&format!("{columns}{folder},3,")), "{csv}");
    assert!(csv.ends_with(",0,0,1199,0\n"), "{csv}");
    assert!(said(&["verify", "--format", "yaml"], &kept.folder).starts_with("ok: true\n"));
    assert!(said(&["verify", "-o", "wide"], &kept.folder).ends_with(": ok\n"));

    let epochs = kept.folder.join("leader-epoch-checkpoint");
    let heading = format!("{}\n", epochs.display());
    let words = "  epoch 0 from offset 0\n";
    assert_eq!(said(&["dump", "-o", "wide"], &epochs), format!("{heading}{words}"));
    assert_eq!(said(&["dump", "--no-headers"], &epochs), words);
    let item =
        format!("- file: {}\n  kind: epoch\n  epoch: 0\n  start_offset: 0\n", epochs.display());
    assert_eq!(said(&["dump", "-o", "yaml"], &epochs), item);
    for columns in ["csv", "name"] {
        let (code, said) = log(&["dump", "-o", columns], &epochs);
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains("has neither columns nor names in common"), "{said}");
    }
}

#[tokio::test]
async fn verify_says_what_is_wrong_and_where() {
    let kept = Kept::stopped().await;
    let name = |suffix: &str| format!("{FIRST}.{suffix}");
    let (code, said) = kept.harmed(|_| ());
    assert_eq!(code, Some(0), "{said}");

    let at = second_batch(&kept.folder.join(name("log")));
    let (code, said) =
        kept.harmed(|folder| overwrite(&folder.join(name("log")), at + 100, b"damaged"));
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains(&format!("{}, byte {at}, offset ", name("log"))), "{said}");
    assert!(said.contains("the batch's checksum is "), "{said}");
    assert!(said.ends_with("error: 1 problem was found\n"), "{said}");

    let (_, said) = kept.harmed(|folder| overwrite(&folder.join(name("log")), at + 16, &[7]));
    assert!(said.contains(&format!("byte {at}: record format 7 where")), "{said}");
    assert!(said.contains("bytes from here on cannot be read"), "{said}");

    let (_, said) = kept.harmed(|folder| {
        let file = folder.join(name("log"));
        let torn = fs::File::options().write(true).open(file).expect("the segment");
        torn.set_len(at + 1000).expect("it is cut");
    });
    assert!(said.contains("bytes ends after 1000; the 1000 bytes from here"), "{said}");

    // The leader epoch of a batch lies outside its checksum.
    let (_, said) =
        kept.harmed(|folder| overwrite(&folder.join(name("log")), at + 12, &[0, 0, 0, 5]));
    assert!(said.contains("a batch of leader epoch 0 stands behind one of epoch 5"), "{said}");
    assert!(said.contains("leader-epoch-checkpoint, offset "), "{said}");

    let (_, said) = kept.harmed(|folder| overwrite(&folder.join(name("log")), at, &[0; 8]));
    assert!(said.contains("a batch begins at offset 0 behind one that ends at "), "{said}");

    let (_, said) = kept.harmed(|folder| overwrite(&folder.join(name("index")), 4, &[0, 0, 0, 1]));
    assert!(said.contains("entry 0: no batch begins at byte 1 of the segment"), "{said}");

    let (_, said) = kept.harmed(|folder| overwrite(&folder.join(name("timeindex")), 0, &[0; 8]));
    assert!(said.contains("entry 0: the youngest record up to offset "), "{said}");
}

#[tokio::test]
async fn small_files_that_are_damaged_or_missing_are_told() {
    let kept = Kept::stopped().await;
    let (code, said) = kept.harmed(|folder| {
        fs::remove_file(folder.join("leader-epoch-checkpoint")).expect("it was there");
    });
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("leader-epoch-checkpoint: it is missing"), "{said}");

    let (_, said) = kept.harmed(|folder| {
        let files = fs::read_dir(folder).expect("the folder").flatten();
        let mut snapshots = files.map(|entry| entry.path());
        let is_snapshot = |path: &PathBuf| path.extension().is_some_and(|end| end == "snapshot");
        let snapshot = snapshots.find(is_snapshot).expect("a stop writes a snapshot");
        overwrite(&snapshot, 12, b"damaged");
        fs::write(folder.join("partition.metadata"), "version: 0\nnonsense\n").expect("written");
        fs::write(folder.join(format!("{FIRST}.txnindex")), [1; 33]).expect("written");
    });
    assert!(said.contains(".snapshot: the file says CRC-32C "), "{said}");
    assert!(said.contains("partition.metadata: "), "{said}");
    assert!(said.contains(".txnindex: 33 bytes are not a number of entries"), "{said}");

    let dir = kept.folder.parent().expect("the log dir");
    fs::write(dir.join("recovery-point-offset-checkpoint"), "0\n9\n").expect("written");
    let (code, said) = log(&["verify"], dir);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("recovery-point-offset-checkpoint: "), "{said}");
}

#[test]
fn what_is_no_partition_is_no_partition() {
    let dir = TempDir::new().expect("a directory");
    let (code, said) = log(&["verify"], dir.path());
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("is no partition and no log dir"), "{said}");
    let (code, said) = log(&["dump"], &dir.path().join("missing"));
    assert_eq!(code, Some(3), "{said}");
    assert!(said.starts_with("error: there is no "), "{said}");
    fs::write(dir.path().join("notes.txt"), "x").expect("written");
    let (code, said) = log(&["dump"], &dir.path().join("notes.txt"));
    assert_eq!(code, Some(2), "{said}");
}

const DUMP_LOG: &str = "org.apache.kafka.tools.DumpLogSegments";

/// What Kafka's tool and ours say of files in a folder, which must be the same but for stack traces.
fn compare(kafka: &mut KafkaTools, folder: &Path, files: &str, options: &[&str]) {
    let file = |name: &str| folder.join(name).display().to_string();
    let files: Vec<String> = files.split(' ').map(file).collect();
    let mut arguments = vec!["--files".to_owned(), files.join(",")];
    arguments.extend(options.iter().map(|option| (*option).to_owned()));
    let theirs = kafka.run(DUMP_LOG, &arguments).expect("Kafka's tool ends");
    let mut command = Command::new(binary().expect("the binary"));
    std::os::unix::process::CommandExt::arg0(&mut command, "kafka-dump-log.sh");
    let ours = command.args(&arguments).output().expect("our tool ends");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    let (out, err) = (text(ours.stdout), text(ours.stderr));
    let is_trace = |line: &&str| line.starts_with("\tat ") || line.starts_with("Exception in ");
    let lines = |text: &str| -> Vec<String> {
        text.lines().filter(|line| !is_trace(line)).map(str::to_owned).collect()
    };
    assert_eq!(out, theirs.out, "{arguments:?}");
    if theirs.code == 0 {
        assert_eq!(lines(&err), lines(&theirs.err), "{arguments:?}");
    }
    assert_eq!(ours.status.code(), Some(theirs.code), "{arguments:?}\n{err}");
}

#[tokio::test]
async fn kafka_dump_log_says_what_kafkas_own_tool_says_also_of_damage() {
    let kept = Kept::stopped().await;
    let mut kafka = KafkaTools::start().expect("Kafka's tools");
    let segments = fs::read_dir(&kept.folder).expect("the folder").flatten();
    let mut names: Vec<String> =
        segments.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    let all = names.join(" ");
    let (log, index, times) =
        (format!("{FIRST}.log"), format!("{FIRST}.index"), format!("{FIRST}.timeindex"));
    let both = format!("{index} {times}");
    let mut same = |folder: &Path, files: &str, options: &[&str]| {
        compare(&mut kafka, folder, files, options);
    };
    same(&kept.folder, &all, &[]);
    same(&kept.folder, &all, &["--deep-iteration", "--verify-index-only"]);
    same(&kept.folder, &log, &["--print-data-log", "--max-bytes", "60000"]);
    same(&kept.folder, &log, &["--print-data-log", "--skip-record-metadata"]);
    same(&kept.folder, &both, &["--index-sanity-check"]);
    let offsets = kept.folder.with_file_name("__consumer_offsets-0");
    for number in 0..4 {
        let folder = offsets.with_file_name(format!("__consumer_offsets-{number}"));
        same(&folder, &log, &["--offsets-decoder"]);
    }

    let at = second_batch(&kept.folder.join(&log));
    let mut harmed = |file: &str, position: u64, bytes: &[u8], shown: &str, options: &[&str]| {
        kept.harmed(|folder| {
            overwrite(&folder.join(file), position, bytes);
            same(folder, shown, options);
        });
    };
    harmed(&log, at + 100, b"damaged", &log, &[]);
    harmed(&log, at, &[0; 8], &log, &["--deep-iteration"]);
    harmed(&log, at + 16, &[7], &log, &[]);
    harmed(&log, at + 8, &[0xff; 4], &log, &[]);
    harmed(&index, 4, &[0, 0, 0, 1], &both, &[]);
    harmed(&index, 0, &[0, 0, 0, 1, 0, 0, 0, 0], &both, &[]);
    harmed(&times, 0, &[0; 8], &times, &[]);
    harmed(&times, 8, &[0, 0, 7, 7], &times, &[]);
    harmed(&times, 0, &[0x7f], &times, &["--index-sanity-check"]);
}
