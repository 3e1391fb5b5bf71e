//! A `server.properties` file, the same for Apache Kafka and for ours.

use super::free_port;
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::{fs, io};

/// The settings of one broker alone, in combined mode.
#[derive(Debug, Clone)]
pub struct Properties {
    values: BTreeMap<String, String>,
    port: u16,
    dir: PathBuf,
}

impl Properties {
    /// A broker on free loopback ports with its log under `dir/data`. Topics get three partitions unless they say
    /// otherwise, and groups do not wait for members who might still come, which only makes tests slow.
    pub fn alone(dir: &Path) -> Self {
        let (port, controller) = (free_port(), free_port());
        let mut properties = Self { values: BTreeMap::new(), port, dir: dir.to_owned() };
        properties
            .set("process.roles", "broker,controller")
            .set("node.id", "1")
            .set(
                "listeners",
                &format!("PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}"),
            )
            .set("advertised.listeners", &format!("PLAINTEXT://127.0.0.1:{port}"))
            .set("controller.listener.names", "CONTROLLER")
            .set("controller.quorum.bootstrap.servers", &format!("127.0.0.1:{controller}"))
            .set("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT")
            .set("inter.broker.listener.name", "PLAINTEXT")
            .set("http.listener", "")
            .set("log.dirs", &dir.join("data").display().to_string())
            .set("num.partitions", "3")
            .set("offsets.topic.num.partitions", "4")
            .set("offsets.topic.replication.factor", "1")
            .set("transaction.state.log.num.partitions", "4")
            .set("transaction.state.log.replication.factor", "1")
            .set("transaction.state.log.min.isr", "1")
            .set("group.initial.rebalance.delay.ms", "0");
        properties
    }

    /// Sets one key.
    pub fn set(&mut self, key: &str, value: &str) -> &mut Self {
        self.values.insert(key.to_owned(), value.to_owned());
        self
    }

    /// Where clients connect.
    pub fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    /// Where the partitions lie.
    pub fn log_dir(&self) -> PathBuf {
        PathBuf::from(&self.values["log.dirs"])
    }

    /// The directory that holds the file, the log dir and what the broker says.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Writes the file and returns its path.
    pub fn write(&self) -> io::Result<PathBuf> {
        let path = self.dir.join("server.properties");
        let text: String =
            self.values.iter().map(|(key, value)| format!("{key}={value}\n")).collect();
        fs::write(&path, text)?;
        Ok(path)
    }
}
