//! `sapwood install-shims`: a folder of links by which this binary is called as Kafka's scripts.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use client::cli::Failure;

use super::applets;

/// Make Kafka's scripts (kafka-topics.sh and its family) in a folder, as links to this binary.
///
/// Put the folder first in PATH, or name it where a program asks for Kafka's bin folder. Programs that ask for the folder
/// above (KAFKA_PATH of librdkafka's test-suite, KAFKA_HOME) look for `bin` in it: make the links in X/bin, and name X. A file that is there already
/// stays, unless --force is given.
#[derive(Debug, Args)]
pub struct InstallShims {
    /// The folder, which is made if it is not there
    dir: PathBuf,
    /// Replace what is there under a script's name
    #[arg(long)]
    force: bool,
}

/// What became of one name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Link {
    Made,
    Replaced,
    Was,
}

impl InstallShims {
    /// Makes the links, and says which.
    pub fn run(&self) -> ExitCode {
        super::run_with_output(|out| self.links(out))
    }

    fn links(&self, out: &mut dyn Write) -> Result<(), Failure> {
        let binary = std::env::current_exe()
            .map_err(|error| Failure::other("find out where this binary lies", &error))?;
        fs::create_dir_all(&self.dir).map_err(|error| self.failure("make", &self.dir, &error))?;
        let names = applets::all().map(|applet| applet.name).chain([applets::RUN_CLASS]);
        let mut names: Vec<&str> = names.collect();
        names.sort_unstable();
        let mut failed = Ok(());
        for name in names {
            let path = self.dir.join(format!("{name}.sh"));
            match self.link(&binary, &path) {
                Ok(link) => writeln!(out, "{}", told(link, &path))?,
                // The others are made all the same.
                Err(error) => failed = failed.and(Err(self.failure("link", &path, &error))),
            }
        }
        failed
    }

    fn link(&self, binary: &Path, path: &Path) -> io::Result<Link> {
        let there = fs::symlink_metadata(path).is_ok();
        if there && fs::read_link(path).is_ok_and(|target| target == binary) {
            return Ok(Link::Was);
        }
        if there && self.force {
            fs::remove_file(path)?;
        }
        symlink(binary, path)?;
        Ok(if there { Link::Replaced } else { Link::Made })
    }

    fn failure(&self, doing: &str, path: &Path, error: &io::Error) -> Failure {
        let failure = Failure::other(&format!("{doing} {}", path.display()), error);
        match error.kind() {
            io::ErrorKind::AlreadyExists => failure.advise("--force replaces it"),
            _ => failure,
        }
    }
}

fn told(link: Link, path: &Path) -> String {
    let path = path.display();
    match link {
        Link::Made => format!("made {path}"),
        Link::Replaced => format!("replaced {path}"),
        Link::Was => format!("was there: {path}"),
    }
}
