//! Parked outputs: what has been decided and must not be said yet.

use std::collections::VecDeque;

use protocol::ids::Offset;

/// Outputs in the order in which they were said, each with the log end that must be acknowledged before it leaves.
#[derive(Debug)]
pub struct Parked<O> {
    queue: VecDeque<(Offset, O)>,
}

impl<O> Parked<O> {
    /// Nothing is parked.
    pub fn new() -> Self {
        Self { queue: VecDeque::new() }
    }

    /// Parks `output` until everything before `end` is acknowledged. The log only grows, so ends never go back.
    pub fn park(&mut self, end: Offset, output: O) {
        assert!(self.queue.back().is_none_or(|(last, _)| *last <= end), "parked ends go back");
        self.queue.push_back((end, output));
    }

    /// Takes what may leave, in order.
    pub fn release(&mut self, acknowledged: Offset) -> Vec<O> {
        let count = self.queue.partition_point(|(end, _)| *end <= acknowledged);
        self.queue.drain(..count).map(|(_, output)| output).collect()
    }

    /// The end that the last of them waits for, if any waits.
    pub fn last_end(&self) -> Option<Offset> {
        self.queue.back().map(|(end, _)| *end)
    }
}

impl<O> Default for Parked<O> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_leave_in_order_once_the_log_is_acknowledged() {
        let mut parked = Parked::new();
        parked.park(Offset(3), "a");
        parked.park(Offset(3), "b");
        parked.park(Offset(5), "c");
        assert!(parked.release(Offset(2)).is_empty());
        assert_eq!(parked.release(Offset(4)), ["a", "b"]);
        assert_eq!(parked.last_end(), Some(Offset(5)));
        assert_eq!(parked.release(Offset(9)), ["c"]);
    }
}
