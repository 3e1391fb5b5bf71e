//! A page: what is known of one thing, as facts and listings.

use std::io::{self, Write};

use serde_json::{Map, Value};

use super::cell::Cell;
use super::listing::Listing;

/// Facts about one thing, of which the first is its name, and listings of what belongs to it.
#[derive(Clone, Debug, Default)]
pub struct Page {
    facts: Vec<Fact>,
    parts: Vec<(&'static str, Listing)>,
}

#[derive(Clone, Debug)]
struct Fact {
    key: &'static str,
    cell: Cell,
    is_wide: bool,
}

impl Page {
    /// A page about the thing with this name.
    pub fn new(key: &'static str, name: impl Into<Cell>) -> Self {
        Self::default().fact(key, name)
    }

    /// The page with one more fact.
    pub fn fact(mut self, key: &'static str, cell: impl Into<Cell>) -> Self {
        self.facts.push(Fact { key, cell: cell.into(), is_wide: false });
        self
    }

    /// The page with one more fact, which people see only with `--output wide`.
    pub fn wide_fact(mut self, key: &'static str, cell: impl Into<Cell>) -> Self {
        self.facts.push(Fact { key, cell: cell.into(), is_wide: true });
        self
    }

    /// The page with a listing of things that belong to it.
    pub fn part(mut self, key: &'static str, listing: Listing) -> Self {
        self.parts.push((key, listing));
        self
    }

    pub(super) fn as_json(&self) -> Value {
        let facts = self.facts.iter().map(|fact| (fact.key.into(), fact.cell.value().clone()));
        let parts = self.parts.iter().map(|(key, listing)| ((*key).into(), listing.as_json()));
        Value::Object(facts.chain(parts).collect::<Map<_, _>>())
    }

    pub(super) fn print_name(&self, out: &mut (dyn Write + Send)) -> io::Result<()> {
        self.facts.first().map_or(Ok(()), |fact| writeln!(out, "{}", fact.cell.csv()))
    }

    fn print(&self, out: &mut (dyn Write + Send), is_wide: bool, headings: bool) -> io::Result<()> {
        let shown = || self.facts.iter().filter(|fact| is_wide || !fact.is_wide);
        let width = shown().map(|fact| fact.key.len()).max().unwrap_or(0);
        for fact in shown() {
            let label = fact.key.replace('_', " ");
            writeln!(out, "{label:width$}  {}", fact.cell.text())?;
        }
        for (_, listing) in self.parts.iter().filter(|(_, listing)| !listing.is_empty()) {
            writeln!(out)?;
            listing.print_table(out, is_wide, headings)?;
        }
        Ok(())
    }
}

/// All pages, with a blank line between them.
pub(super) fn print_all(
    out: &mut (dyn Write + Send),
    pages: &[Page],
    is_wide: bool,
    headings: bool,
) -> io::Result<()> {
    for (at, page) in pages.iter().enumerate() {
        if at > 0 {
            writeln!(out)?;
        }
        page.print(out, is_wide, headings)?;
    }
    Ok(())
}

/// The rows of the first listing of each page, each behind the page's name; or the facts, where there is no listing.
pub(super) fn print_csv(
    out: &mut (dyn Write + Send),
    pages: &[Page],
    headings: bool,
) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    for (at, page) in pages.iter().enumerate() {
        let headings = headings && at == 0;
        match (page.parts.first(), page.facts.first()) {
            (Some((_, listing)), Some(name)) => {
                if headings {
                    csv.write_record(std::iter::once(name.key).chain(listing.csv_headings()))?;
                }
                for row in listing.csv_rows() {
                    csv.write_record(std::iter::once(name.cell.csv()).chain(row))?;
                }
            }
            _ => {
                if headings {
                    csv.write_record(page.facts.iter().map(|fact| fact.key))?;
                }
                csv.write_record(page.facts.iter().map(|fact| fact.cell.csv()))?;
            }
        }
    }
    csv.flush()
}

#[cfg(test)]
mod tests {
    use super::super::{Column, OutputArgs, OutputFormat};
    use super::*;

    fn printed(format: OutputFormat) -> String {
        let mut parts =
            Listing::new(const { &[Column::number("partition"), Column::number("end")] });
        parts.row([0.into(), 7.into()]);
        let page = Page::new("topic", "logs").fact("leader_epoch", 3).wide_fact("id", "x");
        let pages = [page.part("partitions", parts)];
        let mut out = Vec::new();
        OutputArgs { format, no_headers: false }.print_pages(&mut out, &pages).expect("writable");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn one_page_prints_in_every_format() {
        assert_eq!(
            printed(OutputFormat::Table),
            "topic         logs\nleader epoch  3\n\nPARTITION  END\n        0    7\n"
        );
        assert_eq!(printed(OutputFormat::Csv), "topic,partition,end\nlogs,0,7\n");
        assert_eq!(printed(OutputFormat::Name), "logs\n");
        let json: Value = serde_json::from_str(&printed(OutputFormat::Json)).expect("JSON");
        assert_eq!(json[0]["partitions"][0]["end"], 7);
        assert_eq!(json[0]["id"], "x");
    }
}
