//! The clock on the wall, for the timestamps of records.

use std::time::{SystemTime, UNIX_EPOCH};

use protocol::ids::TimestampMs;

/// Now.
#[expect(clippy::disallowed_methods, reason = "ring 3: a client stamps its records itself")]
pub(crate) fn now() -> TimestampMs {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    TimestampMs(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
