//! Running an example as its reader would.

use super::page::Example;
use crate::peers::debian::Root;
use crate::peers::{install, maven, node_modules, python_packages};
use crate::process::{binary, ran, workspace};
use anyhow::{Context, Result, bail, ensure};
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;

/// An example ends by itself.
const LIMIT: Duration = Duration::from_secs(120);
/// A cold build of a client on two busy cores.
const BUILD_LIMIT: Duration = Duration::from_secs(1200);

/// Runs examples against one broker, in a directory of its own.
#[derive(Debug)]
pub struct Runner {
    broker: SocketAddr,
    dir: TempDir,
}

impl Runner {
    /// A runner whose examples find the broker at `address`.
    pub fn against(address: SocketAddr) -> Result<Self> {
        let dir = TempDir::new().context("a directory for examples")?;
        fs::create_dir(dir.path().join("bin"))?;
        std::os::unix::fs::symlink(binary()?, dir.path().join("bin/sapwood"))?;
        Ok(Self { broker: address, dir })
    }

    /// Runs one, by the words behind its `run:`, and checks what it prints.
    pub fn run(&self, example: &Example, how: &str) -> Result<()> {
        let told =
            self.output(example, how).with_context(|| format!("{} ({how})", example.place))?;
        for text in &example.prints {
            let place = &example.place;
            ensure!(told.contains(text), "{place} ({how}) does not print {text:?}, but\n{told}");
        }
        Ok(())
    }

    fn output(&self, example: &Example, how: &str) -> Result<String> {
        let mut words = how.split_whitespace();
        let (kind, with): (_, Vec<&str>) = (words.next().unwrap_or_default(), words.collect());
        let text = self.addressed(&example.text);
        let mut command = match kind {
            "shell" => self.shell(&text, &[])?,
            "kcat" => self.kcat(&text)?,
            "python" => self.python(&text, &with)?,
            "node" => self.node(&text, &with)?,
            "java" => self.java(&text, &with)?,
            "go" => self.go(&text, with.first().context("the name of a peer")?)?,
            "rust" => self.rust(&text, with.first().context("the name of a peer")?)?,
            "check-config" => self.check_config(&text)?,
            other => bail!("nothing runs {other}"),
        };
        ran(kind, command.current_dir(self.dir.path()), LIMIT)
    }

    /// The text with the address of the broker under test in it.
    fn addressed(&self, text: &str) -> String {
        let address = self.broker.to_string();
        text.replace("localhost:9092", &address).replace("127.0.0.1:9092", &address)
    }

    fn file(&self, name: &str, text: &str) -> Result<PathBuf> {
        let path = self.dir.path().join(name);
        fs::write(&path, text).with_context(|| format!("write {name}"))?;
        Ok(path)
    }

    fn shell(&self, text: &str, more: &[&Path]) -> Result<Command> {
        let mut bash = Command::new("bash");
        bash.args(["--norc", "-euo", "pipefail"]).arg(self.file("example.sh", text)?);
        let bin = self.dir.path().join("bin");
        let path = std::env::var_os("PATH").unwrap_or_default();
        let before = more.iter().map(|dir| dir.to_path_buf()).chain([bin]);
        bash.env("PATH", std::env::join_paths(before.chain(std::env::split_paths(&path)))?);
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("SAPWOOD_")) {
            bash.env_remove(name);
        }
        bash.env("SAPWOOD_BROKERS", self.broker.to_string());
        // Profiles and the like are made in a home of their own.
        bash.env("HOME", self.dir.path()).env_remove("XDG_CONFIG_HOME");
        Ok(bash)
    }

    fn kcat(&self, text: &str) -> Result<Command> {
        let root = Root::unpacked("kcat", &["kcat", "librdkafka1", "libyajl2"])?;
        let mut command = self.shell(text, &[&root.path("usr/bin")])?;
        let library = format!("usr/lib/{}-linux-gnu", std::env::consts::ARCH);
        command.env("LD_LIBRARY_PATH", root.path(&library));
        Ok(command)
    }

    fn python(&self, text: &str, packages: &[&str]) -> Result<Command> {
        // By the name that the same packages have as a peer: they are installed once.
        let first = packages.first().context("the name of a package")?;
        let name = first.split("==").next().unwrap_or(first);
        let mut python = Command::new("python3");
        python.arg(self.file("example.py", text)?);
        python.env("PYTHONPATH", python_packages(name, packages)?);
        Ok(python)
    }

    fn node(&self, text: &str, packages: &[&str]) -> Result<Command> {
        let name = packages.join("-").replace(['@', '/'], "-");
        let mut node = Command::new("node");
        node.arg(self.file("example.js", text)?);
        let modules = node_modules(&format!("doc-{name}"), packages)?;
        node.env("NODE_PATH", modules.join("node_modules"));
        Ok(node)
    }

    /// A program in one file, which Java compiles by itself.
    fn java(&self, text: &str, artifacts: &[&str]) -> Result<Command> {
        let name = artifacts.join("-").replace([':', '.'], "-");
        let jars = maven(&format!("doc-{name}"), artifacts)?;
        let mut java = Command::new("java");
        java.args(["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp"]);
        java.arg(format!("{}/*", jars.display())).arg(self.file("Example.java", text)?);
        Ok(java)
    }

    /// A program with the modules that the peer `name` pins.
    fn go(&self, text: &str, name: &str) -> Result<Command> {
        let peer = install::always(&format!("doc-go-{name}"), |dir| {
            let sources = workspace().join("tests/peers").join(name);
            for file in ["go.mod", "go.sum"] {
                fs::copy(sources.join(file), dir.join(file)).context("copy the peer's modules")?;
            }
            fs::write(dir.join("main.go"), text)?;
            let mut go = Command::new("go");
            go.current_dir(dir).env("GOTOOLCHAIN", "local").env("CGO_ENABLED", "0");
            ran("go build", go.args(["build", "-mod=mod", "-o", "example", "."]), BUILD_LIMIT)
                .map(drop)
        })?;
        Ok(Command::new(peer.join("example")))
    }

    /// A program with the packages that the peer `name` pins, built beside it, so that they are compiled once.
    fn rust(&self, text: &str, name: &str) -> Result<Command> {
        let peer = install::always(&format!("rust-{name}"), |dir| {
            let (sources, here) = (workspace().join("tests/peers").join(name), dir.join("example"));
            fs::create_dir_all(here.join("src"))?;
            let manifest = fs::read_to_string(sources.join("Cargo.toml"))?;
            let renamed = manifest.replace("name = \"peer\"", "name = \"example\"");
            fs::write(here.join("Cargo.toml"), renamed)?;
            fs::copy(sources.join("Cargo.lock"), here.join("Cargo.lock"))?;
            fs::write(here.join("src/main.rs"), text)?;
            let mut cargo = Command::new(env!("CARGO"));
            cargo.current_dir(here).args(["build", "--quiet", "--locked", "--target-dir"]);
            ran("cargo build", cargo.arg(dir), BUILD_LIMIT).map(drop)
        })?;
        Ok(Command::new(peer.join("debug/example")))
    }

    /// A configuration of the broker, which must be one that it starts with.
    fn check_config(&self, text: &str) -> Result<Command> {
        let file = self.file("server.properties", text)?;
        let mut command = crate::process::sapwood_command()?;
        command.args(["server", "check-config", "--strict"]).arg(file);
        Ok(command)
    }
}
