//! `sapwood topic trim`: deletes the oldest records of topics.

use std::collections::BTreeMap;
use std::io::Write;

use clap::Args;
use protocol::ids::{Offset, TopicPartition};

use super::selection::chosen;
use super::{Selection, require};
use crate::admin::{Admin, Extent, Isolation, OffsetAt};
use crate::cli::begin::Begin;
use crate::cli::brokers::BrokerArgs;
use crate::cli::confirm::ConfirmArgs;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::output::counted;

/// The arguments.
#[derive(Debug, Args)]
pub struct Trim {
    #[command(flatten)]
    topics: Selection,
    /// What to keep begins here: an offset, end for nothing, -10 for the last ten, @2026-01-31T12:00, @-1h
    #[arg(short, long, value_name = "WHERE", allow_hyphen_values = true)]
    offset: Begin,
    /// Only these partitions
    #[arg(short, long, value_name = "N,…", value_delimiter = ',')]
    partitions: Vec<i32>,
    #[command(flatten)]
    confirm: ConfirmArgs,
    #[command(flatten)]
    brokers: BrokerArgs,
}

/// Where one partition begins, and where it shall begin.
struct Cut {
    from: Offset,
    to: Offset,
}

impl Trim {
    pub(super) async fn run(self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let admin = self.brokers.admin()?;
        let topics = self.topics.names(admin.cluster()).await?;
        let view = require(admin.cluster(), &topics).await?;
        let mut wanted = Vec::new();
        for topic in &topics {
            wanted.extend(chosen(&view, topic, &self.partitions)?);
        }
        let cuts = self.plan(&admin, &wanted).await?;
        if cuts.is_empty() {
            return Ok(writeln!(out, "nothing lies before that")?);
        }
        if self.confirm.dry_run {
            for (of, cut) in &cuts {
                writeln!(out, "would trim {of} from {} to {}", cut.from, cut.to)?;
            }
            return Ok(());
        }
        let offsets: i64 = cuts.values().map(|cut| cut.to.get() - cut.from.get()).sum();
        let partitions = counted(cuts.len(), "partition");
        self.confirm.ask(&format!("delete the records of {offsets} offsets in {partitions}?"))?;
        let before = cuts.iter().map(|(of, cut)| (of.clone(), Some(cut.to))).collect();
        let mut outcome = Outcome::default();
        for (of, trimmed) in admin.delete_records(&before).await? {
            if let Some(start) = outcome.note(trimmed.map_err(Failure::from)) {
                writeln!(out, "{of} begins at {start}")?;
            }
        }
        outcome.done()
    }

    /// What would be cut off. Partitions that begin there already, or behind it, are left out.
    async fn plan(
        &self,
        admin: &Admin,
        wanted: &[TopicPartition],
    ) -> Result<BTreeMap<TopicPartition, Cut>, Failure> {
        let extents = admin.extents(wanted).await?;
        let times = match self.offset.timestamp() {
            Some(time) => {
                let at = wanted.iter().map(|of| (of.clone(), OffsetAt::Timestamp(time))).collect();
                admin.list_offsets(&at, Isolation::ReadUncommitted).await?
            }
            None => BTreeMap::new(),
        };
        let mut cuts = BTreeMap::new();
        for (of, extent) in extents {
            let Extent { start: Some(from), end: Some(end) } = extent else {
                return Err(Failure::failed(format!("cannot trim {of}"))
                    .because("nobody leads it at the moment")
                    .advise("`sapwood cluster health` says what is wrong"));
            };
            let to = match times.get(&of) {
                // No record is as young as that: all are older.
                Some(listed) => listed.clone()?.offset.unwrap_or(end),
                None => self.offset.offset(from, end).unwrap_or(from),
            };
            if to > end {
                return Err(Failure::usage(format!("{of} ends at {end}, before {to}"))
                    .advise("`-o end` deletes all that is there"));
            }
            if to > from {
                cuts.insert(of, Cut { from, to });
            }
        }
        Ok(cuts)
    }
}
