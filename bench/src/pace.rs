//! A pace: when each record is due.
//!
//! With a rate the loop is *open*: records are due at times that were fixed before the first was sent, and how long one took is
//! counted from then, also if it could not be sent in time because those before it were slow. Otherwise a broker that stalls for
//! a second would be asked nothing during that second, and the stall would count once instead of a thousand times ("coordinated
//! omission"). Without a rate the loop is *closed*: the next record is due when there is room for it, and latencies say how long
//! the queue was rather than what a user would wait.

use std::time::Duration;

use crate::quantity::Rate;

/// When the records of one lane are due, counted from the start of the run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pace {
    /// The n-th at `(n + phase) / rate`.
    Open {
        /// Records a second.
        rate: f64,
        /// A share of an interval, so that lanes do not send at the same moments.
        phase: f64,
    },
    /// Each when there is room.
    Closed,
}

impl Pace {
    /// The pace of the lane with this number among `lanes`, which share the rate.
    pub fn of_lane(rate: Rate, lane: usize, lanes: usize) -> Self {
        match rate {
            Rate::Max => Self::Closed,
            Rate::PerSecond(all) => {
                let lanes = lanes.max(1) as f64;
                Self::Open { rate: all / lanes, phase: lane as f64 / lanes }
            }
        }
    }

    /// When the record with this number is due; `None` if that is when there is room for it.
    pub fn due(self, number: u64) -> Option<Duration> {
        match self {
            Self::Open { rate, phase } => {
                Some(Duration::from_secs_f64((number as f64 + phase) / rate))
            }
            Self::Closed => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_share_the_rate_and_take_turns() {
        let lanes = 4;
        let mut due: Vec<Duration> = (0..lanes)
            .map(|lane| Pace::of_lane(Rate::PerSecond(1000.0), lane, lanes))
            .flat_map(|pace| (0..25).filter_map(move |number| pace.due(number)))
            .collect();
        due.sort();
        assert_eq!(due.len(), 100);
        for (number, due) in (0u32..).zip(due) {
            let wanted = Duration::from_millis(number.into());
            assert!(due.abs_diff(wanted) < Duration::from_micros(1), "{number}: {due:?}");
        }
    }

    #[test]
    fn due_times_do_not_drift_over_a_day() {
        let pace = Pace::of_lane(Rate::PerSecond(3.0), 0, 1);
        let day = pace.due(3 * 86_400).expect("an open loop");
        assert!(day.abs_diff(Duration::from_secs(86_400)) < Duration::from_micros(1));
        assert_eq!(Pace::of_lane(Rate::Max, 0, 1).due(5), None);
    }
}
