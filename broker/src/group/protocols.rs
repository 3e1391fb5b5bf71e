//! The protocols of a group: which ones all members can follow, and which one most of them prefer.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::input::Protocol;

/// How many members can follow each protocol. Kept while members come and go, so that a join need not ask them all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Support(BTreeMap<Arc<str>, usize>);

impl Support {
    /// A member with these protocols is in.
    pub(super) fn add(&mut self, protocols: &[Protocol]) {
        for name in names(protocols) {
            *self.0.entry(Arc::clone(name)).or_default() += 1;
        }
    }

    /// A member with these protocols is out.
    pub(super) fn remove(&mut self, protocols: &[Protocol]) {
        for name in names(protocols) {
            let count = self.0.get_mut(name).expect("what is taken out was put in");
            *count -= 1;
            if *count == 0 {
                self.0.remove(name);
            }
        }
    }

    /// Whether all of `members` can follow `protocol`.
    pub(super) fn is_common(&self, protocol: &str, members: usize) -> bool {
        self.0.get(protocol).copied().unwrap_or(0) == members
    }

    /// The protocol that most voters prefer among those that all `members` can follow. Each votes for the first in its
    /// list that is common; a tie goes to the first in the alphabet. None if nothing is common.
    pub(super) fn elect<'a>(
        &self,
        voters: impl Iterator<Item = &'a [Protocol]>,
        members: usize,
    ) -> Option<Arc<str>> {
        let mut votes: BTreeMap<&Arc<str>, usize> = BTreeMap::new();
        for ballot in voters {
            let choice = ballot.iter().find(|protocol| self.is_common(&protocol.name, members))?;
            *votes.entry(&choice.name).or_default() += 1;
        }
        let most = votes.values().copied().max()?;
        votes.into_iter().find(|(_, count)| *count == most).map(|(name, _)| Arc::clone(name))
    }
}

/// Each name once: a client may repeat one, and has a single vote all the same.
fn names(protocols: &[Protocol]) -> BTreeSet<&Arc<str>> {
    protocols.iter().map(|protocol| &protocol.name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn ballot(names: &[&str]) -> Vec<Protocol> {
        names.iter().map(|&name| Protocol { name: name.into(), metadata: Bytes::new() }).collect()
    }

    fn elected(ballots: &[Vec<Protocol>]) -> Option<String> {
        let mut support = Support::default();
        ballots.iter().for_each(|ballot| support.add(ballot));
        let voters = ballots.iter().map(Vec::as_slice);
        support.elect(voters, ballots.len()).map(|name| name.to_string())
    }

    #[test]
    fn the_protocol_that_most_members_prefer_wins_among_those_that_all_can_follow() {
        let three = [
            ballot(&["sticky", "range"]),
            ballot(&["roundrobin", "range", "sticky"]),
            ballot(&["range", "sticky"]),
        ];
        assert_eq!(elected(&three).as_deref(), Some("range"), "roundrobin is not common");
    }

    #[test]
    fn members_without_a_common_protocol_elect_none() {
        assert_eq!(elected(&[ballot(&["range"]), ballot(&["sticky"])]), None);
    }

    #[test]
    fn a_protocol_named_twice_counts_once() {
        let two = [ballot(&["range", "range"]), ballot(&["sticky"])];
        assert_eq!(elected(&two), None);
    }

    #[test]
    fn support_ends_with_the_member() {
        let mut support = Support::default();
        support.add(&ballot(&["range"]));
        support.add(&ballot(&["range", "sticky"]));
        assert!(support.is_common("range", 2) && !support.is_common("sticky", 2));
        support.remove(&ballot(&["range"]));
        assert!(support.is_common("sticky", 1));
    }
}
