//! `sapwood cluster config import`: sets what a file says.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;

use super::document::{self, Document, Scope};
use super::missing;
use crate::admin::{Admin, ConfigChange, Resource};
use crate::cli::brokers::BrokerArgs;
use crate::cli::configs::Change;
use crate::cli::confirm::ConfirmArgs;
use crate::cli::failure::Failure;
use crate::cli::output::{Cell, Column, Listing, OutputArgs, counted};
use crate::cli::terminal::note;
use crate::settings::Settings;

/// The arguments.
#[derive(Debug, Args)]
pub struct Import {
    /// What `export` wrote, or the like: a list of entries with key, value (null takes it back) and broker
    file: PathBuf,
    #[command(flatten)]
    confirm: ConfirmArgs,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    brokers: BrokerArgs,
}

const COLUMNS: &[Column] =
    &[Column::text("key"), Column::text("broker"), Column::text("before"), Column::text("after")];

/// What differs from what is set now.
#[derive(Debug, Default)]
struct Plan {
    changes: Vec<(Resource, Vec<Change>)>,
    count: usize,
}

impl Import {
    pub(super) async fn run(self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let wanted = document::read(&self.file)?;
        let admin = self.brokers.admin()?;
        let mut listing = Listing::new(COLUMNS);
        let plan = plan(&admin, &wanted, &mut listing).await?;
        // A file with one wrong line shall change nothing at all.
        for (resource, changes) in &plan.changes {
            admin.alter_configs(resource, changes, true).await?;
        }
        self.output.print(out, &listing)?;
        out.flush()?;
        let changes = counted(plan.count, "change");
        if plan.count == 0 {
            note("everything is so already");
            return Ok(());
        }
        if self.confirm.dry_run {
            note(format!("{changes} would be made"));
            return Ok(());
        }
        self.confirm.ask(&format!("make {changes}?"))?;
        for (resource, changes) in &plan.changes {
            admin.alter_configs(resource, changes, false).await?;
        }
        note(format!("made {changes}"));
        Ok(())
    }
}

async fn plan(admin: &Admin, wanted: &Document, listing: &mut Listing) -> Result<Plan, Failure> {
    let live = document::scopes(admin).await?;
    let mut plan = Plan::default();
    for (scope, settings) in wanted {
        if !live.contains(scope) {
            return Err(missing(scope.map(|id| id.get())));
        }
        let own = document::own(admin, *scope).await?;
        let mut changes = Vec::new();
        for (key, after) in settings {
            let before = own.iter().find(|config| config.name == *key);
            let value = before.and_then(|config| config.value.as_ref());
            // A secret may be the same and may be another: only the broker knows.
            let is_secret = before.is_some_and(|config| config.sensitive);
            if value == after.as_ref() && !is_secret {
                continue;
            }
            listing.row(row(key, *scope, value, after.as_ref(), is_secret));
            let change = after.clone().map_or(ConfigChange::Delete, ConfigChange::Set);
            changes.push((key.clone(), change));
        }
        if !changes.is_empty() {
            plan.count += changes.len();
            plan.changes.push((Resource::Broker(*scope), changes));
        }
    }
    Ok(plan)
}

fn row(
    key: &str,
    scope: Scope,
    before: Option<&String>,
    after: Option<&String>,
    is_secret: bool,
) -> [Cell; 4] {
    let secret = || Cell::shown(None::<&str>, "(secret)");
    let shown = |value: Option<&String>| value.map(String::as_str).into();
    let hides = is_secret || Settings::is_secret(key);
    [
        key.into(),
        document::cell(scope),
        if is_secret { secret() } else { shown(before) },
        if hides && after.is_some() { secret() } else { shown(after) },
    ]
}
