//! `kafka-topics --alter` and `--delete`.

use super::options::PARTITIONS;
use super::{create, partition, select};
use crate::cli::applets::link::Link;
use crate::cli::applets::{Parsed, Screen, Thrown};

/// Gives topics more partitions.
pub(super) async fn alter(parsed: &Parsed, link: &Link, screen: &mut Screen) -> Result<(), Thrown> {
    let assignment = partition::assignment(parsed)?;
    create::configs(parsed)?;
    let count = parsed.number(PARTITIONS)?.unwrap_or(0);
    let topics = select::topics(parsed, link, screen).await?;
    select::ensure_found(parsed, &topics)?;
    let view = link.admin.cluster().view();
    for topic in &topics {
        let there = view.topics.get(topic).map_or(0, |topic| topic.partitions.len());
        let new = assignment.get(there.min(assignment.len())..).unwrap_or_default();
        let new = (!assignment.is_empty()).then_some(new);
        link.admin.create_partitions_at(topic, count, new).await?;
    }
    Ok(())
}

/// Deletes topics.
pub(super) async fn delete(
    parsed: &Parsed,
    link: &Link,
    screen: &mut Screen,
) -> Result<(), Thrown> {
    let topics = select::topics(parsed, link, screen).await?;
    select::ensure_found(parsed, &topics)?;
    if topics.is_empty() {
        return Ok(());
    }
    let each = link.admin.delete_topics(&topics).await?;
    each.into_iter().try_for_each(|(_, done)| done).map_err(Thrown::from)
}
