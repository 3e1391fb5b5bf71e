//! The catalogue: every key that may be set anywhere, with all that its row says.
//!
//! One key may stand in it twice: `compression.type` is a key of brokers, and a key of topics that lies over it. Keys
//! of the past have no row any more; [`Past`] says what to write instead.

use super::classify::{Known, broker_keys, classify};
use super::removed;
use super::resources::{CLIENT_METRICS_ROWS, GROUP_ROWS};
use super::row::{Row, Update};
use super::rows::SECTIONS;
use super::suggest;
use super::synonyms;
use super::topic::TOPIC_ROWS;
use super::value::Kind;

/// Whose key it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// A broker's: in a file, in the environment, on the command line; some at run time.
    Broker,
    /// A topic's.
    Topic,
    /// A group's.
    Group,
    /// A subscription's to client metrics (KIP-714).
    ClientMetrics,
}

/// One key, and all that is known of it.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// Whose it is.
    pub owner: Owner,
    /// The chapter of the document that it stands in.
    pub chapter: &'static str,
    /// What is known of the key itself.
    pub row: &'static Row,
    /// For a topic's or group's key, the broker key whose value holds without it; for a broker's key, the topic key that
    /// lies over it.
    pub counterpart: Option<&'static str>,
}

/// A key that Kafka had and has no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Past {
    /// Its name.
    pub key: &'static str,
    /// Whether a broker does not start with it.
    pub is_refused: bool,
    /// What has become of it.
    pub why: &'static str,
    /// What to write now.
    pub remedy: &'static str,
}

/// Every key with a row: brokers' first, then topics', groups' and client metrics'.
pub fn pages() -> impl Iterator<Item = Page> {
    let broker = SECTIONS.iter().flat_map(|section| {
        section.rows.iter().map(|row| Page {
            owner: Owner::Broker,
            chapter: section.title,
            row,
            counterpart: topic_key(row.key),
        })
    });
    let topic = TOPIC_ROWS.iter().map(|topic| Page {
        owner: Owner::Topic,
        chapter: "Topic keys",
        row: &topic.row,
        counterpart: topic.broker_key,
    });
    let group = GROUP_ROWS.iter().map(|group| Page {
        owner: Owner::Group,
        chapter: "Group keys",
        row: &group.row,
        counterpart: group.broker_key,
    });
    let metrics = CLIENT_METRICS_ROWS.iter().map(|row| Page {
        owner: Owner::ClientMetrics,
        chapter: "Client metrics",
        row,
        counterpart: None,
    });
    broker.chain(topic).chain(group).chain(metrics)
}

fn topic_key(broker_key: &str) -> Option<&'static str> {
    let over = |topic: &&super::topic::TopicRow| topic.broker_key == Some(broker_key);
    TOPIC_ROWS.iter().find(over).map(|topic| topic.row.key)
}

/// Every key of the past.
pub fn past() -> impl Iterator<Item = Past> {
    removed::REMOVED.iter().map(|removed| Past {
        key: removed.key,
        is_refused: removed.severity == super::problem::Severity::Error,
        why: removed.why,
        remedy: removed.remedy,
    })
}

/// The pages of a key: none if nobody knows it. `listener.name.<listener>.<key>` is the page of that key.
pub fn find(key: &str) -> Vec<Page> {
    let named: Vec<Page> = pages().filter(|page| page.row.key == key).collect();
    match classify(key) {
        Known::Listener(row) if named.is_empty() => {
            pages().filter(|page| page.row.key == row.key).collect()
        }
        _ => named,
    }
}

/// The known keys that are most like one that nobody knows, as a sentence.
pub fn offer(key: &str) -> String {
    let others = pages().filter(|page| page.owner != Owner::Broker).map(|page| page.row.key);
    suggest::offer(key, broker_keys().chain(others))
}

/// The environment variable that sets a broker key.
pub fn variable(key: &str) -> String {
    super::environment::variable(key)
}

impl Page {
    /// What its numbers count; `None` for what is no number, or a bare one.
    pub fn unit(&self) -> Option<&'static str> {
        unit(self.row)
    }

    /// The keys that say the same in other units, the one that counts first.
    pub fn other_units(&self) -> Vec<&'static str> {
        if self.owner != Owner::Broker {
            return Vec::new();
        }
        let same = synonyms::of(self.row.key);
        same.iter().map(|synonym| synonym.key).filter(|key| *key != self.row.key).collect()
    }

    /// Where a new value is taken, in words that follow "changed".
    pub fn changed(&self) -> &'static str {
        match (self.owner, self.row.update) {
            (Owner::Topic, _) => "at run time, for one topic",
            (Owner::Group, _) => "at run time, for one group",
            (Owner::ClientMetrics, _) => "at run time, for one subscription",
            (Owner::Broker, Update::ReadOnly) => "with a restart",
            (Owner::Broker, Update::PerBroker) => "at run time, for one broker",
            (Owner::Broker, Update::ClusterWide) => "at run time, for one broker or for all",
        }
    }
}

/// What the numbers of a row count. Kafka says it at the end of the name.
fn unit(row: &Row) -> Option<&'static str> {
    let is_number = matches!(row.kind, Kind::Int | Kind::Long | Kind::Short | Kind::Double);
    let ends = |tail: &str| row.key.ends_with(tail);
    match () {
        () if !is_number => None,
        () if row.doc.contains("in bytes a second") => Some("bytes a second"),
        () if ends(".ms") => Some("milliseconds"),
        () if ends(".seconds") || ends(".secs") => Some("seconds"),
        () if ends(".minutes") => Some("minutes"),
        () if ends(".hours") => Some("hours"),
        () if ends(".bytes") || row.doc.contains("in bytes") => Some("bytes"),
        () if row.doc.contains("in milliseconds") => Some("milliseconds"),
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_brokers_and_topics_has_two_pages() {
        let owners: Vec<Owner> = find("compression.type").iter().map(|page| page.owner).collect();
        assert_eq!(owners, [Owner::Broker, Owner::Topic]);
        assert_eq!(find("log.retention.ms")[0].counterpart, Some("retention.ms"));
        assert_eq!(find("listener.name.outside.ssl.key.password")[0].row.key, "ssl.key.password");
        assert!(find("no.such.key").is_empty());
    }

    #[test]
    fn a_unit_in_the_description_is_the_unit_of_the_key() {
        for page in pages() {
            let doc = page.row.doc;
            for unit in ["milliseconds", "seconds", "minutes", "hours", "bytes a second"] {
                let said = doc.contains(&format!(" in {unit}"));
                assert!(!said || page.unit() == Some(unit), "{} is in {unit}", page.row.key);
            }
        }
    }

    #[test]
    fn a_number_that_counts_bytes_or_time_says_so() {
        for page in pages().filter(|page| page.unit().is_none()) {
            let time = page.row.doc.starts_with("How long") || page.row.doc.contains("How old");
            let is_number = !matches!(page.row.kind, Kind::Boolean | Kind::String | Kind::List);
            assert!(!(time && is_number), "{} has no unit", page.row.key);
        }
    }
}
