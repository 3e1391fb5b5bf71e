//! `sapwood man`: the manual pages, one a command, from the same definition as `--help`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap_mangen::Man;
use client::cli::Failure;

/// The arguments.
#[derive(Clone, Debug, clap::Args)]
pub struct Manual {
    /// Where to write a page for each command; without it, the first page goes to standard output
    #[arg(value_name = "DIR")]
    dir: Option<PathBuf>,
}

impl Manual {
    /// Runs `sapwood man` for this command line.
    pub fn run(&self, command: clap::Command) -> ExitCode {
        super::run_with_output(|out| match &self.dir {
            None => Ok(Man::new(command).render(&mut *out)?),
            Some(dir) => write_all(command, dir).map_err(|error| {
                Failure::other(&format!("write manual pages to {}", dir.display()), &error)
            }),
        })
    }
}

fn write_all(command: clap::Command, dir: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(dir)?;
    clap_mangen::generate_to(command, dir)
}
