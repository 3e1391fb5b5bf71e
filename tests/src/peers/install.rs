//! Installing a peer once, whoever asks and however often.

use crate::process::target_dir;
use anyhow::{Context, Result};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// Written last, with the recipe in it: a directory without it, or with another recipe, is installed anew.
const MARKER: &str = ".installed";

/// The directory of the peer `name`, in which `install` has run to its end with this `recipe`.
///
/// Other processes that want the same peer wait. A failed attempt is repeated once: downloads fail now and then.
pub fn once(name: &str, recipe: &str, install: impl Fn(&Path) -> Result<()>) -> Result<PathBuf> {
    let dir = peers_dir().join(name);
    let _lock = lock(name)?;
    if fs::read_to_string(dir.join(MARKER)).is_ok_and(|installed| installed == recipe) {
        return Ok(dir);
    }
    let attempt = || {
        if dir.exists() {
            fs::remove_dir_all(&dir).with_context(|| format!("remove {}", dir.display()))?;
        }
        fs::create_dir_all(&dir).with_context(|| format!("create {}", dir.display()))?;
        install(&dir)
    };
    attempt().or_else(|_| attempt()).with_context(|| format!("install the peer {name}"))?;
    fs::write(dir.join(MARKER), recipe).context("mark the peer as installed")?;
    Ok(dir)
}

/// Runs `build` in the directory of the peer `name` each time, one process at a time: for tools that know by themselves
/// what is still to be done.
pub fn always(name: &str, build: impl Fn(&Path) -> Result<()>) -> Result<PathBuf> {
    let dir = peers_dir().join(name);
    let _lock = lock(name)?;
    fs::create_dir_all(&dir).with_context(|| format!("create {}", dir.display()))?;
    build(&dir).or_else(|_| build(&dir)).with_context(|| format!("build the peer {name}"))?;
    Ok(dir)
}

fn peers_dir() -> PathBuf {
    target_dir().join("peers")
}

/// Held until the file is closed.
fn lock(name: &str) -> Result<File> {
    fs::create_dir_all(peers_dir()).context("create the peers' directory")?;
    let path = peers_dir().join(format!("{name}.lock"));
    let file = File::create(&path).with_context(|| format!("create {}", path.display()))?;
    file.lock().with_context(|| format!("lock {}", path.display()))?;
    Ok(file)
}
