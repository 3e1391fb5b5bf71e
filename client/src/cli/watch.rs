//! A watch: the same look again and again, each in the place of the one before.

use std::io::{self, IsTerminal, Write};
use std::ops::ControlFlow;

use clap::Args;

use super::failure::Failure;
use super::span::Span;

/// The arguments of a command that can go on looking.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct WatchArgs {
    /// Look again and again, until interrupted
    #[arg(short, long)]
    watch: bool,
    /// How long to wait between two looks
    #[arg(long, value_name = "TIME", default_value = "2s", requires = "watch")]
    interval: Span,
}

impl WatchArgs {
    /// Whether to go on looking.
    pub(super) fn is_on(self) -> bool {
        self.watch
    }

    /// Looks until a look breaks off, or nobody reads any more. A look that fails is told and is not the last: a cluster
    /// that is away now may be back at the next.
    pub(super) async fn looking(
        self,
        out: &mut (dyn Write + Send),
        mut look: impl AsyncFnMut(&mut (dyn Write + Send)) -> Result<ControlFlow<()>, Failure>,
    ) -> Result<(), Failure> {
        loop {
            let mut seen = Vec::new();
            let looked = look(&mut seen).await;
            show(out, &seen)?;
            match looked {
                Ok(ControlFlow::Break(())) => return Ok(()),
                Ok(ControlFlow::Continue(())) => {}
                Err(failure) => eprintln!("{failure}"),
            }
            tokio::time::sleep(self.interval.0).await;
        }
    }
}

/// Prints what was seen; on a terminal, where the last look stood.
fn show(out: &mut (dyn Write + Send), seen: &[u8]) -> io::Result<()> {
    if !seen.is_empty() && io::stdout().is_terminal() {
        // Home, and everything below it cleared.
        write!(out, "\x1b[H\x1b[J")?;
    }
    out.write_all(seen)?;
    out.flush()
}
