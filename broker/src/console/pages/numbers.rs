//! Numbers as people read them.

use std::time::Duration;

/// A whole number with its thousands apart.
pub(super) fn whole(number: impl Into<i128>) -> String {
    let number = number.into();
    let digits = number.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3 + 1);
    if number < 0 {
        text.push('−');
    }
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            // A narrow space that does not break, as SI wants it.
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// Bytes in binary units.
pub(super) fn bytes(count: f64) -> String {
    const UNITS: [&str; 6] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
    let mut count = count;
    let mut unit = 0;
    while count >= 1024.0 && unit + 1 < UNITS.len() {
        count /= 1024.0;
        unit += 1;
    }
    let digits = if unit == 0 || count >= 100.0 { 0 } else { 1 };
    format!("{count:.digits$}\u{a0}{}", UNITS[unit])
}

/// Bytes a second.
pub(super) fn bytes_a_second(rate: f32) -> String {
    format!("{}/s", bytes(f64::from(rate)))
}

/// A rate, in as many digits as it needs.
pub(super) fn a_second(rate: f32) -> String {
    match rate {
        0.0 => "0/s".to_owned(),
        rate if rate < 10.0 => format!("{rate:.1}/s"),
        rate => format!("{}/s", whole(rate.round() as i64)),
    }
}

/// The two largest units of a duration.
pub(super) fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, minutes) => format!("{minutes} min {} s", seconds % 60),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(whole(0), "0");
        assert_eq!(whole(999), "999");
        assert_eq!(whole(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!(whole(-1000), "−1\u{202f}000");
    }

    #[test]
    fn bytes_have_the_unit_that_fits() {
        assert_eq!(bytes(0.0), "0\u{a0}B");
        assert_eq!(bytes(1536.0), "1.5\u{a0}KiB");
        assert_eq!(bytes(270_553_174_016.0), "252\u{a0}GiB");
    }

    #[test]
    fn a_duration_has_its_two_largest_units() {
        assert_eq!(duration(Duration::from_secs(59)), "59 s");
        assert_eq!(duration(Duration::from_secs(61)), "1 min 1 s");
        assert_eq!(duration(Duration::from_secs(90_000)), "1 d 1 h");
    }
}
