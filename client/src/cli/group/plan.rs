//! A plan: where each partition of a group shall go.

use std::collections::BTreeMap;
use std::path::Path;

use protocol::ids::{Offset, PartitionIndex, TopicName, TopicPartition};

use crate::admin::{Admin, Committed, Extent, Isolation, OffsetAt};
use crate::cli::begin::Begin;
use crate::cli::failure::Failure;

/// Where to go.
#[derive(Debug)]
pub(super) enum Target {
    /// A place in every partition.
    Begin(Begin),
    /// So many records on from where the group is; back, if negative.
    Shift(i64),
    /// A place of each partition's own.
    Offsets(BTreeMap<TopicPartition, Offset>),
}

/// One partition's move.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Move {
    pub(super) partition: TopicPartition,
    /// Where the group is, if it has been there.
    pub(super) from: Option<Offset>,
    /// Where it goes.
    pub(super) to: Offset,
    /// Why that is not quite what was asked for, if it is not.
    pub(super) note: Option<&'static str>,
}

/// Where each of the partitions goes. No one is sent where there is nothing to read: offsets outside of a partition become
/// its start or its end, and the note says so.
pub(super) async fn plan(
    admin: &Admin,
    wanted: &[TopicPartition],
    prior: &Committed,
    target: &Target,
) -> Result<Vec<Move>, Failure> {
    let extents = admin.extents(wanted).await?;
    let times = match target {
        Target::Begin(Begin::Time(moment)) => {
            let at = OffsetAt::Timestamp(moment.timestamp());
            let wanted = wanted.iter().map(|of| (of.clone(), at)).collect();
            admin.list_offsets(&wanted, Isolation::ReadUncommitted).await?
        }
        _ => BTreeMap::new(),
    };
    let mut moves = Vec::with_capacity(wanted.len());
    for of in wanted {
        let extent = extents.get(of).copied().unwrap_or_default();
        let Extent { start: Some(start), end: Some(end) } = extent else {
            return Err(Failure::failed(format!("cannot tell where {of} begins and ends"))
                .because("it does not exist, or nobody leads it at the moment"));
        };
        let from = prior.get(of).map(|committed| committed.offset);
        let asked = match target {
            // No record is as young as that: all have been read.
            Target::Begin(Begin::Time(_)) => match times.get(of) {
                Some(listed) => Some(listed.clone()?.offset.unwrap_or(end)),
                None => None,
            },
            Target::Begin(begin) => begin.offset(start, end),
            Target::Shift(by) => Some(Offset(from.unwrap_or(start).get().saturating_add(*by))),
            Target::Offsets(offsets) => offsets.get(of).copied(),
        };
        let Some(asked) = asked else { continue };
        let (to, note) = within(asked, start, end);
        moves.push(Move { partition: of.clone(), from, to, note });
    }
    Ok(moves)
}

fn within(asked: Offset, start: Offset, end: Offset) -> (Offset, Option<&'static str>) {
    match asked {
        early if early < start => (start, Some("the partition begins here")),
        late if late > end => (end, Some("the partition ends here")),
        fine => (fine, None),
    }
}

/// Lines of `topic,partition,offset`.
pub(super) fn read_file(path: &Path) -> Result<BTreeMap<TopicPartition, Offset>, Failure> {
    let reading = format!("read {}", path.display());
    let text = std::fs::read_to_string(path).map_err(|error| Failure::other(&reading, &error))?;
    parse(&text).map_err(|line| {
        Failure::usage(format!("{} line {line} makes no sense", path.display()))
            .advise("write topic,partition,offset on each line")
    })
}

/// The offsets of a file's text, or the number of the line that is wrong.
fn parse(text: &str) -> Result<BTreeMap<TopicPartition, Offset>, usize> {
    let row = |line: &str| {
        let mut fields = line.split(',').map(|field| field.trim().trim_matches('"'));
        let topic = TopicName::new(fields.next()?).ok()?;
        let partition = PartitionIndex(fields.next()?.parse().ok()?);
        let offset = fields.next()?.parse().ok().filter(|offset| *offset >= 0)?;
        fields.next().is_none().then_some((TopicPartition { topic, partition }, Offset(offset)))
    };
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(at, line)| row(line).ok_or(at + 1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_offsets_is_read_as_kafka_writes_it_and_a_wrong_line_is_named() {
        let offsets = parse("\"logs\",0,5\nlogs, 1, 7\n\n").expect("three fields a line");
        assert_eq!(offsets.values().copied().collect::<Vec<_>>(), [Offset(5), Offset(7)]);
        assert_eq!(parse("logs,0,5\nlogs,x,5"), Err(2));
        assert_eq!(parse("logs,0"), Err(1));
        assert_eq!(parse("logs,0,1,2"), Err(1));
    }

    #[test]
    fn nobody_is_sent_outside_of_a_partition() {
        let (start, end) = (Offset(5), Offset(10));
        assert_eq!(within(Offset(3), start, end).0, Offset(5));
        assert_eq!(within(Offset(11), start, end).0, Offset(10));
        assert_eq!(within(Offset(10), start, end), (Offset(10), None));
    }
}
