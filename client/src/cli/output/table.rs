//! Columns with a heading, for people.

use std::io::{self, Write};

use comfy_table::{CellAlignment, Table};

/// Columns with a heading; numbers are flush right.
#[derive(Debug)]
pub struct Columns {
    table: Table,
}

impl Columns {
    /// A table with these headings, or with none.
    pub fn new<'a>(headings: impl IntoIterator<Item = &'a str>, are_shown: bool) -> Self {
        let mut table = Table::new();
        table.load_preset(comfy_table::presets::NOTHING);
        let headings: Vec<&str> = headings.into_iter().collect();
        match are_shown {
            true => table.set_header(headings),
            // Columns come to be with the first row; an empty heading makes them now.
            false => table.set_header(vec![""; headings.len()]),
        };
        for column in table.column_iter_mut() {
            column.set_padding((0, 2));
        }
        Self { table }
    }

    /// The table with these columns, counted from 0, flush right.
    pub fn right(mut self, columns: &[usize]) -> Self {
        for column in columns {
            if let Some(column) = self.table.column_mut(*column) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        self
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.table.add_row(cells);
    }

    /// Prints the table, without the blanks that fill its last column, and without an empty line of headings.
    pub fn print(&self, out: &mut (dyn Write + Send)) -> io::Result<()> {
        let lines = self.table.lines().enumerate();
        for (_, line) in lines.filter(|(at, line)| *at > 0 || !line.trim().is_empty()) {
            writeln!(out, "{}", line.trim_end())?;
        }
        Ok(())
    }
}
