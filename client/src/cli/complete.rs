//! Completion of what only the cluster knows: the names of its topics and groups.
//!
//! The shell calls us with the line as it stands. Whoever presses a key waits for the answer, so no broker is given long,
//! and whatever goes wrong completes to nothing: an error message has no place in the middle of a line.

use std::ffi::{OsStr, OsString};
use std::time::Duration;

use clap::Parser;
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};

use super::brokers::BrokerArgs;
use crate::admin::Admin;
use crate::cluster::Wanted;
use crate::error::Error;

/// How long a key press may wait.
const PATIENCE: Duration = Duration::from_millis(800);

/// Completes the name of a topic.
pub fn topics() -> ArgValueCompleter {
    ArgValueCompleter::new(|typed: &OsStr| candidates(typed, topic_names))
}

/// Completes the id of a group.
pub fn groups() -> ArgValueCompleter {
    ArgValueCompleter::new(|typed: &OsStr| candidates(typed, group_names))
}

async fn topic_names(admin: Admin) -> Result<Vec<String>, Error> {
    let view = admin.cluster().refresh(Wanted::All).await?;
    let topics = view.topics.values().filter(|topic| !topic.internal);
    Ok(topics.map(|topic| topic.name.to_string()).collect())
}

async fn group_names(admin: Admin) -> Result<Vec<String>, Error> {
    Ok(admin.list_groups().await?.into_iter().map(|group| group.group).collect())
}

fn candidates<F>(typed: &OsStr, ask: impl FnOnce(Admin) -> F) -> Vec<CompletionCandidate>
where
    F: Future<Output = Result<Vec<String>, Error>>,
{
    let Some(typed) = typed.to_str() else { return Vec::new() };
    let names = names(ask).unwrap_or_default();
    let matching = names.into_iter().filter(|name| name.starts_with(typed));
    matching.map(CompletionCandidate::new).collect()
}

fn names<F>(ask: impl FnOnce(Admin) -> F) -> Option<Vec<String>>
where
    F: Future<Output = Result<Vec<String>, Error>>,
{
    let admin = brokers(std::env::args_os()).admin().ok()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
    runtime.block_on(async { tokio::time::timeout(PATIENCE, ask(admin)).await.ok()?.ok() })
}

/// The brokers that the line names so far. The rest of it makes no sense yet, so only these flags are looked for.
fn brokers(line: impl Iterator<Item = OsString>) -> BrokerArgs {
    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        brokers: BrokerArgs,
    }
    const FLAGS: &[&str] =
        &["-b", "--brokers", "--bootstrap-server", "--profile", "--command-config"];
    let mut words = line.skip_while(|word| word != "--").filter_map(|word| word.into_string().ok());
    let mut found = vec!["sapwood".to_owned()];
    while let Some(word) = words.next() {
        let is_flag = FLAGS.contains(&word.as_str());
        if let Some(value) = is_flag.then(|| words.next()).flatten() {
            found.extend([word, value]);
        } else if FLAGS.iter().any(|flag| word.starts_with(&format!("{flag}="))) {
            found.push(word);
        }
    }
    Line::try_parse_from(found).unwrap_or_else(|_| Line::parse_from(["sapwood"])).brokers
}
