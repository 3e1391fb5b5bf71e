//! A draft: an image that is ahead of the log by what is being decided.

use crate::metadata::{Image, Record};

/// The image as it will be, and the records that make it so.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    image: Image,
    records: Vec<Record>,
}

impl Draft {
    pub(super) fn new(image: &Image) -> Self {
        Self { image: image.clone(), records: Vec::new() }
    }

    /// The image with all that has been decided so far.
    pub(super) fn image(&self) -> &Image {
        &self.image
    }

    /// Decides a fact.
    pub(super) fn add(&mut self, record: impl Into<Record>) {
        let record = record.into();
        self.image.fold(&record);
        self.records.push(record);
    }

    /// Runs `decide`, and keeps what it added only if it succeeds and is meant in earnest.
    pub(super) fn attempt<T, E>(
        &mut self,
        validate_only: bool,
        decide: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        let (image, length) = (self.image.clone(), self.records.len());
        let outcome = decide(self);
        if validate_only || outcome.is_err() {
            self.image = image;
            self.records.truncate(length);
        }
        outcome
    }

    pub(super) fn into_records(self) -> Vec<Record> {
        self.records
    }
}
