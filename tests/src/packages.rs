//! Packages: built by `packaging/build`, and looked at from outside.

use crate::peers::debian::Root;
use crate::peers::install;
use crate::process::{binary, ran, workspace};
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;

/// Packing takes seconds; building the static binary from nothing takes half an hour on two busy cores.
const LIMIT: Duration = Duration::from_secs(3600);

/// A directory with what `packaging/build` made.
#[derive(Debug)]
pub struct Packages {
    dir: TempDir,
    version: &'static str,
}

/// A file of a package: mode and owner as `ls` writes them, and the path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Packed {
    /// Where it goes, without the leading dot.
    pub path: String,
    /// `-rw-r--r-- root/root`.
    pub mode: String,
}

impl Packages {
    /// The packages of this checkout around the binary under test: quick, and all but the binary is what is shipped.
    pub fn around_the_tested_binary(version: &'static str) -> Result<Self> {
        Self::around(binary()?, version)
    }

    /// The packages around this binary.
    pub fn around(binary: &Path, version: &'static str) -> Result<Self> {
        let dir = TempDir::new().context("a directory for packages")?;
        let mut build = Command::new(workspace().join("packaging/build"));
        build.env("OUT", dir.path()).env("VERSION", version).env("BINARY", binary);
        ran("packaging/build", build.env("DEB_COMPRESSION", "none").arg("deb"), LIMIT)?;
        Ok(Self { dir, version })
    }

    /// The Debian package.
    pub fn deb(&self) -> Result<PathBuf> {
        let mut dpkg = Command::new("dpkg");
        let arch = ran("dpkg", dpkg.arg("--print-architecture"), LIMIT)?;
        Ok(self.dir.path().join(format!("sapwood_{}_{}.deb", self.version, arch.trim())))
    }

    /// The root of the container image, made around the same binary.
    pub fn image(&self) -> Result<PathBuf> {
        let mut build = Command::new(workspace().join("packaging/build"));
        ran("packaging/build", build.env("OUT", self.dir.path()).arg("image"), LIMIT)?;
        Ok(self.dir.path().join("image"))
    }

    /// The files of the Debian package, sorted by path.
    pub fn files(&self) -> Result<Vec<Packed>> {
        let mut dpkg = Command::new("dpkg-deb");
        let listing = ran("dpkg-deb", dpkg.arg("--contents").arg(self.deb()?), LIMIT)?;
        let packed = |line: &str| {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let (mode, path) = (fields.first()?, fields.get(5)?);
            let mode = format!("{mode} {}", fields.get(1)?);
            Some(Packed { path: path.trim_start_matches('.').to_owned(), mode })
        };
        let files = listing.lines().filter(|line| !line.starts_with('d')).filter_map(packed);
        let mut files: Vec<Packed> = files.collect();
        files.sort();
        Ok(files)
    }

    /// A field of the Debian package's control file.
    pub fn field(&self, name: &str) -> Result<String> {
        let mut dpkg = Command::new("dpkg-deb");
        let said = ran("dpkg-deb", dpkg.arg("--field").arg(self.deb()?).arg(name), LIMIT)?;
        Ok(said.trim().to_owned())
    }

    /// Unpacks the Debian package, maintainer scripts and all, and returns where.
    pub fn unpacked(&self) -> Result<PathBuf> {
        let root = self.dir.path().join("unpacked");
        let mut dpkg = Command::new("dpkg-deb");
        ran("dpkg-deb", dpkg.arg("--raw-extract").arg(self.deb()?).arg(&root), LIMIT)?;
        Ok(root)
    }
}

/// The static binary, built anew or taken from the build before; `SAPWOOD_STATIC_BINARY` names another one.
pub fn static_binary() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("SAPWOOD_STATIC_BINARY") {
        return Ok(path.into());
    }
    let mut build = Command::new(workspace().join("packaging/static-binary"));
    let said = ran("packaging/static-binary", &mut build, LIMIT)?;
    let path = said.lines().last().context("the path of the binary")?;
    Ok(path.into())
}

/// A Debian of its own, with no more in it than its package manager needs.
#[derive(Debug)]
pub struct CleanRoot {
    _dir: TempDir,
    root: PathBuf,
}

impl CleanRoot {
    /// One, or `None` with a loud word for whoever may not make one.
    pub fn or_skip(test: &str) -> Option<Self> {
        let id = Command::new("id").arg("-u").output().ok()?;
        if String::from_utf8_lossy(&id.stdout).trim() != "0" {
            eprintln!("SKIPPED {test}: it takes root to make a root");
            return None;
        }
        Some(Self::make().unwrap_or_else(|error| panic!("{test}: {error:#}")))
    }

    fn make() -> Result<Self> {
        let pristine = install::once("debian-root", "bookworm minbase 1", bootstrap)?;
        let dir = TempDir::new().context("a directory for the root")?;
        let root = dir.path().join("root");
        let mut copy = Command::new("cp");
        let pristine = pristine.join("root");
        ran("cp", copy.args(["--archive", "--reflink=auto"]).arg(pristine).arg(&root), LIMIT)?;
        Ok(Self { _dir: dir, root })
    }

    /// A path in it, given without the leading slash.
    pub fn path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// A command that runs in it, with namespaces of its own, so that nothing is left behind outside.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new("unshare");
        command.args(["--mount", "--pid", "--fork", "--kill-child"]);
        command.arg(format!("--mount-proc={}", self.path("proc").display()));
        command.arg("chroot").arg(&self.root).arg(program);
        command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("LC_ALL", "C");
        command.env("DEBIAN_FRONTEND", "noninteractive");
        command
    }

    /// Runs a shell line in it, and returns what it said.
    pub fn sh(&self, line: &str) -> Result<String> {
        ran("a shell in the clean root", self.command("sh").args(["-ec", line]), LIMIT)
    }
}

/// debootstrap is a shell script and runs from where it was unpacked.
fn bootstrap(dir: &Path) -> Result<()> {
    let tool = Root::unpacked("debootstrap", &["debootstrap"])?;
    let mut command = Command::new(tool.path("usr/sbin/debootstrap"));
    command.env("DEBOOTSTRAP_DIR", tool.path("usr/share/debootstrap"));
    command.args(["--variant=minbase", "bookworm"]).arg(dir.join("root"));
    ran("debootstrap", &mut command, LIMIT).map(drop)
}
