//! Usage: what a process took of the machine, read from `/proc`.

use std::time::Duration;

/// What a process used in a stretch of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Time on any CPU, in user space and in the kernel.
    pub cpu: Duration,
    /// Resident memory at the end.
    pub memory_bytes: u64,
    /// The most that was resident at the end of an interval.
    pub memory_peak_bytes: u64,
}

impl Usage {
    /// What the process with this id (or `self`) has used since it began.
    pub fn of(process: &str) -> Option<Self> {
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
        let memory_bytes = memory(&status)?;
        let ticks_per_second = rustix::param::clock_ticks_per_second().max(1);
        let cpu = Duration::from_millis(ticks(&stat)? * 1000 / ticks_per_second);
        Some(Self { cpu, memory_bytes, memory_peak_bytes: memory_bytes })
    }

    /// What was used since `before`.
    pub fn since(self, before: Self) -> Self {
        Self { cpu: self.cpu.saturating_sub(before.cpu), ..self }
    }

    /// This stretch and the one behind it.
    pub fn followed_by(self, next: Self) -> Self {
        Self {
            cpu: self.cpu + next.cpu,
            memory_bytes: next.memory_bytes,
            memory_peak_bytes: self.memory_peak_bytes.max(next.memory_peak_bytes),
        }
    }
}

/// Ticks in user space and in the kernel. The name of the program may hold blanks and brackets, so fields count from the last
/// bracket.
fn ticks(stat: &str) -> Option<u64> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_ascii_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

fn memory(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.split_ascii_whitespace().next()?.parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_does_not_shift_the_fields() {
        let stat = "7 (a) b (c) S 1 7 7 0 -1 4194560 1 2 3 4 150 50 0 0 20 0 4 0 1 2 3";
        assert_eq!(ticks(stat), Some(200));
        assert_eq!(memory("Name:\tx\nVmRSS:\t    2048 kB\n"), Some(2 << 20));
        assert_eq!(ticks("7 (a"), None);
    }

    #[test]
    fn this_process_uses_something() {
        let usage = Usage::of("self").expect("Linux has /proc");
        assert!(usage.memory_bytes > 100_000, "{usage:?}");
        assert_eq!(Usage::of("no-such-process"), None);
    }

    #[test]
    fn stretches_add_up() {
        let stretch = |cpu, memory| Usage {
            cpu: Duration::from_secs(cpu),
            memory_bytes: memory,
            memory_peak_bytes: memory,
        };
        let both = stretch(1, 50).followed_by(stretch(2, 20));
        assert_eq!((both.cpu.as_secs(), both.memory_bytes, both.memory_peak_bytes), (3, 20, 50));
    }
}
