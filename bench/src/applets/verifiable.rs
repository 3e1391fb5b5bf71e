//! Verifiable: what the verifiable producer and the verifiable consumer have in common, which is how they begin.

use client::cli::applets::argparse::{Arg, Group, Parsed, Parser, Type};
use client::cli::applets::{Properties, Screen, Thrown, command_config};

use super::uncaught;

/// `--command-config`.
pub(super) const COMMAND_CONFIG: Arg = Arg::value(
    &["--command-config"],
    "CONFIG-FILE",
    "Config properties file (config options shared with command line parameters will be overridden).",
);

/// The groups of their arguments.
pub(super) const GROUPS: &[Group] = &[Group {
    title: "Connection Group",
    description: "Group of arguments for connection to brokers",
    exclusive: true,
    required: true,
}];

/// `--topic`, with the tool's own help.
pub(super) const fn topic(help: &'static str) -> Arg {
    Arg::value(&["--topic"], "TOPIC", help).required()
}

/// `--bootstrap-server`, with the tool's own help.
pub(super) const fn bootstrap_server(help: &'static str) -> Arg {
    Arg::value(&["--bootstrap-server"], "HOST1:PORT1[,HOST2:PORT2[...]]", help).in_group(0)
}

/// `--max-messages`, with the tool's own help.
pub(super) const fn max_messages(help: &'static str) -> Arg {
    Arg::value(&["--max-messages"], "MAX-MESSAGES", help).of(Type::Integer).defaults_to("-1")
}

/// The job that a command line asks for, or the exit code where there is none to do. `properties` is wrong where the line
/// is, and `job` where the client cannot be made.
pub(super) fn begin<J>(
    words: &[String],
    parser: &Parser,
    screen: &mut Screen,
    properties: impl FnOnce(&Parsed, &mut Screen) -> Result<Properties, Thrown>,
    job: impl FnOnce(&Parsed, &Properties) -> Result<J, Thrown>,
) -> Result<J, u8> {
    if words.is_empty() {
        screen.text(parser.help_page());
        return Err(0);
    }
    let parsed = parser.parse(words, screen).map_err(|_| 1)?;
    let config = properties(&parsed, screen).map_err(|thrown| {
        parser.complain(thrown.message(), screen);
        1
    })?;
    job(&parsed, &config).map_err(|thrown| {
        screen.complain(uncaught(&thrown));
        1
    })
}

/// The file of [`COMMAND_CONFIG`], or of the option that was there before it.
pub(super) fn file(parsed: &Parsed, old: &Arg, screen: &mut Screen) -> Result<Properties, Thrown> {
    let name = old.name();
    if parsed.has(old) && parsed.has(&COMMAND_CONFIG) {
        let message = format!("Options {name} and --command-config are mutually exclusive.");
        return Err(Thrown::illegal_argument(message));
    }
    if parsed.has(old) {
        screen.line(format!("Option {name} has been deprecated and will be removed in a future version. Use --command-config instead."));
    }
    command_config(parsed.text(old).or_else(|| parsed.text(&COMMAND_CONFIG)).as_deref())
}
