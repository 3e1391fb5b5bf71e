//! The process itself, as Linux tells of it: memory, processor time, descriptors, threads.
//!
//! The names are those that every Prometheus client library gives to a process, so that boards for processes work.
//! Elsewhere than on Linux there is nothing to read, and nothing is shown.

use std::fs;

use super::page::Page;
use super::row::MetricRow;
use super::rows::{
    DISK_READ, DISK_WRITTEN, PROCESS_CPU, PROCESS_FDS, PROCESS_MAX_FDS, PROCESS_MEMORY,
    PROCESS_START, PROCESS_THREADS,
};

/// Processor time in `/proc` is counted in hundredths of a second on every Linux that we run on (`USER_HZ`).
const TICKS_PER_SECOND: f64 = 100.0;

/// Adds what is to be seen of this process.
pub fn observe_process(page: &mut Page) {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let machine = fs::read_to_string("/proc/stat").unwrap_or_default();
    let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let traffic = fs::read_to_string("/proc/self/io").unwrap_or_default();
    let open = fs::read_dir("/proc/self/fd").map(|entries| entries.count() as f64).ok();
    let mut show = |row: &'static MetricRow, value: Option<f64>| {
        if let Some(value) = value {
            page.sample(row, &[], value);
        }
    };
    show(&PROCESS_MEMORY, field(&status, "VmRSS:").map(|kilobytes| kilobytes * 1024.0));
    show(&PROCESS_THREADS, field(&status, "Threads:"));
    show(&PROCESS_MAX_FDS, field(&limits, "Max open files"));
    show(&PROCESS_CPU, cpu_seconds(&stat));
    show(&PROCESS_START, start_seconds(&stat, &machine));
    show(&PROCESS_FDS, open);
    // Not in every container.
    show(&DISK_READ, field(&traffic, "read_bytes:"));
    show(&DISK_WRITTEN, field(&traffic, "write_bytes:"));
}

/// The first number behind `name` at the start of a line.
fn field(text: &str, name: &str) -> Option<f64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

/// User and system time: the 14th and 15th field of `/proc/self/stat`.
fn cpu_seconds(stat: &str) -> Option<f64> {
    Some(ticks(stat, 14)? + ticks(stat, 15)?)
}

/// The 22nd field is when the process began, counted from when the machine did.
fn start_seconds(stat: &str, machine: &str) -> Option<f64> {
    Some(field(machine, "btime")? + ticks(stat, 22)?)
}

/// The field of this number, in seconds. It is counted behind the name in brackets, the second, which may hold blanks.
fn ticks(stat: &str, number: usize) -> Option<f64> {
    let (_, rest) = stat.rsplit_once(')')?;
    let ticks: f64 = rest.split_whitespace().nth(number - 3)?.parse().ok()?;
    Some(ticks / TICKS_PER_SECOND)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_behind_their_names() {
        assert_eq!(field("Name:\tx\nVmRSS:\t  2048 kB\n", "VmRSS:"), Some(2048.0));
        assert_eq!(
            field("Max open files            20000   20000  files", "Max open files"),
            Some(20_000.0)
        );
        assert_eq!(field("", "VmRSS:"), None);
    }

    #[test]
    fn processor_time_is_read_behind_a_name_with_blanks_and_brackets() {
        let stat = "1 (a b) c) S 1 1 1 0 -1 4194560 1 0 0 0 150 50 0 0 20 0 3 0";
        assert_eq!(cpu_seconds(stat), Some(2.0));
        let began = format!("{stat} 700");
        assert_eq!(start_seconds(&began, "cpu 1 2\nbtime 1000\n"), Some(1007.0));
        assert_eq!(cpu_seconds(""), None);
    }
}
