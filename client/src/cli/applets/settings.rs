//! Settings: what the properties of Kafka's clients mean for ours.
//!
//! The table is that of [`crate::settings`], with the Java client's names alone. Here is what is particular to Kafka's tools: keys
//! that ours has nothing for are passed over, as Kafka passes over what it does not know, and what is wrong with a value is
//! said in Kafka's words.

use super::{Properties, Thrown};
use crate::consumer::ConsumerOptions;
use crate::producer::{Acks, ProducerOptions};
use crate::settings::{InvalidSetting, Kind, Settings, Whole, Width, Wrong};

const CONFIG_EXCEPTION: &str = "org.apache.kafka.common.config.ConfigException";
const ASSIGNORS: &str = "partition.assignment.strategy";
/// Kafka's eager sticky assignor, and the one that shares out as it does.
const STAND_IN: (&str, &str) = (
    "org.apache.kafka.clients.consumer.StickyAssignor",
    "org.apache.kafka.clients.consumer.CooperativeStickyAssignor",
);

/// A producer with these properties.
pub fn producer_options(config: &Properties) -> Result<ProducerOptions, Thrown> {
    let settings = settings(Kind::Producer, config)?;
    let mut options = ProducerOptions::default();
    settings.apply_to_producer(&mut options);
    // Kafka gives idempotence up without a word where acks do not go with it, unless somebody asked for it.
    let asked = settings.get("enable.idempotence");
    let asked = asked.is_some_and(|text| text.eq_ignore_ascii_case("true"));
    if asked && options.acks != Acks::All {
        let message = "Must set acks to all in order to use the idempotent producer. Otherwise we cannot guarantee idempotence.";
        return Err(Thrown::new(CONFIG_EXCEPTION, message));
    }
    Ok(options)
}

/// A consumer with these properties.
pub fn consumer_options(config: &Properties) -> Result<ConsumerOptions, Thrown> {
    let mut config = config.clone();
    if let Some(names) = config.get(ASSIGNORS) {
        let names = names.replace(STAND_IN.0, STAND_IN.1);
        config.set(ASSIGNORS, names);
    }
    let mut options = ConsumerOptions::default();
    settings(Kind::Consumer, &config)?.apply_to_consumer(&mut options);
    Ok(options)
}

/// The properties that mean something to clients of a kind.
pub(super) fn settings(kind: Kind, config: &Properties) -> Result<Settings, Thrown> {
    Settings::of_java(kind, config.iter()).map_err(|invalid| match invalid {
        InvalidSetting::Value { key, value, cause } => wrong(key, &value, &cause),
        other => Thrown::new(CONFIG_EXCEPTION, other.to_string()),
    })
}

/// What Kafka's clients throw over such a value.
fn wrong(key: &str, value: &str, wrong: &Wrong) -> Thrown {
    let why = match wrong {
        Wrong::NoNumber(whole) | Wrong::TooLarge(whole) => {
            format!("Not a number of type {}", java_type(*whole))
        }
        Wrong::TooSmall(whole) => format!("Value must be at least {}", whole.least),
        Wrong::NoTruth => "Expected value to be either true or false".into(),
        Wrong::NoChoice(_) if key == "auto.offset.reset" => format!(
            "Invalid value `{value}` for configuration auto.offset.reset. The value must be either 'earliest', 'latest', 'none' or of the format 'by_duration:<PnDTnHnMn.nS.>'."
        ),
        Wrong::NoChoice(choice) => format!("String must be one of: {}", choice.words.join(", ")),
        Wrong::NoClass => {
            let class = "org.apache.kafka.common.KafkaException";
            return Thrown::new(class, "Failed to construct kafka consumer");
        }
        Wrong::NotHere(why) => (*why).to_owned(),
    };
    let message = format!("Invalid value {value} for configuration {key}: {why}");
    Thrown::new(CONFIG_EXCEPTION, message)
}

fn java_type(whole: Whole) -> &'static str {
    match whole.width {
        Width::Int => "INT",
        Width::Long => "LONG",
    }
}

/// `key=value` of one option or another, in order; a missing value is an empty one.
pub fn key_values(texts: &[String]) -> Vec<(String, String)> {
    let pair = |text: &String| match text.split_once('=') {
        Some((key, value)) => (key.to_owned(), value.to_owned()),
        None => (text.clone(), String::new()),
    };
    texts.iter().map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consumer::Assignor;

    fn properties(pairs: &[(&str, &str)]) -> Properties {
        let mut properties = Properties::default();
        pairs.iter().for_each(|(key, value)| properties.set(key, *value));
        properties
    }

    #[test]
    fn what_is_wrong_is_said_in_kafka_s_words() {
        for (key, value, why) in [
            ("linger.ms", "x", "Not a number of type LONG"),
            ("delivery.timeout.ms", "3000000000", "Not a number of type INT"),
            ("max.in.flight.requests.per.connection", "0", "Value must be at least 1"),
            ("enable.idempotence", "yes", "Expected value to be either true or false"),
            ("acks", "2", "String must be one of: all, -1, 0, 1"),
        ] {
            let thrown = producer_options(&properties(&[(key, value)])).expect_err(key);
            let message = format!("Invalid value {value} for configuration {key}: {why}");
            assert_eq!(thrown, Thrown::new(CONFIG_EXCEPTION, message));
        }
    }

    #[test]
    fn what_ours_has_nothing_for_and_what_is_another_client_s_is_passed_over() {
        let odd = [("acks", "many"), ("no.such.key", "1"), ("request.required.acks", "2")];
        assert_eq!(consumer_options(&properties(&odd)), Ok(ConsumerOptions::default()));
    }

    #[test]
    fn idempotence_that_was_asked_for_is_not_given_up_without_a_word() {
        let acks = ("acks", "1");
        let given_up = producer_options(&properties(&[acks])).expect("a producer");
        assert!(!given_up.idempotent);
        assert!(producer_options(&properties(&[acks, ("enable.idempotence", "true")])).is_err());
    }

    #[test]
    fn the_eager_sticky_assignor_has_a_stand_in_and_a_class_of_one_s_own_has_none() {
        let both = format!("{}, {}", STAND_IN.0, STAND_IN.1);
        let options = consumer_options(&properties(&[(ASSIGNORS, &both)])).expect("a consumer");
        assert_eq!(options.assignors, [Assignor::CooperativeSticky; 2]);
        assert!(consumer_options(&properties(&[(ASSIGNORS, "a.B")])).is_err());
    }
}
