//! `sapwood debug …`

mod tap;

use std::io::Write;

use clap::Subcommand;

use super::failure::Failure;

/// What helps to find out what is going on.
#[derive(Debug, Subcommand)]
pub enum Debug {
    /// Stand between clients and a cluster, and print each request
    Tap(tap::Tap),
}

impl Debug {
    pub(super) async fn run(self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        match self {
            Self::Tap(tap) => tap.run(out).await,
        }
    }
}
