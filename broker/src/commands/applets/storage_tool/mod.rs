//! `kafka-storage`: log dirs are formatted and shown.
//!
//! Our broker formats an empty log dir by itself, so nobody needs this tool; where a guide or a script has it, it does what
//! it says: it writes each dir's `meta.properties`, as the broker would, with the cluster's id that was given.

mod dirs;
mod options;
mod releases;

use std::path::Path;
use std::process::ExitCode;

use client::cli::applets::argparse::{Parsed, Refused};
use client::cli::applets::{Applet, Screen, Thrown, start};
use protocol::ids::TopicId;
use uuid::Uuid;

use crate::config::{BrokerConfig, Sources, load};
use options::PARSER;

/// `kafka-storage.sh`.
pub(super) const APPLET: Applet =
    Applet { name: "kafka-storage", classes: &["kafka.tools.StorageTool"], run };

#[expect(clippy::needless_pass_by_value, reason = "the form of an applet")]
fn run(words: Vec<String>) -> ExitCode {
    start(async |screen| storage(&words, screen))
}

fn storage(words: &[String], screen: &mut Screen) -> u8 {
    let parsed = match PARSER.parse(words, screen) {
        Ok(parsed) => parsed,
        Err(Refused::Help) => return 0,
        Err(Refused::Wrong) => return 1,
    };
    let done = match parsed.command() {
        Some(options::INFO) => info(&parsed, screen),
        Some(options::FORMAT) => format(&parsed, screen).map(|()| 0),
        Some(options::VERSION_MAPPING) => version_mapping(&parsed, screen).map(|()| 0),
        Some(options::FEATURE_DEPENDENCIES) => dependencies(&parsed, screen).map(|()| 0),
        _ => {
            screen.line(TopicId(Uuid::new_v4()));
            Ok(0)
        }
    };
    done.unwrap_or_else(|thrown| {
        match thrown.is_a("TerseException") {
            true => screen.complain(thrown.message()),
            false => screen.complain(format!("Exception in thread \"main\" {thrown}")),
        }
        1
    })
}

/// The broker's configuration, which must be one that it would start with.
fn configuration(parsed: &Parsed) -> Result<std::sync::Arc<BrokerConfig>, Thrown> {
    let file = parsed.text(&options::CONFIG).unwrap_or_default();
    if !Path::new(&file).exists() {
        return Err(Thrown::new("java.nio.file.NoSuchFileException", file));
    }
    let wrong = |error: crate::config::ConfigError| {
        Thrown::new("org.apache.kafka.common.config.ConfigException", error.to_string())
    };
    // Kafka passes over what it does not know.
    let sources = Sources::of_process(Some(Path::new(&file)), Vec::new(), true).map_err(wrong)?;
    let (settings, _) = load(&sources).into_settings().map_err(wrong)?;
    Ok(settings.broker().clone())
}

fn info(parsed: &Parsed, screen: &mut Screen) -> Result<u8, Thrown> {
    let config = configuration(parsed)?;
    let report = dirs::look(&config)?;
    let list = |screen: &mut Screen, one: &str, many: &str, lines: &[String]| {
        if !lines.is_empty() {
            screen.line(if lines.len() == 1 { one } else { many });
            lines.iter().for_each(|line| screen.line(format!("  {line}")));
            screen.line("");
        }
    };
    list(screen, "Found log directory:", "Found log directories:", &report.found);
    if let Some(identity) = &report.identity {
        screen.line(format!("Found metadata: {identity}"));
        screen.line("");
    }
    list(screen, "Found problem:", "Found problems:", &report.problems);
    Ok(u8::from(!report.problems.is_empty()))
}

fn format(parsed: &Parsed, screen: &mut Screen) -> Result<(), Thrown> {
    let config = configuration(parsed)?;
    let name = parsed.text(&options::RELEASE_VERSION).unwrap_or_else(|| releases::LATEST.into());
    if parsed.has(&options::ADD_SCRAM) {
        let message = "--add-scram: this broker knows no SCRAM credentials yet";
        return Err(releases::terse(message.into()));
    }
    let is_dynamic = parsed.has(&options::STANDALONE) || parsed.has(&options::INITIAL_CONTROLLERS);
    let says = is_dynamic || parsed.has(&options::NO_INITIAL_CONTROLLERS);
    if !says && config.node.process_roles.controller && config.cluster.voters.is_empty() {
        return Err(releases::terse(
            "Because controller.quorum.voters is not set on this controller, you must specify one of the following: --standalone, --initial-controllers, or --no-initial-controllers.".into(),
        ));
    }
    let release = releases::release(&name, true)?;
    let wanted = dirs::Wanted {
        cluster_id: parsed.text(&options::CLUSTER_ID).unwrap_or_default(),
        skips_formatted: parsed.has(&options::IGNORE_FORMATTED),
        is_dynamic,
        release,
    };
    dirs::format(&config, &wanted, screen)
}

fn version_mapping(parsed: &Parsed, screen: &mut Screen) -> Result<(), Thrown> {
    let name = parsed.text(&options::MAPPED_VERSION);
    let lines = releases::mapping(name.as_deref().unwrap_or(releases::LATEST))?;
    lines.iter().for_each(|line| screen.line(line));
    Ok(())
}

fn dependencies(parsed: &Parsed, screen: &mut Screen) -> Result<(), Thrown> {
    for text in parsed.texts(&options::FEATURES) {
        releases::dependencies(&text)?.iter().for_each(|line| screen.line(line));
    }
    Ok(())
}
