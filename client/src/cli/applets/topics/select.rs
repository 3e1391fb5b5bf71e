//! A selection: the topics that the command line means.

use protocol::ids::TopicName;
use regex::Regex;

use super::options::{EXCLUDE_INTERNAL, IF_EXISTS, TOPIC};
use crate::cli::applets::link::Link;
use crate::cli::applets::{Parsed, Screen, Thrown};
use crate::cluster::Wanted;

/// The topics that hold a cluster's own state, whatever the broker says of them.
const INTERNAL: &[&str] = &["__consumer_offsets", "__transaction_state", "__share_group_state"];

/// The topics that exist and match `--topic`, in the order of their names.
pub(super) async fn topics(
    parsed: &Parsed,
    link: &Link,
    screen: &mut Screen,
) -> Result<Vec<TopicName>, Thrown> {
    let filter = parsed.value(TOPIC)?;
    link.reach("listTopics", screen).await?;
    let view = link.admin.cluster().refresh(Wanted::All).await?;
    let exclude = parsed.has(EXCLUDE_INTERNAL);
    let filter = filter.as_deref().map(include_list).transpose()?;
    let wanted = |name: &str, internal: bool| {
        !(exclude && (internal || INTERNAL.contains(&name)))
            && filter.as_ref().is_none_or(|filter| filter.is_match(name))
    };
    let topics = view.topics.values().filter(|topic| wanted(&topic.name, topic.internal));
    Ok(topics.map(|topic| topic.name.clone()).collect())
}

/// Throws where `--topic` is given and nothing was found, unless `--if-exists` allows for it.
pub(super) fn ensure_found(parsed: &Parsed, found: &[TopicName]) -> Result<(), Thrown> {
    match parsed.value(TOPIC)? {
        Some(topic) if !topic.is_empty() && found.is_empty() && !parsed.has(IF_EXISTS) => {
            Err(Thrown::illegal_argument(format!("Topic '{topic}' does not exist as expected")))
        }
        _ => Ok(()),
    }
}

/// A list of names or patterns as one regular expression for whole names.
pub(in crate::cli::applets) fn include_list(text: &str) -> Result<Regex, Thrown> {
    let plain = text.trim().replace(',', "|").replace(' ', "");
    let plain = plain.trim_matches(['"', '\'']);
    Regex::new(&format!("^(?:{plain})$")).map_err(|_| {
        Thrown::new("java.lang.RuntimeException", format!("{plain} is an invalid regex."))
    })
}
