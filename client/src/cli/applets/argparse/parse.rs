//! Parsing: from words to arguments and their values, with argparse4j's errors.

use std::collections::{BTreeMap, BTreeSet};

use super::candidates::nearest;
use super::page::{Level, width};
use super::wrap::wrap;
use super::{Arg, Parser, Takes, Type};
use crate::cli::applets::Screen;

/// What a command line says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parsed {
    command: Option<&'static str>,
    given: BTreeMap<&'static str, Vec<String>>,
}

/// Why a command line is not acted on. All is said when it is returned; each tool has its own exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Help was asked for.
    Help,
    /// It makes no sense.
    Wrong,
}

/// What is wrong with a line, and the word that is not known if it is that.
struct Wrong {
    message: String,
    unknown: Option<Unknown>,
}

enum Unknown {
    Flag(String),
    Command(String),
}

enum Stop {
    Help,
    Wrong(Wrong),
}

impl Wrong {
    fn saying(message: String) -> Stop {
        Stop::Wrong(Self { message, unknown: None })
    }

    fn about(arg: &Arg, message: &str) -> Stop {
        Self::saying(format!("argument {}: {message}", arg.textual_name()))
    }
}

impl Parser {
    /// What the words say; help goes to standard output, errors to standard error.
    pub fn parse(&self, words: &[String], screen: &mut Screen) -> Result<Parsed, Refused> {
        let mut reading = Reading {
            level: Level { parser: self, command: None },
            parsed: Parsed::default(),
            used: BTreeSet::new(),
            deferred: None,
        };
        match reading.read(words) {
            Ok(()) => Ok(reading.parsed),
            Err(Stop::Help) => {
                screen.text(reading.level.help(width()));
                Err(Refused::Help)
            }
            Err(Stop::Wrong(wrong)) => {
                screen.complain_text(reading.complaint(&wrong));
                Err(Refused::Wrong)
            }
        }
    }

    /// The help page of the tool.
    pub fn help_page(&self) -> String {
        Level { parser: self, command: None }.help(width())
    }

    /// The usage line and a message of the tool's own, as argparse4j prints its errors.
    pub fn complain(&self, message: &str, screen: &mut Screen) {
        let level = Level { parser: self, command: None };
        screen.complain_text(level.usage(width()) + &error_line(self.prog, message));
    }
}

fn error_line(prog: &str, message: &str) -> String {
    wrap(&format!("{prog}: error: {message}\n"), width(), 0, "")
}

/// A command line that is being read.
struct Reading<'a> {
    level: Level<'a>,
    parsed: Parsed,
    /// The arguments that were given on this level.
    used: BTreeSet<&'static str>,
    /// What is missing, and on which level, which is told unless something worse comes.
    deferred: Option<(String, Level<'a>)>,
}

impl Reading<'_> {
    fn read(&mut self, words: &[String]) -> Result<(), Stop> {
        let mut rest = words.iter().map(String::as_str).peekable();
        while let Some(word) = rest.next() {
            if is_flag(word) {
                self.flag(word, &mut rest)?;
            } else if !self.level.commands().is_empty() {
                self.check_required();
                self.enter(word)?;
            } else {
                let words: Vec<&str> = std::iter::once(word).chain(rest).collect();
                let words = words.join(" ");
                return Err(Wrong::saying(format!("unrecognized arguments: '{words}'")));
            }
        }
        if !self.level.commands().is_empty() {
            return Err(Wrong::saying("too few arguments".into()));
        }
        self.check_required();
        let Some((message, level)) = self.deferred.take() else { return Ok(()) };
        self.level = level;
        Err(Wrong::saying(message))
    }

    /// Goes on with the arguments of a command.
    fn enter(&mut self, word: &str) -> Result<(), Stop> {
        let commands = self.level.commands();
        let exact = commands.iter().find(|command| command.name == word);
        let begun: Vec<_> = commands.iter().filter(|c| c.name.starts_with(word)).collect();
        let command = match (exact, begun.as_slice()) {
            (Some(command), _) => command,
            (None, [command]) if !word.is_empty() => *command,
            (None, []) | (None, [_]) => {
                let names: Vec<String> = commands.iter().map(|c| format!("'{}'", c.name)).collect();
                let names = names.join(", ");
                return Err(Stop::Wrong(Wrong {
                    message: format!("invalid choice: '{word}' (choose from {names})"),
                    unknown: Some(Unknown::Command(word.into())),
                }));
            }
            (None, several) => {
                let mut names: Vec<&str> = several.iter().map(|command| command.name).collect();
                names.sort_unstable();
                let names = names.join(", ");
                let message = format!("ambiguous command: {word} could match {names}");
                return Err(Wrong::saying(message));
            }
        };
        self.level.command = Some(command);
        self.parsed.command = Some(command.name);
        self.used.clear();
        Ok(())
    }

    fn flag<'w>(
        &mut self,
        word: &str,
        rest: &mut std::iter::Peekable<impl Iterator<Item = &'w str>>,
    ) -> Result<(), Stop> {
        let (flag, embedded) = match word.split_once('=') {
            Some((flag, value)) => (flag, Some(value.to_owned())),
            None => (word, None),
        };
        let (arg, embedded) = match self.resolve(flag)? {
            Some(arg) => (arg, embedded),
            None => self.short(word)?,
        };
        self.check_exclusive(arg)?;
        if arg.flags.contains(&"--help") && embedded.is_none() {
            return Err(Stop::Help);
        }
        let values = values(arg, embedded, rest)?;
        for value in &values {
            convert(arg, value)?;
        }
        self.used.insert(arg.name());
        self.parsed.given.insert(arg.name(), values);
        Ok(())
    }

    /// The argument of this name, or of the only name that begins so.
    fn resolve(&self, flag: &str) -> Result<Option<&'static Arg>, Stop> {
        let with = |of: &dyn Fn(&str) -> bool| {
            let arg = self.level.args();
            arg.flat_map(|arg| arg.flags.iter().map(move |flag| (*flag, arg)))
                .filter(|(flag, _)| of(flag))
                .collect::<Vec<_>>()
        };
        if let Some((_, arg)) = with(&|known| known == flag).first() {
            return Ok(Some(arg));
        }
        match with(&|known| known.starts_with(flag)).as_slice() {
            [] => Ok(None),
            [(_, arg)] => Ok(Some(arg)),
            several => {
                let mut names: Vec<&str> = several.iter().map(|(flag, _)| *flag).collect();
                names.sort_unstable();
                let names = names.join(", ");
                Err(Wrong::saying(format!("ambiguous option: {flag} could match {names}")))
            }
        }
    }

    /// `-cVALUE`: a short name with its value behind it.
    fn short(&self, word: &str) -> Result<(&'static Arg, Option<String>), Stop> {
        let (short, value) = word.split_at_checked(2).unwrap_or((word, ""));
        let is_it = |arg: &&Arg| arg.flags.contains(&short) && arg.takes != Takes::Nothing;
        match self.level.args().find(is_it).filter(|_| !word.starts_with("--")) {
            Some(arg) if !value.is_empty() => Ok((arg, Some(value.to_owned()))),
            _ => Err(Stop::Wrong(Wrong {
                message: format!("unrecognized arguments: '{word}'"),
                unknown: Some(Unknown::Flag(word.into())),
            })),
        }
    }

    fn check_exclusive(&self, arg: &Arg) -> Result<(), Stop> {
        let Some(number) = arg.group else { return Ok(()) };
        if !self.level.groups().get(number).is_some_and(|group| group.exclusive) {
            return Ok(());
        }
        let mut others = self.level.members(number).filter(|other| other.name() != arg.name());
        match others.find(|other| self.used.contains(other.name())) {
            None => Ok(()),
            Some(other) => {
                let message = format!("not allowed with argument {}", other.textual_name());
                Err(Wrong::about(arg, &message))
            }
        }
    }

    /// Notes what is missing; of several arguments the last is told.
    fn check_required(&mut self) {
        if self.deferred.is_some() {
            return;
        }
        let missing =
            self.level.args().filter(|arg| arg.required && !self.used.contains(arg.name()));
        let required = |arg: &Arg| format!("argument {} is required", arg.textual_name());
        self.deferred = missing.last().map(|arg| (required(arg), self.level));
        if self.deferred.is_some() {
            return;
        }
        let groups = self.level.groups().iter().enumerate();
        for (number, _) in groups.filter(|(_, group)| group.exclusive && group.required) {
            if !self.level.members(number).any(|arg| self.used.contains(arg.name())) {
                let names = self.level.members(number).map(|arg| arg.textual_name() + " ");
                let names: String = names.collect();
                let message = format!("one of the arguments {names}is required");
                self.deferred = Some((message, self.level));
            }
        }
    }

    /// The usage, the message, and what may have been meant.
    fn complaint(&self, wrong: &Wrong) -> String {
        let parser = self.level.parser;
        let mut text = self.level.usage(width()) + &error_line(parser.prog, &wrong.message);
        let flags: Vec<&str> = self.level.args().flat_map(|arg| arg.flags).copied().collect();
        let body = |flag: &'static str| flag.trim_start_matches('-');
        let meant = match &wrong.unknown {
            Some(Unknown::Flag(word)) => {
                let word = word.trim_start_matches('-');
                let long = self.level.args().flat_map(|arg| arg.flags).copied();
                let long = long.map(|flag| (body(flag), flag)).filter(|(body, _)| body.len() > 1);
                if word.len() < 2 || flags.is_empty() { Vec::new() } else { nearest(word, long) }
            }
            Some(Unknown::Command(word)) => {
                nearest(word, self.level.commands().iter().map(|c| (c.name, c.name)))
            }
            None => Vec::new(),
        };
        if !meant.is_empty() {
            text.push_str("\nDid you mean:\n");
            meant.iter().for_each(|meant| text.push_str(&format!("\t{meant}\n")));
        }
        text
    }
}

/// Whether a word is the name of an argument: it has a dash and is no negative number.
fn is_flag(word: &str) -> bool {
    let number = |digits: &str| !digits.is_empty() && digits.bytes().all(|c| c.is_ascii_digit());
    match word.strip_prefix('-') {
        Some(rest) => !rest.is_empty() && !number(rest),
        None => false,
    }
}

fn values<'w>(
    arg: &Arg,
    embedded: Option<String>,
    rest: &mut std::iter::Peekable<impl Iterator<Item = &'w str>>,
) -> Result<Vec<String>, Stop> {
    match (arg.takes, embedded) {
        (Takes::Nothing, None) => Ok(Vec::new()),
        (Takes::Nothing, Some(value)) => {
            Err(Wrong::about(arg, &format!("ignore implicit argument '{value}'")))
        }
        (_, Some(value)) => Ok(vec![value]),
        (Takes::One, None) => match rest.next_if(|word| !is_flag(word)) {
            Some(value) => Ok(vec![value.to_owned()]),
            None => Err(Wrong::about(arg, "expected one argument")),
        },
        (Takes::OneOrMore, None) => {
            let mut values = Vec::new();
            while let Some(value) = rest.next_if(|word| !is_flag(word)) {
                values.push(value.to_owned());
            }
            match values.is_empty() {
                true => Err(Wrong::about(arg, "expected 1 argument(s)")),
                false => Ok(values),
            }
        }
    }
}

fn convert(arg: &Arg, value: &str) -> Result<(), Stop> {
    let (name, good) = match arg.kind {
        Type::Text => return Ok(()),
        Type::Integer | Type::Choice(_) => ("Integer", value.parse::<i32>().is_ok()),
        Type::Long => ("Long", value.parse::<i64>().is_ok()),
        Type::Double => ("Double", value.trim().parse::<f64>().is_ok()),
    };
    if !good {
        let message =
            format!("could not convert '{value}' to {name} (For input string: \"{value}\")");
        return Err(Wrong::about(arg, &message));
    }
    match arg.kind {
        Type::Choice(choices) if !choices.contains(&value) => {
            let choices = choices.join(",");
            let message = format!("invalid choice: '{value}' (choose from {{{choices}}})");
            Err(Wrong::about(arg, &message))
        }
        _ => Ok(()),
    }
}

impl Parsed {
    /// The command.
    pub fn command(&self) -> Option<&'static str> {
        self.command
    }

    /// Whether the argument was given.
    pub fn has(&self, arg: &Arg) -> bool {
        self.given.contains_key(arg.name())
    }

    /// The argument's value, or its default.
    pub fn text(&self, arg: &Arg) -> Option<String> {
        let given = self.given.get(arg.name()).and_then(|values| values.first());
        given.cloned().or_else(|| arg.default.map(str::to_owned))
    }

    /// The argument's values, or its default.
    pub fn texts(&self, arg: &Arg) -> Vec<String> {
        let given = self.given.get(arg.name()).cloned();
        given.unwrap_or_else(|| arg.default.map(str::to_owned).into_iter().collect())
    }

    /// The argument's number, or its default.
    pub fn number<N: std::str::FromStr>(&self, arg: &Arg) -> Option<N> {
        self.text(arg)?.trim().parse().ok()
    }
}
