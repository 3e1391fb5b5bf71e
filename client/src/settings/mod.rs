//! Client settings: what `-X KEY=VALUE` and `--command-config FILE` say about how to reach a cluster and how to read and
//! write, under the names that Kafka's Java client and librdkafka give them.
//!
//! One row a key ([`table`]). Three kinds of keys are told apart, since each deserves another answer:
//!
//! - *in effect*: it changes how this client behaves;
//! - *no effect*: a knob of the other client's insides, accepted so that existing files go on working;
//! - *unknown*: an error with the nearest names where somebody typed it, a warning where it stands in a file (Java's client
//!   warns as well).
//!
//! Kafka's scripts read the same table through [`Settings::of_java`], which knows the Java client's names alone and passes over
//! what is not meant for the kind of client that is made; what is wrong with a value is a [`Wrong`], for which they have Kafka's
//! words.
//!
//! What would silently change who may read what is refused: nobody's password is sent, and nothing is encrypted, because
//! TLS and SASL are not there yet, so a file that asks for them is an error.

mod parse;
mod table;
mod wrong;

use std::collections::BTreeMap;
use std::path::Path;

use crate::cluster::ClusterOptions;
use crate::consumer::ConsumerOptions;
use crate::producer::ProducerOptions;
use crate::properties;
use table::{Effect, Setting};
pub use wrong::{Choice, Unit, Whole, Width, Wrong};

/// Settings by the Java client's names, checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    values: BTreeMap<&'static str, String>,
    /// Keys of a file that no client knows.
    unknown: Vec<String>,
}

/// Whose options a setting changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Those of everybody who reaches a cluster.
    Cluster,
    /// A producer's.
    Producer,
    /// A consumer's.
    Consumer,
}

/// A setting that cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSetting {
    /// The file cannot be read.
    #[error("cannot read {path}: {cause}")]
    File {
        /// The file, as it was named.
        path: String,
        /// What the operating system or the parser said.
        cause: String,
    },
    /// No client has such a key.
    #[error("\"{key}\" is no setting of a client")]
    Unknown {
        /// The key, as it was typed.
        key: String,
        /// The keys most like it.
        nearest: Vec<&'static str>,
    },
    /// The value is of the wrong kind, or out of its range.
    #[error("{key}={value}: {cause}")]
    Value {
        /// The key.
        key: &'static str,
        /// The value, as it was typed.
        value: String,
        /// What is the matter with it.
        cause: Wrong,
    },
}

impl Settings {
    /// Takes every key of a `.properties` file (of client settings, as Kafka's tools take one). Keys that no client knows
    /// are kept aside for a warning: [`Settings::unknown`].
    pub fn read(&mut self, path: &Path) -> Result<(), InvalidSetting> {
        let failed =
            |cause: String| InvalidSetting::File { path: path.display().to_string(), cause };
        let bytes = std::fs::read(path).map_err(|error| failed(error.to_string()))?;
        let all = properties::parse(&properties::decode(&bytes));
        for property in all.map_err(|error| failed(error.to_string()))? {
            match self.set(&property.key, property.value.trim()) {
                Err(InvalidSetting::Unknown { key, .. }) => self.unknown.push(key),
                done => done?,
            }
        }
        Ok(())
    }

    /// Takes what changes options of one kind, by the Java client's names and in its words; all else is passed over.
    pub fn of_java<'a>(
        kind: Kind,
        all: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, InvalidSetting> {
        let mut settings = Self::default();
        for (key, value) in all {
            if let Some(setting) = Setting::of_java(key).filter(|setting| setting.is_for(kind)) {
                settings.keep(setting, value.trim())?;
            }
        }
        Ok(settings)
    }

    /// Sets one key, by either client's name for it.
    pub fn set(&mut self, key: &str, value: &str) -> Result<(), InvalidSetting> {
        let Some(setting) = Setting::named(key) else {
            let nearest = Setting::nearest(key);
            return Err(InvalidSetting::Unknown { key: key.into(), nearest });
        };
        self.keep(setting, setting.in_java(value))
    }

    fn keep(&mut self, setting: &'static Setting, value: &str) -> Result<(), InvalidSetting> {
        setting.check(value).map_err(|cause| InvalidSetting::Value {
            key: setting.name,
            value: value.into(),
            cause,
        })?;
        self.values.insert(setting.name, value.into());
        Ok(())
    }

    /// The value of a key, by the Java client's name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// Whether the value of a key, by whichever name, is a secret that must not be shown.
    pub fn is_secret(key: &str) -> bool {
        Setting::is_secret(key)
    }

    /// The keys of files that no client knows, in the order in which they came.
    pub fn unknown(&self) -> &[String] {
        &self.unknown
    }

    /// How to reach the cluster.
    pub fn apply_to_cluster(&self, options: &mut ClusterOptions) {
        self.apply(|effect, value| match effect {
            Effect::Cluster(set) => set(options, value),
            _ => Ok(()),
        });
    }

    /// How to write.
    pub fn apply_to_producer(&self, options: &mut ProducerOptions) {
        self.apply(|effect, value| match effect {
            Effect::Producer(set) => set(options, value),
            _ => Ok(()),
        });
        // Only the acks of all can be idempotent, and whoever sets fewer has said what matters more.
        if options.acks != crate::producer::Acks::All {
            options.idempotent = false;
        }
    }

    /// How to read.
    pub fn apply_to_consumer(&self, options: &mut ConsumerOptions) {
        self.apply(|effect, value| match effect {
            Effect::Consumer(set) => set(options, value),
            _ => Ok(()),
        });
    }

    fn apply(&self, mut change: impl FnMut(&Effect, &str) -> Result<(), Wrong>) {
        for (name, value) in &self.values {
            let setting = Setting::named(name).expect("only keys of the table are kept");
            for effect in setting.effects {
                change(effect, value).expect("values were checked when they were set");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::time::Duration;

    use super::*;
    use crate::producer::Acks;

    #[test]
    fn both_clients_names_set_the_same_thing() {
        for key in ["acks", "request.required.acks"] {
            let mut settings = Settings::default();
            settings.set(key, "1").expect("a setting");
            let mut options = ProducerOptions::default();
            settings.apply_to_producer(&mut options);
            assert_eq!((options.acks, options.idempotent), (Acks::Leader, false), "{key}");
        }
        let mut settings = Settings::default();
        settings.set("metadata.broker.list", "a:1").expect("a setting");
        assert_eq!(settings.get("bootstrap.servers"), Some("a:1"));
    }

    #[test]
    fn a_setting_may_change_options_of_more_than_one_kind() {
        let mut settings = Settings::default();
        settings.set("request.timeout.ms", "1234").expect("a setting");
        let (mut cluster, mut producer) =
            (ClusterOptions::new(Vec::new()), ProducerOptions::default());
        settings.apply_to_cluster(&mut cluster);
        settings.apply_to_producer(&mut producer);
        let span = Duration::from_millis(1234);
        assert_eq!((cluster.connection.request_timeout, producer.ack_timeout), (span, span));
    }

    #[test]
    fn java_s_settings_are_taken_by_their_kind_and_by_java_s_names() {
        let all = [("acks", "1"), ("request.required.acks", "x"), ("linger.ms", "soon")];
        let consumer = Settings::of_java(Kind::Consumer, all.into_iter());
        assert_eq!(consumer, Ok(Settings::default()));
        let refused = Settings::of_java(Kind::Producer, all.into_iter());
        assert!(matches!(refused, Err(InvalidSetting::Value { key: "linger.ms", .. })));
        let words = [("auto.offset.reset", "smallest")];
        assert!(Settings::of_java(Kind::Consumer, words.into_iter()).is_err());
        let taken = Settings::default().set(words[0].0, words[0].1);
        assert_eq!(taken, Ok(()));
    }

    #[test]
    fn a_mistyped_key_is_an_error_that_names_the_nearest() {
        let Err(InvalidSetting::Unknown { nearest, .. }) = Settings::default().set("link.ms", "5")
        else {
            panic!("no such key")
        };
        assert_eq!(nearest.first(), Some(&"linger.ms"));
    }

    #[test]
    fn a_value_of_the_wrong_kind_is_refused_at_once() {
        for (key, value) in [
            ("linger.ms", "soon"),
            ("linger.ms", "-1"),
            ("acks", "2"),
            ("security.protocol", "SASL_SSL"),
            ("isolation.level", "serializable"),
        ] {
            let refused = Settings::default().set(key, value);
            assert!(matches!(refused, Err(InvalidSetting::Value { .. })), "{key}={value}");
        }
    }

    #[test]
    fn a_file_of_a_java_client_is_taken_whole_and_strange_keys_are_told_apart() {
        let mut file = tempfile();
        write!(
            file.1,
            "# a consumer\nbootstrap.servers = a:1,b:2\nfetch.max.wait.ms=250\n\
             ssl.protocol=TLSv1.3\nkey.deserializer=x.Y\nno.such.key=1\n"
        )
        .expect("a file is written");
        let mut settings = Settings::default();
        settings.read(&file.0).expect("a file of settings");
        let mut options = ConsumerOptions::default();
        settings.apply_to_consumer(&mut options);
        assert_eq!(options.fetch_wait, Duration::from_millis(250));
        assert_eq!(settings.get("bootstrap.servers"), Some("a:1,b:2"));
        assert_eq!(settings.unknown(), ["no.such.key"]);
        std::fs::remove_file(&file.0).expect("the file goes");
    }

    fn tempfile() -> (std::path::PathBuf, std::fs::File) {
        let name = format!("sapwood-settings-{}.properties", std::process::id());
        let path = std::env::temp_dir().join(name);
        let file = std::fs::File::create(&path).expect("a file is made");
        (path, file)
    }
}
