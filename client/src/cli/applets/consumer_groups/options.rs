//! The options of `kafka-consumer-groups`.

use crate::cli::applets::{Kind, Opt, Parsed, Parser, Stop};

pub(super) const BOOTSTRAP_SERVER: Opt = Opt::value(
    "bootstrap-server",
    "server to connect to",
    "The server(s) to connect to. REQUIRED for all options except for --validate-regex.",
);
pub(super) const GROUP: Opt =
    Opt::value("group", "consumer group", "The consumer group we wish to act on.");
pub(super) const TOPIC: Opt = Opt::value(
    "topic",
    "topic",
    "The topic whose consumer group information should be deleted or topic whose should be included in the reset \
     offset process. In `reset-offsets` case, partitions can be specified using this format: `topic1:0,1,2`, where \
     0,1,2 are the partition to be included in the process. Reset-offsets also supports multiple topic inputs.",
);
pub(super) const ALL_TOPICS: Opt = Opt::flag(
    "all-topics",
    "Consider all topics assigned to a group in the `reset-offsets` process.",
);
pub(super) const LIST: Opt = Opt::flag("list", "List all consumer groups.");
pub(super) const DESCRIBE: Opt = Opt::flag(
    "describe",
    "Describe consumer group and list offset lag (number of messages not yet processed) related to given group.",
);
pub(super) const ALL_GROUPS: Opt = Opt::flag("all-groups", "Apply to all consumer groups.");
pub(super) const DELETE: Opt = Opt::flag(
    "delete",
    "Pass in groups to delete topic partition offsets and ownership information over the entire consumer group. For \
     instance --group g1 --group g2",
);
pub(super) const TIMEOUT: Opt = Opt::value(
    "timeout",
    "timeout (ms)",
    "The timeout that can be set for some use cases. For example, it can be used when describing the group to specify \
     the maximum amount of time in milliseconds to wait before the group stabilizes (when the group is just created, or \
     is going through some changes).",
)
.of(Kind::Long)
.defaults_to("30000");
pub(super) const COMMAND_CONFIG: Opt = Opt::value(
    "command-config",
    "command config property file",
    "Property file containing configs to be passed to Admin Client and Consumer.",
);
pub(super) const RESET_OFFSETS: Opt = Opt::flag(
    "reset-offsets",
    "Reset offsets of consumer group. Supports one consumer group at the time, and instances should be inactive\n\
     Has 2 execution options: --dry-run (the default) to plan which offsets to reset, and --execute to update the \
     offsets. Additionally, the --export option is used to export the results to a CSV format.\n\
     You must choose one of the following reset specifications: --to-datetime, --by-duration, --to-earliest, \
     --to-latest, --shift-by, --from-file, --to-current, --to-offset.\n\
     To define the scope use --all-topics or --topic. One scope must be specified unless you use '--from-file'.",
);
pub(super) const DELETE_OFFSETS: Opt = Opt::flag(
    "delete-offsets",
    "Delete offsets of consumer group. Supports one consumer group at the time, and multiple topics.",
);
pub(super) const DRY_RUN: Opt = Opt::flag(
    "dry-run",
    "Only show results without executing changes on Consumer Groups. Supported operations: reset-offsets.",
);
pub(super) const EXECUTE: Opt =
    Opt::flag("execute", "Execute operation. Supported operations: reset-offsets.");
pub(super) const EXPORT: Opt = Opt::flag(
    "export",
    "Export operation execution to a CSV file. Supported operations: reset-offsets.",
);
pub(super) const TO_OFFSET: Opt =
    Opt::value("to-offset", "offset", "Reset offsets to a specific offset.").of(Kind::Long);
pub(super) const FROM_FILE: Opt =
    Opt::value("from-file", "path to CSV file", "Reset offsets to values defined in CSV file.");
pub(super) const TO_DATETIME: Opt = Opt::value(
    "to-datetime",
    "datetime",
    "Reset offsets to offset from datetime. Format: 'YYYY-MM-DDThh:mm:ss.sss'",
);
pub(super) const BY_DURATION: Opt = Opt::value(
    "by-duration",
    "duration",
    "Reset offsets to offset by duration from current timestamp. Format: 'PnDTnHnMnS'",
);
pub(super) const TO_EARLIEST: Opt = Opt::flag("to-earliest", "Reset offsets to earliest offset.");
pub(super) const TO_LATEST: Opt = Opt::flag("to-latest", "Reset offsets to latest offset.");
pub(super) const TO_CURRENT: Opt = Opt::flag("to-current", "Reset offsets to current offset.");
pub(super) const SHIFT_BY: Opt = Opt::value(
    "shift-by",
    "number-of-offsets",
    "Reset offsets shifting current offset by 'n', where 'n' can be positive or negative.",
)
.of(Kind::Long);
pub(super) const MEMBERS: Opt = Opt::flag(
    "members",
    "Describe members of the group. This option may be used with '--describe' and '--bootstrap-server' options only.\n\
     Example: --bootstrap-server localhost:9092 --describe --group group1 --members",
)
.available_if(&["describe"]);
pub(super) const VERBOSE: Opt = Opt::flag(
    "verbose",
    "Provide additional information, if any, when describing the group. This option may be used with \
     '--offsets'/'--members'/'--state' and '--bootstrap-server' options only.\n\
     Example: --bootstrap-server localhost:9092 --describe --group group1 --members --verbose",
)
.available_if(&["describe"]);
pub(super) const OFFSETS: Opt = Opt::flag(
    "offsets",
    "Describe the group and list all topic partitions in the group along with their offset lag. This is the default \
     sub-action of and may be used with '--describe' and '--bootstrap-server' options only.\n\
     Example: --bootstrap-server localhost:9092 --describe --group group1 --offsets",
)
.available_if(&["describe"]);
pub(super) const STATE: Opt = Opt::value(
    "state",
    "",
    "When specified with '--describe', includes the state of the group.\n\
     Example: --bootstrap-server localhost:9092 --describe --group group1 --state\n\
     When specified with '--list', it displays the state of all groups. It can also be used to list groups with \
     specific states.\n\
     Example: --bootstrap-server localhost:9092 --list --state stable,empty\n\
     This option may be used with '--describe', '--list' and '--bootstrap-server' options only.",
)
.optional()
.available_if(&["describe", "list"]);
pub(super) const TYPE: Opt = Opt::value(
    "type",
    "",
    "When specified with '--list', it displays the types of all the groups. It can also be used to list groups with \
     specific types.\n\
     Example: --bootstrap-server localhost:9092 --list --type classic,consumer\n\
     This option may be used with the '--list' option only.",
)
.optional()
.available_if(&["list"]);
pub(super) const VALIDATE_REGEX: Opt = Opt::value(
    "validate-regex",
    "regex",
    "Validate that the syntax of the provided regular expression is valid according to the RE2 format.",
);

pub(super) const PARSER: Parser = Parser::new(
    "kafka-consumer-groups",
    &[
        BOOTSTRAP_SERVER,
        GROUP,
        TOPIC,
        ALL_TOPICS,
        LIST,
        DESCRIBE,
        ALL_GROUPS,
        DELETE,
        TIMEOUT,
        COMMAND_CONFIG,
        RESET_OFFSETS,
        DELETE_OFFSETS,
        DRY_RUN,
        EXECUTE,
        EXPORT,
        TO_OFFSET,
        FROM_FILE,
        TO_DATETIME,
        BY_DURATION,
        TO_EARLIEST,
        TO_LATEST,
        TO_CURRENT,
        SHIFT_BY,
        MEMBERS,
        VERBOSE,
        OFFSETS,
        STATE,
        TYPE,
        VALIDATE_REGEX,
    ],
);

/// The acts, of which one must be chosen.
const ACTS: &[Opt] = &[LIST, DESCRIBE, DELETE, RESET_OFFSETS, DELETE_OFFSETS, VALIDATE_REGEX];

/// The ways to say where to reset offsets to, of which one must be chosen.
const SCENARIOS: &[Opt] =
    &[TO_OFFSET, TO_DATETIME, BY_DURATION, TO_EARLIEST, TO_LATEST, TO_CURRENT, SHIFT_BY, FROM_FILE];

/// The command line, if it makes sense. `remark` is told what is only worth a remark.
pub(super) fn parse(words: &[String], remark: impl FnOnce(&str)) -> Result<Parsed, Stop> {
    let parsed = PARSER.parse(words)?;
    parsed.help_or_version(
        "This tool helps to list all consumer groups, describe a consumer group, delete consumer group info, or reset \
         consumer group offsets.",
    )?;
    if !parsed.has(VALIDATE_REGEX) {
        parsed.require(&[BOOTSTRAP_SERVER])?;
    }
    check_describe(&parsed)?;
    check_delete(&parsed)?;
    check_reset(&parsed, remark)?;
    parsed.forbid(GROUP, &[ALL_GROUPS])?;
    parsed.forbid(GROUP, &[LIST])?;
    parsed.forbid(TOPIC, &[LIST, DESCRIBE])?;
    if parsed.count(ACTS) != 1 {
        let acts: Vec<String> = ACTS.iter().map(|act| format!("--{}", act.name)).collect();
        let acts = acts.join(", ");
        return Err(Stop::Usage(format!("Command must include exactly one action: {acts}")));
    }
    Ok(parsed)
}

/// Stops where neither a group nor all groups are meant.
fn check_scope(parsed: &Parsed, act: Opt) -> Result<(), Stop> {
    if parsed.count(&[GROUP, ALL_GROUPS]) > 0 {
        return Ok(());
    }
    let act = act.name;
    Err(Stop::Usage(format!("Option [{act}] takes one of these options: [group], [all-groups]")))
}

fn check_describe(parsed: &Parsed) -> Result<(), Stop> {
    if !parsed.has(DESCRIBE) {
        return Ok(());
    }
    check_scope(parsed, DESCRIBE)?;
    if parsed.count(&[MEMBERS, OFFSETS, STATE]) > 1 {
        let message =
            "Option [describe] takes at most one of these options: [members], [offsets], [state]";
        return Err(Stop::Usage(message.into()));
    }
    match parsed.value(STATE)? {
        Some(_) => Err(Stop::Usage("Option [describe] does not take a value for [state]".into())),
        None => Ok(()),
    }
}

fn check_delete(parsed: &Parsed) -> Result<(), Stop> {
    if parsed.has(DELETE) {
        check_scope(parsed, DELETE)?;
        if parsed.has(TOPIC) {
            let message = "The consumer does not support topic-specific offset deletion from a consumer group.";
            return Err(Stop::Usage(message.into()));
        }
    }
    if parsed.has(DELETE_OFFSETS) && parsed.count(&[GROUP, TOPIC]) < 2 {
        let message = "Option [delete-offsets] takes the following options: [group], [topic]";
        return Err(Stop::Usage(message.into()));
    }
    Ok(())
}

fn check_reset(parsed: &Parsed, remark: impl FnOnce(&str)) -> Result<(), Stop> {
    if !parsed.has(RESET_OFFSETS) {
        return Ok(());
    }
    if parsed.count(&[DRY_RUN, EXECUTE]) > 1 {
        let message = "Option [reset-offsets] only accepts one of [execute] and [dry-run]";
        return Err(Stop::Usage(message.into()));
    }
    if parsed.count(&[DRY_RUN, EXECUTE]) == 0 {
        remark(
            "WARN: No action will be performed as the --execute option is missing. In version 5.0, this command will \
             require either --dry-run or --execute to be specified. You should add the --dry-run option explicitly if \
             you are scripting this command and want to keep the current default behavior without prompting.",
        );
    }
    check_scope(parsed, RESET_OFFSETS)?;
    for scenario in SCENARIOS {
        let others: Vec<Opt> =
            SCENARIOS.iter().filter(|other| other.name != scenario.name).copied().collect();
        parsed.forbid(*scenario, &others)?;
    }
    Ok(())
}
