//! The options of `kafka-configs`.

use crate::cli::applets::{Opt, Parser};

pub(super) const BOOTSTRAP_SERVER: Opt =
    Opt::value("bootstrap-server", "server to connect to", "The Kafka servers to connect to.");
pub(super) const BOOTSTRAP_CONTROLLER: Opt = Opt::value(
    "bootstrap-controller",
    "controller to connect to",
    "The Kafka controllers to connect to.",
);
pub(super) const COMMAND_CONFIG: Opt = Opt::value(
    "command-config",
    "command config property file",
    "Property file containing configs to be passed to Admin Client. This is used only with --bootstrap-server option for \
     describing and altering broker configs.",
);
pub(super) const ALTER: Opt = Opt::flag("alter", "Alter the configuration for the entity.");
pub(super) const DESCRIBE: Opt = Opt::flag("describe", "List configs for the given entity.");
pub(super) const ALL: Opt = Opt::flag(
    "all",
    "List all configs for the given entity, including static configs if available.",
);
pub(super) const ENTITY_TYPE: Opt = Opt::value(
    "entity-type",
    "",
    "Type of entity (topics/clients/users/brokers/broker-loggers/ips/client-metrics/groups)",
);
pub(super) const ENTITY_NAME: Opt = Opt::value(
    "entity-name",
    "",
    "Name of entity (topic name/client id/user principal name/broker id/ip/client metrics/group id)",
);
pub(super) const ENTITY_DEFAULT: Opt = Opt::flag(
    "entity-default",
    "Default entity name for clients/users/brokers/ips (applies to corresponding entity type)",
);
pub(super) const ADD_CONFIG: Opt = Opt::value(
    "add-config",
    "",
    concat!(
        "Key Value pairs of configs to add. Square brackets can be used to group values which contain commas: \
         'k1=v1,k2=[v1,v2,v2],k3=v3'. The following is a list of valid configurations: ",
        include_str!("add_config.txt"),
        "Entity types 'users' and 'clients' may be specified together to update config for clients of a specific user."
    ),
);
pub(super) const ADD_CONFIG_FILE: Opt = Opt::value(
    "add-config-file",
    "",
    "Path to a properties file with configs to add. See add-config for a list of valid configurations.",
);
pub(super) const DELETE_CONFIG: Opt =
    Opt::value("delete-config", "", "config keys to remove 'k1,k2'").separated_by(',');
pub(super) const TOPIC: Opt = Opt::value("topic", "", "The topic's name.");
pub(super) const CLIENT: Opt = Opt::value("client", "", "The client's ID.");
pub(super) const CLIENT_DEFAULTS: Opt =
    Opt::flag("client-defaults", "The config defaults for all clients.");
pub(super) const USER: Opt = Opt::value("user", "", "The user's principal name.");
pub(super) const USER_DEFAULTS: Opt =
    Opt::flag("user-defaults", "The config defaults for all users.");
pub(super) const BROKER: Opt = Opt::value("broker", "", "The broker's ID.");
pub(super) const BROKER_DEFAULTS: Opt =
    Opt::flag("broker-defaults", "The config defaults for all brokers.");
pub(super) const BROKER_LOGGER: Opt =
    Opt::value("broker-logger", "", "The broker's ID for its logger config.");
pub(super) const IP_DEFAULTS: Opt = Opt::flag("ip-defaults", "The config defaults for all IPs.");
pub(super) const IP: Opt = Opt::value("ip", "", "The IP address.");
pub(super) const GROUP: Opt = Opt::value("group", "", "The group's ID.");
pub(super) const CLIENT_METRICS: Opt =
    Opt::value("client-metrics", "", "The client metrics config resource name.");

pub(super) const PARSER: Parser = Parser::new(
    "kafka-configs",
    &[
        BOOTSTRAP_SERVER,
        BOOTSTRAP_CONTROLLER,
        COMMAND_CONFIG,
        ALTER,
        DESCRIBE,
        ALL,
        ENTITY_TYPE,
        ENTITY_NAME,
        ENTITY_DEFAULT,
        ADD_CONFIG,
        ADD_CONFIG_FILE,
        DELETE_CONFIG,
        TOPIC,
        CLIENT,
        CLIENT_DEFAULTS,
        USER,
        USER_DEFAULTS,
        BROKER,
        BROKER_DEFAULTS,
        BROKER_LOGGER,
        IP_DEFAULTS,
        IP,
        GROUP,
        CLIENT_METRICS,
    ],
);
