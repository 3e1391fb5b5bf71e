//! The records of the tests: lines of a web server's access log, the same for the same seed, with current times.

use super::wait;
use std::fmt::Write as _;
use std::path::Path;
use std::{fs, io};

const PATHS: [&str; 8] = [
    "/",
    "/index.html",
    "/search?q=caf%C3%A9",
    "/api/v1/orders",
    "/login",
    "/images/logo.svg",
    "/robots.txt",
    "/wp-login.php",
];
const AGENTS: [&str; 4] = [
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "curl/8.9.1",
    "Mozilla/5.0 (compatible; ExampleBot/2.1; +https://bot.example/)",
    "-",
];
const STATUS: [u16; 6] = [200, 200, 200, 304, 404, 500];
/// Distinct client addresses: enough for every partition of a test to get several keys.
const CLIENTS: u64 = 48;

/// One record: its place in the log, the client's address as key, the line as value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Counts from 0; peers send it as the header `seq`.
    pub seq: usize,
    /// The client's address.
    pub key: String,
    /// The line in the combined log format.
    pub text: String,
}

/// A stretch of an access log.
#[derive(Debug, Clone)]
pub struct AccessLog {
    lines: Vec<Line>,
}

impl AccessLog {
    /// `count` lines from `seed`, a few milliseconds apart, the last one of now.
    pub fn of(count: usize, seed: u64) -> Self {
        let end = wall_seconds();
        let mut dice = SplitMix(seed);
        let lines =
            (0..count).map(|seq| line(seq, end - (count - seq) as i64 / 200, &mut dice)).collect();
        Self { lines }
    }

    /// The lines in order.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Writes them as peers read them: sequence number, key and line, with tabs between.
    pub fn write_to(&self, path: &Path) -> io::Result<()> {
        let mut text = String::new();
        for Line { seq, key, text: line } in &self.lines {
            writeln!(text, "{seq}\t{key}\t{line}").expect("a string takes all");
        }
        fs::write(path, text)
    }
}

fn wall_seconds() -> i64 {
    wait::wall_ms() / 1000
}

fn line(seq: usize, second: i64, dice: &mut SplitMix) -> Line {
    let key = format!("203.0.113.{}", dice.below(CLIENTS) + 1);
    let path = PATHS[dice.below(PATHS.len() as u64) as usize];
    let agent = AGENTS[dice.below(AGENTS.len() as u64) as usize];
    let status = STATUS[dice.below(STATUS.len() as u64) as usize];
    let text = format!(
        r#"{key} - - [{}] "GET {path} HTTP/1.1" {status} {} "https://www.example.org/straße/" "{agent}""#,
        clf_time(second),
        dice.below(60_000),
    );
    Line { seq, key, text }
}

/// A time as Apache's access log writes it, in UTC.
fn clf_time(second: i64) -> String {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (days, clock) = (second.div_euclid(86_400), second.rem_euclid(86_400));
    // Civil date from days since the epoch, counting years from March so that the leap day comes last.
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12;
    let year = era * 400 + year_of_era + i64::from(month < 2);
    let name = MONTHS[usize::try_from(month).expect("0 to 11")];
    format!(
        "{day:02}/{name}/{year}:{:02}:{:02}:{:02} +0000",
        clock / 3600,
        clock / 60 % 60,
        clock % 60
    )
}

/// A tiny generator, so that the lines are the same everywhere.
#[derive(Debug)]
struct SplitMix(u64);

impl SplitMix {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_as_a_web_server_writes_it() {
        assert_eq!(clf_time(0), "01/Jan/1970:00:00:00 +0000");
        assert_eq!(clf_time(951_782_399), "28/Feb/2000:23:59:59 +0000");
        assert_eq!(clf_time(951_782_400), "29/Feb/2000:00:00:00 +0000");
        assert_eq!(clf_time(1_735_689_599), "31/Dec/2024:23:59:59 +0000");
    }

    #[test]
    fn the_same_seed_gives_the_same_clients_and_paths() {
        let strip =
            |log: &AccessLog| log.lines().iter().map(|line| line.key.clone()).collect::<Vec<_>>();
        assert_eq!(strip(&AccessLog::of(100, 7)), strip(&AccessLog::of(100, 7)));
        assert_ne!(strip(&AccessLog::of(100, 7)), strip(&AccessLog::of(100, 8)));
    }
}
