//! The checks of Kafka's `CommandLineUtils`: which options must be there, and which not together.

use super::{HELP, Opt, Parsed, VERSION};
use crate::cli::applets::Stop;

impl Parsed {
    /// Stops where help was asked for, or nothing, with this message above the page; or where the version was.
    pub fn help_or_version(&self, message: &str) -> Result<(), Stop> {
        if self.words == 0 || self.has(HELP) {
            return Err(Stop::Usage(message.into()));
        }
        match self.has(VERSION) {
            true => Err(Stop::Version),
            false => Ok(()),
        }
    }

    /// Stops where one of these is missing.
    pub fn require(&self, options: &[Opt]) -> Result<(), Stop> {
        match options.iter().find(|option| !self.has(**option)) {
            None => Ok(()),
            Some(missing) => {
                Err(Stop::Usage(format!("Missing required argument \"[{}]\"", missing.name)))
            }
        }
    }

    /// Stops where `used` is given together with one of the others.
    pub fn forbid(&self, used: Opt, others: &[Opt]) -> Result<(), Stop> {
        if !self.has(used) {
            return Ok(());
        }
        match others.iter().find(|other| self.has(**other)) {
            None => Ok(()),
            Some(other) => Err(Stop::Usage(format!(
                "Option \"[{}]\" can't be used with option \"[{}]\"",
                used.name, other.name
            ))),
        }
    }

    /// Stops where not exactly one of these is given.
    pub fn one_of(&self, options: &[Opt]) -> Result<(), Stop> {
        if self.count(options) == 1 {
            return Ok(());
        }
        let names: Vec<String> =
            options.iter().map(|option| format!("[{}]", option.name)).collect();
        let names = names.join(", ");
        Err(Stop::Usage(format!("Exactly one of the following arguments is required: {names}")))
    }

    /// How many of these are given.
    pub fn count(&self, options: &[Opt]) -> usize {
        options.iter().filter(|option| self.has(**option)).count()
    }
}
