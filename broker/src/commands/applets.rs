//! The applets of the whole binary: Kafka's scripts by the names that it may be called with.
//!
//! `kafka-topics.sh` is a link to this binary, which looks at the name that it was called by, as busybox does. Every part
//! of the binary has a table of its own; here they are one.

mod dump_log;
mod server_start;
mod server_stop;
mod storage_tool;

use std::ffi::OsStr;
use std::path::Path;
use std::process::ExitCode;

use client::cli::applets::{APPLETS, Applet};

/// The script that runs a class by its name.
pub const RUN_CLASS: &str = "kafka-run-class";

/// Every applet.
pub fn all() -> impl Iterator<Item = &'static Applet> {
    TABLES.iter().copied().flatten()
}

/// The tables of the crates.
const TABLES: &[&[Applet]] = &[APPLETS, bench::applets::APPLETS, OURS];

/// Those that work on the files of this machine.
const OURS: &[Applet] =
    &[dump_log::APPLET, storage_tool::APPLET, server_start::APPLET, server_stop::APPLET];

/// Runs the applet that this process was called by, if it was called by the name of one.
pub fn called() -> Option<ExitCode> {
    let mut words = std::env::args_os();
    let name = script_name(&words.next()?)?;
    let words: Vec<String> = words.map(|word| word.to_string_lossy().into_owned()).collect();
    if name == RUN_CLASS {
        return Some(run_class(words));
    }
    let applet = all().find(|applet| applet.name == name)?;
    Some((applet.run)(words))
}

/// The name that a path ends with, without the ending of a script.
fn script_name(path: &OsStr) -> Option<String> {
    let name = Path::new(path).file_name()?.to_str()?;
    Some(name.strip_suffix(".sh").unwrap_or(name).to_owned())
}

/// `kafka-run-class.sh CLASS …`: the applet that does what the class does. Flags for the JVM's sake are skipped, as the
/// script itself takes them away.
fn run_class(words: Vec<String>) -> ExitCode {
    const OPTIONS_WITH_ARGUMENT: &[&str] = &["-name"];
    const OPTIONS: &[&str] = &["-loggc", "-daemon"];
    let mut rest = words.into_iter();
    let class = loop {
        match rest.next() {
            Some(word) if OPTIONS.contains(&word.as_str()) => {}
            Some(word) if OPTIONS_WITH_ARGUMENT.contains(&word.as_str()) => drop(rest.next()),
            class => break class,
        }
    };
    let Some(class) = class else {
        println!("USAGE: {RUN_CLASS}.sh [-daemon] [-name servicename] [-loggc] classname [opts]");
        return ExitCode::FAILURE;
    };
    match all().find(|applet| applet.classes.contains(&class.as_str())) {
        Some(applet) => (applet.run)(rest.collect()),
        None => {
            eprintln!("Error: Could not find or load main class {class}");
            eprintln!("These classes are here:");
            let classes = all().flat_map(|applet| applet.classes);
            classes.for_each(|class| eprintln!("  {class}"));
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_script_is_known_with_and_without_its_ending() {
        let name = |path: &str| script_name(OsStr::new(path));
        assert_eq!(name("/opt/bin/kafka-topics.sh").as_deref(), Some("kafka-topics"));
        assert_eq!(name("kafka-topics").as_deref(), Some("kafka-topics"));
    }

    #[test]
    fn no_two_applets_have_a_name_or_a_class_in_common() {
        let mut seen = BTreeSet::from([RUN_CLASS, "sapwood"]);
        for applet in all() {
            for name in std::iter::once(&applet.name).chain(applet.classes) {
                assert!(seen.insert(name), "{name}");
            }
        }
    }
}
