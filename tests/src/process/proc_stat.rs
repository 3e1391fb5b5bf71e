//! What a process has cost: read from `/proc`.

use std::fs;
use std::path::PathBuf;

/// Clock ticks in a second; Linux shows 100 to user space on every architecture.
const TICKS: f64 = 100.0;

/// User and system time of a process and its threads, in seconds.
pub fn cpu_seconds(pid: u32) -> f64 {
    let stat = read(pid, "stat");
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    // Fields 14 and 15 of the line; the text after the name starts with field 3.
    after_name
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|ticks| ticks.parse::<f64>().ok())
        .sum::<f64>()
        / TICKS
}

/// Resident memory of a process, in bytes, with what it maps of files left out: a mapped log is page cache, not a cost.
pub fn resident_bytes(pid: u32) -> u64 {
    let status = read(pid, "status");
    let line = status.lines().find(|line| line.starts_with("RssAnon:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<u64>().ok()).unwrap_or_default()
        * 1024
}

fn read(pid: u32, file: &str) -> String {
    fs::read_to_string(PathBuf::from("/proc").join(pid.to_string()).join(file)).unwrap_or_default()
}
