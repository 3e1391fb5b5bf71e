//! The cooperative sticky assignor: as even as can be, with as few moves as can be, in two rounds.
//!
//! 1. Everyone keeps what it owns, as far as it still wants it. If two claim a partition, the one with the newer
//!    generation has it; if the generations are equal, neither does, for nobody knows who is right.
//! 2. What nobody owns goes to whoever has least.
//! 3. While somebody has two more than another who wants one of them, that one moves.
//! 4. What moves away from a living owner is given to nobody yet (KIP-429): the owner gives it up, the group rebalances
//!    again, and then nobody reads what another still reads.
//!
//! Members need not agree with each other's results, for only the leader's counts.

use std::collections::{BTreeMap, BTreeSet};

use protocol::ids::{TopicName, TopicPartition};

use super::{Assignment, Member, partitions};

pub(super) fn assign(
    members: &[&Member],
    counts: &BTreeMap<TopicName, i32>,
    assignment: &mut Assignment,
) {
    let all: BTreeSet<TopicPartition> =
        counts.iter().flat_map(|(topic, count)| partitions(topic, *count)).collect();
    let owners = owners(members, &all);
    let mut plan = Plan::new(members);
    for partition in &all {
        if let Some(owner) = owners.get(partition) {
            plan.give(partition, *owner);
        }
    }
    for partition in all.iter().filter(|partition| !owners.contains_key(*partition)) {
        if let Some(taker) = plan.least_loaded(&partition.topic) {
            plan.give(partition, taker);
        }
    }
    plan.level();
    for (place, share) in plan.shares.into_iter().enumerate() {
        let stays = |partition: &TopicPartition| {
            let claimed = |(other, member): (usize, &&Member)| {
                other != place && member.owned.contains(partition) && member.wants(&partition.topic)
            };
            !members.iter().enumerate().any(claimed)
        };
        let share = share.into_iter().filter(stays);
        assignment.entry(members[place].id.clone()).or_default().extend(share);
    }
}

/// Who owns what, by the place of the member in the list.
fn owners(members: &[&Member], all: &BTreeSet<TopicPartition>) -> BTreeMap<TopicPartition, usize> {
    let mut claims: BTreeMap<&TopicPartition, (i32, Option<usize>)> = BTreeMap::new();
    for (place, member) in members.iter().enumerate() {
        let wanted = member.owned.iter().filter(|of| all.contains(*of) && member.wants(&of.topic));
        for partition in wanted {
            let claim = claims.entry(partition).or_insert((member.generation, Some(place)));
            if claim.1 == Some(place) {
                continue;
            }
            if member.generation > claim.0 {
                *claim = (member.generation, Some(place));
            } else if member.generation == claim.0 {
                claim.1 = None;
            }
        }
    }
    let certain = |(partition, (_, owner)): (&TopicPartition, (i32, Option<usize>))| {
        Some((partition.clone(), owner?))
    };
    claims.into_iter().filter_map(certain).collect()
}

/// What each member would have, by its place in the list.
struct Plan<'a> {
    members: &'a [&'a Member],
    shares: Vec<BTreeSet<TopicPartition>>,
}

impl<'a> Plan<'a> {
    fn new(members: &'a [&'a Member]) -> Self {
        Self { members, shares: vec![BTreeSet::new(); members.len()] }
    }

    fn give(&mut self, partition: &TopicPartition, to: usize) {
        self.shares[to].insert(partition.clone());
    }

    /// Whoever has least of those who want the topic; the first of equals.
    fn least_loaded(&self, topic: &TopicName) -> Option<usize> {
        let wanting = (0..self.members.len()).filter(|place| self.members[*place].wants(topic));
        wanting.min_by_key(|place| self.shares[*place].len())
    }

    /// Moves partitions from those who have most to those who have least, until no move makes it more even. Each move
    /// lowers the sum of the squares of the loads, so this ends.
    fn level(&mut self) {
        while let Some((from, to, partition)) = self.best_move() {
            self.shares[from].remove(&partition);
            self.shares[to].insert(partition);
        }
    }

    fn best_move(&self) -> Option<(usize, usize, TopicPartition)> {
        let mut by_load: Vec<usize> = (0..self.members.len()).collect();
        by_load.sort_by_key(|place| std::cmp::Reverse(self.shares[*place].len()));
        for from in by_load {
            // From the back, so that what a member has had longest in the list stays.
            for partition in self.shares[from].iter().rev() {
                let to = self.least_loaded(&partition.topic)?;
                if self.shares[to].len() + 1 < self.shares[from].len() {
                    return Some((from, to, partition.clone()));
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::testing::{counts, member, shown};
    use super::super::{Assignor, Member};
    use super::*;

    fn owning(mut member: Member, assignment: &Assignment) -> Member {
        member.owned = assignment.get(&member.id).cloned().unwrap_or_default();
        member
    }

    #[test]
    fn a_newcomer_gets_its_share_in_the_second_round() {
        let counts = counts(&[("t", 4)]);
        let alone = [member("a", &["t"])];
        let first = Assignor::CooperativeSticky.assign(&alone, &counts);
        assert_eq!(shown(&first), "a: t-0 t-1 t-2 t-3");
        let both = [owning(member("a", &["t"]), &first), member("b", &["t"])];
        let second = Assignor::CooperativeSticky.assign(&both, &counts);
        assert_eq!(shown(&second), "a: t-0 t-1; b: ", "b waits until a has given them up");
        let both = both.map(|member| owning(member, &second));
        let third = Assignor::CooperativeSticky.assign(&both, &counts);
        assert_eq!(shown(&third), "a: t-0 t-1; b: t-2 t-3");
    }

    #[test]
    fn of_two_claims_the_newer_generation_holds() {
        let mut old = member("a", &["t"]);
        let mut new = member("b", &["t"]);
        let of = partitions(&TopicName::new("t").expect("legal"), 1).collect::<Vec<_>>();
        (old.owned, old.generation) = (of.clone(), 3);
        (new.owned, new.generation) = (of, 4);
        let members = [&old, &new];
        let all = new.owned.iter().cloned().collect();
        assert_eq!(owners(&members, &all).into_values().collect::<Vec<_>>(), [1]);
        new.generation = 3;
        assert!(owners(&[&old, &new], &all).is_empty());
    }

    proptest! {
        #[test]
        fn everything_is_assigned_once_evenly_and_then_stays(
            member_count in 1usize..8, topic_count in 1usize..4, partitions in 1i32..20,
        ) {
            let names: Vec<String> = (0..topic_count).map(|n| format!("t{n}")).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let counts = counts(&names.iter().map(|name| (*name, partitions)).collect::<Vec<_>>());
            let mut members: Vec<Member> =
                (0..member_count).map(|n| member(&format!("m{n}"), &names)).collect();
            // The first half is there before the others come.
            let early = members[..member_count.div_ceil(2)].to_vec();
            let mut assignment = Assignor::CooperativeSticky.assign(&early, &counts);
            for _ in 0..2 {
                members = members.into_iter().map(|member| owning(member, &assignment)).collect();
                assignment = Assignor::CooperativeSticky.assign(&members, &counts);
            }
            let mut all: Vec<_> = assignment.values().flatten().collect();
            let total = all.len();
            all.sort();
            all.dedup();
            prop_assert_eq!(all.len(), total, "nothing is given twice");
            prop_assert_eq!(total, topic_count * usize::try_from(partitions).expect("small"));
            let loads = || assignment.values().map(Vec::len);
            prop_assert!(loads().max().unwrap_or(0) - loads().min().unwrap_or(0) <= 1);
            let settled: Vec<Member> =
                members.into_iter().map(|member| owning(member, &assignment)).collect();
            let again = Assignor::CooperativeSticky.assign(&settled, &counts);
            prop_assert_eq!(shown(&again), shown(&assignment), "a settled group stays as it is");
        }
    }
}
