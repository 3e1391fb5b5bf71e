//! Times as `--to-datetime` and `--by-duration` take them.

use jiff::civil::{Date, Time};
use jiff::tz::Offset;

use crate::cli::applets::Thrown;

const NANOS_PER_MS: i32 = 1_000_000;

/// Milliseconds since the epoch of `2024-01-31T23:59:59.999`, with `Z` or `+01:00` behind it or in UTC.
pub(super) fn datetime(text: &str) -> Result<i64, Thrown> {
    let failed = |message: String| Thrown::new("java.text.ParseException", message).in_runtime();
    let Some((_, time)) = text.split_once('T') else {
        let message =
            "Error parsing timestamp. It does not contain a 'T' according to ISO8601 format";
        return Err(failed(message.into()));
    };
    let zoned = if time.contains(['+', '-', 'Z']) { text.to_owned() } else { format!("{text}Z") };
    instant(&zoned).ok_or_else(|| failed(format!("Unparseable date: \"{zoned}\"")))
}

fn instant(text: &str) -> Option<i64> {
    let (date, time) = text.split_once('T')?;
    let (clock, zone) = time.split_at(time.find(['+', '-', 'Z'])?);
    // Java takes what stands behind the point for a number of milliseconds: ".5" is five of them.
    let (clock, ms) = clock.split_once('.')?;
    let ms: i32 = ms.parse().ok().filter(|ms| (0..1000).contains(ms))?;
    let [year, month, day] = numbers(date, '-')?;
    let [hour, minute, second] = numbers(clock, ':')?.map(i8::try_from);
    let date = Date::new(year, month.try_into().ok()?, day.try_into().ok()?).ok()?;
    let time = Time::new(hour.ok()?, minute.ok()?, second.ok()?, ms * NANOS_PER_MS).ok()?;
    let at = offset(zone)?.to_timestamp(date.to_datetime(time)).ok()?;
    Some(at.as_millisecond())
}

fn numbers(text: &str, separator: char) -> Option<[i16; 3]> {
    let parts: Option<Vec<i16>> = text.split(separator).map(|part| part.parse().ok()).collect();
    parts?.try_into().ok()
}

/// `Z`, `+01`, `+0100` or `+01:00`.
fn offset(zone: &str) -> Option<Offset> {
    if zone == "Z" {
        return Some(Offset::UTC);
    }
    let (sign, digits) = zone.split_at_checked(1)?;
    let digits: String = digits.chars().filter(|c| *c != ':').collect();
    let (hours, minutes) = match digits.len() {
        2 => (digits.parse::<i32>().ok()?, 0),
        4 => (digits.get(..2)?.parse().ok()?, digits.get(2..)?.parse().ok()?),
        _ => return None,
    };
    let seconds = (hours * 60 + minutes) * 60;
    Offset::from_seconds(if sign == "-" { -seconds } else { seconds }).ok()
}

/// The milliseconds of an ISO-8601 duration, `PnDTnHnMn.nS`.
pub(super) fn duration(text: &str) -> Result<i64, Thrown> {
    span(text).ok_or_else(|| {
        let class = "java.time.format.DateTimeParseException";
        Thrown::new(class, "Text cannot be parsed to a Duration")
    })
}

fn span(text: &str) -> Option<i64> {
    let (negative, text) = match text.strip_prefix(['-', '+']) {
        Some(rest) => (text.starts_with('-'), rest),
        None => (false, text),
    };
    let rest = text.strip_prefix(['P', 'p'])?;
    let (days, time) = match rest.split_once(['T', 't']) {
        Some((days, time)) => (days, Some(time).filter(|time| !time.is_empty())?),
        None => (rest, ""),
    };
    let (mut total, mut parts) = (0.0, 0);
    for (text, units) in [(days, "D"), (time, "HMS")] {
        let mut number = String::new();
        let mut units = units.chars().peekable();
        for c in text.to_ascii_uppercase().chars() {
            if c.is_ascii_digit() || matches!(c, '.' | '-' | '+') {
                number.push(c);
                continue;
            }
            while units.next_if(|unit| *unit != c).is_some() {}
            units.next()?;
            total += std::mem::take(&mut number).parse::<f64>().ok()? * unit_ms(c);
            parts += 1;
        }
        if !number.is_empty() {
            return None;
        }
    }
    let ms = total as i64;
    (parts > 0).then_some(if negative { -ms } else { ms })
}

fn unit_ms(unit: char) -> f64 {
    match unit {
        'D' => 86_400_000.0,
        'H' => 3_600_000.0,
        'M' => 60_000.0,
        _ => 1000.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_java_reads_them() {
        assert_eq!(datetime("1970-01-01T00:00:00.000"), Ok(0));
        assert_eq!(datetime("2024-02-29T12:00:00.500Z"), Ok(1_709_208_000_500));
        assert_eq!(datetime("2024-02-29T12:00:00.500+01:00"), Ok(1_709_204_400_500));
        assert_eq!(datetime("2024-02-29T12:00:00.5-0130"), Ok(1_709_213_400_005));
        for wrong in [
            "2024-02-30T12:00:00.500",
            "2024-02-29T12:00:60.000",
            "2024-02-29T12:00:00.000+é1",
            "2024-01-01T12:00",
            "2024-01-01",
            "xTy",
        ] {
            assert!(datetime(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn durations_are_read_as_java_reads_them() {
        assert_eq!(duration("P1DT1H"), Ok(90_000_000));
        assert_eq!(duration("PT0S"), Ok(0));
        assert_eq!(duration("PT1M0.5S"), Ok(60_500));
        assert_eq!(duration("-PT1S"), Ok(-1000));
        for wrong in ["", "P", "1h", "PT", "P1H", "PT1", "PT1S1M"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}
