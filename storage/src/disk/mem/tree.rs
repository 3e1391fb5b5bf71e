//! The names of a simulated disk: folders as they are seen, and as a power cut would leave them.

use std::collections::BTreeMap;
use std::io;
use std::path::{Component, Path};

use protocol::ids::TimestampMs;

use super::file::Content;
use super::{Chance, DirEntry};

/// A node's number. Nodes are never reused.
type Inode = u64;
/// Names that change together: a rename takes one away and gives another in one step.
type Step = Vec<(String, Option<Inode>)>;

/// All files and folders.
#[derive(Debug)]
pub(super) struct Tree {
    nodes: BTreeMap<Inode, Node>,
}

#[derive(Debug)]
enum Node {
    File(Content),
    Folder(Folder),
}

#[derive(Debug, Default)]
struct Folder {
    now: BTreeMap<String, Inode>,
    durable: BTreeMap<String, Inode>,
    /// Steps from `durable` to `now`, in their order.
    pending: Vec<Step>,
}

const ROOT: Inode = 0;

impl Default for Tree {
    fn default() -> Self {
        Self { nodes: BTreeMap::from([(ROOT, Node::Folder(Folder::default()))]) }
    }
}

impl Folder {
    fn step(&mut self, step: Step) {
        apply(&mut self.now, &step);
        self.pending.push(step);
    }

    fn sync(&mut self) {
        self.durable.clone_from(&self.now);
        self.pending.clear();
    }

    /// Keeps a random prefix of what was not synced: file systems journal names in their order.
    fn crash(&mut self, chance: &mut Chance) {
        let kept = chance.below(self.pending.len() as u64 + 1) as usize;
        for step in self.pending.drain(..).take(kept) {
            apply(&mut self.durable, &step);
        }
        self.now.clone_from(&self.durable);
    }
}

fn apply(names: &mut BTreeMap<String, Inode>, step: &Step) {
    for (name, node) in step {
        match node {
            Some(node) => names.insert(name.clone(), *node),
            None => names.remove(name),
        };
    }
}

impl Tree {
    pub(super) fn find_file(&self, path: &Path) -> io::Result<Inode> {
        let inode = self.find(path)?;
        match self.nodes.get(&inode) {
            Some(Node::File(_)) => Ok(inode),
            _ => Err(io::ErrorKind::IsADirectory.into()),
        }
    }

    pub(super) fn file(&mut self, inode: Inode) -> &mut Content {
        match self.nodes.get_mut(&inode) {
            Some(Node::File(content)) => content,
            _ => unreachable!("handles are made for files, and nodes are never removed"),
        }
    }

    pub(super) fn create_file(&mut self, path: &Path, now: TimestampMs) -> io::Result<Inode> {
        self.link(path, Node::File(Content::new(now)))
    }

    pub(super) fn create_dir(&mut self, path: &Path) -> io::Result<()> {
        match self.find(path) {
            Ok(_) => Ok(()),
            Err(_) => {
                if let Some(parent) = path.parent() {
                    self.create_dir(parent)?;
                }
                self.link(path, Node::Folder(Folder::default())).map(drop)
            }
        }
    }

    pub(super) fn list(&self, dir: &Path) -> io::Result<Vec<DirEntry>> {
        let folder = self.folder(self.find(dir)?)?;
        let is_dir = |inode: &Inode| matches!(self.nodes.get(inode), Some(Node::Folder(_)));
        let entry = |(name, inode): (&String, &Inode)| DirEntry {
            name: name.clone(),
            is_dir: is_dir(inode),
        };
        Ok(folder.now.iter().map(entry).collect())
    }

    pub(super) fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        let inode = self.find(from)?;
        let (old_dir, old_name) = self.parent(from)?;
        let (new_dir, new_name) = self.parent(to)?;
        if old_dir == new_dir {
            self.folder_mut(old_dir)?.step(vec![(old_name, None), (new_name, Some(inode))]);
        } else {
            self.folder_mut(new_dir)?.step(vec![(new_name, Some(inode))]);
            self.folder_mut(old_dir)?.step(vec![(old_name, None)]);
        }
        Ok(())
    }

    pub(super) fn remove(&mut self, path: &Path) -> io::Result<()> {
        self.find(path)?;
        let (dir, name) = self.parent(path)?;
        self.folder_mut(dir)?.step(vec![(name, None)]);
        Ok(())
    }

    pub(super) fn sync_dir(&mut self, dir: &Path) -> io::Result<()> {
        let dir = self.find(dir)?;
        self.folder_mut(dir)?.sync();
        Ok(())
    }

    /// The bytes of all files that have a name.
    pub(super) fn bytes(&self) -> u64 {
        let folders = self.nodes.values().filter_map(|node| match node {
            Node::Folder(folder) => Some(folder),
            Node::File(_) => None,
        });
        let named = folders.flat_map(|folder| folder.now.values());
        named
            .filter_map(|inode| match self.nodes.get(inode) {
                Some(Node::File(content)) => Some(content.info().len),
                _ => None,
            })
            .sum()
    }

    pub(super) fn crash(&mut self, chance: &mut Chance) {
        for node in self.nodes.values_mut() {
            match node {
                Node::File(content) => content.crash(chance),
                Node::Folder(folder) => folder.crash(chance),
            }
        }
    }

    pub(super) fn evict(&mut self) {
        for node in self.nodes.values_mut() {
            if let Node::File(content) = node {
                content.evict();
            }
        }
    }

    fn link(&mut self, path: &Path, node: Node) -> io::Result<Inode> {
        let (dir, name) = self.parent(path)?;
        let inode = self.nodes.len() as Inode;
        self.folder_mut(dir)?.step(vec![(name, Some(inode))]);
        self.nodes.insert(inode, node);
        Ok(inode)
    }

    fn find(&self, path: &Path) -> io::Result<Inode> {
        let mut inode = ROOT;
        for component in path.components() {
            let Component::Normal(name) = component else { continue };
            let name = name.to_str().ok_or(io::ErrorKind::InvalidInput)?;
            inode = *self.folder(inode)?.now.get(name).ok_or(io::ErrorKind::NotFound)?;
        }
        Ok(inode)
    }

    fn parent(&self, path: &Path) -> io::Result<(Inode, String)> {
        let name =
            path.file_name().and_then(|name| name.to_str()).ok_or(io::ErrorKind::InvalidInput)?;
        let dir = self.find(path.parent().unwrap_or(Path::new("")))?;
        Ok((dir, name.to_owned()))
    }

    fn folder(&self, inode: Inode) -> io::Result<&Folder> {
        match self.nodes.get(&inode) {
            Some(Node::Folder(folder)) => Ok(folder),
            _ => Err(io::ErrorKind::NotADirectory.into()),
        }
    }

    fn folder_mut(&mut self, inode: Inode) -> io::Result<&mut Folder> {
        match self.nodes.get_mut(&inode) {
            Some(Node::Folder(folder)) => Ok(folder),
            _ => Err(io::ErrorKind::NotADirectory.into()),
        }
    }
}
