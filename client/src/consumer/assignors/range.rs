//! The range assignor: for each topic, consecutive partitions to each member.

use std::collections::BTreeMap;

use protocol::ids::TopicName;

use super::{Assignment, Member, partitions};

pub(super) fn assign(
    members: &[&Member],
    counts: &BTreeMap<TopicName, i32>,
    assignment: &mut Assignment,
) {
    for (topic, count) in counts {
        let takers: Vec<&&Member> = members.iter().filter(|member| member.wants(topic)).collect();
        let Ok(taker_count @ 1..) = i32::try_from(takers.len()) else { continue };
        let (each, extra) = (count / taker_count, count % taker_count);
        let mut rest = partitions(topic, *count);
        for (member, place) in takers.into_iter().zip(0..) {
            let share = usize::try_from(each + i32::from(place < extra)).unwrap_or(0);
            let taken = rest.by_ref().take(share);
            assignment.entry(member.id.clone()).or_default().extend(taken);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Assignor;
    use super::super::testing::{counts, member, shown};

    #[test]
    fn the_first_members_get_the_odd_partitions_of_each_topic() {
        let members = [member("b", &["t", "u"]), member("a", &["t", "u"])];
        let assignment = Assignor::Range.assign(&members, &counts(&[("t", 3), ("u", 3)]));
        assert_eq!(shown(&assignment), "a: t-0 t-1 u-0 u-1; b: t-2 u-2");
    }

    #[test]
    fn members_only_get_what_they_want_and_may_get_nothing() {
        let members = [member("a", &["t"]), member("b", &["u"]), member("c", &["u"])];
        let assignment = Assignor::Range.assign(&members, &counts(&[("t", 2), ("u", 1)]));
        assert_eq!(shown(&assignment), "a: t-0 t-1; b: u-0; c: ");
    }

    #[test]
    fn static_members_come_first_by_their_lasting_names() {
        let mut old = member("zzz", &["t"]);
        old.instance = Some("i1".into());
        let members = [member("a", &["t"]), old];
        let assignment = Assignor::Range.assign(&members, &counts(&[("t", 3)]));
        assert_eq!(shown(&assignment), "a: t-2; zzz: t-0 t-1");
    }
}
