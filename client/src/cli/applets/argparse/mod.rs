//! What argparse4j 0.7 does with a command line and its help page, as Kafka's tools set it up.
//!
//! A tool has a table of [`Arg`]s, some of them in [`Group`]s, or one such table for each [`Command`]; a [`Parser`] over it
//! prints usage, help and errors as argparse4j does, and hands back what was said. Long names may be shortened as far as they
//! stay unambiguous. Lines are as long as COLUMNS allows, or 75 characters.

mod candidates;
mod page;
mod parse;
mod wrap;

pub use parse::{Parsed, Refused};

/// What an argument's values are read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// Any text.
    Text,
    /// `java.lang.Integer`.
    Integer,
    /// `java.lang.Long`.
    Long,
    /// `java.lang.Double`.
    Double,
    /// One of these whole numbers.
    Choice(&'static [&'static str]),
}

/// How many values an argument takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Takes {
    Nothing,
    One,
    OneOrMore,
}

/// A named argument.
#[derive(Clone, Copy, Debug)]
pub struct Arg {
    /// The names, with their dashes.
    flags: &'static [&'static str],
    /// What the help page calls the value.
    metavar: &'static str,
    help: &'static str,
    takes: Takes,
    kind: Type,
    required: bool,
    default: Option<&'static str>,
    /// The number of its group.
    group: Option<usize>,
}

/// Arguments that are printed, or excluded, together.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    /// Its heading on the help page, or nothing.
    pub title: &'static str,
    /// What stands below the heading, or nothing.
    pub description: &'static str,
    /// Whether only one of them may be given.
    pub exclusive: bool,
    /// Whether one of them must be given.
    pub required: bool,
}

/// A command with arguments of its own.
#[derive(Clone, Copy, Debug)]
pub struct Command {
    /// Its name.
    pub name: &'static str,
    /// What it is for.
    pub help: &'static str,
    /// Its arguments.
    pub args: &'static [Arg],
    /// Their groups.
    pub groups: &'static [Group],
}

/// A tool's command line.
#[derive(Clone, Copy, Debug)]
pub struct Parser {
    /// What the tool calls itself.
    pub prog: &'static str,
    /// What it is for.
    pub description: &'static str,
    /// Its arguments.
    pub args: &'static [Arg],
    /// Their groups.
    pub groups: &'static [Group],
    /// Its commands, of which one must be named if there are any.
    pub commands: &'static [Command],
    /// Whether the help page tells defaults.
    pub tells_defaults: bool,
}

impl Arg {
    /// An argument with one value.
    pub const fn value(
        flags: &'static [&'static str],
        metavar: &'static str,
        help: &'static str,
    ) -> Self {
        Self {
            flags,
            metavar,
            help,
            takes: Takes::One,
            kind: Type::Text,
            required: false,
            default: None,
            group: None,
        }
    }

    /// An argument that is there or not.
    pub const fn flag(flags: &'static [&'static str], help: &'static str) -> Self {
        Self { takes: Takes::Nothing, default: Some("false"), ..Self::value(flags, "", help) }
    }

    /// The argument with values of this type.
    pub const fn of(self, kind: Type) -> Self {
        Self { kind, ..self }
    }

    /// The argument, which may have several values.
    pub const fn many(self) -> Self {
        Self { takes: Takes::OneOrMore, ..self }
    }

    /// The argument, which must be given.
    pub const fn required(self) -> Self {
        Self { required: true, ..self }
    }

    /// The argument with this value where it is not given.
    pub const fn defaults_to(self, default: &'static str) -> Self {
        Self { default: Some(default), ..self }
    }

    /// The argument in the group of this number.
    pub const fn in_group(self, group: usize) -> Self {
        Self { group: Some(group), ..self }
    }

    /// What errors call it.
    fn textual_name(&self) -> String {
        self.flags.join("/")
    }

    /// The name that values are kept under.
    pub fn name(&self) -> &'static str {
        self.flags.first().copied().unwrap_or_default()
    }
}

/// `--help`, which every parser has.
const HELP: Arg = Arg {
    takes: Takes::Nothing,
    ..Arg::value(&["-h", "--help"], "", "show this help message and exit")
};

impl Group {
    /// Arguments of which one must be given, and no more.
    pub const fn one_of(description: &'static str) -> Self {
        Self { title: "", description, exclusive: true, required: true }
    }

    /// Arguments of which at most one may be given.
    pub const fn at_most_one() -> Self {
        Self { title: "", description: "", exclusive: true, required: false }
    }

    /// Arguments that stand together under a title.
    pub const fn titled(title: &'static str, description: &'static str) -> Self {
        Self { title, description, exclusive: false, required: false }
    }

    /// Whether its arguments have a place of their own on the help page.
    fn stands_alone(&self) -> bool {
        !self.exclusive || !self.title.is_empty() || !self.description.is_empty()
    }
}
