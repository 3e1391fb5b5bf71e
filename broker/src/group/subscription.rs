//! A subscription: the topics that a member of protocol type `consumer` told its leader it wants.
//!
//! Subscriptions are the clients' own business, with one exception: offsets of topics that a stable group no longer
//! subscribes to expire (KIP-211), and offsets of topics it does subscribe to may not be deleted (KIP-496). So we read
//! the one field that all versions begin with, the list of topics, and nothing else.

use std::collections::BTreeSet;

use bytes::{Buf, Bytes};

/// The topics a group wants. `None` wherever we cannot tell: then every topic counts as wanted.
pub(super) type Subscribed = Option<BTreeSet<Box<str>>>;

/// The protocol type whose subscriptions we can read.
pub(super) const CONSUMER: &str = "consumer";

/// All topics that these members want; `None` if any of them cannot be read.
pub(super) fn union<'a>(subscriptions: impl Iterator<Item = &'a Bytes>) -> Subscribed {
    let mut all = BTreeSet::new();
    for subscription in subscriptions {
        all.append(&mut topics(&mut &subscription[..])?);
    }
    Some(all)
}

fn topics(bytes: &mut &[u8]) -> Subscribed {
    let version = bytes.try_get_i16().ok()?;
    let count = bytes.try_get_i32().ok().filter(|_| version >= 0)?;
    (0..count).map(|_| text(bytes)).collect()
}

fn text(bytes: &mut &[u8]) -> Option<Box<str>> {
    let length = usize::try_from(bytes.try_get_i16().ok()?).ok()?;
    let (text, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    std::str::from_utf8(text).ok().map(Box::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Version 1 with one topic, user data and no owned partitions.
    const LOGS: &[u8] = b"\0\x01\0\0\0\x01\0\x04logs\xff\xff\xff\xff\0\0\0\0";

    #[test]
    fn the_topics_of_all_members_are_wanted() {
        let other = Bytes::from_static(b"\0\0\0\0\0\x02\0\x01a\0\x01b");
        let wanted = union([&Bytes::from_static(LOGS), &other].into_iter());
        let wanted: Vec<_> = wanted.expect("both can be read").into_iter().collect();
        assert_eq!(wanted, ["a".into(), "b".into(), Box::<str>::from("logs")]);
    }

    #[test]
    fn one_unreadable_subscription_makes_the_answer_unknown() {
        for broken in
            [&b""[..], b"\0\x01", b"\0\x01\x7f\xff\xff\xff", b"\xff\xff\0\0\0\0", &LOGS[..11]]
        {
            let members = [Bytes::from_static(LOGS), Bytes::copy_from_slice(broken)];
            assert_eq!(union(members.iter()), None, "{broken:?}");
        }
    }
}
