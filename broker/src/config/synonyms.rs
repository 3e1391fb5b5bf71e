//! Keys that say one thing in several units.
//!
//! `log.retention.ms`, `.minutes` and `.hours` are one decision. The finest unit that is set counts, whichever of the
//! static sources it comes from, as in Kafka.

/// A key that stands in for another: its value times `factor` is a value of that other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Synonym {
    /// The key that may be set instead.
    pub(super) key: &'static str,
    /// What its value is multiplied with.
    pub(super) factor: i64,
}

const fn synonym(key: &'static str, factor: i64) -> Synonym {
    Synonym { key, factor }
}

/// Each key with others behind it: itself first, then the others in the order in which they count.
const TABLE: &[&[Synonym]] = &[
    &[
        synonym("log.retention.ms", 1),
        synonym("log.retention.minutes", 60_000),
        synonym("log.retention.hours", 3_600_000),
    ],
    &[synonym("log.roll.ms", 1), synonym("log.roll.hours", 3_600_000)],
    &[synonym("log.roll.jitter.ms", 1), synonym("log.roll.jitter.hours", 3_600_000)],
    &[synonym("log.flush.interval.ms", 1), synonym("log.flush.scheduler.interval.ms", 1)],
];

/// The key itself, and the keys behind it in the order in which they count.
pub(super) fn of(key: &'static str) -> Vec<Synonym> {
    TABLE
        .iter()
        .find(|row| row.first().is_some_and(|first| first.key == key))
        .map_or_else(|| vec![synonym(key, 1)], |row| row.to_vec())
}

impl Synonym {
    /// The value, in the unit of the key that it stands in for. What is no number stays as it is; negative numbers
    /// mean "for ever" in every unit.
    pub(super) fn converted(self, text: &str) -> String {
        match text.trim().parse::<i64>() {
            Ok(number) if self.factor != 1 => {
                number.saturating_mul(self.factor).max(-1).to_string()
            }
            _ => text.trim().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_become_milliseconds_and_for_ever_stays_for_ever() {
        let hours = of("log.retention.ms")[2];
        assert_eq!(hours.converted("168"), "604800000");
        assert_eq!(hours.converted("-1"), "-1");
        assert_eq!(of("log.segment.bytes"), [synonym("log.segment.bytes", 1)]);
    }
}
