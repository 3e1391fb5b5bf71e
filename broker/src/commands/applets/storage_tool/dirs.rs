//! Log dirs: who they belong to, and how an empty one is made the cluster's.

use std::path::{Path, PathBuf};

use client::cli::applets::{Screen, Thrown};
use protocol::ids::NodeId;
use storage::dir::{ClusterId, DirectoryId, Identity, LogDir, Owner};
use storage::disk::OsDisk;
use uuid::Uuid;

use super::releases::{FEATURES, Release, terse};
use crate::config::BrokerConfig;

const FILE_NAME: &str = "meta.properties";

/// What `info` tells.
#[derive(Debug, Default)]
pub(super) struct Report {
    pub(super) found: Vec<String>,
    /// As Kafka prints a set of properties.
    pub(super) identity: Option<String>,
    pub(super) problems: Vec<String>,
}

/// What `format` shall make.
pub(super) struct Wanted {
    pub(super) cluster_id: String,
    pub(super) skips_formatted: bool,
    pub(super) is_dynamic: bool,
    pub(super) release: Release,
}

fn runtime(message: String) -> Thrown {
    Thrown::new("java.lang.RuntimeException", message)
}

/// All dirs, in the order of their names.
fn all(config: &BrokerConfig) -> Vec<PathBuf> {
    let mut dirs = config.cluster.log_dirs.clone();
    dirs.push(config.cluster.metadata_log_dir.clone());
    dirs.sort();
    dirs.dedup();
    dirs
}

/// Whose a dir is; none if it is nobody's yet.
fn identity(dir: &Path) -> Result<Option<Identity>, Thrown> {
    let path = dir.join(FILE_NAME);
    let wrong = |error: String| runtime(format!("{}: {error}", path.display()));
    match std::fs::read(&path) {
        Ok(bytes) => Identity::parse(&bytes).map(Some).map_err(|error| wrong(error.to_string())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(wrong(error.to_string())),
    }
}

/// Looks at every dir.
pub(super) fn look(config: &BrokerConfig) -> Result<Report, Thrown> {
    let mut report = Report::default();
    let mut first: Option<Identity> = None;
    for dir in all(config) {
        let name = dir.display();
        if !dir.exists() {
            report.problems.push(format!("{name} does not exist"));
            continue;
        }
        if !dir.is_dir() {
            report.problems.push(format!("{name} is not a directory"));
            continue;
        }
        report.found.push(name.to_string());
        let Some(found) = identity(&dir)? else {
            report.problems.push(format!("{name} is not formatted."));
            continue;
        };
        match &first {
            None => first = Some(found),
            Some(first) if first.cluster_id != found.cluster_id => {
                report.problems.push("Mismatched cluster IDs between storage directories.".into());
            }
            Some(_) => {}
        }
    }
    report.identity = first.map(|identity| shown(&identity));
    Ok(report)
}

fn check_node(dir: &Path, found: &Identity, config: &BrokerConfig) -> Result<(), Thrown> {
    let (stored, wanted) = (found.node_id, node_id(config));
    if stored == wanted {
        return Ok(());
    }
    let path = dir.join(FILE_NAME);
    Err(runtime(format!(
        "Stored node id {stored} doesn't match previous node id {wanted} in {}. If you moved your data, make sure your configured node id matches. If you intend to create a new node, you should remove all data in your data directories.",
        path.display()
    )))
}

fn node_id(config: &BrokerConfig) -> NodeId {
    config.cluster.node_id
}

fn shown(identity: &Identity) -> String {
    let directory = identity.directory_id.map(|id| format!("directory.id={id}, "));
    format!(
        "{{cluster.id={}, {}node.id={}, version=1}}",
        identity.cluster_id,
        directory.unwrap_or_default(),
        identity.node_id
    )
}

/// Makes every dir that is nobody's the cluster's.
pub(super) fn format(
    config: &BrokerConfig,
    wanted: &Wanted,
    screen: &mut Screen,
) -> Result<(), Thrown> {
    let cluster_id = ClusterId::new(&wanted.cluster_id)
        .ok_or_else(|| terse(format!("Invalid cluster id: {:?}", wanted.cluster_id)))?;
    let mut open = Vec::new();
    let mut formatted = Vec::new();
    for dir in all(config) {
        match identity(&dir)? {
            None => open.push(dir),
            Some(found) => {
                check_cluster(&dir, &found, &cluster_id)?;
                check_node(&dir, &found, config)?;
                formatted.push(dir);
            }
        }
    }
    // The dir of the metadata comes last, as there.
    let metadata = &config.cluster.metadata_log_dir;
    open.sort_by_key(|dir| dir == metadata);
    formatted.sort_by_key(|dir| dir == metadata);
    if let Some(dir) = formatted.first().filter(|_| !wanted.skips_formatted) {
        return Err(terse(format!(
            "Log directory {} is already formatted. Use --ignore-formatted to ignore this directory and format the others.",
            dir.display()
        )));
    }
    if open.is_empty() {
        screen.line("All of the log directories are already formatted.");
        return Ok(());
    }
    screen.line(bootstrap(wanted));
    for dir in &open {
        let kind = match (dir == metadata, wanted.is_dynamic) {
            (false, _) => "data",
            (true, false) => "metadata",
            (true, true) => "dynamic metadata voter",
        };
        let (dir, version) = (dir.as_path(), wanted.release.0);
        screen.line(format!(
            "Formatting {kind} directory {} with metadata.version {version}.",
            dir.display()
        ));
        make(dir, node_id(config), &cluster_id)?;
    }
    Ok(())
}

fn check_cluster(dir: &Path, found: &Identity, wanted: &ClusterId) -> Result<(), Thrown> {
    let stored = &found.cluster_id;
    if stored == wanted {
        return Ok(());
    }
    let path = dir.join(FILE_NAME);
    Err(runtime(format!(
        "Invalid cluster.id in: {}. Expected {wanted}, but read {stored}",
        path.display()
    )))
}

/// What a broker does with an empty dir when it starts.
fn make(dir: &Path, node_id: NodeId, cluster_id: &ClusterId) -> Result<(), Thrown> {
    let owner = Owner {
        node_id,
        cluster_id: Some(cluster_id.clone()),
        fresh_cluster_id: cluster_id.clone(),
        fresh_directory_id: DirectoryId::from_random(Uuid::new_v4().as_u128()),
    };
    LogDir::open(&OsDisk, dir, &owner).map(drop).map_err(|error| runtime(error.to_string()))
}

/// The records that Kafka's metadata log begins with. Ours has its own; the line is what scripts have seen so far.
fn bootstrap(wanted: &Wanted) -> String {
    let (_, level, features) = wanted.release;
    let record = |name: &str, level: i16| {
        format!(
            "ApiMessageAndVersion(FeatureLevelRecord(name='{name}', featureLevel={level}) at version 0)"
        )
    };
    let mut others: Vec<(&str, i16)> = FEATURES.into_iter().zip(features).collect();
    others.retain(|(name, level)| *level > 0 && *name != "kraft.version");
    others.sort_unstable();
    let records = std::iter::once(record("metadata.version", level))
        .chain(others.into_iter().map(|(name, level)| record(name, level)));
    let records = records.collect::<Vec<_>>().join(", ");
    format!(
        "Bootstrap metadata: BootstrapMetadata(records=[{records}], metadataVersionLevel={level}, source=format command)"
    )
}
