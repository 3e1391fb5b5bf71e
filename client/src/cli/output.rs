//! The output: tables for people, JSON and names for programs.

use std::io::{self, Write};

use clap::ValueEnum;
use comfy_table::{CellAlignment, Table};
use serde::Serialize;

/// How a list is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum OutputFormat {
    /// Columns for people
    #[default]
    Table,
    /// One JSON document, with field names that stay
    Json,
    /// Names alone, one a line
    Name,
}

/// Columns with a heading; numbers are flush right.
#[derive(Debug)]
pub(super) struct Columns {
    table: Table,
}

impl Columns {
    /// A table with these headings.
    pub(super) fn new(headings: &[&str]) -> Self {
        let mut table = Table::new();
        table.load_preset(comfy_table::presets::NOTHING);
        table.set_header(headings.iter().copied());
        for column in table.column_iter_mut() {
            column.set_padding((0, 2));
        }
        Self { table }
    }

    /// The table with these columns, counted from 0, flush right.
    pub(super) fn right(mut self, columns: &[usize]) -> Self {
        for column in columns {
            if let Some(column) = self.table.column_mut(*column) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        self
    }

    /// Adds a row.
    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.table.add_row(cells);
    }

    /// Prints the table, without the blanks that fill its last column.
    pub(super) fn print(&self, out: &mut (dyn Write + Send)) -> io::Result<()> {
        for line in self.table.lines() {
            writeln!(out, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// Prints one JSON document.
pub(super) fn json(out: &mut (dyn Write + Send), value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    writeln!(out)
}

/// Numbers as a list: `1,2,3`.
pub(super) fn numbers<T: ToString>(numbers: impl IntoIterator<Item = T>) -> String {
    let texts: Vec<String> = numbers.into_iter().map(|number| number.to_string()).collect();
    texts.join(",")
}

/// A value or a dash.
pub(super) fn or_dash(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "-".into(), |value| value.to_string())
}
