//! A wall clock that a test sets, for a process of ours: libfaketime stands before its C library.
//!
//! Only the wall clock is false. The monotonic clock, by which timers run, stays true, as on a machine whose clock is put
//! right by hand or by NTP.

use super::debian::Root;
use crate::process::wait;
use anyhow::{Context, Result};
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;

/// A clock; the processes that were started under it see every change at once.
#[derive(Debug)]
pub struct FakeClock {
    dir: TempDir,
    library: PathBuf,
}

impl FakeClock {
    /// A clock that shows the true time.
    pub fn new() -> Result<Self> {
        let root = Root::unpacked("libfaketime", &["libfaketime"])?;
        let triplet = format!("{}-linux-gnu", std::env::consts::ARCH);
        let library = root.path("usr/lib").join(triplet).join("faketime/libfaketimeMT.so.1");
        let clock = Self { dir: TempDir::new().context("a directory for the clock")?, library };
        clock.set(0)?;
        Ok(clock)
    }

    /// Sets it this many seconds after the true time, or before it.
    pub fn set(&self, offset_seconds: i64) -> Result<()> {
        let next = self.dir.path().join("next");
        fs::write(&next, format!("{offset_seconds:+}\n")).context("write the time")?;
        // Nobody reads half of it.
        fs::rename(&next, self.file()).context("set the clock")
    }

    /// What a process needs in its environment to live under this clock.
    pub fn environment(&self) -> Vec<(&'static str, OsString)> {
        vec![
            ("LD_PRELOAD", self.library.clone().into()),
            ("FAKETIME_TIMESTAMP_FILE", self.file().into()),
            ("FAKETIME_NO_CACHE", "1".into()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".into()),
            ("NO_FAKE_STAT", "1".into()),
        ]
    }

    /// What it shows, in milliseconds since the epoch.
    pub fn wall_ms(&self) -> Result<i64> {
        let text = fs::read_to_string(self.file()).context("read the clock")?;
        Ok(wait::wall_ms() + 1000 * text.trim().parse::<i64>().context("an offset")?)
    }

    fn file(&self) -> PathBuf {
        self.dir.path().join("time")
    }
}
