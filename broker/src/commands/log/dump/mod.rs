//! `sapwood log dump`: what is in the files of a partition.
//!
//! One file here a kind of file there; each prints through the [`Printer`], a line of words, a line of JSON or an
//! item of YAML for each thing it finds.

mod batches;
mod indexes;
mod printer;
mod small;

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use client::cli::Failure;
use client::cli::output::{OutputArgs, OutputFormat};
use storage::segment::name::FileKind;

use super::decode;
use super::decode::Decoder;
use super::files::{Content, Place, cannot_read, list, partition_name};
use printer::{Printer, Style};

/// The arguments.
#[derive(Debug, Args)]
#[command(
    after_help = "Damage is told and is exit code 1. Zeros behind the last batch of a segment are no damage: \
                        a broker allocates space ahead, and gives it back when it stops."
)]
pub struct Dump {
    /// Files of a partition (segments, indexes, snapshots, checkpoints), partitions, or log dirs
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Print the records too, with their keys and values
    #[arg(long)]
    print_data_log: bool,
    /// Print the records too, without keys and values
    #[arg(long)]
    deep_iteration: bool,
    /// Read keys and values as records of __consumer_offsets
    #[arg(long)]
    offsets_decoder: bool,
    /// Print keys and values alone
    #[arg(long)]
    skip_record_metadata: bool,
    /// Read so many bytes of each segment at the most
    #[arg(long, value_name = "BYTES")]
    max_bytes: Option<u64>,
    #[command(flatten)]
    output: OutputArgs,
}

impl Dump {
    /// Prints what is there.
    pub(super) fn run(&self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let style = self.style()?;
        let mut printer = Printer::new(out, style);
        for path in &self.paths {
            self.path(path, &mut printer)?;
        }
        match printer.damaged() {
            0 => Ok(()),
            1 => Err(Failure::failed("1 file is damaged")),
            count => Err(Failure::failed(format!("{count} files are damaged"))),
        }
    }

    /// A line each is all that files of many kinds have in common.
    fn style(&self) -> Result<Style, Failure> {
        match self.output.format {
            OutputFormat::Table | OutputFormat::Wide => {
                Ok(Style::Words { headings: !self.output.no_headers })
            }
            OutputFormat::Json => Ok(Style::Json),
            OutputFormat::Yaml => Ok(Style::Yaml),
            OutputFormat::Csv | OutputFormat::Name => {
                Err(Failure::usage("what is in the files has neither columns nor names in common")
                    .advise("use -o table, or -o json or yaml for programs"))
            }
        }
    }

    fn path(&self, path: &Path, printer: &mut Printer<'_>) -> Result<(), Failure> {
        let info = std::fs::metadata(path).map_err(|error| cannot_read(path, &error))?;
        if !info.is_dir() {
            let content = Content::of(path).ok_or_else(|| {
                Failure::usage(format!("{} is no file of a partition or a log dir", path.display()))
            })?;
            return self.file(path, content, printer);
        }
        let place = Place::of(path)?;
        for inside in list(path)? {
            match Content::of(&inside) {
                Some(content) if inside.is_file() => self.file(&inside, content, printer)?,
                _ if place == Place::LogDir && partition_name(&inside).is_some() => {
                    self.path(&inside, printer)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn file(
        &self,
        path: &Path,
        content: Content,
        printer: &mut Printer<'_>,
    ) -> Result<(), Failure> {
        printer.begin(path)?;
        let done = match content {
            Content::Segment(name) => match name.kind {
                FileKind::Log => batches::dump(path, &self.wanted(), printer),
                FileKind::OffsetIndex => indexes::offsets(path, name.base, printer),
                FileKind::TimeIndex => indexes::times(path, name.base, printer),
                FileKind::TransactionIndex => small::transactions(path, name.base, printer),
                FileKind::ProducerSnapshot => small::snapshot(path, printer),
            },
            Content::Epochs => small::epochs(path, printer),
            Content::PartitionMetadata => small::partition_metadata(path, printer),
            Content::Identity => small::identity(path, printer),
            Content::Checkpoint(kind) => small::checkpoint(path, kind, printer),
        };
        done.map_err(|error| cannot_read(path, &error))
    }

    fn wanted(&self) -> batches::Wanted {
        let decoder = match self.offsets_decoder {
            true => decode::Decoder::Offsets,
            false => Decoder::Text,
        };
        let data = self.print_data_log || self.offsets_decoder || self.skip_record_metadata;
        batches::Wanted {
            records: data || self.deep_iteration,
            data: data.then_some(decoder),
            metadata: !self.skip_record_metadata,
            bytes_max: self.max_bytes.unwrap_or(u64::MAX),
        }
    }
}
