//! A confirmation: the question before something is destroyed.

use std::io::{self, IsTerminal, Write};

use clap::Args;

use super::failure::Failure;

/// The arguments of a command that destroys something.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct ConfirmArgs {
    /// Do not ask; a terminal is asked otherwise
    #[arg(short, long)]
    yes: bool,
    /// Only say what would happen
    #[arg(long)]
    pub(super) dry_run: bool,
}

impl ConfirmArgs {
    /// Asks whoever sits at the terminal, after saying what would be destroyed. Where nobody sits (a script, a pipe), what
    /// was typed is what is meant.
    pub(super) fn ask(self, what: &str) -> Result<(), Failure> {
        if self.yes || !io::stdin().is_terminal() || agreed(what)? {
            return Ok(());
        }
        Err(Failure::usage("nothing was changed").advise("answer y, or use --yes"))
    }
}

fn agreed(what: &str) -> Result<bool, Failure> {
    eprint!("{what} [y/N] ");
    io::stderr().flush().map_err(|error| Failure::other("ask", &error))?;
    let mut answer = String::new();
    let read = io::stdin().read_line(&mut answer);
    read.map_err(|error| Failure::other("read the answer", &error))?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
