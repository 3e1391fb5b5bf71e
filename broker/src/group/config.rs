//! What a group coordinator may be told: limits, delays and retention, under Kafka's names.

use std::time::Duration;

/// The settings of the group coordinator. Each field names the broker configuration it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupConfig {
    /// `group.min.session.timeout.ms`: a member may not ask to be given up sooner.
    pub session_timeout_min: Duration,
    /// `group.max.session.timeout.ms`: a member may not ask to be waited for longer.
    pub session_timeout_max: Duration,
    /// `group.max.size`: the most members of one group.
    pub size_max: usize,
    /// `group.initial.rebalance.delay.ms`: how long an empty group waits for more members after the first.
    pub initial_rebalance_delay: Duration,
    /// How long a new member's JoinGroup may be parked before we give it up. Such a member cannot heartbeat yet,
    /// and a client that timed out and came again would leave a ghost behind that stalls the rebalance.
    pub new_member_join_timeout: Duration,
    /// The most member ids of one group that were given out and have not come back yet (KIP-394). Beyond it the
    /// oldest is forgotten; its client, if there is one, asks for another.
    pub pending_members_max: usize,
    /// `offset.metadata.max.bytes`: the longest text a consumer may attach to an offset, in UTF-16 units as in Kafka.
    pub offset_metadata_max: usize,
    /// `offsets.retention.minutes`: how long an offset outlives its use (KIP-211).
    pub offsets_retention: Duration,
    /// `offsets.retention.check.interval.ms`: how often expired offsets are looked for.
    pub offsets_retention_check_interval: Duration,
    /// Whether a commit keeps the topic's id. Kafka 4.3 does, in a layout that monitors of before 2025 cannot read
    /// (Debian's Burrow among them), so by default we do not; see `docs/decisions/offset-records.md`.
    pub offset_topic_ids: bool,
    /// The largest record, and the largest batch of records, that the offsets topic takes: its `max.message.bytes`.
    pub record_bytes_max: usize,
}

impl Default for GroupConfig {
    /// Kafka's defaults.
    fn default() -> Self {
        Self {
            session_timeout_min: Duration::from_secs(6),
            session_timeout_max: Duration::from_secs(30 * 60),
            size_max: i32::MAX as usize,
            initial_rebalance_delay: Duration::from_secs(3),
            new_member_join_timeout: Duration::from_secs(5 * 60),
            pending_members_max: 10_000,
            offset_metadata_max: 4096,
            offsets_retention: Duration::from_secs(7 * 24 * 3600),
            offsets_retention_check_interval: Duration::from_secs(600),
            offset_topic_ids: false,
            record_bytes_max: 1_048_588,
        }
    }
}

impl GroupConfig {
    /// The time between two sweeps. An interval of zero is a way to say "often", not "without a pause".
    pub(super) fn sweep_interval(&self) -> Duration {
        self.offsets_retention_check_interval.max(Duration::from_secs(1))
    }
}
