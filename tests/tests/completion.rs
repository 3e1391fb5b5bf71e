//! Shell completions and manual pages, from the binary.

use sapwood_tests::process::Said;
use std::collections::BTreeSet;
use std::fs;
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
    let ask = r#"source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
        _sapwood sapwood "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf '%s\n' "${COMPREPLY[@]}""#;
    let mut bash = Command::new("bash");
    bash.args(["--norc", "-c", ask, "bash"]).arg(&script).arg("sapwood").args(line);
    let said = Said::by(&mut bash).expect("bash runs");
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""));
    said.out.lines().map(str::to_owned).collect()
}

#[test]
fn bash_completes_commands_and_flags() {
    let nouns = offered_by_bash(&[""]);
    for noun in ["dev", "server", "topic", "group", "completion", "man"] {
        assert!(nouns.contains(noun), "{noun} is not among {nouns:?}");
    }
    assert_eq!(offered_by_bash(&["server", "check-c"]), ["check-config".to_owned()].into());
    let flags = offered_by_bash(&["server", "start", "--"]);
    assert!(flags.contains("--config") && flags.contains("--override"), "{flags:?}");
}

#[test]
fn every_shell_has_a_script() {
    for (shell, mark) in [
        ("bash", "complete -F _sapwood"),
        ("zsh", "#compdef sapwood"),
        ("fish", "complete -c sapwood"),
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
