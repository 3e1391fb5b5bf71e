//! `sapwood server config`: what each key means.

mod explain;
mod list;

use std::process::ExitCode;

use crate::config::catalogue::{Owner, Page};
use crate::config::{Check, Class};

/// What there is to ask about keys.
#[derive(Debug, clap::Subcommand)]
pub enum ConfigCommand {
    /// Say what keys mean: type, unit, range, default, where a new value is taken, what the broker does about them
    Explain(explain::Explain),
    /// List the keys that there are: the broker's, topics', groups' and client metrics'
    #[command(visible_alias = "ls")]
    List(list::List),
}

impl ConfigCommand {
    /// Runs `sapwood server config …`.
    pub fn run(&self) -> ExitCode {
        super::run_with_output(|out| match self {
            Self::Explain(explain) => explain.print(out),
            Self::List(list) => list.print(out),
        })
    }
}

/// Whose key it is, in a word or two.
fn owner(owner: Owner) -> &'static str {
    match owner {
        Owner::Broker => "broker",
        Owner::Topic => "topic",
        Owner::Group => "group",
        Owner::ClientMetrics => "client metrics",
    }
}

/// What the broker does about a key, in a word.
pub(super) fn class(class: Class) -> &'static str {
    match class {
        Class::Supported => "supported",
        Class::NoEffect(_) => "no effect",
        Class::Refused(_) => "refused",
    }
}

/// Why the broker does nothing about the key, or refuses it.
fn reason(page: &Page) -> Option<&'static str> {
    match page.row.class {
        Class::Supported => None,
        Class::NoEffect(why) | Class::Refused(why) => Some(why),
    }
}

/// The legal values beyond the type, if not all of them are.
fn range(page: &Page) -> Option<String> {
    (page.row.check != Check::Any).then(|| page.row.check.describe())
}
