//! What a run shows: lines for pipes and files, a panel on a terminal, and the sum at its end.

mod files;
mod lines;
mod panel;
mod sum;

use client::cli::Failure;

use crate::engine::Audience;
use crate::measure::{Interval, Total};

pub(crate) use files::Files;
pub(crate) use lines::{Lines, last_line};
pub(crate) use panel::Panel;
pub(crate) use sum::{percent, print_sum};

/// Several who look on.
#[derive(Default)]
pub(crate) struct All(pub(crate) Vec<Box<dyn Audience>>);

impl Audience for All {
    fn glance(&mut self, interval: &Interval, total: &Total) {
        self.0.iter_mut().for_each(|one| one.glance(interval, total));
    }

    fn interval(&mut self, interval: &Interval) -> Result<(), Failure> {
        self.0.iter_mut().try_for_each(|one| one.interval(interval))
    }
}
