//! A listing: rows under columns that are known before.

use std::io::{self, Write};

use serde_json::{Map, Value};

use super::cell::Cell;
use super::table::Columns;

/// A column: the name of its field, and how people see it.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    key: &'static str,
    is_number: bool,
    is_wide: bool,
}

impl Column {
    /// A column of texts. The key is in lower case, with `_` between words.
    pub const fn text(key: &'static str) -> Self {
        Self { key, is_number: false, is_wide: false }
    }

    /// A column of numbers, which stand flush right.
    pub const fn number(key: &'static str) -> Self {
        Self { key, is_number: true, is_wide: false }
    }

    /// The same column, which people see only with `--output wide`.
    pub const fn wide(self) -> Self {
        Self { is_wide: true, ..self }
    }

    fn heading(&self) -> String {
        self.key.to_ascii_uppercase().replace('_', "-")
    }
}

/// Rows, each with a cell for each column. The first column is the name.
#[derive(Clone, Debug)]
pub struct Listing {
    columns: &'static [Column],
    rows: Vec<Vec<Cell>>,
}

impl Listing {
    /// No rows yet.
    pub fn new(columns: &'static [Column]) -> Self {
        Self { columns, rows: Vec::new() }
    }

    /// Adds a row, with a cell for each column.
    pub fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        let row: Vec<Cell> = cells.into_iter().collect();
        assert_eq!(row.len(), self.columns.len(), "a row has a cell for each column");
        self.rows.push(row);
    }

    /// Whether there is nothing to list.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// An array of objects.
    pub fn as_json(&self) -> Value {
        let object = |row: &Vec<Cell>| {
            let fields = self.columns.iter().zip(row);
            let fields = fields.map(|(column, cell)| (column.key.to_owned(), cell.value().clone()));
            Value::Object(fields.collect::<Map<_, _>>())
        };
        Value::Array(self.rows.iter().map(object).collect())
    }

    pub(super) fn print_table(
        &self,
        out: &mut (dyn Write + Send),
        is_wide: bool,
        headings: bool,
    ) -> io::Result<()> {
        let shown: Vec<usize> =
            (0..self.columns.len()).filter(|at| is_wide || !self.columns[*at].is_wide).collect();
        let names: Vec<String> = shown.iter().map(|at| self.columns[*at].heading()).collect();
        let is_number = |position: &usize| self.columns[shown[*position]].is_number;
        let numbers: Vec<usize> = (0..shown.len()).filter(is_number).collect();
        let mut table = Columns::new(names.iter().map(String::as_str), headings).right(&numbers);
        for row in &self.rows {
            table.row(shown.iter().map(|at| row[*at].text()));
        }
        table.print(out)
    }

    pub(super) fn print_csv(&self, out: &mut (dyn Write + Send), headings: bool) -> io::Result<()> {
        let mut csv = csv::Writer::from_writer(out);
        if headings {
            csv.write_record(self.csv_headings())?;
        }
        for row in &self.rows {
            csv.write_record(Self::csv_row(row))?;
        }
        csv.flush()
    }

    pub(super) fn csv_headings(&self) -> impl Iterator<Item = &'static str> {
        self.columns.iter().map(|column| column.key)
    }

    pub(super) fn csv_rows(&self) -> impl Iterator<Item = Vec<String>> + '_ {
        self.rows.iter().map(|row| Self::csv_row(row).collect())
    }

    fn csv_row(row: &[Cell]) -> impl Iterator<Item = String> + '_ {
        row.iter().map(Cell::csv)
    }

    pub(super) fn print_names(&self, out: &mut (dyn Write + Send)) -> io::Result<()> {
        let names = self.rows.iter().filter_map(|row| row.first());
        names.map(Cell::csv).try_for_each(|name| writeln!(out, "{name}"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{OutputArgs, OutputFormat};
    use super::*;

    const COLUMNS: &[Column] =
        &[Column::text("name"), Column::number("size_bytes"), Column::text("id").wide()];

    fn printed(format: OutputFormat, no_headers: bool) -> String {
        let mut listing = Listing::new(COLUMNS);
        listing.row(["a".into(), Cell::bytes(Some(2048)), "x".into()]);
        listing.row(["b, c".into(), Cell::bytes(None), None::<&str>.into()]);
        let mut out = Vec::new();
        OutputArgs { format, no_headers }.print(&mut out, &listing).expect("memory is writable");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn one_listing_prints_in_every_format() {
        assert_eq!(
            printed(OutputFormat::Table, false),
            "NAME  SIZE-BYTES\na        2.0 KiB\nb, c           -\n"
        );
        assert_eq!(printed(OutputFormat::Table, true), "a     2.0 KiB\nb, c        -\n");
        assert!(printed(OutputFormat::Wide, false).starts_with("NAME  SIZE-BYTES  ID\n"));
        assert_eq!(printed(OutputFormat::Csv, false), "name,size_bytes,id\na,2048,x\n\"b, c\",,\n");
        assert_eq!(printed(OutputFormat::Name, false), "a\nb, c\n");
        assert_eq!(
            printed(OutputFormat::Yaml, false),
            "- name: a\n  size_bytes: 2048\n  id: x\n- name: b, c\n  size_bytes: null\n  id: null\n"
        );
        let json: Value = serde_json::from_str(&printed(OutputFormat::Json, false)).expect("JSON");
        assert_eq!(json[0]["size_bytes"], 2048);
    }
}
