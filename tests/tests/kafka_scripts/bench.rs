//! The bench: one broker, Kafka's tools beside ours, and the files of rows that both run.

use crate::normal;
use crate::row::{Row, row, words};
use anyhow::{Context, Result, ensure};
use sapwood_tests::peers::{Broker, KafkaTools, Ran};
use sapwood_tests::process::{Child, binary, run, wait, workspace};
use std::cell::RefCell;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(120);
/// The tools that the bench itself cleans up with.
const TOPICS: &str = "org.apache.kafka.tools.TopicCommand";
const GROUPS: &str = "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand";

/// Everything that a file of rows needs.
pub(super) struct Bench {
    broker: Broker,
    kafka: RefCell<KafkaTools>,
    /// The links to our binary.
    shims: PathBuf,
    dir: TempDir,
}

impl Bench {
    /// Starts all of it.
    pub(super) fn new() -> Result<Self> {
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

    /// Runs all files, or the one that is asked for, and returns what differs.
    pub(super) fn compare_all(&self) -> Result<Vec<String>> {
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
            let (kafka, ours) = (normal::of(&kafka), normal::of(&ours));
            (kafka != ours).then(|| format!("$ {line}\n{}", normal::told(&kafka, &ours)))
        };
        Ok(kafka.into_iter().zip(ours).filter_map(differs).collect())
    }

    fn run_rows(
        &self,
        rows: &[Row],
        tool: impl Fn(&str, &[String]) -> Result<Ran>,
    ) -> Result<Vec<(String, Ran)>> {
        let (mut ran, mut members) = (Vec::new(), Vec::new());
        self.empty_files()?;
        for row in rows {
            match row {
                Row::File(name, text) => fs::write(self.files().join(name), self.fill(text))?,
                Row::Member(words) => members.push(self.member(&self.filled(words))?),
                Row::Leave => leave(&mut members)?,
                Row::Set(words, input) => self.sapwood(&self.filled(words), input)?,
                Row::Command(words) => {
                    let filled = self.filled(words);
                    let (name, arguments) = filled.split_first().context("a row has words")?;
                    let line = words.join(" ");
                    ran.push((line.clone(), tool(name, arguments).context(line)?));
                }
            }
        }
        leave(&mut members)?;
        self.clean()?;
        Ok(ran)
    }

    fn kafka_tool(&self, name: &str, arguments: &[String]) -> Result<Ran> {
        let applet = broker::commands::applets::all().find(|applet| applet.name == name);
        let class = applet.with_context(|| format!("there is no applet {name}"))?.classes[0];
        self.kafka.borrow_mut().run(class, arguments)
    }

    fn applet(&self, name: &str, arguments: &[String]) -> Result<Ran> {
        let output = self.shim(name).args(arguments).stdin(Stdio::null()).output()?;
        Ok(Ran {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout)?,
            err: String::from_utf8(output.stderr)?,
        })
    }

    fn shim(&self, name: &str) -> Command {
        Command::new(self.shims.join(format!("{name}.sh")))
    }

    /// A reader of ours, which has its share of the group as soon as it has read a record.
    fn member(&self, words: &[String]) -> Result<Child> {
        let (name, arguments) = words.split_first().context("a member is a command")?;
        let log = tempfile::NamedTempFile::new_in(self.dir.path())?.into_temp_path().keep()?;
        let mut member = Child::start(name, self.shim(name).args(arguments), &log)?;
        wait::until("a member's first record", LIMIT, || {
            (member.output().contains('\n') || member.ended().is_some()).then_some(())
        })?;
        ensure!(member.ended().is_none(), "{}", member.last_words());
        Ok(member)
    }

    /// What rows call {dir}.
    fn files(&self) -> PathBuf {
        self.dir.path().join("files")
    }

    fn empty_files(&self) -> Result<()> {
        if self.files().exists() {
            fs::remove_dir_all(self.files())?;
        }
        Ok(fs::create_dir(self.files())?)
    }

    /// Our own command line, which must succeed.
    fn sapwood(&self, words: &[String], input: &str) -> Result<()> {
        let file = self.dir.path().join("stdin");
        fs::write(&file, input)?;
        let mut sapwood = Command::new(binary()?);
        sapwood.args(words).env("SAPWOOD_BROKERS", self.broker.bootstrap());
        let output = sapwood.stdin(File::open(&file)?).output()?;
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
        let dir = self.files().display().to_string();
        text.replace("{a}", &self.broker.bootstrap()).replace("{dir}", &dir)
    }
}

/// Ends the members in order, so that their group is empty at once.
fn leave(members: &mut Vec<Child>) -> Result<()> {
    members.drain(..).try_for_each(|mut member| member.stop(LIMIT).map(drop))
}
