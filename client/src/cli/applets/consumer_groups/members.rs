//! `kafka-consumer-groups --describe --members`: who is in a group.

use std::collections::BTreeMap;

use protocol::ids::TopicPartition;

use super::describe::columns;
use super::options::VERBOSE;
use super::{Call, MISSING};
use crate::admin::{GroupDescription, GroupMember};
use crate::cli::applets::Screen;

/// The table of one group.
struct Table {
    /// Whether a member has `group.instance.id`.
    instances: bool,
    verbose: bool,
    /// The width of each column that is printed, the last of the short table included.
    widths: Vec<usize>,
}

impl Call<'_> {
    /// Prints a group's members. The heading comes even where there are none, as it does there.
    pub(super) fn print_members(&self, group: &GroupDescription, screen: &mut Screen) {
        Self::tells(group, group.members.len(), screen);
        let table = Table::of(group, self.parsed.has(VERBOSE));
        screen.text("\n");
        screen.line(table.heading());
        group.members.iter().for_each(|member| screen.line(table.row(group, member)));
    }
}

impl Table {
    fn of(group: &GroupDescription, verbose: bool) -> Self {
        let members = &group.members;
        let widest = |least: usize, of: &dyn Fn(&GroupMember) -> usize| {
            members.iter().map(of).max().unwrap_or(0).max(least)
        };
        let instances = members.iter().any(|member| member.instance_id.is_some());
        let group_width = if members.is_empty() { 15 } else { group.group.len().max(15) };
        let mut widths = vec![group_width, widest(15, &|member| member.member_id.len())];
        if instances {
            widths.push(widest(17, &|member| member.instance_id.as_ref().map_or(0, String::len)));
        }
        widths.push(widest(15, &|member| member.host.len() + 1));
        widths.push(widest(15, &|member| member.client_id.len()));
        widths.push(15);
        if verbose {
            widths.extend([15, widest(20, &|member| assignment(member).len()), 15, 20]);
        }
        Self { instances, verbose, widths }
    }

    fn heading(&self) -> String {
        let mut names = vec!["GROUP", "CONSUMER-ID"];
        names.extend(self.instances.then_some("GROUP-INSTANCE-ID"));
        names.extend(["HOST", "CLIENT-ID", "#PARTITIONS"]);
        if self.verbose {
            names.extend([
                "CURRENT-EPOCH",
                "CURRENT-ASSIGNMENT",
                "TARGET-EPOCH",
                "TARGET-ASSIGNMENT",
            ]);
        }
        self.line(&names.into_iter().map(str::to_owned).collect::<Vec<_>>())
    }

    fn row(&self, group: &GroupDescription, member: &GroupMember) -> String {
        let mut cells = vec![group.group.clone(), member.member_id.clone()];
        if self.instances {
            cells.push(member.instance_id.clone().unwrap_or_default());
        }
        cells.extend([format!("/{}", member.host), member.client_id.clone()]);
        cells.push(member.assignment.len().to_string());
        if self.verbose {
            cells.extend([MISSING.into(), assignment(member), MISSING.into(), MISSING.into()]);
        }
        self.line(&cells)
    }

    /// The short table's last column has a blank behind it.
    fn line(&self, cells: &[String]) -> String {
        let line = columns(cells, &self.widths);
        if self.verbose { line } else { format!("{line} ") }
    }
}

/// `topic:0,1;other:2`.
fn assignment(member: &GroupMember) -> String {
    let mut topics: BTreeMap<&str, Vec<i32>> = BTreeMap::new();
    let mut assigned: Vec<&TopicPartition> = member.assignment.iter().collect();
    assigned.sort();
    for of in assigned {
        topics.entry(&of.topic).or_default().push(of.partition.get());
    }
    if topics.is_empty() {
        return MISSING.into();
    }
    let listed = |(topic, partitions): (&str, Vec<i32>)| {
        let partitions: Vec<String> = partitions.iter().map(ToString::to_string).collect();
        format!("{topic}:{}", partitions.join(","))
    };
    let mut texts: Vec<String> = topics.into_iter().map(listed).collect();
    texts.sort();
    texts.join(";")
}
