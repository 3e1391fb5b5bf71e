//! A browser without a window: Debian's Chromium, led by a script of Playwright's.

use super::commands;
use super::debian::Root;
use anyhow::Result;
use std::env;
use std::process::Command;

/// Chromium, and what it needs that a machine for developers does not have.
const PACKAGES: [&str; 25] = [
    "chromium",
    "chromium-common",
    "libasyncns0",
    "libcolord2",
    "libdouble-conversion3",
    "libepoxy0",
    "libflac12",
    "libgtk-3-0",
    "libgtk-3-common",
    "libharfbuzz-subset0",
    "libminizip1",
    "libmp3lame0",
    "libmpg123-0",
    "libogg0",
    "libopenh264-7",
    "libopenjp2-7",
    "libopus0",
    "libpulse0",
    "libsndfile1",
    "libvorbis0a",
    "libvorbisenc2",
    "libwayland-cursor0",
    "libwayland-egl1",
    "libxnvctrl0",
    "xdg-utils",
];

/// Playwright leads the browser, and axe looks for what keeps people out.
const SCRIPTS: [&str; 2] = ["playwright-core@1.65.1", "@axe-core/playwright@4.14.0"];

/// The script of this name under `tests/peers/node`, to which `CHROMIUM` names the browser.
pub fn browser_script(script: &str) -> Result<Command> {
    let root = Root::unpacked("chromium", &PACKAGES)?;
    let libraries = root.path("usr/lib").join(format!("{}-linux-gnu", env::consts::ARCH));
    let search = env::join_paths([libraries.clone(), libraries.join("pulseaudio")])?;
    let mut node = Command::new("node");
    node.arg(commands::sources("node").join(script))
        .env("NODE_PATH", commands::node_modules("playwright", &SCRIPTS)?.join("node_modules"))
        .env("LD_LIBRARY_PATH", search)
        .env("CHROMIUM", root.path("usr/lib/chromium/chromium"));
    Ok(node)
}
