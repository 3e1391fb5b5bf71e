//! The round-robin assignor: all partitions in turn.

use std::collections::BTreeMap;

use protocol::ids::TopicName;

use super::{Assignment, Member, partitions};

pub(super) fn assign(
    members: &[&Member],
    counts: &BTreeMap<TopicName, i32>,
    assignment: &mut Assignment,
) {
    let mut turn = members.iter().cycle();
    for (topic, count) in counts {
        if !members.iter().any(|member| member.wants(topic)) {
            continue;
        }
        for partition in partitions(topic, *count) {
            let taker = turn.find(|member| member.wants(topic));
            let taker = taker.expect("somebody wants the topic, and the circle has no end");
            assignment.entry(taker.id.clone()).or_default().push(partition);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Assignor;
    use super::super::testing::{counts, member, shown};

    #[test]
    fn partitions_are_dealt_in_turn_over_all_topics() {
        let members = [member("a", &["t", "u"]), member("b", &["t", "u"])];
        let assignment = Assignor::RoundRobin.assign(&members, &counts(&[("t", 3), ("u", 3)]));
        assert_eq!(shown(&assignment), "a: t-0 t-2 u-1; b: t-1 u-0 u-2");
    }

    #[test]
    fn those_who_do_not_want_a_topic_are_passed_over() {
        let members = [member("a", &["t"]), member("b", &["t", "u"]), member("c", &["u"])];
        let assignment = Assignor::RoundRobin.assign(&members, &counts(&[("t", 2), ("u", 2)]));
        assert_eq!(shown(&assignment), "a: t-0; b: t-1 u-1; c: u-0");
    }
}
