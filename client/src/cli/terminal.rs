//! The terminal: whether a command says more there than its output and its errors, and in which colours.
//!
//! Chosen once, before a command begins. Kafka's scripts have flags of their own and choose nothing.

use std::ffi::OsString;
use std::fmt::Display;
use std::io::{self, IsTerminal};
use std::sync::OnceLock;

use clap::{Args, ColorChoice, ValueEnum};

static CHOSEN: OnceLock<TerminalArgs> = OnceLock::new();

/// The arguments that every command has.
#[derive(Clone, Copy, Debug, Default, Args)]
#[command(next_help_heading = "Terminal")]
pub struct TerminalArgs {
    /// Say nothing beside the output but errors: no notes, no warnings, no progress
    #[arg(short, long, global = true)]
    quiet: bool,
    /// Whether help and logs have colours; auto means on a terminal, unless NO_COLOR is set
    #[arg(long, value_name = "WHEN", value_enum, default_value_t, global = true)]
    color: ColorChoice,
}

impl TerminalArgs {
    /// Makes this the process's choice.
    pub fn choose(self) {
        // The first choice stays; a second one is made in tests alone.
        let _ = CHOSEN.set(self);
    }
}

fn chosen() -> TerminalArgs {
    CHOSEN.get().copied().unwrap_or_default()
}

/// Whether nothing is wanted on standard error but errors.
pub fn is_quiet() -> bool {
    chosen().quiet
}

/// Whether somebody watches standard error, and wants to see how far a command has come.
pub fn shows_progress() -> bool {
    !is_quiet() && io::stderr().is_terminal()
}

/// Whether standard error has colours.
pub fn is_colored() -> bool {
    match chosen().color {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        // no-color.org: set, and not empty.
        ColorChoice::Auto => {
            std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty())
                && io::stderr().is_terminal()
        }
    }
}

/// Says something on standard error that is no error.
pub fn note(text: impl Display) {
    if !is_quiet() {
        eprintln!("{text}");
    }
}

/// The colours of `--help` and of wrong usage, which are printed before the command line is understood.
pub fn color_of(arguments: impl Iterator<Item = OsString>) -> ColorChoice {
    let mut arguments = arguments.map_while(|argument| {
        Some(argument.to_string_lossy().into_owned()).filter(|argument| argument != "--")
    });
    while let Some(argument) = arguments.next() {
        let given = match argument.strip_prefix("--color") {
            Some("") => arguments.next(),
            Some(joined) => joined.strip_prefix('=').map(str::to_owned),
            None => None,
        };
        if let Some(choice) = given.and_then(|given| ColorChoice::from_str(&given, true).ok()) {
            return choice;
        }
    }
    ColorChoice::Auto
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_colour_of_help_is_known_before_the_line_is_understood() {
        let of = |line: &str| color_of(line.split(' ').map(OsString::from));
        assert_eq!(of("sapwood --color never --help"), ColorChoice::Never);
        assert_eq!(of("sapwood topic list --color=always"), ColorChoice::Always);
        assert_eq!(of("sapwood topic produce -- --color=always"), ColorChoice::Auto);
        assert_eq!(of("sapwood --color"), ColorChoice::Auto);
        assert_eq!(of("sapwood --colour never"), ColorChoice::Auto);
    }
}
