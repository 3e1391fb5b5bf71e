//! `sapwood group describe`: the members of groups, how far they have come and how far behind they are.

use std::io::Write;

use clap::Args;

use super::progress::{Progress, total_lag};
use super::with_nearest;
use crate::admin::GroupDescription;
use crate::cli::brokers::BrokerArgs;
use crate::cli::complete;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::output::{Column, Listing, OutputArgs, Page};
use protocol::ids::TopicPartition;

/// The arguments.
#[derive(Debug, Args)]
pub struct Describe {
    /// The groups' ids
    #[arg(required = true, value_name = "GROUP", add = complete::groups())]
    groups: Vec<String>,
    /// Only the members, with all that each was given
    #[arg(short, long)]
    members: bool,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    brokers: BrokerArgs,
}

const PARTITIONS: &[Column] = &[
    Column::text("topic"),
    Column::number("partition"),
    Column::number("committed_offset"),
    Column::number("start_offset").wide(),
    Column::number("end_offset"),
    Column::number("lag"),
    Column::text("member_id"),
    Column::text("instance_id"),
    Column::text("client_id"),
    Column::text("host"),
    Column::text("metadata").wide(),
];
const MEMBERS: &[Column] = &[
    Column::text("member_id"),
    Column::text("instance_id"),
    Column::text("client_id"),
    Column::text("host"),
    Column::number("partitions"),
    Column::text("assignment"),
];

impl Describe {
    pub(super) async fn run(self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let admin = self.brokers.admin()?;
        let groups: Vec<&str> = self.groups.iter().map(String::as_str).collect();
        let mut outcome = Outcome::default();
        let mut pages = Vec::new();
        for (name, described) in admin.describe_groups(&groups).await? {
            match described {
                Ok(group) => {
                    let progress = Progress::of(&admin, &group).await?;
                    pages.push(self.page(&group, &progress));
                }
                Err(error) => outcome.failed(with_nearest(&admin, &name, error).await),
            }
        }
        self.output.print_pages(out, &pages)?;
        outcome.done()
    }

    fn page(&self, group: &GroupDescription, progress: &[Progress<'_>]) -> Page {
        let page = Page::new("group", group.group.as_str())
            .fact("state", group.state.as_str())
            .wide_fact("protocol_type", group.protocol_type.as_str())
            .fact("assignor", Some(group.assignor.as_str()).filter(|name| !name.is_empty()))
            .fact("coordinator", group.coordinator)
            .fact("member_count", group.members.len())
            .fact("lag", total_lag(progress));
        match self.members {
            true => page.part("members", members(group)),
            false => page.part("partitions", partitions(progress)),
        }
    }
}

fn partitions(progress: &[Progress<'_>]) -> Listing {
    let mut listing = Listing::new(PARTITIONS);
    for line in progress {
        let member = line.member;
        listing.row([
            (&line.partition.topic).into(),
            line.partition.partition.into(),
            line.committed.as_ref().map(|committed| committed.offset).into(),
            line.extent.start.into(),
            line.extent.end.into(),
            line.lag().into(),
            member.map(|member| member.member_id.as_str()).into(),
            member.and_then(|member| member.instance_id.as_deref()).into(),
            member.map(|member| member.client_id.as_str()).into(),
            member.map(|member| member.host.as_str()).into(),
            line.note().into(),
        ]);
    }
    listing
}

fn members(group: &GroupDescription) -> Listing {
    let mut listing = Listing::new(MEMBERS);
    for member in &group.members {
        let assignment: Vec<String> =
            member.assignment.iter().map(TopicPartition::to_string).collect();
        listing.row([
            member.member_id.as_str().into(),
            member.instance_id.as_deref().into(),
            member.client_id.as_str().into(),
            member.host.as_str().into(),
            assignment.len().into(),
            assignment.into(),
        ]);
    }
    listing
}
