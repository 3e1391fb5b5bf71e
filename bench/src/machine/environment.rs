//! The environment of a run: the machine, the broker's own settings, and those of the client.

use std::collections::BTreeMap;
use std::path::Path;

use client::admin::{Admin, ConfigEntry, ConfigSource, Resource};
use client::cluster::Wanted;
use client::{Cluster, Error};
use protocol::ids::TopicName;
use serde::{Deserialize, Serialize};

use super::Neighbour;
use super::files::{file_system, value, whole};
use crate::clock;

/// The circumstances of a run, as they stand in its result.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Environment {
    /// When it began, in UTC.
    pub started_at: String,
    /// This tool and its version.
    pub tool: String,
    /// How the tool was built: a debug build measures itself.
    pub build: String,
    /// The command line.
    pub command: Vec<String>,
    /// The model of the CPU.
    pub cpu: String,
    /// How many CPUs this process may use.
    pub cpus: usize,
    /// Memory of the machine.
    pub memory: String,
    /// The kernel.
    pub kernel: String,
    /// How the kernel sends over TCP by default.
    pub congestion_control: String,
    /// Which cluster was measured.
    pub cluster_id: Option<String>,
    /// How many brokers it has.
    pub brokers: usize,
    /// The broker's process and program, if it runs on this machine.
    pub broker_process: Option<String>,
    /// What the broker's first log dir lies on, if it runs on this machine.
    pub broker_file_system: Option<String>,
    /// What is set on the brokers and is not their default.
    pub broker_config: BTreeMap<String, String>,
    /// What is set on the topics and is not their default.
    pub topic_config: BTreeMap<String, String>,
    /// How the client was told to behave.
    pub client_config: BTreeMap<String, String>,
}

impl Environment {
    /// What is known before a broker is asked.
    pub fn of_this_machine() -> Self {
        let name = rustix::system::uname();
        let text = |text: &std::ffi::CStr| text.to_string_lossy().into_owned();
        Self {
            started_at: now(),
            tool: format!("sapwood {}", env!("CARGO_PKG_VERSION")),
            build: if cfg!(debug_assertions) { "debug" } else { "release" }.into(),
            command: std::env::args().collect(),
            cpu: value("/proc/cpuinfo", "model name").unwrap_or_default(),
            cpus: std::thread::available_parallelism().map_or(1, usize::from),
            memory: value("/proc/meminfo", "MemTotal").unwrap_or_default(),
            kernel: format!("{} {}", text(name.sysname()), text(name.release())),
            congestion_control: whole("/proc/sys/net/ipv4/tcp_congestion_control")
                .unwrap_or_default(),
            ..Self::default()
        }
    }

    /// The same with what the cluster says of itself.
    ///
    /// # Errors
    /// Those of asking it for its brokers. A broker that does not show its configuration is none.
    pub async fn with_cluster(
        mut self,
        cluster: &Cluster,
        topics: &[TopicName],
        neighbour: Option<&Neighbour>,
    ) -> Result<Self, Error> {
        let view = cluster.refresh(Wanted::Brokers).await?;
        let admin = Admin::new(cluster.clone());
        self.cluster_id.clone_from(&view.cluster_id);
        self.brokers = view.brokers.len();
        if let Some(id) = view.brokers.keys().next() {
            self.broker_config = differing(&admin, Resource::Broker(Some(*id))).await;
        }
        if let Some(topic) = topics.first() {
            self.topic_config = differing(&admin, Resource::Topic(topic.to_string())).await;
        }
        if let Some(neighbour) = neighbour {
            self.broker_process = Some(format!("{} ({})", neighbour.name, neighbour.pid));
            self.broker_file_system = beneath(neighbour, self.broker_config.get("log.dirs"));
        }
        Ok(self)
    }
}

fn now() -> String {
    jiff::Timestamp::from_millisecond(clock::wall_ms())
        .map_or_else(|_| String::new(), |at| at.to_string())
}

/// What is set and is neither a default nor a secret.
async fn differing(admin: &Admin, resource: Resource) -> BTreeMap<String, String> {
    let described = admin.describe_configs(&[resource]).await.unwrap_or_default();
    let entries = described.into_iter().filter_map(|(_, entries)| entries.ok()).flatten();
    let is_told = |entry: &ConfigEntry| entry.source != ConfigSource::Default && !entry.sensitive;
    entries.filter(is_told).filter_map(|entry| Some((entry.name, entry.value?))).collect()
}

fn beneath(neighbour: &Neighbour, log_dirs: Option<&String>) -> Option<String> {
    let mounts = std::fs::read_to_string(format!("/proc/{}/mounts", neighbour.pid)).ok()?;
    let first = log_dirs?.split(',').next()?.trim();
    let home = std::fs::read_link(format!("/proc/{}/cwd", neighbour.pid)).ok()?;
    file_system(&mounts, &Path::new(&home).join(first))
}
