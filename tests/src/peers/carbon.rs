//! Debian's Graphite: the daemon that takes samples, and the tool that reads what it kept.

use super::debian::Root;
use crate::process::{Child, free_port, ran, wait};
use anyhow::{Result, ensure};
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(60);
/// Carbon, and what it needs beyond Python's own library.
const PACKAGES: &[&str] = &[
    "graphite-carbon",
    "python3-attr",
    "python3-automat",
    "python3-cachetools",
    "python3-constantly",
    "python3-hyperlink",
    "python3-idna",
    "python3-incremental",
    "python3-six",
    "python3-twisted",
    "python3-typing-extensions",
    "python3-urllib3",
    "python3-whisper",
    "python3-zope.interface",
];

/// A Carbon that keeps every second of the last hour.
#[derive(Debug)]
pub struct Carbon {
    _child: Child,
    root: Root,
    address: SocketAddr,
    dir: TempDir,
}

impl Carbon {
    /// Starts it, and waits until it listens.
    pub fn start() -> Result<Self> {
        let root = Root::unpacked("graphite-carbon", PACKAGES)?;
        let dir = TempDir::new()?;
        let address: SocketAddr = (Ipv4Addr::LOCALHOST, free_port()).into();
        fs::create_dir(dir.path().join("conf"))?;
        let config = dir.path().join("conf/carbon.conf");
        let home = dir.path().display();
        fs::write(
            &config,
            format!(
                "[cache]\nUSER =\nSTORAGE_DIR = {home}\nLOCAL_DATA_DIR = {home}/whisper\nLOG_DIR = {home}/log\nPID_DIR = {home}\n\
                 LINE_RECEIVER_INTERFACE = 127.0.0.1\nLINE_RECEIVER_PORT = {}\nPICKLE_RECEIVER_PORT = 0\n\
                 CACHE_QUERY_INTERFACE = 127.0.0.1\nCACHE_QUERY_PORT = {}\nENABLE_TAGS = False\nMAX_CREATES_PER_MINUTE = inf\n",
                address.port(),
                free_port(),
            ),
        )?;
        let schemas = "[all]\npattern = .*\nretentions = 1s:1h\n";
        fs::write(dir.path().join("conf/storage-schemas.conf"), schemas)?;
        let mut command = python(&root, "usr/bin/carbon-cache");
        command.arg(format!("--config={}", config.display())).args([
            "--debug",
            "--nodaemon",
            "start",
        ]);
        command.env("GRAPHITE_ROOT", dir.path());
        let mut child = Child::start("carbon-cache", &mut command, &dir.path().join("said"))?;
        let listens = wait::until("Carbon", LIMIT, || match child.ended() {
            Some(_) => Some(false),
            None => TcpStream::connect(address).is_ok().then_some(true),
        });
        ensure!(matches!(listens, Ok(true)), "{}", child.last_words());
        Ok(Self { _child: child, root, address, dir })
    }

    /// Where it takes samples.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it has kept under a name, if it has any.
    pub fn kept(&self, name: &str) -> Result<Vec<f64>> {
        let file: PathBuf = self.dir.path().join("whisper").join(name.replace('.', "/"));
        let file = file.with_extension("wsp");
        if !file.exists() {
            return Ok(Vec::new());
        }
        let mut fetch = python(&self.root, "usr/bin/whisper-fetch");
        let told = ran("whisper-fetch", fetch.arg(file).arg("--drop=nulls"), LIMIT)?;
        let values = told.lines().filter_map(|line| line.split_whitespace().nth(1)?.parse().ok());
        Ok(values.collect())
    }
}

fn python(root: &Root, script: &str) -> Command {
    let mut python = Command::new("python3");
    python.arg(root.path(script)).env("PYTHONPATH", root.path("usr/lib/python3/dist-packages"));
    python
}
