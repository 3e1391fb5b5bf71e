//! A filter: which of the records that were read are shown.

use clap::Args;
use regex::bytes::Regex;

use crate::consumer::Record;

/// The arguments; a record must pass all that are given.
#[derive(Debug, Args)]
#[command(next_help_heading = "Filters")]
pub(super) struct FilterArgs {
    /// Only records whose value matches this regular expression
    #[arg(long, value_name = "REGEX")]
    grep: Option<Regex>,
    /// Only records whose key matches this regular expression
    #[arg(long, value_name = "REGEX")]
    key: Option<Regex>,
    /// Only records with this header; may be given more than once
    #[arg(long = "header", value_name = "NAME=VALUE", value_parser = header)]
    headers: Vec<(String, String)>,
}

/// `NAME=VALUE` or `NAME:VALUE`, blanks and all, as `topic produce -H` takes it.
fn header(text: &str) -> Result<(String, String), String> {
    match text.find(['=', ':']) {
        Some(at) if at > 0 => Ok((text[..at].to_owned(), text[at + 1..].to_owned())),
        _ => Err("write NAME=VALUE".into()),
    }
}

impl FilterArgs {
    /// Whether the record is to be shown. A record without a key or a value matches no expression.
    pub(super) fn takes(&self, record: &Record) -> bool {
        let matches = |pattern: &Option<Regex>, bytes: Option<&[u8]>| {
            pattern.as_ref().is_none_or(|p| bytes.is_some_and(|bytes| p.is_match(bytes)))
        };
        let has = |(name, value): &(String, String)| {
            record.headers.iter().any(|header| {
                *header.key == *name.as_bytes() && header.value.as_deref() == Some(value.as_bytes())
            })
        };
        matches(&self.grep, record.value.as_deref())
            && matches(&self.key, record.key.as_deref())
            && self.headers.iter().all(has)
    }
}
