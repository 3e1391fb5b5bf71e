//! Environment variables as keys.
//!
//! The rule of Kafka's container images: `KAFKA_LOG_DIRS` is `log.dirs`, two underscores stand for one and three for a
//! dash. `SAPWOOD_LOG_DIRS` is the same key and wins, so that a file written for Kafka's image can be kept and amended.

/// What begins the variables that Kafka's images read.
pub(super) const KAFKA_PREFIX: &str = "KAFKA_";
/// What begins our own.
pub(super) const SAPWOOD_PREFIX: &str = "SAPWOOD_";

/// Variables with one of the prefixes that are not keys: Kafka's scripts and images read them, or our own tools.
const NOT_KEYS: &[&str] = &[
    "KAFKA_BOOTSTRAP_SERVERS",
    "KAFKA_CLUSTER_ID",
    "KAFKA_DEBUG",
    "KAFKA_GC_LOG_OPTS",
    "KAFKA_HEAP_OPTS",
    "KAFKA_HOME",
    "KAFKA_JMX_HOSTNAME",
    "KAFKA_JMX_OPTS",
    "KAFKA_JMX_PORT",
    "KAFKA_JVM_PERFORMANCE_OPTS",
    "KAFKA_LOG4J_LOGGERS",
    "KAFKA_LOG4J_OPTS",
    "KAFKA_LOG4J_ROOT_LOGLEVEL",
    "KAFKA_MODE",
    "KAFKA_OPTS",
    "KAFKA_TOOLS_LOG4J_LOGLEVEL",
    "KAFKA_VERSION",
    "SAPWOOD_BROKERS",
    "SAPWOOD_CONFIG",
    "SAPWOOD_LOG",
    "SAPWOOD_LOG_FORMAT",
    "SAPWOOD_REGENERATE",
    "SAPWOOD_TEST_BROKER",
];

/// The key that a variable names, or `None` if it names none.
pub(super) fn key(variable: &str) -> Option<String> {
    if NOT_KEYS.contains(&variable) {
        return None;
    }
    let rest = variable
        .strip_prefix(KAFKA_PREFIX)
        .or_else(|| variable.strip_prefix(SAPWOOD_PREFIX))
        .filter(|rest| !rest.is_empty())?;
    Some(
        rest.to_ascii_lowercase()
            .replace("___", "-")
            .replace("__", "\0")
            .replace('_', ".")
            .replace('\0', "_"),
    )
}

/// The variable that names a key, ours and not Kafka's.
pub(super) fn variable(key: &str) -> String {
    let rest = key.replace('_', "__").replace('.', "_").replace('-', "___");
    format!("{SAPWOOD_PREFIX}{}", rest.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn underscores_stand_for_dots_and_more_of_them_for_themselves_and_dashes() {
        assert_eq!(key("KAFKA_LOG_DIRS").as_deref(), Some("log.dirs"));
        assert_eq!(key("SAPWOOD_NODE_ID").as_deref(), Some("node.id"));
        assert_eq!(key("KAFKA_A__B___C").as_deref(), Some("a_b-c"));
        assert_eq!(
            key("KAFKA_LISTENER_NAME_INTERNAL_SSL_KEY_PASSWORD").as_deref(),
            Some("listener.name.internal.ssl.key.password")
        );
    }

    #[test]
    fn every_key_has_a_variable_that_names_it() {
        for broker_key in super::super::rows::broker_rows().keys() {
            assert_eq!(key(&variable(broker_key)).as_deref(), Some(*broker_key));
        }
    }

    #[test]
    fn what_scripts_and_images_read_is_no_key() {
        for variable in
            ["KAFKA_HEAP_OPTS", "KAFKA_", "PATH", "SAPWOOD_REGENERATE", "XKAFKA_LOG_DIRS"]
        {
            assert_eq!(key(variable), None, "{variable}");
        }
    }
}
