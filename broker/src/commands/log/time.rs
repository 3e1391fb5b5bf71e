//! Timestamps for people: `2026-11-21T19:43:33.120Z`.

use protocol::ids::TimestampMs;

const DAY_MS: i64 = 86_400_000;

/// A timestamp in UTC; `-` if there is none.
pub(super) fn utc(at: TimestampMs) -> String {
    if at == TimestampMs::NONE {
        return "-".into();
    }
    let (days, ms) = (at.get().div_euclid(DAY_MS), at.get().rem_euclid(DAY_MS));
    let (year, month, day) = date(days);
    let (hour, minute) = (ms / 3_600_000, ms / 60_000 % 60);
    let (second, ms) = (ms / 1000 % 60, ms % 1000);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{ms:03}Z")
}

/// Year, month and day of a number of days since 1970: the year is counted from March, so that the leap day is its last.
fn date(days: i64) -> (i64, i64, i64) {
    const DAYS_OF_400_YEARS: i64 = 146_097;
    let since_march_of_0 = days + 719_468;
    let era = since_march_of_0.div_euclid(DAYS_OF_400_YEARS);
    let day_of_era = since_march_of_0.rem_euclid(DAYS_OF_400_YEARS);
    let leaps = day_of_era / 1460 - day_of_era / 36_524 + day_of_era / (DAYS_OF_400_YEARS - 1);
    let year_of_era = (day_of_era - leaps) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
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
    }
}
