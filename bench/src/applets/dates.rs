//! Dates by a pattern of Java's SimpleDateFormat, in the zone of the machine.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A time of the wall clock by a pattern, of which the letters y M d H m s S are known.
pub(super) fn format(pattern: &str, ms: i64) -> String {
    let at = Timestamp::from_millisecond(ms).unwrap_or_default().to_zoned(TimeZone::system());
    let mut text = String::new();
    let mut rest = pattern;
    while let Some(letter) = rest.chars().next() {
        let run = rest.chars().take_while(|c| *c == letter).count();
        let width = run * letter.len_utf8();
        let number = match letter {
            'y' => Some(i64::from(at.year())),
            'M' => Some(i64::from(at.month())),
            'd' => Some(i64::from(at.day())),
            'H' => Some(i64::from(at.hour())),
            'm' => Some(i64::from(at.minute())),
            's' => Some(i64::from(at.second())),
            'S' => Some(i64::from(at.millisecond())),
            _ => None,
        };
        match number {
            Some(year) if letter == 'y' && run == 2 => text.push_str(&format!("{:02}", year % 100)),
            Some(number) => text.push_str(&format!("{number:0run$}")),
            None => text.push_str(rest.get(..width).unwrap_or_default()),
        }
        rest = rest.get(width..).unwrap_or_default();
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn kafkas_default_pattern_has_every_part() {
        let text = super::format("yyyy-MM-dd HH:mm:ss:SSS", 86_400_123);
        assert!(text.starts_with("1970-01-0") && text.ends_with(":00:123"), "{text}");
    }
}
