//! The packages: what is in them, and how they behave in a clean root.

use sapwood_tests::packages::{Packages, Packed};
use sapwood_tests::process::{
    Child, Said, binary, free_port, ran, sapwood_command, wait_until_serving, workspace,
};
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(60);

fn packed() -> Packages {
    Packages::around_the_tested_binary("0.0.1").expect("packaging/build")
}

fn unit() -> PathBuf {
    workspace().join("packaging/debian/sapwood.service")
}

#[test]
fn the_licences_are_those_of_the_target_that_is_named() {
    let script = workspace().join("packaging/third-party");
    for target in ["x86_64-unknown-linux-musl", "aarch64-unknown-linux-musl"] {
        let told = ran("third-party", Command::new(&script).arg(target), LIMIT).expect(target);
        assert!(told.contains("\nlibmimalloc-sys "), "{target}: {told:.400}");
    }
    assert!(ran("third-party", &mut Command::new(&script), LIMIT).is_err(), "it guesses nothing");
    let mut build = Command::new(workspace().join("packaging/build"));
    let refused = ran("packaging/build", build.env("TARGET", "riscv").arg("image"), LIMIT);
    assert!(refused.is_err(), "there is no package for a target without a name for Debian");
}

#[test]
fn the_package_has_its_files_with_their_modes_and_is_the_same_each_time() {
    let packages = packed();
    let files = packages.files().expect("the package's files");
    let (manual, others): (Vec<Packed>, Vec<Packed>) =
        files.into_iter().partition(|file| file.path.starts_with("/usr/share/man/man1/sapwood"));
    assert!(manual.len() > 20, "a page for each command: {manual:?}");
    assert!(manual.iter().all(|page| page.mode == "-rw-r--r-- root/root"));
    let shown: Vec<String> =
        others.iter().map(|file| format!("{} {}", file.mode, file.path)).collect();
    assert_eq!(
        shown,
        [
            "-rw-r----- root/root /etc/sapwood/server.properties",
            "-rw-r--r-- root/root /lib/systemd/system/sapwood.service",
            "-rwxr-xr-x root/root /usr/bin/sapwood",
            "-rw-r--r-- root/root /usr/share/bash-completion/completions/sapwood",
            "-rw-r--r-- root/root /usr/share/doc/sapwood/CHANGELOG.md.gz",
            "-rw-r--r-- root/root /usr/share/doc/sapwood/changelog.gz",
            "-rw-r--r-- root/root /usr/share/doc/sapwood/copyright",
            "-rw-r--r-- root/root /usr/share/doc/sapwood/operating.md",
            "-rw-r--r-- root/root /usr/share/doc/sapwood/third-party-licenses.gz",
            "-rw-r--r-- root/root /usr/share/fish/vendor_completions.d/sapwood.fish",
            "-rw-r--r-- root/root /usr/share/lintian/overrides/sapwood",
            "-rw-r--r-- root/root /usr/share/sapwood/grafana/sapwood.json",
            "-rw-r--r-- root/root /usr/share/sapwood/prometheus/prometheus.yml",
            "-rw-r--r-- root/root /usr/share/sapwood/prometheus/sapwood.rules.yml",
            "-rw-r--r-- root/root /usr/share/zsh/vendor-completions/_sapwood",
        ]
    );
    for (field, value) in [("Package", "sapwood"), ("Version", "0.0.1"), ("Depends", "adduser")] {
        assert_eq!(packages.field(field).expect(field), value);
    }
    let root = packages.unpacked().expect("it unpacks");
    let control = |name: &str| fs::read_to_string(root.join("DEBIAN").join(name)).expect(name);
    assert_eq!(control("conffiles"), "/etc/sapwood/server.properties\n");
    let mut sums = Command::new("md5sum");
    ran("md5sum", sums.current_dir(&root).args(["--check", "DEBIAN/md5sums"]), LIMIT)
        .expect("the sums are those of the files");
    for script in ["postinst", "prerm", "postrm"] {
        ran(script, Command::new("sh").arg("-n").arg(root.join("DEBIAN").join(script)), LIMIT)
            .expect("a script that parses");
    }
    let bytes =
        |packages: &Packages| fs::read(packages.deb().expect("its name")).expect("a package");
    assert!(bytes(&packages) == bytes(&packed()), "the same checkout gives another package");
}

#[test]
fn the_unit_is_valid_and_exposed_to_little() {
    let text = fs::read_to_string(unit()).expect("the unit");
    for line in [
        "Type=notify",
        "Restart=on-failure",
        "WatchdogSec=60",
        "KillSignal=SIGTERM",
        "LimitNOFILE=1048576",
        "OOMScoreAdjust=-500",
        "ProtectSystem=strict",
        "ReadWritePaths=/var/lib/sapwood",
        "NoNewPrivileges=yes",
        "CapabilityBoundingSet=",
        "User=sapwood",
    ] {
        assert!(text.lines().any(|each| each == line), "{line} is not in the unit");
    }
    if Command::new("systemd-analyze").arg("--version").output().is_err() {
        eprintln!("SKIPPED the verdict on the unit: it needs systemd-analyze");
        return;
    }
    // It asks whether the program is there.
    let mut verify = Command::new("systemd-analyze");
    let dir = tempfile::tempdir().expect("a directory");
    let here = dir.path().join("sapwood.service");
    let program = binary().expect("the binary").canonicalize().expect("its path");
    let placed = text.replace("/usr/bin/sapwood", &program.display().to_string());
    fs::write(&here, placed).expect("write the unit");
    let said = Said::by(verify.args(["verify", "--man=no"]).arg(&here)).expect("systemd-analyze");
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""), "{}", said.out);
    let mut security = Command::new("systemd-analyze");
    security.args(["security", "--offline=true", "--threshold=15", "--no-pager"]);
    let said = Said::by(security.arg(unit())).expect("systemd-analyze");
    assert_eq!(said.code, Some(0), "the exposure is above 1.5:\n{}{}", said.out, said.err);
}

#[test]
fn the_packaged_configuration_starts_a_broker() {
    let file = workspace().join("packaging/debian/server.properties");
    let path = file.to_str().expect("a path in UTF-8");
    let check = Said::by_sapwood(&["server", "check-config", "--strict", path]).expect("sapwood");
    assert_eq!((check.code, check.err.as_str()), (Some(0), ""));
    let dir = tempfile::tempdir().expect("a directory");
    let address: SocketAddr = (Ipv4Addr::LOCALHOST, free_port()).into();
    let mut start = sapwood_command().expect("the binary");
    start.args(["server", "start", "--config", path]);
    start.arg("--override").arg(format!("log.dirs={}", dir.path().join("data").display()));
    for key in ["listeners", "advertised.listeners"] {
        start.arg("--override").arg(format!("{key}=PLAINTEXT://{address}"));
    }
    let mut broker =
        Child::start("sapwood", &mut start, &dir.path().join("log")).expect("it starts");
    let serving = wait_until_serving(address, LIMIT);
    assert!(serving.is_ok(), "{}", broker.last_words());
    assert!(broker.stop(LIMIT).expect("an end").success());
}
