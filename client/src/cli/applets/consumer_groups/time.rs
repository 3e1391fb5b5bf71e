//! Times as `--to-datetime` and `--by-duration` take them.

use crate::cli::applets::Thrown;

const MS_PER_DAY: i64 = 86_400_000;

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
    let [year, month, day] = numbers(date, '-')?;
    let zone_at = time.find(['+', '-', 'Z'])?;
    let (clock, zone) = time.split_at(zone_at);
    let (clock, fraction) = clock.split_once('.')?;
    let [hour, minute, second] = numbers(clock, ':')?;
    let legal = (1..=12).contains(&month)
        && (1..=days_in(year, month)).contains(&day)
        && (0..24).contains(&hour)
        && (0..60).contains(&minute)
        && (0..60).contains(&second);
    let fraction: i64 = fraction.parse().ok().filter(|ms| (0..1000).contains(ms))?;
    let ms = ((hour * 60 + minute) * 60 + second) * 1000 + fraction;
    let utc = days_from_epoch(year, month, day) * MS_PER_DAY + ms - offset_ms(zone)?;
    legal.then_some(utc)
}

fn numbers(text: &str, separator: char) -> Option<[i64; 3]> {
    let parts: Option<Vec<i64>> = text.split(separator).map(|part| part.parse().ok()).collect();
    parts?.try_into().ok()
}

/// `Z`, `+01`, `+0100` or `+01:00`.
fn offset_ms(zone: &str) -> Option<i64> {
    if zone == "Z" {
        return Some(0);
    }
    let (sign, digits) = zone.split_at_checked(1)?;
    let digits: String = digits.chars().filter(|c| *c != ':').collect();
    let (hours, minutes) = match digits.len() {
        2 => (digits.parse::<i64>().ok()?, 0),
        4 => (digits[..2].parse().ok()?, digits[2..].parse().ok()?),
        _ => return None,
    };
    let ms = (hours * 60 + minutes) * 60_000;
    Some(if sign == "-" { -ms } else { ms })
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 in the Gregorian calendar.
fn days_from_epoch(year: i64, month: i64, day: i64) -> i64 {
    let before = year - 1;
    let leaps = before.div_euclid(4) - before.div_euclid(100) + before.div_euclid(400);
    let months: i64 = (1..month).map(|month| days_in(year, month)).sum();
    before * 365 + leaps + months + day - 719_163
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
        for wrong in ["2024-02-30T12:00:00.500", "2024-01-01T12:00", "2024-01-01", "xTy"] {
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
