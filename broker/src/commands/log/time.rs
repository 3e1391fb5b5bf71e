//! Timestamps for people: `2026-11-21T19:43:33.120Z`.

use protocol::ids::TimestampMs;

/// A timestamp in UTC; `-` if there is none, and its milliseconds where no calendar reaches.
pub(super) fn utc(at: TimestampMs) -> String {
    if at == TimestampMs::NONE {
        return "-".into();
    }
    match jiff::Timestamp::from_millisecond(at.get()) {
        Ok(known) => format!("{known:.3}"),
        Err(_) => format!("{at} ms"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leap_days_and_years_before_1970_are_right() {
        assert_eq!(utc(TimestampMs(0)), "1970-01-01T00:00:00.000Z");
        assert_eq!(utc(TimestampMs(951_782_400_123)), "2000-02-29T00:00:00.123Z");
        assert_eq!(utc(TimestampMs(1_709_251_199_999)), "2024-02-29T23:59:59.999Z");
        assert_eq!(utc(TimestampMs(-2)), "1969-12-31T23:59:59.998Z");
        assert_eq!(utc(TimestampMs::NONE), "-");
        assert_eq!(utc(TimestampMs(i64::MAX)), "9223372036854775807 ms");
    }
}
