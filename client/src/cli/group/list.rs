//! `sapwood group list`: which groups there are.

use std::io::Write;

use clap::Args;
use regex::Regex;

use crate::cli::brokers::BrokerArgs;
use crate::cli::failure::Failure;
use crate::cli::output::{Column, Listing, OutputArgs};

/// The arguments.
#[derive(Debug, Args)]
pub struct List {
    /// Only groups whose id matches this regular expression
    #[arg(value_name = "REGEX")]
    pattern: Option<Regex>,
    /// Only groups in these states, such as Stable or Empty
    #[arg(long, value_name = "STATE,…", value_delimiter = ',')]
    states: Vec<String>,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    brokers: BrokerArgs,
}

const COLUMNS: &[Column] = &[
    Column::text("group"),
    Column::text("state"),
    Column::text("type"),
    Column::text("protocol_type"),
    Column::number("coordinator"),
];

impl List {
    pub(super) async fn run(self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let mut listing = Listing::new(COLUMNS);
        for group in self.brokers.admin()?.list_groups().await? {
            let state = group.state.as_deref();
            let in_state =
                |wanted: &String| state.is_some_and(|state| state.eq_ignore_ascii_case(wanted));
            let named = self.pattern.as_ref().is_none_or(|pattern| pattern.is_match(&group.group));
            if named && (self.states.is_empty() || self.states.iter().any(in_state)) {
                listing.row([
                    group.group.as_str().into(),
                    state.into(),
                    group.group_type.as_deref().into(),
                    Some(group.protocol_type.as_str()).filter(|kind| !kind.is_empty()).into(),
                    group.coordinator.into(),
                ]);
            }
        }
        Ok(self.output.print(out, &listing)?)
    }
}
