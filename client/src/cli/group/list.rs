//! `sapwood group list`: which groups there are.

use std::io::Write;

use clap::Args;
use serde_json::json;

use crate::admin::ListedGroup;
use crate::cli::brokers::BrokerArgs;
use crate::cli::failure::Failure;
use crate::cli::output::{self, Columns, OutputFormat, or_dash};

/// The arguments.
#[derive(Debug, Args)]
pub struct List {
    /// How to print
    #[arg(short, long, visible_alias = "format", value_enum, default_value_t)]
    output: OutputFormat,
    #[command(flatten)]
    brokers: BrokerArgs,
}

impl List {
    pub(super) async fn run(self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let groups = self.brokers.admin()?.list_groups().await?;
        match self.output {
            OutputFormat::Name => {
                groups.iter().try_for_each(|group| writeln!(out, "{}", group.group))?;
            }
            OutputFormat::Json => {
                let rows: Vec<_> = groups.iter().map(as_json).collect();
                output::json(out, &rows)?;
            }
            OutputFormat::Table => {
                let headings = ["GROUP", "STATE", "TYPE", "PROTOCOL", "COORDINATOR"];
                let mut table = Columns::new(&headings).right(&[4]);
                for group in groups {
                    let protocol =
                        Some(group.protocol_type).filter(|protocol| !protocol.is_empty());
                    table.row([
                        group.group,
                        or_dash(group.state),
                        or_dash(group.group_type),
                        or_dash(protocol),
                        group.coordinator.to_string(),
                    ]);
                }
                table.print(out)?;
            }
        }
        Ok(())
    }
}

fn as_json(group: &ListedGroup) -> serde_json::Value {
    json!({
        "group": group.group,
        "state": group.state,
        "type": group.group_type,
        "protocol_type": group.protocol_type,
        "coordinator": group.coordinator.get(),
    })
}
