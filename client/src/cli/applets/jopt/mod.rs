//! What joptsimple does with a command line, as Kafka's tools set it up, and what Kafka's `CommandLineUtils` check after it.
//!
//! A tool has a table of [`Opt`]s and a [`Parser`] over it; the parser adds `--help` and `--version` as Kafka's
//! `CommandDefaultOptions` does. Names are taken whole: Kafka switched abbreviations off. Single-dash words are options too
//! (`-list`), for joptsimple takes them for short options with long names.

mod breaks;
mod checks;
mod page;
mod parse;

pub(super) use breaks::pieces;
pub use parse::Parsed;

/// What an option's argument is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// `java.lang.Integer`.
    Integer,
    /// `java.lang.Long`.
    Long,
    /// `java.lang.Double`.
    Double,
    /// A class whose values the tool reads itself, by the name that the help page has for it.
    Other(&'static str),
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Text => "String",
            Self::Integer => "Integer",
            Self::Long => "Long",
            Self::Double => "Double",
            Self::Other(name) => name,
        }
    }

    /// Whether Java's `valueOf` takes the text.
    fn takes(self, text: &str) -> bool {
        match self {
            Self::Text | Self::Other(_) => true,
            Self::Integer => text.parse::<i32>().is_ok(),
            Self::Long => text.parse::<i64>().is_ok(),
            Self::Double => text.trim().parse::<f64>().is_ok(),
        }
    }
}

/// Whether an option takes an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Takes {
    Nothing,
    Required,
    Optional,
}

/// One row of a tool's table of options.
#[derive(Clone, Copy, Debug)]
pub struct Opt {
    /// Its name without the dashes.
    pub name: &'static str,
    description: &'static str,
    takes: Takes,
    kind: Kind,
    /// What the help page calls the argument.
    argument: &'static str,
    /// The value that it has where nobody gives one.
    default: Option<&'static str>,
    /// joptsimple's own `required()`, which is told apart on the help page.
    required: bool,
    /// What separates several values in one argument.
    separator: Option<char>,
    /// Where it is given, nothing else is required.
    for_help: bool,
    /// The options of which one must be given for this one to be allowed; none are needed where this is empty.
    available_if: &'static [&'static str],
}

impl Opt {
    /// An option without an argument.
    pub const fn flag(name: &'static str, description: &'static str) -> Self {
        Self {
            name,
            description,
            takes: Takes::Nothing,
            kind: Kind::Text,
            argument: "",
            default: None,
            required: false,
            separator: None,
            for_help: false,
            available_if: &[],
        }
    }

    /// An option that must have an argument, which the help page calls `argument`.
    pub const fn value(
        name: &'static str,
        argument: &'static str,
        description: &'static str,
    ) -> Self {
        Self { takes: Takes::Required, argument, ..Self::flag(name, description) }
    }

    /// The option with arguments of this kind.
    pub const fn of(self, kind: Kind) -> Self {
        Self { kind, ..self }
    }

    /// The option whose argument may be left out.
    pub const fn optional(self) -> Self {
        Self { takes: Takes::Optional, ..self }
    }

    /// The option with this value where nobody gives one.
    pub const fn defaults_to(self, default: &'static str) -> Self {
        Self { default: Some(default), ..self }
    }

    /// The option that joptsimple itself insists on.
    pub const fn required(self) -> Self {
        Self { required: true, ..self }
    }

    /// The option that takes several values in one argument.
    pub const fn separated_by(self, separator: char) -> Self {
        Self { separator: Some(separator), ..self }
    }

    /// The option that is allowed with one of these only.
    pub const fn available_if(self, options: &'static [&'static str]) -> Self {
        Self { available_if: options, ..self }
    }

    const fn for_help(self) -> Self {
        Self { for_help: true, ..self }
    }
}

/// `--help`, which every tool has.
pub(super) const HELP: Opt = Opt::flag("help", "Print usage information.").for_help();
/// `--version`, which every tool has.
pub(super) const VERSION: Opt = Opt::flag("version", "Display Kafka version.").for_help();

/// A tool's options.
#[derive(Clone, Copy, Debug)]
pub struct Parser {
    /// The script, for the line to type instead of an old one.
    script: &'static str,
    options: &'static [Opt],
}

impl Parser {
    /// The parser of a script with these options beside `--help` and `--version`.
    pub const fn new(script: &'static str, options: &'static [Opt]) -> Self {
        Self { script, options }
    }

    /// The script's name.
    pub(super) fn script(&self) -> &'static str {
        self.script
    }

    /// Whether the tool has an option of this name.
    pub(super) fn knows(&self, name: &str) -> bool {
        self.option(name).is_some()
    }

    /// The option of this name.
    fn option(&self, name: &str) -> Option<Opt> {
        self.all().find(|option| option.name == name)
    }

    /// Every option in the order in which the tool made them known.
    fn all(&self) -> impl Iterator<Item = Opt> {
        [HELP, VERSION].into_iter().chain(self.options.iter().copied())
    }
}
