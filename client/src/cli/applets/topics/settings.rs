//! Settings of a topic that is to be made: Kafka's tool judges them itself before it asks the broker.

use crate::cli::applets::Thrown;

/// Every setting of a topic: `name<TAB>type<TAB>rule`. A rule is `any`, `among A, B`, `range LOW [HIGH [OR]]` or `replicas`.
const SETTINGS: &str = include_str!("settings.tsv");

/// What the lists of throttled replicas look like.
const REPLICAS: &str = "[partitionId]:[brokerId],[partitionId]:[brokerId],...";

/// One row of the table.
struct Setting {
    name: &'static str,
    of_type: &'static str,
    rule: &'static str,
}

fn settings() -> impl Iterator<Item = Setting> {
    SETTINGS.lines().filter_map(|row| {
        let mut fields = row.split('\t');
        Some(Setting { name: fields.next()?, of_type: fields.next()?, rule: fields.next()? })
    })
}

/// Throws where a name is not known, or a value is none of its setting.
pub(super) fn validate(configs: &[(String, String)]) -> Result<(), Thrown> {
    let value =
        |name: &str| configs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    for (name, _) in configs {
        if !settings().any(|setting| setting.name == name) {
            let message = format!("Unknown topic config name: {name}");
            return Err(Thrown::kafka("InvalidConfigurationException", message));
        }
    }
    for setting in settings() {
        if let Some(value) = value(setting.name) {
            setting.check(value.trim()).map_err(|(shown, why)| setting.invalid(&shown, &why))?;
        }
    }
    check_lags(value("min.compaction.lag.ms"), value("max.compaction.lag.ms"))
}

fn check_lags(least: Option<&str>, most: Option<&str>) -> Result<(), Thrown> {
    let number = |text: Option<&str>| text.and_then(|text| text.trim().parse::<i64>().ok());
    match (number(least), number(most)) {
        (Some(least), Some(most)) if least > most => {
            let message = format!(
                "conflict topic config setting min.compaction.lag.ms ({least}) > max.compaction.lag.ms ({most})"
            );
            Err(Thrown::kafka("InvalidConfigurationException", message))
        }
        _ => Ok(()),
    }
}

/// The value as Java prints it, and what is wrong with it.
type Fault = (String, String);

impl Setting {
    fn invalid(&self, value: &str, why: &str) -> Thrown {
        let message = format!("Invalid value {value} for configuration {}: {why}", self.name);
        Thrown::new("org.apache.kafka.common.config.ConfigException", message)
    }

    fn check(&self, value: &str) -> Result<(), Fault> {
        let fault = |why: String| (value.to_owned(), why);
        let no_number = || fault(format!("Not a number of type {}", self.of_type));
        match self.of_type {
            "BOOLEAN" if !["true", "false"].iter().any(|word| word.eq_ignore_ascii_case(value)) => {
                Err(fault("Expected value to be either true or false".into()))
            }
            "INT" => self.within(f64::from(value.parse::<i32>().map_err(|_| no_number())?), value),
            "LONG" => self.within(value.parse::<i64>().map_err(|_| no_number())? as f64, value),
            "DOUBLE" => {
                let number: f64 = value.parse().map_err(|_| no_number())?;
                self.within(number, &format!("{number:?}"))
            }
            "STRING" => self.among(value),
            "LIST" if self.rule == "replicas" => self.replicas(value),
            "LIST" => list(value).try_for_each(|member| self.among(member)),
            _ => Ok(()),
        }
    }

    fn within(&self, number: f64, shown: &str) -> Result<(), Fault> {
        let limits = self.rule.strip_prefix("range ").unwrap_or_default().split(' ');
        let limits: Vec<f64> = limits.filter_map(|limit| limit.parse().ok()).collect();
        let fault = |why: String| Err((shown.to_owned(), why));
        match limits[..] {
            [low, high, or] if number != or && !(low..=high).contains(&number) => {
                fault(format!("Value must be between {low} and {high} or equal to {or}"))
            }
            [_, _, _] => Ok(()),
            [low, ..] if number < low => fault(format!("Value must be at least {low}")),
            [_, high] if number > high => fault(format!("Value must be no more than {high}")),
            _ => Ok(()),
        }
    }

    fn among(&self, value: &str) -> Result<(), Fault> {
        let Some(words) = self.rule.strip_prefix("among ") else { return Ok(()) };
        match words.split(", ").any(|word| word == value) {
            true => Ok(()),
            false => Err((value.to_owned(), format!("String must be one of: {words}"))),
        }
    }

    fn replicas(&self, value: &str) -> Result<(), Fault> {
        let number = |text: &str| !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit());
        let pair = |member: &str| {
            member
                .split_once(':')
                .is_some_and(|(partition, broker)| number(partition) && number(broker))
        };
        if value == "*" || list(value).all(pair) {
            return Ok(());
        }
        let shown: Vec<&str> = list(value).collect();
        let name = self.name;
        Err((
            format!("[{}]", shown.join(", ")),
            format!(
                "{name} must be the literal '*' or a list of replicas in the following format: {REPLICAS}"
            ),
        ))
    }
}

fn list(value: &str) -> impl Iterator<Item = &str> {
    value.split(',').map(str::trim).filter(move |_| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(name: &str, value: &str) -> String {
        let configs = [(name.to_owned(), value.to_owned())];
        validate(&configs).map_or_else(|thrown| thrown.message().to_owned(), |()| "good".into())
    }

    #[test]
    fn settings_are_judged_as_kafka_s_tool_judges_them() {
        for (name, value, expected) in [
            ("retention.ms", "-1", "good"),
            ("retention.ms", "-2", "Value must be at least -1"),
            ("compression.gzip.level", "0", "Value must be between 1 and 9 or equal to -1"),
            ("compression.lz4.level", "99", "Value must be no more than 17"),
            ("min.insync.replicas", "x", "Not a number of type INT"),
            ("preallocate", "x", "Expected value to be either true or false"),
            ("cleanup.policy", "compact,delete", "good"),
            ("cleanup.policy", "", "good"),
        ] {
            let told = verdict(name, value);
            assert!(told.ends_with(expected), "{name}={value}: {told}");
        }
        let told = verdict("min.cleanable.dirty.ratio", "2");
        assert!(told.starts_with("Invalid value 2.0 for"), "{told}");
        assert_eq!(verdict("nope", "1"), "Unknown topic config name: nope");
    }

    #[test]
    fn the_help_page_names_every_setting() {
        let named: Vec<&str> = include_str!("config_names.txt").lines().map(str::trim).collect();
        assert_eq!(named, settings().map(|setting| setting.name).collect::<Vec<_>>());
    }
}
