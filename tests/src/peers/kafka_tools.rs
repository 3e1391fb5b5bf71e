//! Kafka's own command line tools, all in one virtual machine: `tests/peers/kafka-tools/KafkaTools.java`.

use super::{apache, commands};
use anyhow::{Context, Result, ensure};
use base64::prelude::{BASE64_STANDARD, Engine};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// What separates the words of a command on its way to the program.
const SEPARATOR: &str = "\u{1}";

/// What a tool did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ran {
    /// The exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

/// The running program.
#[derive(Debug)]
pub struct KafkaTools {
    child: Child,
    commands: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl KafkaTools {
    /// Starts it.
    pub fn start() -> Result<Self> {
        let mut java = Command::new("java");
        // What a tool would log is not what it prints.
        java.args(["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Dlog4j2.level=OFF", "-cp"]);
        java.arg(format!("{}/*", apache::jars()?.display()));
        java.arg("-Djava.security.manager=allow");
        // The tools' shutdown hooks are run by us.
        java.args(["--add-opens", "java.base/java.lang=ALL-UNNAMED"]);
        java.arg(commands::sources("kafka-tools").join("KafkaTools.java"));
        java.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = java.spawn().context("start java")?;
        let commands = child.stdin.take();
        let answers = child.stdout.take().context("java's standard output")?;
        Ok(Self { child, commands, answers: BufReader::new(answers) })
    }

    /// Runs the tool `class` to its end.
    pub fn run(&mut self, class: &str, arguments: &[String]) -> Result<Ran> {
        let mut words = vec![class];
        words.extend(arguments.iter().map(String::as_str));
        ensure!(!words.concat().contains(['\n', '\u{1}']), "a command is one line");
        let commands = self.commands.as_mut().context("the program has been told to end")?;
        writeln!(commands, "{}", words.join(SEPARATOR)).context("send a command")?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer).context("read the answer")?;
        let mut fields = answer.trim_end().split(' ');
        let code = fields.next().and_then(|field| field.parse().ok());
        let code = code.with_context(|| format!("{class} was answered with {answer:?}"))?;
        let mut text = || text(fields.next().unwrap_or_default());
        Ok(Ran { code, out: text()?, err: text()? })
    }
}

impl Drop for KafkaTools {
    fn drop(&mut self) {
        // It ends with its input.
        drop(self.commands.take());
        let _ = self.child.wait();
    }
}

/// The text that is meant by this Base64.
fn text(base64: &str) -> Result<String> {
    String::from_utf8(BASE64_STANDARD.decode(base64)?).context("the tool printed UTF-8")
}
