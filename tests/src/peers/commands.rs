//! How each language's own package client installs what a peer needs.

use super::install;
use crate::process::{ran, workspace};
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use std::{fs, io};

/// A cold download or build on two busy cores.
pub(super) const LIMIT: Duration = Duration::from_secs(1200);

/// A directory for PYTHONPATH with these packages in it (`name==version`).
pub fn python_packages(name: &str, packages: &[&str]) -> Result<PathBuf> {
    install::once(name, &packages.join(" "), |dir| {
        let mut pip = Command::new("python3");
        pip.args(["-m", "pip", "install", "--quiet", "--no-cache-dir", "--target"])
            .arg(dir)
            .args(packages);
        ran("pip install", &mut pip, LIMIT).map(drop)
    })
}

/// A directory whose `node_modules` holds these packages (`name@version`).
pub fn node_modules(name: &str, packages: &[&str]) -> Result<PathBuf> {
    install::once(name, &packages.join(" "), |dir| npm_install(dir, packages))
}

/// Puts these packages into the `node_modules` of `dir`, and runs nothing of theirs.
pub(super) fn npm_install(dir: &Path, packages: &[&str]) -> Result<()> {
    let mut npm = Command::new("npm");
    npm.args([
        "install",
        "--no-save",
        "--no-package-lock",
        "--no-audit",
        "--no-fund",
        "--ignore-scripts",
        "--prefix",
    ]);
    ran("npm install", npm.arg(dir).args(packages), LIMIT).map(drop)
}

/// A directory of jars: these artifacts (`group:artifact:version`) and all that they need.
pub fn maven(name: &str, artifacts: &[&str]) -> Result<PathBuf> {
    install::once(name, &artifacts.join(" "), |dir| {
        let pom = dir.join("pom.xml");
        fs::write(&pom, project(name, artifacts)).context("write the pom")?;
        let mut mvn = Command::new("mvn");
        mvn.args(["--batch-mode", "--quiet", "--file"])
            .arg(&pom)
            .arg("dependency:copy-dependencies");
        ran("mvn", mvn.arg(format!("-DoutputDirectory={}", dir.display())), LIMIT).map(drop)
    })
}

fn project(name: &str, artifacts: &[&str]) -> String {
    let dependencies: String = artifacts.iter().map(|artifact| dependency(artifact)).collect();
    format!(
        "<project><modelVersion>4.0.0</modelVersion><groupId>sapwood.peers</groupId><artifactId>{name}</artifactId>\
         <version>1</version><dependencies>{dependencies}</dependencies></project>"
    )
}

fn dependency(artifact: &str) -> String {
    let mut parts = artifact.splitn(3, ':');
    let mut part = || parts.next().expect("an artifact is group:artifact:version");
    format!(
        "<dependency><groupId>{}</groupId><artifactId>{}</artifactId><version>{}</version></dependency>",
        part(),
        part(),
        part()
    )
}

/// The Go program under `tests/peers/<source>`, built with the modules that its go.mod pins.
pub fn go_program(source: &str) -> Result<PathBuf> {
    let dir = install::always(&format!("go-{source}"), |dir| {
        let mut go = Command::new("go");
        go.current_dir(sources(source)).env("GOTOOLCHAIN", "local").env("CGO_ENABLED", "0");
        ran("go build", go.args(["build", "-trimpath", "-o"]).arg(dir.join("peer")).arg("."), LIMIT)
            .map(drop)
    })?;
    Ok(dir.join("peer"))
}

/// The Rust program under `tests/peers/<source>`, a package of its own outside this workspace, with its own lock file.
pub fn rust_program(source: &str) -> Result<PathBuf> {
    let dir = install::always(&format!("rust-{source}"), |dir| {
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .current_dir(sources(source))
            .args(["build", "--quiet", "--locked", "--target-dir"])
            .arg(dir);
        ran("cargo build", &mut cargo, LIMIT).map(drop)
    })?;
    Ok(dir.join("debug").join("peer"))
}

/// Where the sources of our peer programs lie.
pub(super) fn sources(name: &str) -> PathBuf {
    workspace().join("tests").join("peers").join(name)
}

/// Compiles the Java programs under `tests/peers/java` against the jars in `jars`, and returns the class path.
pub(super) fn java_classes(name: &str, jars: &Path) -> Result<String> {
    let files = java_sources().context("list the Java sources")?;
    let recipe: String = files.iter().filter_map(|file| fs::read_to_string(file).ok()).collect();
    let classes = install::once(name, &recipe, |dir| {
        let mut javac = Command::new("javac");
        javac
            .args(["-Xlint:-options", "--release", "17", "-cp"])
            .arg(format!("{}/*", jars.display()));
        ran("javac", javac.arg("-d").arg(dir).args(&files), LIMIT).map(drop)
    })?;
    Ok(format!("{}:{}/*", classes.display(), jars.display()))
}

fn java_sources() -> io::Result<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> = fs::read_dir(sources("java"))?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "java"))
        .collect();
    files.sort();
    Ok(files)
}
