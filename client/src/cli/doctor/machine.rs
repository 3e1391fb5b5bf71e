//! This machine: its limits, and the disk that a broker here would use.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use super::finding::Finding;

/// A partition that is read and written costs a descriptor or two, a connection one.
const OPEN_FILES_MIN: u64 = 10_000;
/// What Linux gives out; each active segment that is mapped takes one.
const MAPS_MIN: u64 = 65_530;
/// How often the disk is asked to sync.
const SYNCS: usize = 32;
/// A sync that takes longer makes acks=all slow: every producer waits for it.
const SYNC_MAX: Duration = Duration::from_millis(20);

/// The limits of processes that are started from here.
pub(super) fn limits() -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(files) = open_files() {
        let detail = format!("{files} may be open at once");
        findings.push(match files < OPEN_FILES_MIN {
            true => Finding::doubtful(
                "open files",
                detail,
                "ulimit -n 100000, or LimitNOFILE= in the unit",
            ),
            false => Finding::fine("open files", detail),
        });
    }
    if let Some(maps) = max_maps() {
        let detail = format!("vm.max_map_count is {maps}");
        findings.push(match maps < MAPS_MIN {
            true => Finding::doubtful("memory maps", detail, "sysctl vm.max_map_count=262144"),
            false => Finding::fine("memory maps", detail),
        });
    }
    findings
}

fn open_files() -> Option<u64> {
    let limits = fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits.lines().find(|line| line.starts_with("Max open files"))?;
    let soft = line.split_whitespace().nth(3)?;
    if soft == "unlimited" { Some(u64::MAX) } else { soft.parse().ok() }
}

fn max_maps() -> Option<u64> {
    fs::read_to_string("/proc/sys/vm/max_map_count").ok()?.trim().parse().ok()
}

/// How fast the directory's disk syncs.
pub(super) fn disk(dir: &Path) -> Vec<Finding> {
    let check = format!("disk of {}", dir.display());
    match sync_time(dir) {
        Err(error) => {
            let advice = Some("it must be a directory that this user may write to".to_owned());
            vec![Finding::wrong(check, format!("cannot write there: {error}"), advice)]
        }
        Ok(median) => {
            let detail =
                format!("a sync of 4 KiB takes {} µs (median of {SYNCS})", median.as_micros());
            let advice = "acks=all waits for a sync each time: use a faster disk, or write.caching=true on topics that may lose their end with the power";
            vec![match median > SYNC_MAX {
                true => Finding::doubtful(check, detail, advice),
                false => Finding::fine(check, detail),
            }]
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a sync is measured")]
fn sync_time(dir: &Path) -> io::Result<Duration> {
    let path = dir.join(format!(".sapwood-doctor-{}", std::process::id()));
    let measured = (|| {
        let mut file = File::create(&path)?;
        let mut times = Vec::with_capacity(SYNCS);
        for _ in 0..SYNCS {
            let start = Instant::now();
            file.write_all(&[0; 4096])?;
            file.sync_data()?;
            times.push(start.elapsed());
        }
        times.sort_unstable();
        Ok(times[SYNCS / 2])
    })();
    // Whatever happened, nothing is left behind.
    let _ = fs::remove_file(&path);
    measured
}
