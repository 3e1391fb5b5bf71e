//! A small ext4 in a file, loop-mounted: a disk of a test's own, which it may fill, or cut from its power.

use super::ran;
use anyhow::{Context, Result, bail};
use std::fs::{self, File};
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(60);
/// `EXT4_IOC_SHUTDOWN`, and its flag that forgets the journal too: what was not synced is gone.
const SHUTDOWN: libc::c_ulong = 0x8004_587d;
const NO_LOG_FLUSH: u32 = 2;

/// A mounted file system; it goes with its image when it goes out of scope.
#[derive(Debug)]
pub struct LoopFs {
    dir: TempDir,
    mounted: bool,
}

impl LoopFs {
    /// Makes and mounts one of `megabytes`. It takes root and loop devices; a machine without them says so here.
    pub fn mount(megabytes: u64) -> Result<Self> {
        let dir = TempDir::new().context("a directory for the image")?;
        let mut fs = Self { dir, mounted: false };
        fs::create_dir(fs.path()).context("the mount point")?;
        File::create(fs.image())?.set_len(megabytes << 20).context("the image")?;
        let mut mkfs = Command::new("mkfs.ext4");
        ran("mkfs.ext4", mkfs.args(["-q", "-F"]).arg(fs.image()), LIMIT)?;
        fs.mount_image()?;
        Ok(fs)
    }

    /// One, or `None` with a loud word for whoever may not mount. Where it should work and does not, the test fails: it must
    /// not pass without having looked.
    pub fn mount_or_skip(megabytes: u64, test: &str) -> Option<Self> {
        if may_mount() {
            return Some(
                Self::mount(megabytes).unwrap_or_else(|error| panic!("{test}: {error:#}")),
            );
        }
        eprintln!("SKIPPED {test}: it needs root and loop devices");
        None
    }

    /// Where it is mounted.
    pub fn path(&self) -> PathBuf {
        self.dir.path().join("mounted")
    }

    /// Cuts the power: nothing that was not synced reaches the image, not even the journal.
    pub fn cut_power(&self) -> Result<()> {
        let root = File::open(self.path()).context("open the root of the file system")?;
        let flag = NO_LOG_FLUSH;
        if ioctl_shutdown(&root, &flag) != 0 {
            bail!("EXT4_IOC_SHUTDOWN: {}", std::io::Error::last_os_error());
        }
        Ok(())
    }

    /// The power is back: mounts it again, and ext4 replays its journal.
    pub fn power_on(&mut self) -> Result<()> {
        self.unmount()?;
        self.mount_image()
    }

    fn mount_image(&mut self) -> Result<()> {
        let mut mount = Command::new("mount");
        ran("mount", mount.args(["-o", "loop"]).arg(self.image()).arg(self.path()), LIMIT)?;
        self.mounted = true;
        Ok(())
    }

    fn unmount(&mut self) -> Result<()> {
        ran("umount", Command::new("umount").arg(self.path()), LIMIT)?;
        self.mounted = false;
        Ok(())
    }

    fn image(&self) -> PathBuf {
        self.dir.path().join("image")
    }
}

impl Drop for LoopFs {
    fn drop(&mut self) {
        if self.mounted && self.unmount().is_err() {
            // Someone still has a file open: the mount goes when they do.
            let lazily =
                ran("umount", Command::new("umount").arg("--lazy").arg(self.path()), LIMIT);
            if let Err(error) = lazily {
                eprintln!("{} stays mounted: {error:#}", self.path().display());
            }
        }
    }
}

/// Whether this user may mount images on this machine.
fn may_mount() -> bool {
    // SAFETY: the call has no preconditions and cannot fail.
    #[expect(unsafe_code, reason = "a system call without arguments")]
    let is_root = unsafe { libc::geteuid() } == 0;
    is_root && Path::new("/dev/loop-control").exists()
}

#[expect(unsafe_code, reason = "the power cut is an ioctl")]
fn ioctl_shutdown(root: &File, flag: &u32) -> libc::c_int {
    // SAFETY: the descriptor is open for the length of the call, and this ioctl reads one u32 through the pointer.
    unsafe { libc::ioctl(root.as_raw_fd(), SHUTDOWN, std::ptr::from_ref(flag)) }
}

/// A file of `megabytes` that takes room from a file system until it is removed.
pub fn ballast(path: &Path, megabytes: u64) -> Result<()> {
    let mut fallocate = Command::new("fallocate");
    ran("fallocate", fallocate.args(["-l", &format!("{megabytes}M")]).arg(path), LIMIT).map(drop)
}
