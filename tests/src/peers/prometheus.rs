//! Debian's Prometheus: its checks of what is committed, and a server that scrapes the broker under test.

use super::debian::Root;
use crate::process::{Child, free_port, http, run, wait, workspace};
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::fs;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(60);

fn root() -> Result<Root> {
    Root::unpacked("prometheus", &["prometheus"])
}

/// The folder of the rules and of the configuration.
pub fn rules_dir() -> PathBuf {
    workspace().join("packaging/prometheus")
}

/// Runs promtool in the folder of the rules, and returns what it said if all is well.
pub fn promtool(arguments: &[&str]) -> Result<String> {
    let mut promtool = root()?.command("usr/bin/promtool");
    let (status, said) = run("promtool", promtool.current_dir(rules_dir()).args(arguments), LIMIT)?;
    ensure!(status.success(), "promtool {arguments:?} ended with {status}\n{said}");
    Ok(said)
}

/// What `promtool check metrics` says about a page: a line for each thing that it would have otherwise.
pub fn lint(page: &str) -> Result<Vec<String>> {
    let mut promtool = root()?.command("usr/bin/promtool");
    promtool.args(["check", "metrics"]).stdin(Stdio::piped());
    promtool.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = promtool.spawn().context("start promtool")?;
    child.stdin.take().context("its input")?.write_all(page.as_bytes())?;
    let output = child.wait_with_output()?;
    let said = [output.stdout, output.stderr].concat();
    Ok(String::from_utf8(said)?.lines().map(str::to_owned).collect())
}

/// A Prometheus that scrapes one broker each second, with the rules that are committed.
#[derive(Debug)]
pub struct Prometheus {
    child: Child,
    address: SocketAddr,
    _dir: TempDir,
}

impl Prometheus {
    /// Starts it, and waits until it has scraped the broker some times.
    pub fn watching(broker: SocketAddr) -> Result<Self> {
        let dir = TempDir::new()?;
        let target = format!("\"{broker}\"");
        let config = fs::read_to_string(rules_dir().join("prometheus.yml"))?;
        let config = config.replace("\"127.0.0.1:9644\"", &target).replace("15s", "1s");
        fs::write(dir.path().join("prometheus.yml"), config)?;
        fs::copy(rules_dir().join("sapwood.rules.yml"), dir.path().join("sapwood.rules.yml"))?;
        let address: SocketAddr = (Ipv4Addr::LOCALHOST, free_port()).into();
        let mut command: Command = root()?.command("usr/bin/prometheus");
        command
            .current_dir(dir.path())
            .args(["--config.file=prometheus.yml", "--storage.tsdb.path=data"]);
        command.arg(format!("--web.listen-address={address}"));
        let child = Child::start("prometheus", &mut command, &dir.path().join("said"))?;
        let mut prometheus = Self { child, address, _dir: dir };
        let scraped = wait::until("a few scrapes", LIMIT, || {
            if prometheus.child.ended().is_some() {
                return Some(false);
            }
            let count = prometheus.query("sum(sum_over_time(up{job=\"sapwood\"}[1m]))").ok()?;
            let count = count.first()?.as_f64().unwrap_or_default();
            (count >= 4.0).then_some(true)
        });
        ensure!(matches!(scraped, Ok(true)), "{scraped:?}: {}", prometheus.child.last_words());
        Ok(prometheus)
    }

    /// The values that an expression has now.
    pub fn query(&self, expression: &str) -> Result<Vec<Value>> {
        let answer = self.ask(&format!("/api/v1/query?query={}", encoded(expression)))?;
        let values = answer["result"].as_array().with_context(|| answer.to_string())?.iter();
        // A number as text is how Prometheus tells every value.
        let number = |value: &Value| -> Option<Value> {
            let text = value["value"][1].as_str()?;
            Some(text.parse::<f64>().map_or_else(|_| text.into(), Value::from))
        };
        Ok(values.filter_map(number).collect())
    }

    /// The rules that it knows, with their health.
    pub fn rules(&self) -> Result<Vec<Value>> {
        let answer = self.ask("/api/v1/rules")?;
        let groups = answer["groups"].as_array().context("groups")?.iter();
        Ok(groups
            .flat_map(|group| group["rules"].as_array().cloned().unwrap_or_default())
            .collect())
    }

    fn ask(&self, path: &str) -> Result<Value> {
        let answer = http::get(self.address, path)?;
        ensure!(answer.status == 200, "{path}: {answer:?}");
        let mut told: Value = serde_json::from_str(&answer.body)?;
        Ok(told["data"].take())
    }
}

/// A text as a part of a query.
fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte.is_ascii_alphanumeric() {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}
