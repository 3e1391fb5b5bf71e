//! The output of commands that list and describe: tables for people, JSON, YAML and CSV for programs, names for pipes.
//!
//! A command fills a [`Listing`] (rows under fixed columns) or [`Page`]s (facts about one thing, with listings in it) and
//! does not know the format. Keys of columns and facts are the field names in JSON, YAML and CSV, and stay; headings are
//! the same words in capitals.

mod cell;
mod listing;
mod page;
mod size;
mod table;

use std::io::{self, Write};

use clap::{Args, ValueEnum};
use serde::Serialize;
use serde_json::Value;

pub use cell::Cell;
pub use listing::{Column, Listing};
pub use page::Page;
pub use size::size;
pub use table::Columns;

/// How a list is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    /// Columns for people
    #[default]
    Table,
    /// More columns
    Wide,
    /// One JSON document, with field names that stay
    Json,
    /// The same as YAML
    Yaml,
    /// Rows with a line of names before them
    Csv,
    /// Names alone, one a line
    Name,
}

/// The arguments of a command that lists or describes.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct OutputArgs {
    /// How to print
    #[arg(short = 'o', long = "output", visible_alias = "format", value_enum, default_value_t)]
    pub format: OutputFormat,
    /// Leave out the line of headings
    #[arg(long)]
    pub no_headers: bool,
}

impl OutputArgs {
    /// Prints a listing.
    pub fn print(self, out: &mut (dyn Write + Send), listing: &Listing) -> io::Result<()> {
        match self.format {
            OutputFormat::Table => listing.print_table(out, false, !self.no_headers),
            OutputFormat::Wide => listing.print_table(out, true, !self.no_headers),
            OutputFormat::Csv => listing.print_csv(out, !self.no_headers),
            OutputFormat::Name => listing.print_names(out),
            OutputFormat::Json => json(out, &listing.as_json()),
            OutputFormat::Yaml => yaml(out, &listing.as_json()),
        }
    }

    /// Prints what is known of several things: a list, also if there is one.
    pub fn print_pages(self, out: &mut (dyn Write + Send), pages: &[Page]) -> io::Result<()> {
        let as_json = || Value::Array(pages.iter().map(Page::as_json).collect());
        match self.format {
            OutputFormat::Table => page::print_all(out, pages, false, !self.no_headers),
            OutputFormat::Wide => page::print_all(out, pages, true, !self.no_headers),
            OutputFormat::Csv => page::print_csv(out, pages, !self.no_headers),
            OutputFormat::Name => pages.iter().try_for_each(|page| page.print_name(out)),
            OutputFormat::Json => json(out, &as_json()),
            OutputFormat::Yaml => yaml(out, &as_json()),
        }
    }

    /// Prints what is known of the one thing that there is, such as the cluster.
    pub fn print_page(self, out: &mut (dyn Write + Send), page: &Page) -> io::Result<()> {
        match self.format {
            OutputFormat::Json => json(out, &page.as_json()),
            OutputFormat::Yaml => yaml(out, &page.as_json()),
            _ => self.print_pages(out, std::slice::from_ref(page)),
        }
    }

    /// Whether only names will be printed, so that nothing else need be asked for.
    pub fn is_names(self) -> bool {
        self.format == OutputFormat::Name
    }
}

/// Prints one JSON document.
pub fn json(out: &mut (dyn Write + Send), value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    writeln!(out)
}

/// Prints one YAML document.
pub fn yaml(out: &mut (dyn Write + Send), value: &impl Serialize) -> io::Result<()> {
    let text = serde_saphyr::to_string(value).map_err(io::Error::other)?;
    out.write_all(text.as_bytes())?;
    if text.ends_with('\n') { Ok(()) } else { writeln!(out) }
}

/// Numbers as a list: `1,2,3`.
pub fn numbers<T: ToString>(numbers: impl IntoIterator<Item = T>) -> String {
    let texts: Vec<String> = numbers.into_iter().map(|number| number.to_string()).collect();
    texts.join(",")
}

/// `1 partition`, `2 partitions`.
pub fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
