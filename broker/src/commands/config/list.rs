//! `sapwood server config list`: the keys that there are.

use std::io::Write;

use client::cli::Failure;
use client::cli::output::{Column, Listing, OutputArgs};
use regex::Regex;

use super::{class, owner, range};
use crate::config::catalogue::{Page, pages};

/// The arguments.
#[derive(Debug, clap::Args)]
pub struct List {
    /// Only keys that match this regular expression
    #[arg(value_name = "REGEX")]
    pattern: Option<Regex>,
    #[command(flatten)]
    output: OutputArgs,
}

const COLUMNS: &[Column] = &[
    Column::text("key"),
    Column::text("of"),
    Column::text("type"),
    Column::text("default"),
    Column::text("changed"),
    Column::text("class"),
    Column::text("unit").wide(),
    Column::text("range").wide(),
    Column::text("meaning").wide(),
];

impl List {
    pub(super) fn print(&self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let wanted =
            |page: &Page| self.pattern.as_ref().is_none_or(|regex| regex.is_match(page.row.key));
        let mut listing = Listing::new(COLUMNS);
        for page in pages().filter(wanted) {
            listing.row([
                page.row.key.into(),
                owner(page.owner).into(),
                page.row.kind.name().into(),
                page.row.default.into(),
                page.changed().into(),
                class(page.row.class).into(),
                page.unit().into(),
                range(&page).into(),
                page.row.doc.trim().into(),
            ]);
        }
        Ok(self.output.print(out, &listing)?)
    }
}
