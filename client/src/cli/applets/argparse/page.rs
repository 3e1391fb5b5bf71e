//! The usage line and the help page.

use super::wrap::wrap;
use super::{Arg, Command, Group, HELP, Parser, Takes};

/// The column at which what an argument is for begins.
const HELP_COLUMN: usize = 25;
/// The longest name that leaves room for that on its own line.
const TITLE_MAX: usize = 21;
/// How much of a terminal's line stays free.
const MARGIN: usize = 5;
const DEFAULT_WIDTH: usize = 75;
/// A program's name that is longer has a line of its own.
const USAGE_MAX: usize = 30;

/// How long a line may be.
pub(super) fn width() -> usize {
    let columns = std::env::var("COLUMNS").ok().and_then(|text| text.parse::<usize>().ok());
    columns
        .and_then(|columns| columns.checked_sub(MARGIN))
        .filter(|width| *width > 0)
        .unwrap_or(DEFAULT_WIDTH)
}

/// One level of a command line: the tool's own arguments, or a command's.
#[derive(Clone, Copy)]
pub(super) struct Level<'a> {
    pub(super) parser: &'a Parser,
    pub(super) command: Option<&'a Command>,
}

impl<'a> Level<'a> {
    /// The arguments, in order.
    pub(super) fn args(self) -> impl Iterator<Item = &'static Arg> {
        const HELP_ARG: &Arg = &HELP;
        let own = self.command.map_or(self.parser.args, |command| command.args);
        std::iter::once(HELP_ARG).chain(own)
    }

    pub(super) fn groups(self) -> &'static [Group] {
        self.command.map_or(self.parser.groups, |command| command.groups)
    }

    /// The commands below.
    pub(super) fn commands(self) -> &'static [Command] {
        if self.command.is_some() { &[] } else { self.parser.commands }
    }

    fn group_of(self, arg: &Arg) -> Option<&'static Group> {
        self.groups().get(arg.group?)
    }

    pub(super) fn members(self, group: usize) -> impl Iterator<Item = &'static Arg> {
        self.args().filter(move |arg| arg.group == Some(group))
    }

    /// The usage, with the end of its last line.
    pub(super) fn usage(self, width: usize) -> String {
        let head = format!("usage: {}", self.parser.prog);
        let (first, indent) = match head.len() > USAGE_MAX {
            true => (format!("{head}\n      "), 6),
            false => (head.clone(), head.len()),
        };
        let mut usage = first;
        // A long name's line ends before the first word; that word is counted from the indent twice, as it is there.
        let mut length = if head.len() > USAGE_MAX { indent * 2 } else { indent };
        for (number, word) in self.usage_words().iter().enumerate() {
            if number > 0 && length + word.len() + 1 > width {
                usage.push_str(&format!("\n{}", " ".repeat(indent)));
                length = indent;
            }
            usage.push_str(&format!(" {word}"));
            length += 1 + word.len();
        }
        usage + "\n"
    }

    fn usage_words(self) -> Vec<String> {
        let mut words = Vec::new();
        if let Some(command) = self.command {
            words.extend(Level { command: None, ..self }.required_words());
            words.push(command.name.to_owned());
        }
        let is_exclusive = |arg: &&Arg| self.group_of(arg).is_some_and(|group| group.exclusive);
        words.extend(self.args().filter(|arg| !is_exclusive(arg)).map(short));
        let groups = self.groups().iter().enumerate().filter(|(_, group)| group.exclusive);
        words.extend(groups.flat_map(|(number, group)| self.group_words(number, group)));
        if !self.commands().is_empty() {
            words.push(command_names(self.commands()));
            words.push("...".into());
        }
        words
    }

    /// What must be said before a command.
    fn required_words(self) -> Vec<String> {
        let is_exclusive = |arg: &&Arg| self.group_of(arg).is_some_and(|group| group.exclusive);
        let required = self.args().filter(|arg| arg.required && !is_exclusive(arg));
        let mut words: Vec<String> = required.map(bare).collect();
        let groups = self.groups().iter().enumerate();
        let groups = groups.filter(|(_, group)| group.exclusive && group.required);
        words.extend(groups.flat_map(|(number, group)| self.group_words(number, group)));
        words
    }

    fn group_words(self, number: usize, group: &Group) -> Vec<String> {
        let (open, close) = if group.required { ("(", ")") } else { ("[", "]") };
        if self.members(number).count() == 1 {
            return self.members(number).map(if group.required { bare } else { short }).collect();
        }
        let mut words = Vec::new();
        let members: Vec<String> = self.members(number).map(bare).collect();
        for (at, member) in members.iter().enumerate() {
            let open = if at == 0 { open } else { "" };
            let last = at + 1 == members.len();
            words.push(format!("{open}{member}{}", if last { close } else { "" }));
            if !last {
                words.push("|".into());
            }
        }
        words
    }

    /// The help page.
    pub(super) fn help(self, width: usize) -> String {
        let mut page = self.usage(width);
        let description = if self.command.is_some() { "" } else { self.parser.description };
        if !description.is_empty() {
            page.push_str(&format!("\n{}\n", wrap(description, width, 0, "")));
        }
        if !self.commands().is_empty() {
            page.push_str("\npositional arguments:\n");
            page.push_str(&entry(&command_names(self.commands()), "", width));
            for command in self.commands() {
                page.push_str(&entry(&format!("  {}", command.name), command.help, width));
            }
        }
        page.push_str("\noptional arguments:\n");
        let alone = |arg: &&Arg| self.group_of(arg).is_some_and(Group::stands_alone);
        for arg in self.args().filter(|arg| !alone(arg)) {
            page.push_str(&self.argument(arg, width));
        }
        for (number, group) in self.groups().iter().enumerate() {
            if group.stands_alone() {
                page.push_str(&self.group(number, group, width));
            }
        }
        page
    }

    fn group(self, number: usize, group: &Group, width: usize) -> String {
        let mut text = String::from("\n");
        if !group.title.is_empty() {
            text.push_str(&format!("{}:\n", group.title));
        }
        if !group.description.is_empty() {
            text.push_str(&format!("  {}\n\n", wrap(group.description, width, 2, "  ")));
        }
        for arg in self.members(number) {
            text.push_str(&self.argument(arg, width));
        }
        text
    }

    fn argument(self, arg: &Arg, width: usize) -> String {
        let titles: Vec<String> = arg.flags.iter().map(|flag| with_metavar(flag, arg)).collect();
        // Commands have pages of their own, which were never told to tell.
        let tells = self.parser.tells_defaults && self.command.is_none();
        let default = arg.default.filter(|_| tells);
        let help = match (arg.help, default) {
            (help, None) => help.to_owned(),
            ("", Some(default)) => format!("(default: {default})"),
            (help, Some(default)) => format!("{help} (default: {default})"),
        };
        entry(&titles.join(", "), &help, width)
    }
}

/// A line for each thing: its name, and what it is for, beside or below it.
fn entry(title: &str, help: &str, width: usize) -> String {
    if help.is_empty() {
        return format!("  {title}\n");
    }
    let indent = " ".repeat(HELP_COLUMN);
    let gap = match title.len() <= TITLE_MAX {
        true => " ".repeat(HELP_COLUMN - title.len() - 2),
        false => format!("\n{indent}"),
    };
    format!("  {title}{gap}{}\n", wrap(help, width, HELP_COLUMN, &indent))
}

fn with_metavar(flag: &str, arg: &Arg) -> String {
    match arg.takes {
        Takes::Nothing => flag.to_owned(),
        Takes::One => format!("{flag} {}", arg.metavar),
        Takes::OneOrMore => format!("{flag} {0} [{0} ...]", arg.metavar),
    }
}

/// An argument on the usage line, as a member of an exclusive group.
fn bare(arg: &Arg) -> String {
    with_metavar(arg.name(), arg)
}

/// An argument on the usage line.
fn short(arg: &Arg) -> String {
    if arg.required { bare(arg) } else { format!("[{}]", bare(arg)) }
}

fn command_names(commands: &[Command]) -> String {
    let names: Vec<&str> = commands.iter().map(|command| command.name).collect();
    format!("{{{}}}", names.join(","))
}
