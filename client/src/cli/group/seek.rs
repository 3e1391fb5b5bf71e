//! `sapwood group seek`: moves the offsets of a group.
//!
//! Without `--execute` nothing is changed: the table shows where each partition would go. The group must have no members
//! while it is moved, since they would go on from where they are and commit over it.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use clap::{ArgGroup, Args};
use protocol::ids::{Offset, TopicPartition};

use super::place::Place;
use super::plan::{Move, Target, plan, read_file};
use crate::admin::{Admin, Committed, CommittedOffset};
use crate::cli::begin::Begin;
use crate::cli::brokers::BrokerArgs;
use crate::cli::complete;
use crate::cli::failure::Failure;
use crate::cli::output::{Column, Listing, OutputArgs, counted};
use crate::cli::terminal::note;
use crate::cluster::Wanted;
use crate::error::Kind;

/// The arguments.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("target").required(true).args(["to", "shift", "to_group", "to_file"]))]
pub struct Seek {
    /// The group's id
    #[arg(add = complete::groups())]
    group: String,
    /// Go here: start, end, an offset, -10 for ten before the end, +10 for ten after the start, @2026-01-31T12:00, @-1h
    #[arg(long, value_name = "WHERE", allow_hyphen_values = true)]
    to: Option<Begin>,
    /// Go on, or back if negative, by so many records
    #[arg(long, value_name = "RECORDS", allow_hyphen_values = true)]
    shift: Option<i64>,
    /// Go where this group is
    #[arg(long, value_name = "GROUP", add = complete::groups())]
    to_group: Option<String>,
    /// Go where this file says, with lines of topic,partition,offset as kafka-consumer-groups.sh --export writes them
    #[arg(long, value_name = "FILE")]
    to_file: Option<PathBuf>,
    /// Only these topics, or single partitions of them as TOPIC:N [default: all that the group has offsets of]
    #[arg(short, long, value_name = "TOPIC[:N],…", value_delimiter = ',')]
    topics: Vec<Place>,
    /// Do it; otherwise it is only shown
    #[arg(long, conflicts_with = "dry_run")]
    execute: bool,
    /// Only show what would happen, which is the default
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    brokers: BrokerArgs,
}

const COLUMNS: &[Column] = &[
    Column::text("topic"),
    Column::number("partition"),
    Column::number("prior_offset"),
    Column::number("new_offset"),
    Column::text("note"),
];

impl Seek {
    pub(super) async fn run(self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let admin = self.brokers.admin()?;
        self.check_idle(&admin).await?;
        let prior = admin.committed_offsets(&self.group).await?;
        let target = self.target(&admin).await?;
        let wanted = self.wanted(&admin, &prior, &target).await?;
        let moves = plan(&admin, &wanted, &prior, &target).await?;
        if self.execute {
            let new = |m: &Move| (m.partition.clone(), CommittedOffset::at(m.to));
            admin.commit_offsets(&self.group, &moves.iter().map(new).collect()).await?;
        }
        self.output.print(out, &listing(&moves))?;
        if !self.execute {
            note(format!("nothing was changed; --execute moves group \"{}\"", self.group));
        }
        Ok(())
    }

    /// A group with members cannot be moved. One that does not exist can: its offsets are made.
    async fn check_idle(&self, admin: &Admin) -> Result<(), Failure> {
        for (_, described) in admin.describe_groups(&[self.group.as_str()]).await? {
            match described {
                Ok(group) if !group.members.is_empty() => {
                    let members = counted(group.members.len(), "member");
                    let what = format!("cannot move group \"{}\"", self.group);
                    return Err(Failure::failed(what)
                        .because(format!("it has {members}, which would commit over it"))
                        .advise("stop its consumers first"));
                }
                Ok(_) => {}
                Err(error) if error.kind() == Kind::NotFound && !self.topics.is_empty() => {}
                Err(error) => return Err(super::with_nearest(admin, &self.group, error).await),
            }
        }
        Ok(())
    }

    async fn target(&self, admin: &Admin) -> Result<Target, Failure> {
        if let Some(group) = &self.to_group {
            let theirs = admin.committed_offsets(group).await?;
            if theirs.is_empty() {
                return Err(Failure::missing(format!("group \"{group}\" has no offsets")));
            }
            return Ok(Target::Offsets(offsets(&theirs)));
        }
        if let Some(path) = &self.to_file {
            return read_file(path).map(Target::Offsets);
        }
        match (self.to, self.shift) {
            (Some(begin), _) => Ok(Target::Begin(begin)),
            (None, shift) => Ok(Target::Shift(shift.unwrap_or(0))),
        }
    }

    /// The partitions to move: those of the topics that were named, or those that the group or the target has.
    async fn wanted(
        &self,
        admin: &Admin,
        prior: &Committed,
        target: &Target,
    ) -> Result<Vec<TopicPartition>, Failure> {
        if self.topics.is_empty() {
            let known = match target {
                Target::Offsets(offsets) => offsets.keys().cloned().collect(),
                Target::Begin(_) | Target::Shift(_) => prior.keys().cloned().collect::<Vec<_>>(),
            };
            return match known.is_empty() {
                false => Ok(known),
                true => Err(Failure::missing(format!("group \"{}\" has no offsets", self.group))
                    .advise("name what it shall read with --topics")),
            };
        }
        let view = admin.cluster().refresh(Wanted::All).await?;
        let mut wanted = Vec::new();
        for place in &self.topics {
            let partitions = view.topics.get(place.topic()).map(|topic| topic.topic_partitions());
            let before = wanted.len();
            wanted.extend(partitions.into_iter().flatten().filter(|of| place.covers(of)));
            if wanted.len() == before {
                let what = format!("the cluster has no \"{}\"", place.shown());
                return Err(
                    Failure::missing(what).advise("`sapwood topic list` shows what is there")
                );
            }
        }
        Ok(wanted)
    }
}

fn offsets(committed: &Committed) -> BTreeMap<TopicPartition, Offset> {
    committed.iter().map(|(of, committed)| (of.clone(), committed.offset)).collect()
}

fn listing(moves: &[Move]) -> Listing {
    let mut listing = Listing::new(COLUMNS);
    for m in moves {
        listing.row([
            (&m.partition.topic).into(),
            m.partition.partition.into(),
            m.from.into(),
            m.to.into(),
            m.note.into(),
        ]);
    }
    listing
}
