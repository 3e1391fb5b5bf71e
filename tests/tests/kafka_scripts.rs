//! Our applets print what Apache Kafka's own tools print: line by line, and with the same exit code.
//!
//! The command lines are data, one row each: `tests/scripts/kafka-tools/*.txt`. Each file is run twice against one broker,
//! with Kafka's tools and with ours, under the same names, and what it made is deleted in between. A row is one of
//!
//! ```text
//! # a comment
//! file NAME TEXT                 makes a file, with \n for the ends of its lines, which rows name as {dir}/NAME
//! set sapwood … [<< TEXT]        something that must be there first, done with our own command line
//! kafka-topics {b} --list        a command to compare; {b} stands for --bootstrap-server ADDRESS, {a} for ADDRESS
//! ```
//!
//! Standard error is compared too, but for log lines and stack traces. What differs by its nature is made equal by the few
//! rules of [`normal`]. `SAPWOOD_TEST_BROKER=kafka` runs both against Apache Kafka; `SAPWOOD_TEST_ONLY` names one file.

use anyhow::{Context, Result, ensure};
use regex::Regex;
use sapwood_tests::peers::{Broker, KafkaTools, Ran};
use sapwood_tests::process::{binary, run, workspace};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(120);
/// The tools that the test itself cleans up with.
const TOPICS: &str = "org.apache.kafka.tools.TopicCommand";
const GROUPS: &str = "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand";

#[test]
fn our_applets_print_what_kafkas_own_tools_print() {
    let bench = Bench::new().expect("a broker, Kafka's tools and ours");
    let faults = bench.compare_all().expect("all files are run");
    assert!(faults.is_empty(), "{} differ\n\n{}", faults.len(), faults.join("\n\n"));
}

/// What a command says on standard output and on standard error, and its exit code.
fn says(mut command: Command) -> (String, String, Option<i32>) {
    let output = command.stdin(Stdio::null()).output().expect("the command runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (text(output.stdout), text(output.stderr), output.status.code())
}

fn sapwood(arguments: &[&str]) -> Command {
    let mut sapwood = Command::new(binary().expect("the binary"));
    sapwood.args(arguments);
    sapwood
}

#[test]
fn install_shims_links_every_script_and_replaces_only_when_told() {
    let dir = TempDir::new().expect("a directory");
    let path = dir.path().join("bin").display().to_string();
    let (told, _, code) = says(sapwood(&["install-shims", &path]));
    assert_eq!(code, Some(0));
    for name in
        broker::commands::applets::all().map(|applet| applet.name).chain(["kafka-run-class"])
    {
        assert!(told.contains(&format!("made {path}/{name}.sh\n")), "{told}");
    }
    let again = says(sapwood(&["install-shims", &path])).0;
    assert!(again.lines().all(|line| line.starts_with("was there: ")), "{again}");

    let theirs = dir.path().join("bin/kafka-topics.sh");
    fs::remove_file(&theirs).expect("remove the link");
    fs::write(&theirs, "theirs").expect("write a script");
    let (_, complaint, code) = says(sapwood(&["install-shims", &path]));
    assert_eq!(code, Some(1), "{complaint}");
    assert!(complaint.contains("kafka-topics.sh") && complaint.contains("--force"), "{complaint}");
    assert_eq!(fs::read_to_string(&theirs).expect("read it"), "theirs");
    let (told, _, code) = says(sapwood(&["install-shims", "--force", &path]));
    assert_eq!(code, Some(0));
    assert!(told.contains("replaced ") && told.contains("kafka-topics.sh"), "{told}");
}

#[test]
fn a_class_is_run_by_its_name_and_an_old_line_is_answered_with_the_new_one() {
    let dir = TempDir::new().expect("a directory");
    let path = dir.path().display().to_string();
    assert_eq!(says(sapwood(&["install-shims", &path])).2, Some(0));
    let script = |name: &str, arguments: &str| {
        let mut script = Command::new(dir.path().join(name));
        script.args(words(arguments));
        says(script)
    };
    let version = script("kafka-run-class.sh", "kafka.admin.TopicCommand --version");
    assert_eq!(version, ("4.3.1\n".into(), String::new(), Some(0)));
    let (_, complaint, code) = script("kafka-run-class.sh", "kafka.tools.Nope");
    assert_eq!(code, Some(1));
    assert!(complaint.contains("org.apache.kafka.tools.TopicCommand"), "{complaint}");

    let (told, answer, code) = script(
        "kafka-topics.sh",
        "--create --zookeeper zk1:2181,zk2:2181/kafka --topic logs --partitions 3",
    );
    let line =
        "kafka-topics.sh --create --bootstrap-server zk1:9092,zk2:9092 --topic logs --partitions 3";
    assert_eq!((told.as_str(), code), ("", Some(1)));
    assert!(answer.lines().any(|said| said.trim() == line), "{answer}");
    let (_, answer, _) =
        script("kafka-consumer-groups.sh", "--zookeeper zk:2181 --list --new-consumer");
    assert!(
        answer.contains("    kafka-consumer-groups.sh --bootstrap-server zk:9092 --list\n"),
        "{answer}"
    );
    let (_, answer, _) = script("kafka-get-offsets.sh", "--broker-list b:9092 --topic logs");
    assert!(
        answer.contains("    kafka-get-offsets.sh --bootstrap-server b:9092 --topic logs\n"),
        "{answer}"
    );
}

/// Everything that a file of rows needs.
struct Bench {
    broker: Broker,
    kafka: std::cell::RefCell<KafkaTools>,
    /// The links to our binary.
    shims: PathBuf,
    dir: TempDir,
}

/// One row, with its words.
enum Row {
    File(String, String),
    Set(Vec<String>, String),
    Command(Vec<String>),
}

impl Bench {
    fn new() -> Result<Self> {
        let dir = TempDir::new().context("a directory")?;
        let shims = dir.path().join("shims");
        let mut install = Command::new(binary()?);
        let (status, said) = run("install-shims", install.arg("install-shims").arg(&shims), LIMIT)?;
        ensure!(status.success(), "{said}");
        let bench =
            Self { broker: Broker::start()?, kafka: KafkaTools::start()?.into(), shims, dir };
        // The offsets topic is made with the first group, and would be there for the second run only.
        bench.sapwood(&words("topic create warm -p 1"), "")?;
        let arguments = "{b} --reset-offsets --group warm --topic warm --to-earliest --execute";
        bench.kafka.borrow_mut().run(GROUPS, &bench.filled(&words(arguments)))?;
        bench.clean()?;
        Ok(bench)
    }

    fn compare_all(&self) -> Result<Vec<String>> {
        let only = std::env::var("SAPWOOD_TEST_ONLY").ok();
        let dir = workspace().join("tests/scripts/kafka-tools");
        let mut files: Vec<PathBuf> =
            fs::read_dir(&dir)?.flatten().map(|file| file.path()).collect();
        files.sort();
        let mut faults = Vec::new();
        for file in files {
            let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            if only.as_ref().is_none_or(|only| *only == name) {
                faults.extend(self.compare(&file).with_context(|| name)?);
            }
        }
        Ok(faults)
    }

    /// Runs a file with both, and returns what differs.
    fn compare(&self, file: &Path) -> Result<Vec<String>> {
        let rows = fs::read_to_string(file)?.lines().filter_map(row).collect::<Vec<_>>();
        let kafka = self.run_rows(&rows, |name, words| self.kafka_tool(name, words))?;
        let ours = self.run_rows(&rows, |name, words| self.applet(name, words))?;
        ensure!(kafka.len() == ours.len(), "both run the same commands");
        let differs = |((line, kafka), (_, ours)): ((String, Ran), (String, Ran))| {
            let (kafka, ours) = (normal(&kafka), normal(&ours));
            (kafka != ours).then(|| format!("$ {line}\n{}", told(&kafka, &ours)))
        };
        Ok(kafka.into_iter().zip(ours).filter_map(differs).collect())
    }

    fn run_rows(
        &self,
        rows: &[Row],
        tool: impl Fn(&str, &[String]) -> Result<Ran>,
    ) -> Result<Vec<(String, Ran)>> {
        let mut ran = Vec::new();
        for row in rows {
            match row {
                Row::File(name, text) => fs::write(self.dir.path().join(name), self.fill(text))?,
                Row::Set(words, input) => self.sapwood(&self.filled(words), input)?,
                Row::Command(words) => {
                    let filled = self.filled(words);
                    let (name, arguments) = filled.split_first().context("a row has words")?;
                    let line = words.join(" ");
                    ran.push((line.clone(), tool(name, arguments).context(line)?));
                }
            }
        }
        self.clean()?;
        Ok(ran)
    }

    fn kafka_tool(&self, name: &str, arguments: &[String]) -> Result<Ran> {
        let applet = broker::commands::applets::all().find(|applet| applet.name == name);
        let class = applet.with_context(|| format!("there is no applet {name}"))?.classes[0];
        self.kafka.borrow_mut().run(class, arguments)
    }

    fn applet(&self, name: &str, arguments: &[String]) -> Result<Ran> {
        let mut applet = Command::new(self.shims.join(format!("{name}.sh")));
        let output = applet.args(arguments).stdin(Stdio::null()).output()?;
        Ok(Ran {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout)?,
            err: String::from_utf8(output.stderr)?,
        })
    }

    /// Our own command line, which must succeed.
    fn sapwood(&self, words: &[String], input: &str) -> Result<()> {
        let file = self.dir.path().join("stdin");
        fs::write(&file, input)?;
        let mut sapwood = Command::new(binary()?);
        sapwood.args(words).env("SAPWOOD_BROKERS", self.broker.bootstrap());
        let output = sapwood.stdin(fs::File::open(&file)?).output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "sapwood {}: {said}", words.join(" "));
        Ok(())
    }

    /// Deletes every group and every topic but the cluster's own.
    fn clean(&self) -> Result<()> {
        let run = |class: &str, line: &str| {
            self.kafka.borrow_mut().run(class, &self.filled(&words(line)))
        };
        let topics = run(TOPICS, "{b} --list --exclude-internal")?.out;
        let topics: Vec<&str> = topics.lines().filter(|topic| !topic.is_empty()).collect();
        if !topics.is_empty() {
            let deleted = run(TOPICS, &format!("{{b}} --delete --topic {}", topics.join("|")))?;
            ensure!(deleted.code == 0, "topics stay: {deleted:?}");
        }
        let groups = run(GROUPS, "{b} --list")?.out;
        if groups.lines().any(|group| !group.is_empty()) {
            run(GROUPS, "{b} --delete --all-groups")?;
        }
        Ok(())
    }

    fn filled(&self, words: &[String]) -> Vec<String> {
        let mut filled = Vec::new();
        for word in words {
            match word.as_str() {
                "{b}" => filled.extend(["--bootstrap-server".into(), self.broker.bootstrap()]),
                _ => filled.push(self.fill(word)),
            }
        }
        filled
    }

    fn fill(&self, text: &str) -> String {
        let dir = self.dir.path().display().to_string();
        text.replace("{a}", &self.broker.bootstrap()).replace("{dir}", &dir)
    }
}

/// A row of a file; comments and empty lines are none.
fn row(line: &str) -> Option<Row> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return None;
    }
    let unescaped = |text: &str| text.replace("\\n", "\n").replace("\\t", "\t");
    if let Some(rest) = line.strip_prefix("file ") {
        let (name, text) = rest.split_once(' ').unwrap_or((rest, ""));
        return Some(Row::File(name.into(), unescaped(text)));
    }
    if let Some(rest) = line.strip_prefix("set sapwood ") {
        let (command, input) = rest.split_once(" << ").unwrap_or((rest, ""));
        return Some(Row::Set(words(command), unescaped(input)));
    }
    Some(Row::Command(words(line)))
}

/// Words between blanks; single quotes keep blanks together, and may hold nothing.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut quoted, mut begun) = (String::new(), false, false);
    for c in line.chars() {
        match c {
            '\'' => (quoted, begun) = (!quoted, true),
            ' ' if !quoted => {
                if begun {
                    words.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            _ => {
                word.push(c);
                begun = true;
            }
        }
    }
    words.extend(begun.then_some(word));
    words
}

/// What must be equal: ids, times and the log aside.
fn normal(ran: &Ran) -> Ran {
    /// What differs from run to run, and what stands for it. Nothing else may.
    const RULES: &[(&str, &str)] = &[
        (r"TopicId: [A-Za-z0-9_-]{22}", "TopicId: ID"),
        // A member's id: the client's, and a UUID.
        (r"-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "-UUID"),
        (r"\b1[0-9]{12}\b", "TIME"),
        (r"\b[0-9]+ ms ago", "TIME ago"),
    ];
    let mut out = ran.out.clone();
    for (pattern, replacement) in RULES {
        let rule = Regex::new(pattern).expect("the rule is an expression");
        out = rule.replace_all(&out, *replacement).into_owned();
    }
    // Columns are as wide as what stands in them.
    let log = r"^\s+at |^\s*\.\.\. \d+ more|^Caused by: |^\[\d{4}-|^WARN |^(Exception in thread \S+ )?([a-z0-9_]+\.)+[A-Z][A-Za-z$]*(Exception|Error)[A-Za-z]*(: |$)|^joptsimple\.";
    let log = Regex::new(log).expect("the rule is an expression");
    let err: Vec<&str> =
        ran.err.lines().filter(|line| !line.trim().is_empty() && !log.is_match(line)).collect();
    Ran { code: ran.code, out, err: err.join("\n") }
}

/// Where the two differ, line by line.
fn told(kafka: &Ran, ours: &Ran) -> String {
    let code = |ran: &Ran| format!("exit code {}", ran.code);
    let mut told = Vec::new();
    for (kafka, ours) in [
        (code(kafka), code(ours)),
        (kafka.out.clone(), ours.out.clone()),
        (kafka.err.clone(), ours.err.clone()),
    ] {
        let (mut kafka, mut ours) = (kafka.split('\n'), ours.split('\n'));
        loop {
            match (kafka.next(), ours.next()) {
                (None, None) => break,
                (kafka, ours) if kafka == ours => {}
                (kafka, ours) => {
                    told.extend(kafka.map(|line| format!("  kafka: {line}")));
                    told.extend(ours.map(|line| format!("  ours:  {line}")));
                }
            }
        }
    }
    told.truncate(20);
    told.join("\n")
}
