//! `kafka-dump-log`: what is in segments, indexes, time indexes, transaction indexes and producer snapshots, as Kafka's
//! DumpLogSegments prints it.
//!
//! One difference is meant: zeros behind the last batch, which a running broker allocates ahead, end a segment. Kafka's tool
//! takes them for a damaged batch. What is printed of batches from before Kafka 0.11 is the batch, without its records.

mod batches;
mod decoder;
mod index;
mod log;
mod mismatches;
mod options;
mod small;
mod time_index;

use std::path::Path;
use std::process::ExitCode;

use client::cli::applets::{Applet, Parsed, Screen, Stop, Thrown, start};
use mismatches::Mismatches;

/// `kafka-dump-log.sh`.
pub(super) const APPLET: Applet = Applet {
    name: "kafka-dump-log",
    classes: &["org.apache.kafka.tools.DumpLogSegments", "kafka.tools.DumpLogSegments"],
    run,
};

#[expect(clippy::needless_pass_by_value, reason = "the form of an applet")]
fn run(words: Vec<String>) -> ExitCode {
    start(async |screen| dump(&words, screen))
}

fn dump(words: &[String], screen: &mut Screen) -> u8 {
    let done = options::parse(words).and_then(|parsed| Ok(files(&parsed, screen)?));
    let thrown = match done {
        Ok(()) => return 0,
        Err(stop) => match Stop::settle(stop, &options::PARSER, screen) {
            Ok(code) => return code,
            Err(thrown) => thrown,
        },
    };
    screen.complain(format!("Exception in thread \"main\" {thrown}"));
    1
}

fn files(parsed: &Parsed, screen: &mut Screen) -> Result<(), Thrown> {
    let files = parsed.value(options::FILES)?.unwrap_or_default();
    let mut mismatches = Mismatches::default();
    // Java's split drops what is empty at the end.
    for file in files.trim_end_matches(',').split(',') {
        screen.line(format!("Dumping {file}"));
        let path = Path::new(file);
        match path.extension().and_then(|suffix| suffix.to_str()) {
            Some("log" | "checkpoint") => log::dump(path, parsed, screen, &mut mismatches)?,
            Some("index") => index::dump(path, parsed, screen, &mut mismatches)?,
            Some("timeindex") => time_index::dump(path, parsed, screen, &mut mismatches)?,
            Some("snapshot") => small::snapshot(path, screen)?,
            Some("txnindex") => small::transactions(path, screen)?,
            _ => screen.complain(format!("Ignoring unknown file {file}")),
        }
    }
    mismatches.print(screen);
    Ok(())
}

/// The number that a segment's name begins with.
fn base_offset(path: &Path) -> Result<i64, Thrown> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let digits = name.split('.').next().unwrap_or_default();
    digits.parse().map_err(|_| {
        let message = format!("For input string: \"{digits}\"");
        Thrown::new("java.lang.NumberFormatException", message)
    })
}

/// What Java throws for a file that cannot be read.
fn cannot_read(path: &Path, error: &std::io::Error) -> Thrown {
    match error.kind() {
        std::io::ErrorKind::NotFound => {
            Thrown::new("java.nio.file.NoSuchFileException", path.display().to_string())
        }
        _ => Thrown::new("java.io.IOException", error.to_string()),
    }
}

/// The absolute path, as Java writes it: nothing is resolved.
fn absolute(path: &Path) -> String {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).display().to_string()
}
