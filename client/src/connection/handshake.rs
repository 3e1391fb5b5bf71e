//! The handshake: which versions of which API both sides speak.
//!
//! The first request of a connection is ApiVersions, in our highest version. A broker that does not know that version
//! answers in form v0 with UNSUPPORTED_VERSION and its own range (KIP-511), and is asked again in what it knows; one so old
//! that it says nothing of its range is asked in v0.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;

use protocol::messages::{ApiVersionsRequest, ApiVersionsResponse};
use protocol::{ApiKey, ErrorCode, StrBytes};

use super::Connection;
use crate::address::Address;
use crate::error::Error;
use crate::wire;

/// The ranges that a broker speaks, by API key.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Versions {
    ranges: BTreeMap<i16, RangeInclusive<i16>>,
}

impl Versions {
    /// Of a broker that has not been asked yet.
    pub(super) fn unknown() -> Self {
        Self::default()
    }

    /// What the broker says of an API, if it knows it at all. Keys that this client does not know are kept.
    pub fn of(&self, key: i16) -> Option<RangeInclusive<i16>> {
        self.ranges.get(&key).cloned()
    }

    /// Every API that the broker named, by key.
    pub fn iter(&self) -> impl Iterator<Item = (i16, RangeInclusive<i16>)> + '_ {
        self.ranges.iter().map(|(key, range)| (*key, range.clone()))
    }

    /// The highest version that both sides speak.
    pub fn pick(&self, api: ApiKey, address: &Address) -> Result<i16, Error> {
        self.pick_up_to(api, i16::MAX, address)
    }

    /// The highest version that both sides speak and that is not above `limit`.
    pub fn pick_up_to(&self, api: ApiKey, limit: i16, address: &Address) -> Result<i16, Error> {
        let unsupported = |what| Err(Error::Unsupported { address: address.clone(), what });
        let Some(ours) = wire::supported(api) else {
            return unsupported(format!("this client does not speak {api:?}"));
        };
        let Some(theirs) = self.of(api as i16) else {
            return unsupported(format!("it does not speak {api:?}"));
        };
        let highest = (*ours.end()).min(*theirs.end()).min(limit);
        if highest < *ours.start() || highest < *theirs.start() {
            let (ours, theirs) = (Range(&ours), Range(&theirs));
            return unsupported(format!("it speaks {api:?} {theirs}, this client {ours}"));
        }
        Ok(highest)
    }
}

impl FromIterator<(i16, RangeInclusive<i16>)> for Versions {
    fn from_iter<I: IntoIterator<Item = (i16, RangeInclusive<i16>)>>(ranges: I) -> Self {
        Self { ranges: ranges.into_iter().collect() }
    }
}

impl fmt::Debug for Versions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(&self.ranges).finish()
    }
}

/// `v3 to v9`, or `v3`.
struct Range<'a>(&'a RangeInclusive<i16>);

impl fmt::Display for Range<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}", self.0.start())?;
        if self.0.end() > self.0.start() {
            write!(f, " to v{}", self.0.end())?;
        }
        Ok(())
    }
}

/// Asks the broker what it speaks.
pub(super) async fn negotiate(connection: &Connection) -> Result<Versions, Error> {
    let highest = wire::supported(ApiKey::ApiVersions).map_or(0, |range| *range.end());
    let mut answer = ask(connection, highest).await?;
    if answer.error_code == ErrorCode::UnsupportedVersion.code() {
        answer = ask(connection, second_try(&answer, highest)).await?;
    }
    Error::check(answer.error_code, None, || {
        format!("agree on versions with {}", connection.address())
    })?;
    let ranges = answer.api_keys.iter();
    Ok(ranges.map(|api| (api.api_key, api.min_version..=api.max_version)).collect())
}

/// The version to ask in once ours was refused: the highest below it that the refusal names.
fn second_try(refusal: &ApiVersionsResponse, refused: i16) -> i16 {
    let key = ApiKey::ApiVersions as i16;
    let theirs = refusal.api_keys.iter().find(|api| api.api_key == key);
    theirs.map_or(0, |api| api.max_version.min(refused - 1).max(0))
}

async fn ask(connection: &Connection, version: i16) -> Result<ApiVersionsResponse, Error> {
    let request = ApiVersionsRequest::default()
        .with_client_software_name(StrBytes::from_static_str("sapwood"))
        .with_client_software_version(StrBytes::from_static_str(env!("CARGO_PKG_VERSION")));
    connection.send(&request, version, Duration::ZERO).await?.await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address() -> Address {
        Address::new("kafka", 9092)
    }

    #[test]
    fn the_highest_common_version_is_picked() {
        let versions: Versions = [(ApiKey::Metadata as i16, 0..=5)].into_iter().collect();
        assert_eq!(versions.pick(ApiKey::Metadata, &address()), Ok(5));
        assert_eq!(versions.pick_up_to(ApiKey::Metadata, 3, &address()), Ok(3));
    }

    #[test]
    fn no_common_version_says_what_each_side_speaks() {
        let versions: Versions = [(ApiKey::Metadata as i16, 90..=95)].into_iter().collect();
        let error = versions.pick(ApiKey::Metadata, &address()).expect_err("nothing in common");
        assert!(error.to_string().contains("it speaks Metadata v90 to v95"), "{error}");
        let error = versions.pick(ApiKey::Produce, &address()).expect_err("nothing in common");
        assert!(error.to_string().contains("it does not speak Produce"), "{error}");
    }
}
