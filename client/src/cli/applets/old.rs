//! Old flags: what guides older than Kafka 4 still have people type, and the very line to type instead.
//!
//! Kafka's own tools say `zookeeper is not a recognized option` and leave the reader with a stack trace.

use super::jopt::Parser;

/// Where brokers listen unless somebody says otherwise.
const BROKER_PORT: u16 = 9092;

/// A flag that is gone.
struct Old {
    name: &'static str,
    why: &'static str,
    /// Whether it has an argument, and what becomes of it.
    becomes: Becomes,
}

enum Becomes {
    /// `--bootstrap-server` with the same address.
    Bootstrap,
    /// `--bootstrap-server` with the same host and a broker's port.
    BootstrapAtHost,
    /// Nothing: the flag is left out, and had no argument.
    Nothing,
}

const OLD: &[Old] = &[
    Old {
        name: "zookeeper",
        why: "Kafka has had no ZooKeeper since 4.0; the brokers are asked directly",
        becomes: Becomes::BootstrapAtHost,
    },
    Old {
        name: "broker-list",
        why: "the brokers are named with --bootstrap-server in every tool",
        becomes: Becomes::Bootstrap,
    },
    Old {
        name: "new-consumer",
        why: "there is only one kind of consumer since Kafka 2.0",
        becomes: Becomes::Nothing,
    },
];

/// What to answer to a line that was refused, if an old flag is on it.
pub(super) fn instead(parser: &Parser, words: &[String]) -> Option<String> {
    let (first, _) = words.iter().find_map(|word| find(parser, word))?;
    let line = rewritten(parser, words).join(" ");
    let (name, why, script) = (first.name, first.why, parser.script());
    Some(format!("--{name} is gone: {why}. Type instead:\n\n    {script}.sh {line}\n"))
}

/// The old flag that a word is, with the argument that is part of the word; none that the tool still has.
fn find<'a>(parser: &Parser, word: &'a str) -> Option<(&'static Old, Option<&'a str>)> {
    let name = word.strip_prefix("--").or_else(|| word.strip_prefix('-'))?;
    let (name, value) = match name.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (name, None),
    };
    let old = OLD.iter().find(|old| old.name == name && !parser.knows(name))?;
    Some((old, value))
}

fn rewritten(parser: &Parser, words: &[String]) -> Vec<String> {
    let mut line: Vec<String> = Vec::new();
    let has_bootstrap = words.iter().any(|word| word.starts_with("--bootstrap-server"));
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        let Some((old, value)) = find(parser, word) else {
            line.push(quoted(word));
            continue;
        };
        if matches!(old.becomes, Becomes::Nothing) {
            continue;
        }
        let value = value.map(str::to_owned).or_else(|| rest.next().cloned()).unwrap_or_default();
        let brokers = match old.becomes {
            Becomes::BootstrapAtHost => at_broker_port(&value),
            _ => value,
        };
        if !has_bootstrap {
            line.extend(["--bootstrap-server".into(), quoted(&brokers)]);
        }
    }
    line
}

/// `zk1:2181,zk2:2181/chroot` with the port of a broker in each place.
fn at_broker_port(servers: &str) -> String {
    let hosts = servers.split('/').next().unwrap_or_default().split(',');
    let host = |server: &str| match server.rsplit_once(':') {
        Some((host, _)) => host.to_owned(),
        None => server.to_owned(),
    };
    let brokers: Vec<String> =
        hosts.map(|server| format!("{}:{BROKER_PORT}", host(server))).collect();
    brokers.join(",")
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:,=@+%".contains(c);
    match !word.is_empty() && word.chars().all(plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::jopt::{Opt, Parser};
    use super::*;

    fn answer(line: &str) -> Option<String> {
        const CREATE: Opt = Opt::flag("create", "");
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        instead(&Parser::new("kafka-topics", &[CREATE]), &words)
    }

    #[test]
    fn the_line_to_type_instead_of_an_old_one_is_told() {
        let told =
            answer("--create --zookeeper zk:2181/kafka --topic a --config x=1").expect("told");
        let line =
            "    kafka-topics.sh --create --bootstrap-server zk:9092 --topic a --config x=1\n";
        assert!(told.starts_with("--zookeeper is gone: ") && told.ends_with(line), "{told}");
        let told = answer("--broker-list=a:1,b:2 --x a|b").expect("told");
        assert!(told.contains("kafka-topics.sh --bootstrap-server a:1,b:2 --x 'a|b'\n"), "{told}");
        assert_eq!(answer("--create --nope"), None);
    }
}
