//! The high watermark: up to where every in-sync replica has the log.

use protocol::ids::Offset;

/// The high watermark that follows from where the in-sync replicas stand.
///
/// `current` never goes back while a leader leads: what was once visible stays visible. `in_sync_ends` holds the log
/// end of every replica that counts, the leader's own among them; while a change of the in-sync set is proposed but
/// not answered, the larger of the two sets counts (KIP-497).
pub fn high_watermark(current: Offset, in_sync_ends: impl IntoIterator<Item = Offset>) -> Offset {
    in_sync_ends.into_iter().min().map_or(current, |lowest| lowest.max(current))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slowest_replica_that_counts_decides_and_it_never_goes_back() {
        assert_eq!(high_watermark(Offset(0), [Offset(7)]), Offset(7));
        assert_eq!(high_watermark(Offset(2), [Offset(7), Offset(4)]), Offset(4));
        assert_eq!(high_watermark(Offset(5), [Offset(7), Offset(4)]), Offset(5));
        assert_eq!(high_watermark(Offset(5), []), Offset(5));
    }
}
