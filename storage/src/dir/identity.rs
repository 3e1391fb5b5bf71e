//! A log dir's identity: `meta.properties`, which says to which cluster and node it belongs, and which dir it is.
//!
//! ```text
//! version=1
//! cluster.id=4L6g3nShT-eMCtK--X86sw
//! node.id=7
//! directory.id=4_4QedThQ2iamiPueYyk8Q
//! ```
//!
//! A Java properties file: lines in any order, `#` and `!` begin comments. It guards against the worst that a wrong line
//! in a configuration can do: serve another node's replicas, or another cluster's data.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;

use protocol::ids::{NodeId, TopicId};
use uuid::Uuid;

use super::Owner;
use crate::checkpoint::read_if_there;
use crate::disk::Disk;

pub(super) const FILE_NAME: &str = "meta.properties";

const VERSION: &str = "1";

/// A cluster's name, given once when its first node is formatted: mostly 22 characters of base64, but any text will do.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClusterId(Arc<str>);

/// A log dir's own id: by it the controller knows which replicas are gone if one of several dirs fails (KIP-858).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DirectoryId(Uuid);

/// Whose a log dir is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The cluster.
    pub cluster_id: ClusterId,
    /// The node within it.
    pub node_id: NodeId,
    /// The dir itself. `None` only in what a Kafka before 3.7 wrote; [`super::LogDir::open`] then gives it one.
    pub directory_id: Option<DirectoryId>,
}

/// What is wrong with a log dir's identity. Each message says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// The file is no properties file.
    #[error(
        "meta.properties is damaged: line {line} reads {found:?}, and should be a key, '=' and a value. Restore it from a backup"
    )]
    Line {
        /// Counted from 1.
        line: usize,
        /// The line as it stands.
        found: String,
    },
    /// It is not even text.
    #[error("meta.properties is damaged: it is not UTF-8 text. Restore it from a backup")]
    NotText,
    /// A key is not there.
    #[error("meta.properties is damaged: it has no {key}. Restore it from a backup")]
    Missing {
        /// The key.
        key: &'static str,
    },
    /// A value cannot be.
    #[error("meta.properties is damaged: {key} is {found:?}. Restore it from a backup")]
    Value {
        /// The key.
        key: &'static str,
        /// Its value.
        found: String,
    },
    /// Another form than the one that KRaft brought.
    #[error(
        "meta.properties has version {found:?}, and only version 1 is known: 0 was written by a Kafka with ZooKeeper \
         (migrate the cluster to KRaft with Kafka 3.9 first), a later one by newer software (use that)"
    )]
    Version {
        /// The version.
        found: String,
    },
    /// A replica that serves under another node's name acknowledges what it does not have.
    #[error(
        "it belongs to node {found}, and node.id is {expected}. If this is that node, correct node.id; \
         otherwise name this node's own folder in log.dirs"
    )]
    Node {
        /// What the configuration says.
        expected: NodeId,
        /// What the dir says.
        found: NodeId,
    },
    /// Its logs and this cluster's topics only share names.
    #[error(
        "it belongs to the cluster {found}, and this node to {expected}. Correct cluster.id if it is wrong; \
         otherwise name a folder of this cluster in log.dirs"
    )]
    Cluster {
        /// What the configuration, or another log dir, says.
        expected: ClusterId,
        /// What the dir says.
        found: ClusterId,
    },
}

impl Identity {
    /// The identity of a dir that is formatted now.
    pub(super) fn fresh(owner: &Owner) -> Self {
        Self {
            cluster_id: owner.cluster_id.as_ref().unwrap_or(&owner.fresh_cluster_id).clone(),
            node_id: owner.node_id,
            directory_id: Some(owner.fresh_directory_id),
        }
    }

    /// The identity under which `owner` may use a dir that says this; with a directory id in any case.
    pub(super) fn claim(&self, owner: &Owner) -> Result<Self, IdentityError> {
        if self.node_id != owner.node_id {
            return Err(IdentityError::Node { expected: owner.node_id, found: self.node_id });
        }
        if let Some(expected) = owner.cluster_id.as_ref().filter(|id| **id != self.cluster_id) {
            let (expected, found) = (expected.clone(), self.cluster_id.clone());
            return Err(IdentityError::Cluster { expected, found });
        }
        let directory_id = self.directory_id.or(Some(owner.fresh_directory_id));
        Ok(Self { directory_id, ..self.clone() })
    }

    /// Reads a dir's identity, if it has one.
    pub(super) fn read<D: Disk>(
        disk: &D,
        log_dir: &Path,
    ) -> io::Result<Option<Result<Self, IdentityError>>> {
        let content = read_if_there(disk, &log_dir.join(FILE_NAME))?;
        Ok(content.map(|content| Self::parse(&content)))
    }

    /// Reads the content of the file. Keys that are not known here do no harm.
    pub fn parse(content: &[u8]) -> Result<Self, IdentityError> {
        let text = std::str::from_utf8(content).map_err(|_| IdentityError::NotText)?;
        let properties = properties(text)?;
        let get = |key: &'static str| properties.get(key).ok_or(IdentityError::Missing { key });
        let bad = |key, found: &str| IdentityError::Value { key, found: found.into() };
        let version = get("version")?;
        if version != VERSION {
            return Err(IdentityError::Version { found: version.clone() });
        }
        let cluster_id = get("cluster.id")?;
        let node_id = get("node.id")?;
        let directory_id = match properties.get("directory.id") {
            Some(text) => Some(text.parse().map_err(|()| bad("directory.id", text))?),
            None => None,
        };
        Ok(Self {
            cluster_id: ClusterId::new(cluster_id).ok_or_else(|| bad("cluster.id", cluster_id))?,
            node_id: node_id.parse().map(NodeId).map_err(|_| bad("node.id", node_id))?,
            directory_id,
        })
    }

    /// The content of the file.
    pub fn to_text(&self) -> String {
        let Self { cluster_id, node_id, directory_id } = self;
        let directory_id =
            directory_id.map(|id| format!("directory.id={id}\n")).unwrap_or_default();
        format!(
            "# Whose log dir this is. Not to be edited: a wrong line here serves the wrong data.\n\
             version={VERSION}\ncluster.id={cluster_id}\nnode.id={node_id}\n{directory_id}"
        )
    }
}

/// The lines of a properties file, as far as Kafka writes them: no continuation lines, and of the escapes those of single
/// characters.
fn properties(text: &str) -> Result<BTreeMap<String, String>, IdentityError> {
    let mut properties = BTreeMap::new();
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', '!']) {
            continue;
        }
        let Some((key, value)) = line.split_once(['=', ':']) else {
            let found = line.chars().take(120).collect();
            return Err(IdentityError::Line { line: at + 1, found });
        };
        properties.insert(key.trim().to_owned(), unescaped(value.trim()));
    }
    Ok(properties)
}

fn unescaped(value: &str) -> String {
    let mut chars = value.chars();
    let mut plain = String::with_capacity(value.len());
    while let Some(c) = chars.next() {
        plain.extend(if c == '\\' { chars.next() } else { Some(c) });
    }
    plain
}

impl ClusterId {
    /// `None` for a text that a line of the file cannot hold: empty, with blanks around it, or of several lines.
    pub fn new(text: &str) -> Option<Self> {
        let plain = |c: char| !c.is_control() && !c.is_whitespace() && c != '\\';
        (!text.is_empty() && text.chars().all(plain)).then(|| Self(text.into()))
    }

    /// The id of a new cluster, from 128 random bits.
    pub fn from_random(bits: u128) -> Self {
        Self(DirectoryId::from_random(bits).to_string().into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClusterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl DirectoryId {
    /// Ids below this have meanings of their own (unassigned, lost, migrating), or may get one.
    const RESERVED: u128 = 100;

    /// An id from 128 random bits. It is never one of the reserved ones, nor begins with a dash in base64, which tools
    /// would take for an option.
    pub fn from_random(bits: u128) -> Self {
        // The highest bit is 0, so the first digit is one of A to f.
        Self(Uuid::from_u128((bits & (u128::MAX >> 1)) | Self::RESERVED))
    }

    /// The id as the wire has it.
    pub fn get(self) -> Uuid {
        self.0
    }
}

impl fmt::Display for DirectoryId {
    /// 22 characters of URL-safe base64, as Kafka writes ids.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        TopicId(self.0).fmt(f)
    }
}

impl fmt::Debug for DirectoryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DirectoryId({self})")
    }
}

impl std::str::FromStr for DirectoryId {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let TopicId(id) = text.parse().map_err(|_| ())?;
        if id.as_u128() < Self::RESERVED { Err(()) } else { Ok(Self(id)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KAFKAS: &str = "#\n#Sat Nov 21 14:06:32 UTC 2026\nnode.id=7\ndirectory.id=4_4QedThQ2iamiPueYyk8Q\n\
                          version=1\ncluster.id=4L6g3nShT-eMCtK--X86sw\n";

    #[test]
    fn kafkas_file_reads_and_ours_reads_back() {
        let identity = Identity::parse(KAFKAS.as_bytes()).expect("as Kafka writes it");
        assert_eq!(identity.cluster_id.as_str(), "4L6g3nShT-eMCtK--X86sw");
        assert_eq!(identity.node_id, NodeId(7));
        let directory_id = identity.directory_id.expect("it has one");
        assert_eq!(directory_id.to_string(), "4_4QedThQ2iamiPueYyk8Q");
        assert_eq!(Identity::parse(identity.to_text().as_bytes()), Ok(identity));
    }

    #[test]
    fn damage_is_named() {
        let said = |text: &str| Identity::parse(text.as_bytes()).expect_err("damaged").to_string();
        assert!(said("").contains("no version"));
        assert!(said("version=1\nnode.id=7\n").contains("no cluster.id"));
        assert!(said("version=0\nbroker.id=7\n").contains("ZooKeeper"));
        assert!(said("version=2\n").contains("newer software"));
        assert!(said("version=1\ncluster.id=x\nnode.id=seven\n").contains("node.id is \"seven\""));
        assert!(said("version=1\nnonsense\n").contains("line 2 reads \"nonsense\""));
        assert!(
            said("version=1\ncluster.id=x\nnode.id=1\ndirectory.id=AAAAAAAAAAAAAAAAAAAAAQ\n")
                .contains("directory.id")
        );
    }

    #[test]
    fn escapes_and_blanks_are_javas() {
        let text = "version = 1\ncluster.id : a\\:b\\=c\nnode.id=1\n";
        let identity = Identity::parse(text.as_bytes()).expect("legal");
        assert_eq!(identity.cluster_id.as_str(), "a:b=c");
        assert_eq!(
            Identity::parse(identity.to_text().as_bytes()),
            Ok(identity),
            "the first '=' divides"
        );
    }

    #[test]
    fn random_ids_are_never_reserved_and_never_begin_with_a_dash() {
        for bits in [0, 1, 99, u128::MAX, 62 << 122] {
            let id = DirectoryId::from_random(bits);
            assert!(!id.to_string().starts_with('-'));
            assert_eq!(id.to_string().parse(), Ok(id));
        }
    }
}
