//! Parsing: from words to options and their values, with joptsimple's errors.

use super::{Opt, Parser, Takes};
use crate::cli::applets::{
    DEFAULT_CAPACITY, Stop, Thrown, hash_map_order, hash_order, java::string_hash, old,
};

/// What a command line says.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    /// How many words there were at all.
    pub(super) words: usize,
    /// The options as they came.
    order: Vec<&'static str>,
    /// Each option that was given, with the values that it got.
    given: Vec<(Opt, Vec<String>)>,
    /// The words that are no options.
    pub others: Vec<String>,
}

/// An exception of joptsimple's.
fn thrown(class: &str, message: String) -> Thrown {
    Thrown::new(&format!("joptsimple.{class}"), message)
}

fn unrecognized(name: &str) -> Thrown {
    thrown("UnrecognizedOptionException", format!("{name} is not a recognized option"))
}

impl Parser {
    /// What the words say. The values are only read when they are asked for.
    pub fn parse(&self, words: &[String]) -> Result<Parsed, Stop> {
        self.read(words).map_err(|thrown| match old::instead(self, words) {
            Some(answer) => Stop::Instead(answer),
            None => thrown.into(),
        })
    }

    fn read(&self, words: &[String]) -> Result<Parsed, Thrown> {
        let mut parsed = Parsed { words: words.len(), ..Parsed::default() };
        let mut rest = words.iter().map(String::as_str).peekable();
        while let Some(word) = rest.next() {
            match word {
                "--" => {
                    parsed.others.extend(rest.by_ref().map(str::to_owned));
                }
                "-" => parsed.others.push(word.into()),
                _ => match word.strip_prefix("--").or_else(|| word.strip_prefix('-')) {
                    None => parsed.others.push(word.into()),
                    Some(name) => {
                        let long = word.starts_with("--");
                        self.option_word(name, long, &mut rest, &mut parsed)?;
                    }
                },
            }
        }
        if !self.all().any(|option| option.for_help && parsed.has(option)) {
            self.check_required(&parsed)?;
            self.check_available(&parsed)?;
        }
        Ok(parsed)
    }

    /// `name`, `name=value`, or a word of single-dash letters, none of which Kafka's tools have.
    fn option_word<'a>(
        &self,
        word: &str,
        long: bool,
        rest: &mut std::iter::Peekable<impl Iterator<Item = &'a str>>,
        parsed: &mut Parsed,
    ) -> Result<(), Thrown> {
        let (name, value) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (word, None),
        };
        let Some(option) = self.option(name) else {
            let first = word.chars().next().map(String::from).unwrap_or_default();
            return Err(unrecognized(if long { name } else { &first }));
        };
        let value = match (option.takes, value) {
            (Takes::Nothing, _) => None,
            (_, Some(value)) => Some(value),
            (Takes::Required, None) => Some(rest.next().ok_or_else(|| {
                let message = format!("Option {} requires an argument", option.name);
                thrown("OptionMissingRequiredArgumentException", message)
            })?),
            (Takes::Optional, None) => rest.next_if(|next| is_argument(option, next)),
        };
        parsed.add(option, value);
        Ok(())
    }

    fn check_required(&self, parsed: &Parsed) -> Result<(), Thrown> {
        let missing: Vec<String> = self
            .all()
            .filter(|option| option.required && !parsed.has(*option))
            .map(|option| option.name.to_owned())
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        let missing = hash_map_order(missing, DEFAULT_CAPACITY, String::clone).join(", ");
        let message = format!("Missing required option(s) [{missing}]");
        Err(thrown("MissingRequiredOptionsException", message))
    }

    fn check_available(&self, parsed: &Parsed) -> Result<(), Thrown> {
        let given = |name: &&str| self.option(name).is_some_and(|option| parsed.has(option));
        let lonely = |option: &Opt| {
            !option.available_if.is_empty()
                && parsed.has(*option)
                && !option.available_if.iter().any(given)
        };
        let lonely: Vec<&str> = self.all().filter(lonely).map(|option| option.name).collect();
        if lonely.is_empty() {
            return Ok(());
        }
        // The map is filed under lists of one name.
        let listed = |name: &&str| string_hash(name).wrapping_add(31);
        let lonely = hash_order(lonely, DEFAULT_CAPACITY, listed).join(", ");
        let message =
            format!("Option(s) [{lonely}] are unavailable given other options on the command line");
        Err(thrown("UnavailableOptionException", message))
    }
}

/// Whether the next word is the argument of an option that may have one.
fn is_argument(option: Opt, next: &str) -> bool {
    let looks_like_an_option = next.starts_with('-') && next != "-" && next != "--";
    match looks_like_an_option {
        false => option.kind.takes(next),
        true => {
            !matches!(option.kind, super::Kind::Text | super::Kind::Other(_))
                && option.kind.takes(next)
        }
    }
}

impl Parsed {
    fn add(&mut self, option: Opt, argument: Option<&str>) {
        let values: Vec<String> = match (argument, option.separator) {
            (Some(argument), Some(separator)) if argument.contains(|c| c != separator) => argument
                .split(separator)
                .filter(|part| !part.is_empty())
                .map(str::to_owned)
                .collect(),
            (argument, _) => argument.map(str::to_owned).into_iter().collect(),
        };
        self.order.push(option.name);
        match self.given.iter_mut().find(|(given, _)| given.name == option.name) {
            Some((_, known)) => known.extend(values),
            None => self.given.push((option, values)),
        }
    }

    /// Those of these options that were given, by name, in the order in which they came.
    pub fn order(&self, among: &[Opt]) -> impl Iterator<Item = &'static str> {
        self.order.iter().copied().filter(|name| among.iter().any(|option| option.name == *name))
    }

    /// Whether the option was given.
    pub fn has(&self, option: Opt) -> bool {
        self.given.iter().any(|(given, _)| given.name == option.name)
    }

    /// The option's values, or its default.
    pub fn texts(&self, option: Opt) -> Vec<String> {
        let given = self.given.iter().find(|(given, _)| given.name == option.name);
        match given.map(|(_, values)| values) {
            Some(values) if !values.is_empty() => values.clone(),
            _ => option.default.map(str::to_owned).into_iter().collect(),
        }
    }

    /// The option's values, or its default, each of the option's kind.
    pub fn values(&self, option: Opt) -> Result<Vec<String>, Thrown> {
        let values = self.texts(option);
        match values.iter().find(|value| !option.kind.takes(value)) {
            None => Ok(values),
            Some(value) => {
                let message = format!("Cannot parse argument '{value}' of option {}", option.name);
                Err(thrown("OptionArgumentConversionException", message))
            }
        }
    }

    /// The option's only value, or its default.
    pub fn value(&self, option: Opt) -> Result<Option<String>, Thrown> {
        let mut values = self.values(option)?;
        if values.len() > 1 {
            let name = option.name;
            let message =
                format!("Found multiple arguments for option {name}, but you asked for only one");
            return Err(thrown("MultipleArgumentsForOptionException", message));
        }
        Ok(values.pop())
    }

    /// The option's only value as a number of its kind.
    pub fn number<N: std::str::FromStr>(&self, option: Opt) -> Result<Option<N>, Thrown> {
        Ok(self.value(option)?.and_then(|value| value.trim().parse().ok()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Kind;
    use super::*;

    const LIST: Opt = Opt::flag("list", "");
    const TOPIC: Opt = Opt::value("topic", "topic", "");
    const COUNT: Opt = Opt::value("count", "count", "").of(Kind::Integer);
    const STATE: Opt = Opt::value("state", "", "").optional();
    const PARSER: Parser = Parser::new("kafka-x", &[LIST, TOPIC, COUNT, STATE]);

    fn parse(line: &str) -> Result<Parsed, Thrown> {
        PARSER.read(&line.split(' ').map(str::to_owned).collect::<Vec<_>>())
    }

    fn refusal(line: &str) -> String {
        parse(line).expect_err("the line is wrong").message().to_owned()
    }

    #[test]
    fn options_are_taken_as_joptsimple_takes_them() {
        let parsed = parse("--list --topic=a=b --count -3 x -- --y").expect("the line parses");
        assert!(parsed.has(LIST) && !parsed.has(STATE));
        assert_eq!(parsed.value(TOPIC), Ok(Some("a=b".into())));
        assert_eq!(parsed.number(COUNT), Ok(Some(-3)));
        assert_eq!(parsed.others, ["x", "--y"]);
        assert!(parse("-list").expect("a single dash will do").has(LIST));
        assert_eq!(parse("--state --list").expect("parses").value(STATE), Ok(None));
        assert_eq!(parse("--state x").expect("parses").value(STATE), Ok(Some("x".into())));
    }

    #[test]
    fn errors_are_joptsimple_s() {
        assert_eq!(refusal("--nope"), "nope is not a recognized option");
        assert_eq!(refusal("-nope"), "n is not a recognized option");
        assert_eq!(refusal("--topic"), "Option topic requires an argument");
        let twice = parse("--topic a --topic b").expect("parses").value(TOPIC);
        let message = "Found multiple arguments for option topic, but you asked for only one";
        assert_eq!(twice.expect_err("twice").message(), message);
        let wrong = parse("--count x").expect("parses").value(COUNT);
        let message = "Cannot parse argument 'x' of option count";
        assert_eq!(wrong.expect_err("no number").message(), message);
    }
}
