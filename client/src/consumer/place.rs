//! Placing: finding out where to begin in a partition.

use protocol::ErrorCode;
use protocol::ids::TopicPartition;

use super::Consumer;
use super::positions::Position;
use crate::error::Error;
use crate::offsets::{self, Committed};

impl Consumer {
    /// Places what nobody has placed: at the group's commit, or by the reset rule.
    pub(super) async fn place_unplaced(&mut self) -> Result<(), Error> {
        let unplaced = self.positions.unplaced();
        if unplaced.is_empty() {
            return Ok(());
        }
        let committed = match self.options.group.is_some() {
            true => self.committed(&unplaced).await?,
            false => Committed::new(),
        };
        for partition in &unplaced {
            let position = match committed.get(partition) {
                Some(committed) => {
                    Position::At { offset: committed.offset, epoch: committed.leader_epoch }
                }
                None => Position::Resetting(self.options.reset.ok_or_else(|| nowhere(partition))?),
            };
            self.positions.place(partition, position);
        }
        Ok(())
    }

    /// Asks the leaders where the starts, ends and times are that are wanted.
    pub(super) async fn resolve_resets(&mut self) -> Result<(), Error> {
        let wanted = self.positions.resetting();
        if wanted.is_empty() {
            return Ok(());
        }
        let (cluster, isolation) = (self.cluster.clone(), self.options.isolation);
        let listed = offsets::list(&cluster, &wanted, isolation).await?;
        for (partition, result) in listed {
            let listed = match result {
                Ok(listed) => listed,
                Err(error) if error.is_retriable() => {
                    self.wants_metadata = true;
                    continue;
                }
                Err(error) => return Err(error),
            };
            let position = match listed.offset {
                Some(offset) => Position::At { offset, epoch: listed.leader_epoch },
                // No record is as late as the time that was asked for: the next one will be.
                None => Position::Resetting(offsets::OffsetAt::End),
            };
            self.positions.place(&partition, position);
        }
        Ok(())
    }
}

fn nowhere(partition: &TopicPartition) -> Error {
    let doing = format!("find where to begin reading {partition}");
    let message = "nothing is committed, and there is no rule for that";
    Error::refused(doing, ErrorCode::OffsetOutOfRange, Some(message))
}
