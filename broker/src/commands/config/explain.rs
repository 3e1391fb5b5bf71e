//! `sapwood server config explain`: all that is known of a key.

use std::io::Write;

use client::cli::Failure;
use client::cli::output::{Cell, OutputArgs, Page};

use super::{class, owner, range, reason};
use crate::config::catalogue::{self, Owner, Past};

/// The arguments.
#[derive(Debug, clap::Args)]
pub struct Explain {
    /// The keys
    #[arg(required = true, value_name = "KEY")]
    keys: Vec<String>,
    #[command(flatten)]
    output: OutputArgs,
}

impl Explain {
    pub(super) fn print(&self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let found: Vec<Vec<Page>> = self.keys.iter().map(|key| find(key)).collect();
        let unknown = self.keys.iter().zip(&found).find(|(_, pages)| pages.is_empty());
        self.output.print_pages(out, &found.concat())?;
        unknown.map_or(Ok(()), |(key, _)| {
            let missing = Failure::missing(format!("there is no configuration key {key:?}"));
            Err(missing.advise(catalogue::offer(key)))
        })
    }
}

/// The pages of a key: two for one of brokers that topics have as well.
fn find(key: &str) -> Vec<Page> {
    let known = catalogue::find(key);
    let past = catalogue::past().filter(|past| past.key == key);
    known.iter().map(page).chain(past.map(page_of_the_past)).collect()
}

fn page(key: &catalogue::Page) -> Page {
    let row = key.row;
    let is_broker = key.owner == Owner::Broker;
    let default = match row.default {
        Some("") => Cell::shown("", "empty"),
        default => default.into(),
    };
    let page = Page::new("key", row.key)
        .fact("of", owner(key.owner))
        .fact("meaning", row.doc.trim())
        .fact("type", row.kind.name())
        .fact("default", default)
        .fact("changed", key.changed())
        .fact("class", class(row.class))
        .wide_fact("chapter", key.chapter)
        .wide_fact("secret", Cell::from(serde_json::Value::Bool(row.is_sensitive())));
    let page = where_known(page, "unit", key.unit());
    let page = where_known(page, "range", range(key));
    let page = where_known(page, "reason", reason(key));
    let page = where_known(page, "topic_key", key.counterpart.filter(|_| is_broker));
    let page = where_known(page, "broker_key", key.counterpart.filter(|_| !is_broker));
    let others = Some(key.other_units().join(", ")).filter(|keys| !keys.is_empty());
    let page = where_known(page, "other_units", others);
    where_known(page, "variable", is_broker.then(|| catalogue::variable(row.key)))
}

/// A fact that programs always find, and people where there is something to say.
fn where_known(page: Page, key: &'static str, fact: Option<impl Into<Cell>>) -> Page {
    match fact {
        Some(fact) => page.fact(key, fact),
        None => page.wide_fact(key, None::<Cell>),
    }
}

fn page_of_the_past(past: Past) -> Page {
    let class = if past.is_refused { "refused" } else { "taken with a warning" };
    Page::new("key", past.key)
        .fact("of", "the past")
        .fact("class", class)
        .fact("reason", past.why)
        .fact("instead", past.remedy)
}
