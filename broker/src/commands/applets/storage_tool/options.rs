//! The arguments of `kafka-storage`.

use client::cli::applets::argparse::{Arg, Command, Group, Parser};

pub(super) const CONFIG: Arg =
    Arg::value(&["--config", "-c"], "CONFIG", "The Kafka configuration file to use.").required();
pub(super) const CLUSTER_ID: Arg =
    Arg::value(&["--cluster-id", "-t"], "CLUSTER_ID", "The cluster ID to use.").required();
pub(super) const ADD_SCRAM: Arg = Arg::value(
    &["--add-scram", "-S"],
    "ADD_SCRAM",
    "A SCRAM_CREDENTIAL to add to the __cluster_metadata log e.g.\n'SCRAM-SHA-256=[name=alice,password=alice-secret]'\n'SCRAM-SHA-512=[name=alice,iterations=8192,salt=\"N3E=\",saltedpassword=\"YCE=\"]'",
);
pub(super) const IGNORE_FORMATTED: Arg = Arg::flag(
    &["--ignore-formatted", "-g"],
    "When this option is passed, the format command will skip over already formatted directories rather than failing.",
);
pub(super) const RELEASE_VERSION: Arg = Arg::value(
    &["--release-version", "-r"],
    "RELEASE_VERSION",
    "The release version to use for the initial feature settings. The minimum is 3.3-IV3; the default is 4.3-IV0",
);
const FEATURE: Arg = Arg::value(
    &["--feature", "-f"],
    "FEATURE",
    "The setting to use for a specific feature, in feature=level format. For example: `kraft.version=1`.",
);
pub(super) const STANDALONE: Arg = Arg::flag(
    &["--standalone", "-s"],
    "Used to initialize a controller as a single-node dynamic quorum. When setting this flag, the controller.quorum.voters config must not be set, and controller.quorum.bootstrap.servers is set instead.",
)
.in_group(0);
pub(super) const NO_INITIAL_CONTROLLERS: Arg = Arg::flag(
    &["--no-initial-controllers", "-N"],
    "Used to initialize a server without specifying a dynamic quorum. When setting this flag, the controller.quorum.voters config should not be set, and controller.quorum.bootstrap.servers is set instead.",
)
.in_group(0);
pub(super) const INITIAL_CONTROLLERS: Arg = Arg::value(
    &["--initial-controllers", "-I"],
    "INITIAL_CONTROLLERS",
    "Used to initialize a server with the specified dynamic quorum. The argument is a comma-separated list of id@hostname:port:directory. The same values must be used to format all nodes. For example:\n0@example.com:8082:JEXY6aqzQY-32P5TStzaFg,1@example.com:8083:MvDxzVmcRsaTz33bUuRU6A,2@example.com:8084:07R5amHmR32VDA6jHkGbTA\n. When setting this flag, the controller.quorum.voters config must not be set, and controller.quorum.bootstrap.servers is set instead.",
)
.in_group(0);
pub(super) const MAPPED_VERSION: Arg = Arg::value(
    &["--release-version", "-r"],
    "RELEASE_VERSION",
    "The release version to use for the corresponding feature mapping. The minimum is 3.3-IV3; the default is 4.3-IV0",
);
pub(super) const FEATURES: Arg = Arg::value(
    &["--feature", "-f"],
    "FEATURE",
    "The features and their versions to look up dependencies for, in feature=version format. For example: `metadata.version=5`.",
)
.required();

pub(super) const INFO: &str = "info";
pub(super) const FORMAT: &str = "format";
pub(super) const VERSION_MAPPING: &str = "version-mapping";
pub(super) const FEATURE_DEPENDENCIES: &str = "feature-dependencies";
pub(super) const RANDOM_UUID: &str = "random-uuid";

pub(super) const PARSER: Parser = Parser {
    prog: "kafka-storage",
    description: "The Kafka storage tool.",
    args: &[],
    groups: &[],
    commands: &[
        Command {
            name: INFO,
            help: "Get information about the Kafka log directories on this node.",
            args: &[CONFIG],
            groups: &[],
        },
        Command {
            name: FORMAT,
            help: "Format the Kafka log directories on this node.",
            args: &[
                CONFIG,
                CLUSTER_ID,
                ADD_SCRAM,
                IGNORE_FORMATTED,
                RELEASE_VERSION,
                FEATURE,
                STANDALONE,
                NO_INITIAL_CONTROLLERS,
                INITIAL_CONTROLLERS,
            ],
            groups: &[Group::at_most_one()],
        },
        Command {
            name: VERSION_MAPPING,
            help: "Look up the corresponding features for a given metadata version. Using the command with no --release-version  argument will return the mapping for the latest stable metadata version",
            args: &[MAPPED_VERSION],
            groups: &[],
        },
        Command {
            name: FEATURE_DEPENDENCIES,
            help: "Look up dependencies for a given feature version. If the feature is not known or the version not yet defined, an error is thrown. Multiple features can be specified.",
            args: &[FEATURES],
            groups: &[],
        },
        Command { name: RANDOM_UUID, help: "Print a random UUID.", args: &[], groups: &[] },
    ],
    tells_defaults: false,
};
