//! `sapwood cluster config export`: all that was set while brokers ran.

use std::io::Write;

use clap::Args;

use super::document;
use crate::cli::brokers::BrokerArgs;
use crate::cli::failure::Failure;
use crate::cli::output::{Column, Listing, OutputArgs, OutputFormat};
use crate::cli::terminal::note;

/// The arguments.
#[derive(Debug, Args)]
pub struct Export {
    /// How to print; `import` reads yaml and json
    #[arg(short, long, visible_alias = "format", value_enum, default_value_t = OutputFormat::Yaml)]
    output: OutputFormat,
    #[command(flatten)]
    brokers: BrokerArgs,
}

const COLUMNS: &[Column] = &[Column::text("key"), Column::text("value"), Column::text("broker")];

impl Export {
    pub(super) async fn run(self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let admin = self.brokers.admin()?;
        let mut listing = Listing::new(COLUMNS);
        for scope in document::scopes(&admin).await? {
            for config in document::own(&admin, scope).await? {
                // A broker tells nobody its secrets; null would take them away where this is imported.
                let Some(value) = config.value else {
                    note(format!("warning: the secret {} is left out", config.name));
                    continue;
                };
                listing.row([config.name.into(), value.into(), document::cell(scope)]);
            }
        }
        Ok(OutputArgs { format: self.output, no_headers: false }.print(out, &listing)?)
    }
}
