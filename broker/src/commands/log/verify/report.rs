//! The report: what was read, what is wrong, and where.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use client::cli::output::{Column, Listing, OutputArgs, OutputFormat, json, yaml};
use protocol::ids::Offset;
use serde_json::{Value, json};

/// The columns of the partitions, with the same names as in JSON.
const COLUMNS: &[Column] = &[
    Column::text("folder"),
    Column::number("segments"),
    Column::number("batches"),
    Column::number("records"),
    Column::number("bytes"),
    Column::number("holes"),
    Column::number("first_offset"),
    Column::number("last_offset"),
    Column::number("problems"),
];

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) file: PathBuf,
    /// Where in the file.
    pub(super) position: Option<u64>,
    /// The offset that it is about.
    pub(super) offset: Option<Offset>,
    pub(super) what: String,
}

/// A partition, as far as it could be read.
#[derive(Debug, Default)]
pub(super) struct PartitionReport {
    pub(super) folder: PathBuf,
    pub(super) segments: u64,
    pub(super) batches: u64,
    pub(super) records: u64,
    pub(super) bytes: u64,
    /// Offsets between batches that no batch has.
    pub(super) holes: u64,
    pub(super) first: Option<Offset>,
    pub(super) last: Option<Offset>,
    pub(super) problems: Vec<Problem>,
}

/// All of it.
#[derive(Debug, Default)]
pub(super) struct Report {
    pub(super) partitions: Vec<PartitionReport>,
    /// What is wrong outside of partitions.
    pub(super) problems: Vec<Problem>,
}

impl Problem {
    /// A problem of a whole file.
    pub(super) fn of(file: &Path, what: impl Into<String>) -> Self {
        Self { file: file.to_owned(), position: None, offset: None, what: what.into() }
    }

    /// At this byte.
    pub(super) fn at(mut self, position: u64) -> Self {
        self.position = Some(position);
        self
    }

    /// About this offset.
    pub(super) fn offset(mut self, offset: Offset) -> Self {
        self.offset = Some(offset);
        self
    }

    fn print(&self, out: &mut (dyn Write + Send)) -> io::Result<()> {
        let name = self.file.file_name().unwrap_or(self.file.as_os_str()).to_string_lossy();
        let position = self.position.map(|at| format!(", byte {at}")).unwrap_or_default();
        let offset = self.offset.map(|at| format!(", offset {at}")).unwrap_or_default();
        writeln!(out, "  {name}{position}{offset}: {}", self.what)
    }

    fn json(&self) -> Value {
        json!({
            "file": self.file.display().to_string(),
            "position": self.position,
            "offset": self.offset.map(Offset::get),
            "what": self.what,
        })
    }
}

impl PartitionReport {
    fn print(&self, out: &mut (dyn Write + Send)) -> io::Result<()> {
        let state = match self.problems.len() {
            0 => "ok".to_owned(),
            count => counted(count as u64, "problem"),
        };
        let holes = match self.holes {
            0 => String::new(),
            count => format!(", {}", counted(count, "hole")),
        };
        let offsets = match (self.first, self.last) {
            (Some(first), Some(last)) => format!("offsets {first}..{last}"),
            _ => "empty".into(),
        };
        writeln!(
            out,
            "{}: {offsets}, {}, {}, {}, {} bytes{holes}: {state}",
            self.folder.display(),
            counted(self.segments, "segment"),
            counted_as(self.batches, "batch", "batches"),
            counted(self.records, "record"),
            self.bytes,
        )?;
        self.problems.iter().try_for_each(|problem| problem.print(out))
    }

    fn json(&self) -> Value {
        json!({
            "folder": self.folder.display().to_string(),
            "segments": self.segments,
            "batches": self.batches,
            "records": self.records,
            "bytes": self.bytes,
            "holes": self.holes,
            "first_offset": self.first.map(Offset::get),
            "last_offset": self.last.map(Offset::get),
            "problems": self.problems.iter().map(Problem::json).collect::<Vec<_>>(),
        })
    }
}

impl Report {
    /// How many problems there are.
    pub(super) fn problems(&self) -> usize {
        let inside = self.partitions.iter().map(|partition| partition.problems.len());
        self.problems.len() + inside.sum::<usize>()
    }

    /// Prints it. Problems are sentences, so people get lines and not columns.
    pub(super) fn print(&self, out: &mut (dyn Write + Send), output: OutputArgs) -> io::Result<()> {
        match output.format {
            OutputFormat::Table | OutputFormat::Wide => self.print_words(out),
            OutputFormat::Json => json(out, &self.document()),
            OutputFormat::Yaml => yaml(out, &self.document()),
            OutputFormat::Csv | OutputFormat::Name => output.print(out, &self.listing()),
        }
    }

    /// A line a partition, and one for each problem.
    fn print_words(&self, out: &mut (dyn Write + Send)) -> io::Result<()> {
        self.partitions.iter().try_for_each(|partition| partition.print(out))?;
        self.problems.iter().try_for_each(|problem| {
            let folder = problem.file.parent().unwrap_or(Path::new(""));
            writeln!(out, "{}:", folder.display())?;
            problem.print(out)
        })
    }

    /// Everything, for programs.
    fn document(&self) -> Value {
        json!({
            "ok": self.problems() == 0,
            "partitions": self.partitions.iter().map(PartitionReport::json).collect::<Vec<_>>(),
            "problems": self.problems.iter().map(Problem::json).collect::<Vec<_>>(),
        })
    }

    /// A row a partition, with the number of its problems.
    fn listing(&self) -> Listing {
        let mut listing = Listing::new(COLUMNS);
        for partition in &self.partitions {
            listing.row([
                partition.folder.display().to_string().into(),
                partition.segments.into(),
                partition.batches.into(),
                partition.records.into(),
                partition.bytes.into(),
                partition.holes.into(),
                partition.first.into(),
                partition.last.into(),
                partition.problems.len().into(),
            ]);
        }
        listing
    }
}

fn counted(count: u64, thing: &str) -> String {
    counted_as(count, thing, &format!("{thing}s"))
}

fn counted_as(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
