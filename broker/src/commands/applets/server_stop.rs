//! `kafka-server-stop`: asks the brokers of this user to stop.
//!
//! Kafka's script looks for java processes by a name on their command line; this looks for processes of this user that run
//! this binary as a broker, and stops all of them. `--node-id` and `--process-role` choose among several, by the file that each
//! was started with; the role is compared with the whole of `process.roles`, and a node id leaves it without a say, as in the
//! script. `SIGNAL` in the environment is another signal than TERM.

use std::path::Path;
use std::process::ExitCode;

use client::cli::applets::{Applet, Properties};
use rustix::process::{Pid, Signal, getuid, kill_process};

/// `kafka-server-stop.sh`.
pub(super) const APPLET: Applet = Applet { name: "kafka-server-stop", classes: &[], run };

/// Which brokers.
#[derive(Debug, Default, PartialEq, Eq)]
struct Chosen {
    role: Option<String>,
    node: Option<String>,
}

/// The signals that somebody may want to end a broker with, by their names.
const SIGNALS: &[(&str, Signal)] = &[
    ("TERM", Signal::TERM),
    ("INT", Signal::INT),
    ("HUP", Signal::HUP),
    ("QUIT", Signal::QUIT),
    ("ABRT", Signal::ABORT),
    ("KILL", Signal::KILL),
];

fn run(words: Vec<String>) -> ExitCode {
    let chosen = Chosen::parse(words);
    if chosen.node.is_some() && chosen.role.is_some() {
        println!(
            "When both node-id and process-role are provided, the value for node-id will take precedence"
        );
    }
    let wanted = std::env::var("SIGNAL").unwrap_or_default();
    let Some(signal) = signal(&wanted) else {
        eprintln!("SIGNAL={wanted}: there is no such signal to stop a broker with");
        return ExitCode::FAILURE;
    };
    let pids: Vec<Pid> = brokers(&chosen);
    if pids.is_empty() {
        println!("No kafka server to stop");
        return ExitCode::FAILURE;
    }
    let mut code = ExitCode::SUCCESS;
    for pid in pids {
        if let Err(error) = kill_process(pid, signal) {
            eprintln!("cannot stop {}: {error}", pid.as_raw_nonzero());
            code = ExitCode::FAILURE;
        }
    }
    code
}

/// A signal by its name, with or without `SIG`, or by its number; TERM for no name.
fn signal(name: &str) -> Option<Signal> {
    let upper = name.to_ascii_uppercase();
    let bare = match upper.strip_prefix("SIG").unwrap_or(&upper) {
        "" => "TERM",
        bare => bare,
    };
    let number = bare.parse::<i32>().ok();
    let is = |(name, signal): &&(&str, Signal)| *name == bare || number == Some(signal.as_raw());
    SIGNALS.iter().find(is).map(|(_, signal)| *signal)
}

impl Chosen {
    /// `--node-id=1` and `--node-id 1`; what is not known is passed over, as the script does.
    fn parse(words: Vec<String>) -> Self {
        let mut chosen = Self::default();
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            let (name, value) = match word.split_once('=') {
                Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                None => (word, None),
            };
            let chosen = match name.as_str() {
                "--process-role" => &mut chosen.role,
                "--node-id" => &mut chosen.node,
                _ => continue,
            };
            // Whoever forgot what to choose did not mean all of them.
            *chosen = Some(value.or_else(|| words.next()).unwrap_or_default());
        }
        chosen
    }

    /// Whether a broker with these words on its command line is meant.
    fn means(&self, words: &[String], home: &Path) -> bool {
        let (key, wanted) = match (&self.node, &self.role) {
            (Some(node), _) => ("node.id", node),
            (None, Some(role)) => ("process.roles", role),
            (None, None) => return true,
        };
        settings(words, home).get(key).is_some_and(|text| text.trim() == wanted)
    }
}

/// The properties that a broker was started with: its file, and what its command line says on top.
fn settings(words: &[String], home: &Path) -> Properties {
    let after = |name: &str| {
        let at = words.iter().position(|word| word == name)?;
        words.get(at + 1)
    };
    // The script has the file as its first word that is no flag.
    let file =
        after("--config").or_else(|| words.iter().skip(1).find(|word| !word.starts_with('-')));
    let text = file.and_then(|file| std::fs::read(home.join(file)).ok());
    // A broker that could not read its file does not run, so what cannot be read was changed since, and tells nothing.
    let mut settings = text.and_then(|text| Properties::parse(&text).ok()).unwrap_or_default();
    if let Some(node) = after("--node-id") {
        settings.set("node.id", node);
    }
    let overrides = words.windows(2).filter_map(|two| match two {
        [name, pair] if name == "--override" => pair.split_once('='),
        _ => None,
    });
    overrides.for_each(|(key, value)| settings.set(key, value));
    settings
}

/// The processes of this user that are brokers, without this one.
fn brokers(chosen: &Chosen) -> Vec<Pid> {
    let Ok(ours) = std::env::current_exe().and_then(std::fs::canonicalize) else {
        return Vec::new();
    };
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let mut found: Vec<Pid> = processes
        .filter_map(|entry| {
            let number: i32 = entry.file_name().to_str()?.parse().ok()?;
            let process = entry.path();
            let is_other = u32::try_from(number) != Ok(std::process::id());
            let good = is_other && is_mine(&process) && runs(&process, &ours);
            let words = words(&process).filter(|words| good && is_broker(words))?;
            let home = std::fs::read_link(process.join("cwd")).unwrap_or_default();
            Pid::from_raw(number).filter(|_| chosen.means(&words, &home))
        })
        .collect();
    found.sort_unstable_by_key(|pid| pid.as_raw_nonzero());
    found
}

fn is_mine(process: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(process).is_ok_and(|info| info.uid() == getuid().as_raw())
}

/// Whether a process runs this binary, also one that was replaced by a newer one meanwhile.
fn runs(process: &Path, ours: &Path) -> bool {
    let Ok(exe) = std::fs::read_link(process.join("exe")) else { return false };
    let exe = exe.to_string_lossy();
    Path::new(exe.trim_end_matches(" (deleted)")) == ours
}

fn words(process: &Path) -> Option<Vec<String>> {
    let line = std::fs::read(process.join("cmdline")).ok()?;
    let words = line.split(|byte| *byte == 0).filter(|word| !word.is_empty());
    Some(words.map(|word| String::from_utf8_lossy(word).into_owned()).collect())
}

/// `sapwood server start`, `sapwood dev`, or the script that starts one.
fn is_broker(words: &[String]) -> bool {
    let name = words.first().map(Path::new).and_then(Path::file_name);
    let name = name.and_then(|name| name.to_str()).unwrap_or_default();
    if name.trim_end_matches(".sh") == "kafka-server-start" {
        return true;
    }
    let words: Vec<&str> = words.iter().skip(1).map(String::as_str).collect();
    matches!(words.as_slice(), ["dev", ..] | ["server", "start", ..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn brokers_are_told_from_other_commands_of_the_binary() {
        assert!(is_broker(&words("sapwood server start --config a")));
        assert!(is_broker(&words("bin/kafka-server-start.sh a.properties")));
        assert!(!is_broker(&words("sapwood topic list")));
        assert!(!is_broker(&words("sapwood server check-config a")));
    }

    #[test]
    fn a_broker_is_chosen_by_what_it_was_started_with() {
        let line =
            "sapwood server start --override node.id=3 --override process.roles=broker,controller";
        let chosen =
            |choice: &str| Chosen::parse(words(choice)).means(&words(line), Path::new("."));
        assert!(is_broker(&words(line)));
        assert!(chosen("") && chosen("--node-id=3") && chosen("--process-role broker,controller"));
        assert!(!chosen("--node-id=4") && !chosen("--process-role=controller"));
        let short = Chosen::parse(words("--node-id=7"));
        assert!(short.means(&words("sapwood server start --node-id 7"), Path::new(".")));
        assert!(!short.means(&words("sapwood server start --node-id 8"), Path::new(".")));
    }

    #[test]
    fn a_node_id_leaves_the_role_without_a_say() {
        let line = words("sapwood server start --override node.id=3");
        let chosen = |choice: &str| Chosen::parse(words(choice)).means(&line, Path::new("."));
        assert!(chosen("--node-id=3 --process-role=controller"));
        assert!(!chosen("--node-id=4 --process-role=broker"));
        assert!(!chosen("--node-id"), "nothing was chosen, which is not everything");
    }

    #[test]
    fn a_signal_has_a_name_or_a_number() {
        for (name, wanted) in [
            ("", Signal::TERM),
            ("KILL", Signal::KILL),
            ("sigint", Signal::INT),
            ("15", Signal::TERM),
        ] {
            assert_eq!(signal(name), Some(wanted), "{name}");
        }
        assert_eq!(signal("STOPPED"), None);
    }
}
