//! Programs from Debian's packages, unpacked beside the others instead of installed: no rights needed, no service started,
//! nothing of the machine's own changed.

use super::install;
use crate::process::ran;
use anyhow::Result;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(600);

/// An unpacked set of packages: a root of its own.
#[derive(Debug, Clone)]
pub struct Root(PathBuf);

impl Root {
    /// The packages, each named: what they need beyond a base system is named by the caller too.
    pub fn unpacked(name: &str, packages: &[&str]) -> Result<Self> {
        install::once(name, &packages.join(" "), |dir| unpack(dir, packages)).map(Self)
    }

    /// A file in it, by its path on an installed system without the leading slash.
    pub fn path(&self, path: &str) -> PathBuf {
        self.0.join(path)
    }

    /// A command of it, which finds its shared libraries.
    pub fn command(&self, path: &str) -> Command {
        let mut command = Command::new(self.path(path));
        let triplet = format!("{}-linux-gnu", std::env::consts::ARCH);
        command.env("LD_LIBRARY_PATH", self.path("usr/lib").join(triplet));
        command
    }
}

fn unpack(dir: &Path, packages: &[&str]) -> Result<()> {
    if download(dir, packages).is_err() {
        // A machine that has just been made has no package lists yet.
        ran("apt-get update", Command::new("apt-get").args(["update", "-qq"]), LIMIT)?;
        download(dir, packages)?;
    }
    let mut shell = Command::new("sh");
    shell
        .current_dir(dir)
        .args(["-ec", "for package in *.deb; do dpkg -x \"$package\" .; rm \"$package\"; done"]);
    ran("dpkg -x", &mut shell, LIMIT).map(drop)
}

fn download(dir: &Path, packages: &[&str]) -> Result<()> {
    // As root apt would hand the download to a user who may not write here.
    let mut apt = Command::new("apt-get");
    apt.current_dir(dir).args(["download", "-qq", "-o", "APT::Sandbox::User=root"]).args(packages);
    ran("apt-get download", &mut apt, LIMIT).map(drop)
}
