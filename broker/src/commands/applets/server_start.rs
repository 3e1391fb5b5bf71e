//! `kafka-server-start`: runs our broker with a file of Kafka's.
//!
//! `-daemon` goes to the background, as the script does: what the broker says goes to `$LOG_DIR/kafkaServer.out`, where LOG_DIR
//! is `logs` beside the script's folder unless it is set. Keys that are not known are warnings here, as they are in Kafka.

use std::fs::File;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};

use client::cli::applets::Applet;

use crate::server::start::{self, StartArguments};

/// `kafka-server-start.sh`.
pub(super) const APPLET: Applet =
    Applet { name: "kafka-server-start", classes: &["kafka.Kafka"], run };

const USAGE: &str =
    "USAGE: kafka-server-start.sh [-daemon] server.properties [--override property=value]*";

/// What the words say.
#[derive(Debug, Default, PartialEq, Eq)]
struct Line {
    is_daemon: bool,
    name: Option<String>,
    config: Option<PathBuf>,
    overrides: Vec<String>,
}

fn run(words: Vec<String>) -> ExitCode {
    let line = match parse(words) {
        Ok(line) => line,
        Err(message) => {
            println!("{message}");
            return ExitCode::FAILURE;
        }
    };
    if line.is_daemon {
        return match daemon(&line) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("cannot start in the background: {error}");
                ExitCode::FAILURE
            }
        };
    }
    start::run(&StartArguments {
        config: line.config,
        overrides: line.overrides,
        lenient: true,
        ..StartArguments::default()
    })
}

fn parse(words: Vec<String>) -> Result<Line, String> {
    let mut line = Line::default();
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "-daemon" | "--daemon" => line.is_daemon = true,
            "-loggc" => {}
            "-name" => line.name = words.next(),
            "--override" => {
                line.overrides.push(words.next().ok_or("Option override requires an argument")?);
            }
            "--version" => return Err(client::cli::applets::KAFKA_VERSION.into()),
            word => match word.strip_prefix("--override=") {
                Some(pair) => line.overrides.push(pair.into()),
                None if line.config.is_none() && !word.starts_with('-') => {
                    line.config = Some(word.into());
                }
                None => return Err(format!("{word} is not a recognized option\n{USAGE}")),
            },
        }
    }
    match line.config {
        None => Err(USAGE.into()),
        Some(_) => Ok(line),
    }
}

/// The same command without `-daemon`, in a process group of its own.
fn daemon(line: &Line) -> io::Result<()> {
    let out = output(line.name.as_deref().unwrap_or("kafkaServer"))?;
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["server", "start", "--lenient", "--config"]);
    command.args(line.config.as_deref());
    for pair in &line.overrides {
        command.args(["--override", pair]);
    }
    command.stdin(Stdio::null()).stdout(out.try_clone()?).stderr(out);
    // A group of its own: what ends this shell does not end the broker.
    command.process_group(0).spawn().map(drop)
}

fn output(name: &str) -> io::Result<File> {
    let dir = match std::env::var_os("LOG_DIR").filter(|dir| !dir.is_empty()) {
        Some(dir) => PathBuf::from(dir),
        None => {
            let script = std::env::args_os().next().map(PathBuf::from).unwrap_or_default();
            let base = script.parent().and_then(|bin| bin.parent()).map(PathBuf::from);
            base.unwrap_or_default().join("logs")
        }
    };
    std::fs::create_dir_all(&dir)?;
    File::options().create(true).append(true).open(dir.join(format!("{name}.out")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn the_words_of_kafkas_script_are_understood() {
        let line = parse(words("-daemon -name x a.properties --override b=c --override=d=e"));
        let expected = Line {
            is_daemon: true,
            name: Some("x".into()),
            config: Some("a.properties".into()),
            overrides: vec!["b=c".into(), "d=e".into()],
        };
        assert_eq!(line, Ok(expected));
        assert_eq!(parse(words("")), Err(USAGE.into()));
        assert!(parse(words("a.properties --bogus")).is_err());
    }
}
