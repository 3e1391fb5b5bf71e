//! Mismatches: what does not fit, which is told after everything has been printed.

use std::collections::BTreeMap;

use client::cli::applets::{DEFAULT_CAPACITY, Screen, hash_map_order};

type Pairs = Vec<(i64, i64)>;

/// What was found, by the absolute path of the file, in the order in which the files came.
#[derive(Debug)]
struct ByFile<T>(Vec<(String, T)>);

impl<T> Default for ByFile<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Default> ByFile<T> {
    fn of(&mut self, file: &str) -> &mut T {
        let known = self.0.iter().position(|(known, _)| known == file);
        let at = known.unwrap_or_else(|| {
            self.0.push((file.to_owned(), T::default()));
            self.0.len() - 1
        });
        &mut self.0.get_mut(at).expect("it was found or made").1
    }
}

/// All that was found.
#[derive(Debug, Default)]
pub(super) struct Mismatches {
    /// Offsets of an index and of the log.
    index: ByFile<BTreeMap<i64, i64>>,
    /// Timestamps of a time index and of the log.
    timestamps: ByFile<Pairs>,
    /// Timestamps of a time index that do not ascend, and the one before.
    disorder: ByFile<Pairs>,
    /// Offsets of a time index that the log does not have, and what it has.
    missing: ByFile<Pairs>,
    /// Offsets that do not follow each other.
    holes: ByFile<BTreeMap<i64, i64>>,
}

impl Mismatches {
    pub(super) fn index(&mut self, file: &str, said: i64, found: i64) {
        self.index.of(file).insert(said, found);
    }

    pub(super) fn timestamp(&mut self, file: &str, said: i64, found: i64) {
        self.timestamps.of(file).push((said, found));
    }

    pub(super) fn disorder(&mut self, file: &str, said: i64, before: i64) {
        self.disorder.of(file).push((said, before));
    }

    pub(super) fn missing(&mut self, file: &str, said: i64, found: i64) {
        self.missing.of(file).push((said, found));
    }

    pub(super) fn hole(&mut self, file: &str, from: i64, to: i64) {
        self.holes.of(file).insert(from, to);
    }

    /// Tells all of it on standard error.
    pub(super) fn print(self, screen: &mut Screen) {
        // Kafka tells these from the last to the first.
        let index = self.index.0.into_iter();
        let index = index.map(|(file, found)| (file, found.into_iter().rev().collect()));
        tell(screen, index.collect(), "Mismatches in :", |said, found| {
            format!("  Index offset: {said}, log offset: {found}")
        });
        tell(screen, self.timestamps.0, "Found timestamp mismatch in :", |said, found| {
            format!("  Index timestamp: {said}, log timestamp: {found}")
        });
        tell(screen, self.disorder.0, "Found out of order timestamp in :", |said, before| {
            format!("  Index timestamp: {said}, Previously indexed timestamp: {before}")
        });
        let missing = "The following indexed offsets are not found in :";
        tell(screen, self.missing.0, missing, |said, found| {
            format!("Indexed offset: {said}, found log offset: {found}")
        });
        let holes = self.holes.0.into_iter();
        let holes = holes.map(|(file, found)| (file, found.into_iter().collect()));
        tell(screen, holes.collect(), "Non-consecutive offsets in ", |from, to| {
            format!("  {from} is followed by {to}")
        });
    }
}

fn tell(
    screen: &mut Screen,
    mut files: Vec<(String, Pairs)>,
    heading: &str,
    line: impl Fn(i64, i64) -> String,
) {
    // Java's computeIfAbsent puts what is new before what was in its bucket.
    files.reverse();
    for (file, found) in hash_map_order(files, DEFAULT_CAPACITY, |(file, _)| file.clone()) {
        screen.complain(format!("{heading}{file}"));
        found.iter().for_each(|(one, other)| screen.complain(line(*one, *other)));
    }
}
