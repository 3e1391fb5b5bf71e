//! A scenario: where partitions are to be reset to.

use protocol::ids::{Offset, TimestampMs, TopicPartition};

use super::options::{
    BY_DURATION, FROM_FILE, GROUP, SHIFT_BY, TO_CURRENT, TO_DATETIME, TO_EARLIEST, TO_LATEST,
    TO_OFFSET,
};
use super::plan::{self, Plan};
use super::{Call, print_error, time};
use crate::admin::{Committed, OffsetAt};
use crate::cli::applets::{DEFAULT_CAPACITY, Screen, Stop, Thrown, hash_order, partition_hash};
use crate::clock;

impl Call<'_> {
    /// The plan for these partitions of a group.
    pub(super) async fn plan(
        &self,
        group: &str,
        partitions: &[TopicPartition],
        screen: &mut Screen,
    ) -> Result<Plan, Stop> {
        let parsed = self.parsed;
        if parsed.has(TO_OFFSET) {
            let offset = parsed.number(TO_OFFSET)?.map_or(Offset(0), Offset);
            let wanted = partitions.iter().map(|of| (of.clone(), offset)).collect();
            self.within_range(wanted).await
        } else if parsed.has(TO_EARLIEST) {
            self.edge(partitions, OffsetAt::Start).await
        } else if parsed.has(TO_LATEST) {
            self.edge(partitions, OffsetAt::End).await
        } else if parsed.has(SHIFT_BY) {
            let by = parsed.number(SHIFT_BY)?.unwrap_or(0);
            self.within_range(shifted(partitions, &self.committed(group).await?, by)?).await
        } else if let Some(text) = parsed.value(TO_DATETIME)? {
            self.at_time(partitions, time::datetime(&text)?, screen).await
        } else if let Some(text) = parsed.value(BY_DURATION)? {
            let at = clock::now().get() - time::duration(&text)?;
            self.at_time(partitions, at, screen).await
        } else if let Some(path) = parsed.value(FROM_FILE)? {
            self.planned_in_file(group, &path, screen).await
        } else if parsed.has(TO_CURRENT) {
            self.current(partitions, &self.committed(group).await?).await
        } else {
            let message = "Option '[reset-offsets]' requires one of the following scenarios: [[to-offset], [to-datetime], [by-duration], [to-earliest], [to-latest], [to-current], [shift-by], [from-file]]";
            Err(Stop::Usage(message.into()))
        }
    }

    async fn edge(&self, partitions: &[TopicPartition], at: OffsetAt) -> Result<Plan, Stop> {
        let offsets = self.offsets_at(partitions, at).await?;
        Ok(offsets.into_iter().map(|(of, offset)| (of, offset.unwrap_or(Offset(0)))).collect())
    }

    /// What is wished for, moved into what each partition has.
    async fn within_range(&self, mut wanted: Plan) -> Result<Plan, Stop> {
        let partitions: Vec<TopicPartition> = wanted.keys().cloned().collect();
        let starts = self.offsets_at(&partitions, OffsetAt::Start).await?;
        let ends = self.offsets_at(&partitions, OffsetAt::End).await?;
        for (of, offset) in &mut wanted {
            let start = starts.get(of).copied().flatten().unwrap_or(Offset(0));
            let end = ends.get(of).copied().flatten().unwrap_or(*offset);
            *offset = (*offset).max(start).min(end);
        }
        Ok(wanted)
    }

    async fn at_time(
        &self,
        partitions: &[TopicPartition],
        at: i64,
        screen: &mut Screen,
    ) -> Result<Plan, Stop> {
        let found = self.offsets_at(partitions, OffsetAt::Timestamp(TimestampMs(at))).await?;
        let (found, late): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|(_, offset)| offset.is_some());
        let late: Vec<TopicPartition> = late.into_iter().map(|(of, _)| of).collect();
        for of in hash_order(late.clone(), DEFAULT_CAPACITY, partition_hash) {
            screen.line(format!(
                "\nWarn: Partition {} from topic {} is empty. Falling back to latest known offset.",
                of.partition, of.topic
            ));
        }
        let mut plan = self.edge(&late, OffsetAt::End).await?;
        plan.extend(found.into_iter().filter_map(|(of, offset)| Some((of, offset?))));
        Ok(plan)
    }

    async fn planned_in_file(
        &self,
        group: &str,
        path: &str,
        screen: &mut Screen,
    ) -> Result<Plan, Stop> {
        let text = std::fs::read_to_string(path).map_err(|_| unreadable(path))?;
        let groups = self.parsed.values(GROUP)?;
        let single = Some(group).filter(|_| groups.len() == 1);
        match plan::parse(&text, single)?.remove(group) {
            Some(wanted) => self.within_range(wanted).await,
            None => {
                print_error(screen, &format!("No reset plan for group {group} found"));
                Ok(Plan::new())
            }
        }
    }

    async fn current(
        &self,
        partitions: &[TopicPartition],
        committed: &Committed,
    ) -> Result<Plan, Stop> {
        let without: Vec<TopicPartition> =
            partitions.iter().filter(|of| !committed.contains_key(of)).cloned().collect();
        let mut plan = self.edge(&without, OffsetAt::End).await?;
        let known =
            partitions.iter().filter_map(|of| Some((of.clone(), committed.get(of)?.offset)));
        plan.extend(known);
        Ok(plan)
    }
}

fn unreadable(path: &str) -> Thrown {
    Thrown::new("java.io.IOException", format!("Unable to read file {path}")).in_runtime()
}

fn shifted(partitions: &[TopicPartition], committed: &Committed, by: i64) -> Result<Plan, Thrown> {
    let shift = |of: &TopicPartition| match committed.get(of) {
        Some(at) => Ok((of.clone(), Offset(at.offset.get().saturating_add(by)))),
        None => Err(Thrown::illegal_argument(format!(
            "Cannot shift offset for partition {of} since there is no current committed offset"
        ))),
    };
    partitions.iter().map(shift).collect()
}
