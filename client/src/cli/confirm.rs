//! A confirmation: the question before something is destroyed.

use std::io::{self, IsTerminal, Write};

use clap::Args;

use super::failure::Failure;

/// The arguments of a command that destroys something.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct ConfirmArgs {
    /// Do not ask; in a script, where nobody can be asked, it is needed
    #[arg(short, long)]
    yes: bool,
    /// Only say what would happen
    #[arg(long)]
    pub(super) dry_run: bool,
}

impl ConfirmArgs {
    /// Asks whoever sits at the terminal, after saying what would be destroyed. Where nobody sits (a script, a pipe, a command
    /// over ssh) nobody can say no, so a yes must be there beforehand.
    pub(super) fn ask(self, what: &str) -> Result<(), Failure> {
        if self.yes {
            return Ok(());
        }
        let unchanged = Failure::usage("nothing was changed");
        if !io::stdin().is_terminal() {
            return Err(unchanged
                .because(format!("nobody is there to ask: {what}"))
                .advise("--yes does it, --dry-run only says what would happen"));
        }
        match agreed(what)? {
            true => Ok(()),
            false => Err(unchanged.advise("answer y, or use --yes")),
        }
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
