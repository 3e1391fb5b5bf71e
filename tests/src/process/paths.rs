//! Where things lie: the checkout and cargo's target directory.

use std::path::{Path, PathBuf};

/// The top of the checkout.
pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the tests package lies one level below the workspace")
}

/// Cargo's target directory: everything that a test builds or installs goes below it, so `cargo clean` removes it.
pub fn target_dir() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(dir) => workspace().join(dir),
        None => workspace().join("target"),
    }
}
