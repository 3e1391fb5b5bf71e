//! Shell completions and manual pages, from the binary.

use sapwood_tests::process::{Said, Sapwood, binary};
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;
use tempfile::TempDir;

fn sapwood(arguments: &[&str]) -> Said {
    Said::by_sapwood(arguments).expect("sapwood runs")
}

/// What bash would offer for the last word of `line`, from the script that the binary prints.
fn offered_by_bash(line: &[&str]) -> BTreeSet<String> {
    let dir = TempDir::new().expect("a directory");
    let script = dir.path().join("sapwood.bash");
    fs::write(&script, sapwood(&["completion", "bash"]).out).expect("write the script");
    symlink(binary().expect("the binary"), dir.path().join("sapwood")).expect("link the binary");
    let ask = r#"PATH="$1:$PATH"; source "$1/sapwood.bash"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
        _clap_complete_sapwood sapwood "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf '%s\n' "${COMPREPLY[@]}""#;
    let mut bash = Command::new("bash");
    bash.args(["--norc", "-c", ask, "bash"]).arg(dir.path()).arg("sapwood").args(line);
    // Nobody's own cluster, profile or home has a say.
    bash.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    let said = Said::by(&mut bash).expect("bash runs");
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""));
    said.out.lines().map(str::to_owned).collect()
}

#[test]
fn bash_completes_commands_and_flags() {
    let nouns = offered_by_bash(&[""]);
    for noun in ["dev", "server", "topic", "group", "cluster", "completion", "man"] {
        assert!(nouns.contains(noun), "{noun} is not among {nouns:?}");
    }
    assert_eq!(offered_by_bash(&["server", "check-c"]), ["check-config".to_owned()].into());
    let flags = offered_by_bash(&["server", "start", "--"]);
    assert!(flags.contains("--config") && flags.contains("--override"), "{flags:?}");
}

#[test]
fn bash_completes_the_names_of_topics_and_groups() {
    let broker = Sapwood::start().expect("a broker");
    let at = broker.address().to_string();
    for topic in ["logs", "logs-old", "metrics"] {
        assert_eq!(sapwood(&["topic", "create", topic, "-b", &at]).code, Some(0));
    }
    let seek = ["group", "seek", "readers", "--to", "end", "-t", "logs", "--execute", "-b", &at];
    assert_eq!(sapwood(&seek).code, Some(0));
    let of = |line: &[&str]| offered_by_bash(&[line, &["lo"]].concat());
    let logs: BTreeSet<String> = ["logs".to_owned(), "logs-old".to_owned()].into();
    assert_eq!(of(&["topic", "-b", &at, "describe"]), logs);
    assert_eq!(of(&["topic", "consume", "--brokers", &at]), logs);
    let groups = offered_by_bash(&["group", "describe", "-b", &at, "r"]);
    assert_eq!(groups, ["readers".to_owned()].into());
    // A cluster that is not there completes to nothing, and says nothing.
    assert_eq!(of(&["topic", "-b", "127.0.0.1:1", "describe"]), BTreeSet::from([String::new()]));
}

#[test]
fn every_shell_has_a_script() {
    for (shell, mark) in [
        ("bash", "-F _clap_complete_sapwood sapwood"),
        ("zsh", "#compdef sapwood"),
        ("fish", "--command sapwood"),
        ("powershell", "Register-ArgumentCompleter"),
        ("elvish", "set edit:completion:arg-completer[sapwood]"),
    ] {
        let said = sapwood(&["completion", shell]);
        assert_eq!((said.code, said.err.as_str()), (Some(0), ""), "{shell}");
        assert!(said.out.contains(mark), "{shell}");
    }
    assert_eq!(sapwood(&["completion", "csh"]).code, Some(2));
}

#[test]
fn every_command_has_a_manual_page() {
    let dir = TempDir::new().expect("a directory");
    let pages = dir.path().join("man");
    let said = sapwood(&["man", pages.to_str().expect("UTF-8")]);
    assert_eq!((said.code, said.out.as_str(), said.err.as_str()), (Some(0), "", ""));
    for page in ["sapwood.1", "sapwood-server-start.1", "sapwood-topic-create.1"] {
        let text = fs::read_to_string(pages.join(page)).expect(page);
        assert!(text.contains(".SH SYNOPSIS"), "{page}:\n{text}");
    }
    let first = sapwood(&["man"]);
    let written = fs::read_to_string(pages.join("sapwood.1")).expect("the first page");
    assert_eq!(first.out, written);
    let denied = sapwood(&["man", "/proc/nowhere"]);
    assert_eq!(denied.code, Some(1));
    assert!(denied.err.contains("cannot write manual pages"), "{}", denied.err);
}
