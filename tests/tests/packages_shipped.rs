//! What is shipped: the static binary, and the packages around it, in clean and in empty roots.

use sapwood_tests::packages::{CleanRoot, Packages, static_binary};
use sapwood_tests::process::{
    Child, Sapwood, free_port, ran, signal, wait_until_serving, workspace,
};
use std::collections::BTreeSet;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(120);

fn binary() -> std::path::PathBuf {
    static_binary().expect("the static binary")
}

fn shipped(version: &'static str) -> Packages {
    Packages::around(&binary(), version).expect("packaging/build")
}

#[test]
#[ignore = "slow tier"]
fn the_binary_is_static_and_names_no_path_of_the_machine_that_built_it() {
    // As it is shipped: the debug information, which names them, is a file of its own.
    let packages = shipped("0.0.1");
    let binary = packages.unpacked().expect("the package unpacks").join("usr/bin/sapwood");
    let mut readelf = Command::new("readelf");
    let headers =
        ran("readelf", readelf.args(["--program-headers", "--dynamic"]).arg(&binary), LIMIT);
    let headers = headers.expect("an ELF file");
    assert!(!headers.contains("INTERP") && !headers.contains("NEEDED"), "{headers}");
    let text = fs::read(&binary).expect("the binary");
    let top = workspace().display().to_string();
    let named = text.windows(top.len()).any(|bytes| bytes == top.as_bytes());
    assert!(!named, "the binary names {top}");
}

/// The image's root is all that there is: no shell, no C library, no names but those in its own files.
#[test]
#[ignore = "slow tier"]
fn an_empty_root_runs_the_image_with_kafkas_variables() {
    let packages = shipped("0.0.1");
    let image = packages.image().expect("the image's root");
    let address: SocketAddr = (Ipv4Addr::LOCALHOST, free_port()).into();
    let inside = |arguments: &[&str]| -> Command {
        let mut command = Command::new("chroot");
        command.arg("--userspec=10001:10001").arg(&image).arg("/usr/bin/sapwood").args(arguments);
        command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        command
    };
    let owned = |path: &str| std::os::unix::fs::chown(image.join(path), Some(10001), Some(10001));
    owned("var/lib/sapwood").expect("the image's build gives the directory to its user");
    let mut start = inside(&["server", "start"]);
    start.env("KAFKA_LISTENERS", format!("PLAINTEXT://{address}"));
    start.env("KAFKA_ADVERTISED_LISTENERS", format!("PLAINTEXT://localhost:{}", address.port()));
    start.env("KAFKA_NUM_PARTITIONS", "5").env("SAPWOOD_LOG_DIRS", "/var/lib/sapwood");
    let log = tempfile::NamedTempFile::new().expect("a file");
    let mut broker = Child::start("the image", &mut start, log.path()).expect("it starts");
    let serving = wait_until_serving(address, LIMIT);
    assert!(serving.is_ok(), "{}", broker.last_words());
    let by_name = format!("localhost:{}", address.port());
    let mut create = inside(&["topic", "create", "made", "-b", &by_name]);
    ran("topic create", &mut create, LIMIT).expect("names are resolved in an empty root");
    let mut list = inside(&["topic", "list", "-o", "csv", "-b", &by_name]);
    let listed = ran("topic list", &mut list, LIMIT).expect("a list");
    assert!(listed.contains("made,5,1"), "num.partitions came from the environment: {listed}");
    assert!(broker.stop(LIMIT).expect("an end").success());
}

#[test]
#[ignore = "slow tier"]
fn a_clean_debian_installs_upgrades_removes_and_purges_the_package() {
    let Some(root) = CleanRoot::or_skip("the package in a clean Debian") else { return };
    let (old, new) = (shipped("0.0.1"), shipped("0.0.2"));
    for (packages, name) in [(&old, "old.deb"), (&new, "new.deb")] {
        let deb = packages.deb().expect("its name");
        fs::copy(deb, root.path(&format!("var/{name}"))).expect("copy the package");
    }
    let sh = |line: &str| root.sh(line).unwrap_or_else(|error| panic!("{line}: {error:#}"));
    sh("dpkg --install /var/old.deb");
    assert_eq!(sh("sapwood --version"), "sapwood 0.1.0\n");
    assert_eq!(sh("dpkg --verify sapwood"), "", "every file is as it was packed");
    let directory = "stat --format '%U:%G %a' /var/lib/sapwood";
    assert_eq!(sh(directory), "sapwood:sapwood 750\n");
    sh("test -L /etc/systemd/system/multi-user.target.wants/sapwood.service");
    runs_with_the_packaged_file(&root);
    sh("echo num.partitions=7 >> /etc/sapwood/server.properties");
    sh("dpkg --install /var/new.deb");
    assert_eq!(sh("tail -1 /etc/sapwood/server.properties"), "num.partitions=7\n");
    sh("dpkg --remove sapwood");
    sh("test -f /etc/sapwood/server.properties && test ! -e /usr/bin/sapwood");
    let purged = sh("dpkg --purge sapwood");
    assert!(purged.contains("the records in /var/lib/sapwood are kept"), "{purged}");
    sh("test ! -e /etc/sapwood && test -d /var/lib/sapwood/__cluster_metadata-0");
    sh(
        "rm -r /var/lib/sapwood; dpkg --install /var/new.deb; dpkg --purge sapwood; test ! -e /var/lib/sapwood",
    );
}

/// Starts the broker as the service would: as its user, with its file.
fn runs_with_the_packaged_file(root: &CleanRoot) {
    let address: SocketAddr = (Ipv4Addr::LOCALHOST, free_port()).into();
    let mut start = root.command("setpriv");
    start.args(["--reuid=sapwood", "--regid=sapwood", "--clear-groups", "--no-new-privs"]);
    start.args(["/usr/bin/sapwood", "server", "start"]);
    start.args(["--config", "/etc/sapwood/server.properties"]);
    for key in ["LISTENERS", "ADVERTISED_LISTENERS"] {
        start.env(format!("SAPWOOD_{key}"), format!("PLAINTEXT://{address}"));
    }
    let log = tempfile::NamedTempFile::new().expect("a file");
    let mut broker = Child::start("the package", &mut start, log.path()).expect("it starts");
    let serving = wait_until_serving(address, LIMIT);
    assert!(serving.is_ok(), "{}", broker.last_words());
    root.sh(&format!("sapwood topic create made -b {address}")).expect("a topic is made");
    // The child is unshare. The change of user has taken the broker out of its `--kill-child`, so it is ended itself, without
    // order, as by a machine that goes down.
    let unshare = broker.pid();
    let children = fs::read_to_string(format!("/proc/{unshare}/task/{unshare}/children"));
    let within = children.expect("unshare waits").trim().parse().expect("it has one child");
    signal::kill(within);
    assert!(!broker.wait(LIMIT).expect("it ends with its child").success());
}

/// What the unit's `SystemCallFilter=` refuses would end a broker on the day that it first needs it.
#[test]
#[ignore = "slow tier"]
fn the_broker_makes_no_system_call_that_the_unit_forbids() {
    let tools = ["strace", "systemd-analyze"];
    if let Some(gone) = tools.iter().find(|tool| Command::new(tool).arg("--help").output().is_err())
    {
        eprintln!("SKIPPED the system calls: it needs {gone}");
        return;
    }
    let dir = tempfile::tempdir().expect("a directory");
    let (calls, properties) =
        (dir.path().join("calls"), sapwood_tests::process::Properties::alone(dir.path()));
    let mut strace = Command::new("strace");
    strace.args(["-D", "-f", "-qq", "-o"]).arg(&calls).arg(binary());
    let mut broker = Sapwood::launch(&properties, strace).expect("it starts");
    let serving = wait_until_serving(properties.address(), LIMIT);
    assert!(serving.is_ok(), "{}", broker.last_words());
    let address = properties.address().to_string();

    for arguments in [
        ["topic", "create", "t", "-c", "segment.bytes=1048576"].as_slice(),
        &["topic", "describe", "t"],
        &["topic", "consume", "t", "-o", "start", "-e", "-g", "g"],
        &["topic", "delete", "t", "-y"],
    ] {
        let mut command = Command::new(binary());
        let done = ran("sapwood", command.args(arguments).args(["-b", &address]), LIMIT);
        done.unwrap_or_else(|error| panic!("{arguments:?}: {error:#}"));
    }
    assert!(broker.stop(LIMIT).expect("an end").success(), "{}", broker.last_words());
    let made = calls_made(&calls);
    assert!(made.contains("accept4") && made.contains("fdatasync"), "{made:?}");
    let allowed = calls_allowed();
    let refused: Vec<&String> = made.difference(&allowed).collect();
    assert!(refused.is_empty(), "the unit forbids {refused:?}");
}

/// The names at the beginning of each line of a trace, behind the process id.
fn calls_made(trace: &Path) -> BTreeSet<String> {
    let text = fs::read_to_string(trace).expect("the trace");
    let name = |line: &str| {
        let call = line.split_whitespace().nth(1)?.split('(').next()?;
        call.chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
            .then(|| call.to_owned())
    };
    text.lines().filter(|line| line.contains('(')).filter_map(name).collect()
}

fn calls_allowed() -> BTreeSet<String> {
    let mut allowed = group("@system-service");
    for refused in ["@privileged", "@resources"] {
        let refused = group(refused);
        allowed.retain(|call| !refused.contains(call));
    }
    allowed
}

/// The calls of a group, and of the groups in it.
fn group(name: &str) -> BTreeSet<String> {
    let mut analyze = Command::new("systemd-analyze");
    let said = ran("systemd-analyze", analyze.args(["syscall-filter", name]), LIMIT);
    let said = said.expect("a group of system calls");
    let members = said.lines().skip(1).map(str::trim).filter(|line| !line.starts_with('#'));
    let of = |member: &str| match member.starts_with('@') {
        true => group(member),
        false => BTreeSet::from([member.to_owned()]),
    };
    members.filter(|member| !member.is_empty()).flat_map(of).collect()
}
