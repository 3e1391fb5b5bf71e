//! What is promised about the journal, tried on a disk that forgets.

use openraft::{CommittedLeaderId, EntryPayload};
use proptest::prelude::*;
use storage::disk::{Fault, MemDisk};

use super::*;
use crate::raft::types::Batch;

const DIR: &str = "/log/__cluster_metadata-0";

/// Segments so small that every test rolls them.
const SMALL: JournalOptions =
    JournalOptions { segment_bytes: 2_048, step_bytes: 1_024, headroom_bytes: 512 };

fn open(disk: &MemDisk) -> Result<(Journal<MemDisk>, Contents), OpenError> {
    disk.create_dir(Path::new("/log")).expect("the disk is new or has the folder");
    disk.sync_dir(Path::new("/")).expect("the disk works");
    Journal::open(disk.clone(), Path::new(DIR), SMALL)
}

fn log_id(index: u64) -> LogId {
    LogId::new(CommittedLeaderId::new(1, 1), index)
}

fn entry(index: u64, bytes: usize) -> Note {
    let records = vec![index as u8; bytes].into();
    Note::Entry(Entry { log_id: log_id(index), payload: EntryPayload::Normal(Batch { records }) })
}

fn write(journal: &mut Journal<MemDisk>, notes: &[Note]) {
    journal.write(notes).expect("the disk works");
    journal.sync().expect("the disk works");
}

#[test]
fn a_new_journal_is_empty_and_what_is_written_is_there_after_a_start() {
    let disk = MemDisk::new();
    let (mut journal, contents) = open(&disk).expect("an empty folder is a new journal");
    assert_eq!(contents, Contents::default());
    write(&mut journal, &[Note::Vote(Vote::new(1, 1)), entry(0, 10), entry(1, 0)]);
    write(
        &mut journal,
        &[
            Note::Truncate { last: Some(log_id(0)) },
            entry(1, 7),
            Note::Vote(Vote::new_committed(2, 1)),
        ],
    );
    let (_, contents) = open(&disk).expect("it reads");
    assert_eq!(contents.vote, Some(Vote::new_committed(2, 1)));
    let notes: Vec<Note> = contents.entries.into_values().map(Note::Entry).collect();
    assert_eq!(notes, [entry(0, 10), entry(1, 7)]);
}

#[test]
fn purged_segments_are_removed_and_the_vote_outlives_them() {
    let disk = MemDisk::new();
    let (mut journal, _) = open(&disk).expect("an empty folder is a new journal");
    write(&mut journal, &[Note::Vote(Vote::new_committed(3, 1))]);
    (0..40).for_each(|index| write(&mut journal, &[entry(index, 300)]));
    let segments = || disk.list(Path::new(DIR)).expect("the folder is there").len();
    let before = segments();
    assert!(before > 3, "{before} segments");
    journal.purge(log_id(35)).expect("the disk works");
    assert!(segments() < before, "{} segments are left", segments());
    let (_, contents) = open(&disk).expect("it reads");
    assert_eq!(contents.vote, Some(Vote::new_committed(3, 1)));
    assert_eq!(contents.purged, Some(log_id(35)));
    assert_eq!(contents.entries.into_keys().collect::<Vec<_>>(), [36, 37, 38, 39]);
}

#[test]
fn a_purge_beyond_the_last_entry_leaves_a_log_that_goes_on_behind_it() {
    let disk = MemDisk::new();
    let (mut journal, _) = open(&disk).expect("an empty folder is a new journal");
    write(&mut journal, &[entry(0, 10)]);
    journal.purge(log_id(100)).expect("the disk works");
    write(&mut journal, &[entry(101, 10)]);
    let (_, contents) = open(&disk).expect("it reads");
    assert_eq!(contents.purged, Some(log_id(100)));
    assert_eq!(contents.entries.into_keys().collect::<Vec<_>>(), [101]);
}

#[test]
fn what_was_durable_and_no_longer_reads_is_not_passed_over() {
    let disk = MemDisk::new();
    let (mut journal, _) = open(&disk).expect("an empty folder is a new journal");
    (0..4).for_each(|index| write(&mut journal, &[entry(index, 100)]));
    let path = Path::new(DIR).join(segment_name(0));
    disk.corrupt(&path, 150).expect("the file is there");
    assert!(matches!(open(&disk), Err(OpenError::Damaged { .. })));
}

#[test]
fn a_segment_that_is_missing_between_two_is_noticed() {
    let disk = MemDisk::new();
    let (mut journal, _) = open(&disk).expect("an empty folder is a new journal");
    (0..40).for_each(|index| write(&mut journal, &[entry(index, 300)]));
    let names = disk.list(Path::new(DIR)).expect("the folder is there");
    disk.remove_file(&Path::new(DIR).join(&names[1].name)).expect("the file is there");
    assert!(matches!(open(&disk), Err(OpenError::Damaged { .. })));
}

#[test]
fn after_a_failed_sync_nothing_more_is_taken() {
    let disk = MemDisk::new();
    let (mut journal, _) = open(&disk).expect("an empty folder is a new journal");
    disk.inject(Fault::Sync, 1);
    journal.write(&[entry(0, 10)]).expect("writing works");
    assert!(journal.sync().is_err());
    assert!(journal.sync().is_err(), "a second sync could lie");
    assert!(journal.write(&[entry(1, 10)]).is_err());
}

#[test]
fn on_a_full_disk_the_headroom_takes_votes_and_small_entries() {
    let disk = MemDisk::new();
    let (mut journal, _) = open(&disk).expect("an empty folder is a new journal");
    disk.inject(Fault::Allocate, 1);
    let room = journal.reserve(4_000);
    assert!(room >= SMALL.headroom_bytes, "{room} bytes of room");
    disk.set_capacity(Some(0));
    assert_eq!(journal.reserve(4_000), room, "a full disk gives no more");
    write(&mut journal, &[Note::Vote(Vote::new(9, 1)), entry(0, 50)]);
    let (_, contents) = open(&disk).expect("it reads");
    assert_eq!(contents.vote, Some(Vote::new(9, 1)));
}

#[test]
fn when_a_new_segment_finds_no_space_the_old_one_goes_on() {
    let disk = MemDisk::new();
    let (mut journal, _) = open(&disk).expect("an empty folder is a new journal");
    journal.reserve(10_000);
    // As full as the files are now: room within them, none for another.
    let full: u64 = disk
        .list(Path::new(DIR))
        .expect("the folder is there")
        .iter()
        .map(|entry| disk.info(&Path::new(DIR).join(&entry.name)).expect("a file").len)
        .sum();
    disk.set_capacity(Some(full));
    (0..20).for_each(|index| write(&mut journal, &[entry(index, 300)]));
    disk.set_capacity(None);
    (20..40).for_each(|index| write(&mut journal, &[entry(index, 300)]));
    let (_, contents) = open(&disk).expect("it reads");
    assert_eq!(contents.entries.len(), 40);
}

/// One step of a life: notes that are synced together, or a purge.
#[derive(Clone, Debug)]
enum Step {
    Append(Vec<usize>),
    Vote(u64),
    TruncateLast(u64),
    PurgeBut(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => prop::collection::vec(0usize..400, 1..4).prop_map(Step::Append),
        1 => (1u64..50).prop_map(Step::Vote),
        1 => (1u64..4).prop_map(Step::TruncateLast),
        1 => (1u64..8).prop_map(Step::PurgeBut),
    ];
    prop::collection::vec(step, 1..25)
}

impl Step {
    fn notes(&self, model: &Contents) -> Vec<Note> {
        match self {
            Self::Append(sizes) => {
                let first = model.next_index();
                (first..).zip(sizes).map(|(index, size)| entry(index, *size)).collect()
            }
            Self::Vote(term) => vec![Note::Vote(Vote::new(*term, 1))],
            Self::TruncateLast(count) => {
                let last = model.entries.values().rev().nth(*count as usize);
                let last = last.map(|entry| entry.log_id).or(model.purged);
                vec![Note::Truncate { last }]
            }
            Self::PurgeBut(kept) => {
                let upto = model.entries.keys().rev().nth(*kept as usize);
                upto.map(|index| Note::Purge(log_id(*index))).into_iter().collect()
            }
        }
    }
}

/// Runs the steps until the power goes. Returns what was confirmed, and what the step that was cut off would have made.
fn live(
    journal: &mut Journal<MemDisk>,
    steps: &[Step],
    mut model: Contents,
) -> (Contents, Vec<Contents>) {
    for step in steps {
        let notes = step.notes(&model);
        // Any prefix of what was written together may be there.
        let mut stages = vec![model.clone()];
        for note in &notes {
            let mut next = stages.last().expect("there is a first").clone();
            assert!(next.fold(note.clone()), "the model follows its own steps");
            stages.push(next);
        }
        let done = match notes.as_slice() {
            [Note::Purge(upto)] => journal.purge(*upto),
            notes => journal.write(notes).and_then(|()| journal.sync()),
        };
        if done.is_err() {
            return (model, stages);
        }
        model = stages.pop().expect("there is a last");
    }
    (model.clone(), vec![model])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn whenever_the_power_goes_what_was_confirmed_is_there_and_nothing_else(
        steps in steps(),
        more in steps(),
        cut in 0u64..120,
        again in 0u64..6,
        seed in any::<u64>(),
    ) {
        let disk = MemDisk::new();
        let (mut journal, contents) = open(&disk).expect("an empty folder is a new journal");
        disk.cut_power_after(cut);
        let (_, possible) = live(&mut journal, &steps, contents);
        disk.crash(seed);

        // The power may go again while the journal is being opened.
        disk.cut_power_after(again);
        let _ = Journal::open(disk.clone(), Path::new(DIR), SMALL);
        disk.crash(seed ^ 1);

        let (mut journal, contents) = open(&disk).expect("a power cut damages nothing that was durable");
        prop_assert!(
            possible.contains(&contents),
            "found {:?}, possible were {:?}", contents, possible
        );

        let (model, _) = live(&mut journal, &more, contents);
        drop(journal);
        disk.crash(seed ^ 2);
        let (_, contents) = open(&disk).expect("a power cut damages nothing that was durable");
        prop_assert_eq!(contents, model);
    }
}
