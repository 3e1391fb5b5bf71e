//! `sapwood topic describe`: the partitions and settings of topics.

use std::collections::BTreeMap;
use std::io::Write;

use clap::Args;
use protocol::ids::TopicPartition;

use super::{Selection, facts, with_nearest};
use crate::admin::{Admin, ConfigEntry, ConfigSource, Extent, Isolation, OffsetAt};
use crate::cli::brokers::BrokerArgs;
use crate::cli::configs;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::output::{Cell, Column, Listing, OutputArgs, OutputFormat, Page};
use crate::cluster::Topic;

/// The arguments.
#[derive(Debug, Args)]
pub struct Describe {
    #[command(flatten)]
    topics: Selection,
    /// Only the partitions, with the size of each on its leader
    #[arg(short, long, conflicts_with = "configs")]
    partitions: bool,
    /// Only the settings, those that nobody set too
    #[arg(short, long)]
    configs: bool,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    brokers: BrokerArgs,
}

const PARTITIONS: &[Column] = &[
    Column::number("partition"),
    Column::number("leader"),
    Column::number("leader_epoch"),
    Column::text("replicas"),
    Column::text("in_sync_replicas"),
    Column::text("offline_replicas").wide(),
    Column::number("start_offset"),
    Column::number("last_stable_offset").wide(),
    Column::number("end_offset"),
];
/// Sizes are asked for only with `--partitions`: to know one, a broker looks at each segment of the partition.
const WITH_SIZES: &[Column] = &[
    Column::number("partition"),
    Column::number("leader"),
    Column::number("leader_epoch"),
    Column::text("replicas"),
    Column::text("in_sync_replicas"),
    Column::text("offline_replicas").wide(),
    Column::number("start_offset"),
    Column::number("last_stable_offset").wide(),
    Column::number("end_offset"),
    Column::number("size_bytes"),
];

impl Describe {
    pub(super) async fn run(self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let admin = self.brokers.admin()?;
        let mut outcome = Outcome::default();
        let mut pages = Vec::new();
        for name in self.topics.names(admin.cluster()).await? {
            let view = match admin.cluster().require(std::slice::from_ref(&name)).await {
                Ok(view) => view,
                Err(error) => {
                    outcome.failed(with_nearest(admin.cluster(), &name, error).await);
                    continue;
                }
            };
            let Some(topic) = view.topics.get(&name) else { continue };
            pages.push(self.page(&admin, topic).await?);
        }
        self.output.print_pages(out, &pages)?;
        outcome.done()
    }

    /// Asks for what will be printed, and for nothing else.
    async fn page(&self, admin: &Admin, topic: &Topic) -> Result<Page, Failure> {
        let mut page = Page::new("topic", &topic.name)
            .fact("id", topic.id.to_string())
            .fact("partition_count", topic.partitions.len())
            .wide_fact("internal", topic.internal);
        if self.output.is_names() {
            return Ok(page);
        }
        if !self.configs {
            page = page.part("partitions", self.partitions(admin, topic).await?);
        }
        if !self.partitions {
            let all = configs::of_topic(admin, &topic.name).await?;
            page = page.part("configs", configs::listing(self.shown(&all)));
        }
        Ok(page)
    }

    /// People see the settings that someone set, unless they ask for all; programs see all.
    fn shown<'a>(&self, all: &'a [ConfigEntry]) -> impl Iterator<Item = &'a ConfigEntry> {
        let people = [OutputFormat::Table, OutputFormat::Wide].contains(&self.output.format);
        let everything = self.configs || !people;
        all.iter().filter(move |config| everything || config.source != ConfigSource::Default)
    }

    async fn partitions(&self, admin: &Admin, topic: &Topic) -> Result<Listing, Failure> {
        let extents = facts::extents(admin, topic).await?;
        let stable = match self.output.format {
            OutputFormat::Table => BTreeMap::new(),
            _ => last_stable(admin, extents.keys()).await?,
        };
        let sizes = match self.partitions {
            true => Some(facts::sizes_on_leaders(admin, topic).await),
            false => None,
        };
        let mut listing = Listing::new(if sizes.is_some() { WITH_SIZES } else { PARTITIONS });
        for partition in &topic.partitions {
            let of = TopicPartition { topic: topic.name.clone(), partition: partition.index };
            let Extent { start, end } = extents.get(&of).copied().unwrap_or_default();
            let mut row: Vec<Cell> = vec![
                partition.index.into(),
                partition.leader.into(),
                partition.leader_epoch.into(),
                partition.replicas.as_slice().into(),
                partition.in_sync.as_slice().into(),
                partition.offline.as_slice().into(),
                start.into(),
                stable.get(&of).copied().into(),
                end.into(),
            ];
            row.extend(sizes.as_ref().map(|sizes| Cell::bytes(sizes.get(&of).copied())));
            listing.row(row);
        }
        Ok(listing)
    }
}

/// Up to where a reader of committed records gets.
async fn last_stable(
    admin: &Admin,
    partitions: impl Iterator<Item = &TopicPartition>,
) -> Result<BTreeMap<TopicPartition, protocol::ids::Offset>, Failure> {
    let wanted = partitions.map(|of| (of.clone(), OffsetAt::End)).collect();
    let listed = admin.list_offsets(&wanted, Isolation::ReadCommitted).await?;
    Ok(listed.into_iter().filter_map(|(of, at)| Some((of, at.ok()?.offset?))).collect())
}
