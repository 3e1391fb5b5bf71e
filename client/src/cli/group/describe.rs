//! `sapwood group describe`: the members of groups, how far they have come and how far behind they are.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use clap::Args;
use protocol::ids::{Offset, TopicPartition};
use serde_json::{Value, json};

use crate::admin::{Admin, Extent, GroupDescription, GroupMember};
use crate::cli::brokers::BrokerArgs;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::nearest;
use crate::cli::output::{self, Columns, OutputFormat, or_dash};
use crate::error::Kind;

/// The arguments.
#[derive(Debug, Args)]
pub struct Describe {
    /// The groups' ids
    #[arg(required = true, value_name = "GROUP")]
    groups: Vec<String>,
    /// How to print
    #[arg(short, long, visible_alias = "format", value_enum, default_value_t)]
    output: OutputFormat,
    #[command(flatten)]
    brokers: BrokerArgs,
}

/// One partition that the group reads or has read.
struct Line<'a> {
    partition: TopicPartition,
    committed: Option<Offset>,
    extent: Extent,
    member: Option<&'a GroupMember>,
}

impl Line<'_> {
    /// How many records are still to be read: from the commit, or from the start if there is none or it is gone.
    fn lag(&self) -> Option<i64> {
        let end = self.extent.end?;
        let from = self.committed?.max(self.extent.start.unwrap_or(Offset::ZERO));
        Some((end.get() - from.get()).max(0))
    }
}

impl Describe {
    pub(super) async fn run(self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let admin = self.brokers.admin()?;
        let groups: Vec<&str> = self.groups.iter().map(String::as_str).collect();
        let mut outcome = Outcome::default();
        let mut documents = Vec::new();
        let mut first = true;
        for (name, described) in admin.describe_groups(&groups).await? {
            let group = match described {
                Ok(group) => group,
                Err(error) => {
                    let not_found = error.kind() == Kind::NotFound;
                    let failure = Failure::from(error);
                    let question = match not_found {
                        true => question(&admin, &name).await,
                        false => None,
                    };
                    outcome.failed(match question {
                        Some(question) => failure.advise(question),
                        None => failure,
                    });
                    continue;
                }
            };
            let lines = gather(&admin, &group).await?;
            match self.output {
                OutputFormat::Name => writeln!(out, "{name}")?,
                OutputFormat::Json => documents.push(as_json(&group, &lines)),
                OutputFormat::Table => {
                    if !std::mem::take(&mut first) {
                        writeln!(out)?;
                    }
                    print(out, &group, &lines)?;
                }
            }
        }
        if self.output == OutputFormat::Json {
            output::json(out, &documents)?;
        }
        outcome.done()
    }
}

/// The groups with the most similar names.
async fn question(admin: &Admin, typed: &str) -> Option<String> {
    let groups = admin.list_groups().await.ok()?;
    let names = nearest::nearest(typed, groups.iter().map(|group| group.group.as_str()));
    nearest::question(&names)
}

/// A line for each partition that is assigned or has a commit.
async fn gather<'a>(admin: &Admin, group: &'a GroupDescription) -> Result<Vec<Line<'a>>, Failure> {
    let committed = admin.committed_offsets(&group.group).await?;
    let mut readers: BTreeMap<&TopicPartition, &GroupMember> = BTreeMap::new();
    for member in &group.members {
        readers.extend(member.assignment.iter().map(|partition| (partition, member)));
    }
    let partitions: BTreeSet<&TopicPartition> =
        readers.keys().copied().chain(committed.keys()).collect();
    let extents = admin.extents(partitions.iter().copied()).await?;
    let line = |partition: &TopicPartition| Line {
        committed: committed.get(partition).map(|committed| committed.offset),
        extent: extents.get(partition).copied().unwrap_or_default(),
        member: readers.get(partition).copied(),
        partition: partition.clone(),
    };
    Ok(partitions.into_iter().map(line).collect())
}

fn total_lag(lines: &[Line<'_>]) -> i64 {
    lines.iter().filter_map(Line::lag).sum()
}

fn print(
    out: &mut (dyn Write + Send),
    group: &GroupDescription,
    lines: &[Line<'_>],
) -> io::Result<()> {
    writeln!(out, "group        {}", group.group)?;
    writeln!(out, "state        {}", group.state)?;
    if !group.assignor.is_empty() {
        writeln!(out, "assignor     {}", group.assignor)?;
    }
    writeln!(out, "coordinator  {}", group.coordinator)?;
    writeln!(out, "members      {}", group.members.len())?;
    writeln!(out, "lag          {}", total_lag(lines))?;
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    let headings =
        ["TOPIC", "PARTITION", "COMMITTED", "END", "LAG", "MEMBER", "INSTANCE", "CLIENT", "HOST"];
    let mut table = Columns::new(&headings).right(&[1, 2, 3, 4]);
    for line in lines {
        let member = line.member;
        table.row([
            line.partition.topic.to_string(),
            line.partition.partition.to_string(),
            or_dash(line.committed),
            or_dash(line.extent.end),
            or_dash(line.lag()),
            or_dash(member.map(|member| &member.member_id)),
            or_dash(member.and_then(|member| member.instance_id.as_ref())),
            or_dash(member.map(|member| &member.client_id)),
            or_dash(member.map(|member| &member.host)),
        ]);
    }
    table.print(out)
}

fn as_json(group: &GroupDescription, lines: &[Line<'_>]) -> Value {
    let members: Vec<Value> = group.members.iter().map(member_as_json).collect();
    let partitions: Vec<Value> = lines.iter().map(line_as_json).collect();
    json!({
        "group": group.group,
        "state": group.state,
        "protocol_type": group.protocol_type,
        "assignor": group.assignor,
        "coordinator": group.coordinator.get(),
        "lag": total_lag(lines),
        "members": members,
        "partitions": partitions,
    })
}

fn member_as_json(member: &GroupMember) -> Value {
    let of =
        |of: &TopicPartition| json!({"topic": of.topic.as_str(), "partition": of.partition.get()});
    json!({
        "member_id": member.member_id,
        "instance_id": member.instance_id,
        "client_id": member.client_id,
        "host": member.host,
        "assignment": member.assignment.iter().map(of).collect::<Vec<_>>(),
    })
}

fn line_as_json(line: &Line<'_>) -> Value {
    json!({
        "topic": line.partition.topic.as_str(),
        "partition": line.partition.partition.get(),
        "committed_offset": line.committed.map(Offset::get),
        "start_offset": line.extent.start.map(Offset::get),
        "end_offset": line.extent.end.map(Offset::get),
        "lag": line.lag(),
        "member_id": line.member.map(|member| member.member_id.as_str()),
    })
}

#[cfg(test)]
mod tests {
    use protocol::ids::{PartitionIndex, TopicName};

    use super::*;

    fn line(committed: Option<i64>, start: i64, end: i64) -> Line<'static> {
        let topic = TopicName::new("t").expect("a legal name");
        Line {
            partition: TopicPartition { topic, partition: PartitionIndex(0) },
            committed: committed.map(Offset),
            extent: Extent { start: Some(Offset(start)), end: Some(Offset(end)) },
            member: None,
        }
    }

    #[test]
    fn lag_counts_what_is_still_there_to_read() {
        assert_eq!(line(Some(3), 0, 10).lag(), Some(7));
        assert_eq!(line(Some(3), 8, 10).lag(), Some(2), "what retention took is not behind us");
        assert_eq!(line(Some(12), 0, 10).lag(), Some(0), "a commit beyond the end is no lag");
        assert_eq!(line(None, 0, 10).lag(), None, "without a commit nobody knows");
    }
}
