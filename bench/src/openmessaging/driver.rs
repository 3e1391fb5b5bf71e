//! A driver file of OpenMessaging's benchmark for Kafka: settings of topics and clients, each a text of Java properties.

use client::properties;
use serde::Deserialize;

use super::{InvalidFile, parse};

/// How to use a cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Driver {
    /// What it is called.
    pub name: String,
    /// The Java class that would read it.
    pub driver_class: String,
    /// How many replicas topics get.
    pub replication_factor: Option<i16>,
    topic_config: String,
    common_config: String,
    producer_config: String,
    consumer_config: String,
}

const KNOWN: &[&str] = &[
    "name",
    "driverClass",
    "replicationFactor",
    "topicConfig",
    "commonConfig",
    "producerConfig",
    "consumerConfig",
];

impl Driver {
    /// Reads one; and the keys of the file that mean nothing here.
    ///
    /// # Errors
    /// It is no such file, or is for something other than Kafka.
    pub fn read(text: &str) -> Result<(Self, Vec<String>), InvalidFile> {
        let (driver, strange): (Self, _) = parse(text, KNOWN, &[])?;
        match driver.driver_class.is_empty() || driver.driver_class.to_lowercase().contains("kafka")
        {
            true => Ok((driver, strange)),
            false => Err(InvalidFile(format!("{} is no driver for Kafka", driver.driver_class))),
        }
    }

    /// What topics are set to.
    ///
    /// # Errors
    /// A text that is no list of properties.
    pub fn topic_settings(&self) -> Result<Vec<(String, String)>, InvalidFile> {
        pairs("topicConfig", &self.topic_config)
    }

    /// What clients are set to.
    ///
    /// # Errors
    /// A text that is no list of properties.
    pub fn client_settings(&self) -> Result<Vec<(String, String)>, InvalidFile> {
        let mut all = pairs("commonConfig", &self.common_config)?;
        all.extend(pairs("producerConfig", &self.producer_config)?);
        all.extend(pairs("consumerConfig", &self.consumer_config)?);
        Ok(all)
    }
}

fn pairs(name: &str, text: &str) -> Result<Vec<(String, String)>, InvalidFile> {
    let all = properties::parse(text).map_err(|error| InvalidFile(format!("{name}: {error}")))?;
    Ok(all.into_iter().map(|property| (property.key, property.value.trim().to_owned())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_out_of_their_texts() {
        let file = "\
name: Kafka
driverClass: io.openmessaging.benchmark.driver.kafka.KafkaBenchmarkDriver
replicationFactor: 3
reset: true
topicConfig: |
  min.insync.replicas=2
commonConfig: |
  bootstrap.servers=localhost:9092
producerConfig: |
  acks=all
  linger.ms=1
consumerConfig: |
  auto.offset.reset=earliest
";
        let (driver, strange) = Driver::read(file).expect("a driver");
        assert_eq!((driver.replication_factor, strange), (Some(3), vec!["reset".into()]));
        assert_eq!(driver.topic_settings(), Ok(vec![("min.insync.replicas".into(), "2".into())]));
        let settings = driver.client_settings().expect("settings");
        let names: Vec<&str> = settings.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["bootstrap.servers", "acks", "linger.ms", "auto.offset.reset"]);
    }

    #[test]
    fn a_driver_for_something_else_is_refused() {
        assert!(Driver::read("driverClass: x.PulsarBenchmarkDriver\n").is_err());
    }
}
