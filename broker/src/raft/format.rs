//! How Raft's own things lie on disk: log ids, votes, entries, memberships.
//!
//! openraft's types stay in memory. On disk are our fields, in our order, in the codec of the metadata records; a new
//! release of openraft cannot change them.

use std::collections::{BTreeMap, BTreeSet};

use openraft::{BasicNode, CommittedLeaderId, EntryPayload};

use super::types::{Batch, Entry, LogId, Membership, StoredMembership, Vote};
use crate::metadata::codec::{CodecError, Field, Reader};

const BLANK: u8 = 0;
const RECORDS: u8 = 1;
const MEMBERSHIP: u8 = 2;

impl Field for LogId {
    fn put(&self, out: &mut Vec<u8>) {
        self.leader_id.term.put(out);
        self.leader_id.node_id.put(out);
        self.index.put(out);
    }
    fn take(input: &mut Reader<'_>) -> Result<Self, CodecError> {
        let (term, node) = (u64::take(input)?, u64::take(input)?);
        Ok(Self::new(CommittedLeaderId::new(term, node), u64::take(input)?))
    }
}

impl Field for Vote {
    fn put(&self, out: &mut Vec<u8>) {
        self.leader_id.term.put(out);
        self.leader_id.node_id.put(out);
        self.committed.put(out);
    }
    fn take(input: &mut Reader<'_>) -> Result<Self, CodecError> {
        let (term, node) = (u64::take(input)?, u64::take(input)?);
        Ok(match bool::take(input)? {
            true => Self::new_committed(term, node),
            false => Self::new(term, node),
        })
    }
}

impl Field for Entry {
    fn put(&self, out: &mut Vec<u8>) {
        self.log_id.put(out);
        match &self.payload {
            EntryPayload::Blank => BLANK.put(out),
            EntryPayload::Normal(batch) => {
                RECORDS.put(out);
                batch.records.put(out);
            }
            EntryPayload::Membership(membership) => {
                MEMBERSHIP.put(out);
                membership.put(out);
            }
        }
    }
    fn take(input: &mut Reader<'_>) -> Result<Self, CodecError> {
        let log_id = LogId::take(input)?;
        let payload = match u8::take(input)? {
            BLANK => EntryPayload::Blank,
            RECORDS => EntryPayload::Normal(Batch { records: Field::take(input)? }),
            MEMBERSHIP => EntryPayload::Membership(Field::take(input)?),
            _ => return Err(CodecError::Invalid("an unknown kind of Raft entry")),
        };
        Ok(Self { log_id, payload })
    }
}

/// A set of voters (two during a change) and every node's address.
impl Field for Membership {
    fn put(&self, out: &mut Vec<u8>) {
        let voters = self.get_joint_config().iter();
        voters.map(|ids| ids.iter().copied().collect()).collect::<Vec<Vec<u64>>>().put(out);
        let nodes = self.nodes().map(|(id, node)| (*id, node.addr.clone()));
        let (ids, addresses): (Vec<u64>, Vec<String>) = nodes.unzip();
        ids.put(out);
        addresses.iter().for_each(|address| std::sync::Arc::<str>::from(address.as_str()).put(out));
    }
    fn take(input: &mut Reader<'_>) -> Result<Self, CodecError> {
        let voters = Vec::<Vec<u64>>::take(input)?;
        let mut nodes = BTreeMap::new();
        for id in Vec::<u64>::take(input)? {
            let address = std::sync::Arc::<str>::take(input)?;
            nodes.insert(id, BasicNode::new(address));
        }
        let voters: Vec<BTreeSet<u64>> = voters.into_iter().map(BTreeSet::from_iter).collect();
        let known = voters.iter().flatten().all(|id| nodes.contains_key(id));
        match known {
            true => Ok(Self::new(voters, nodes)),
            false => Err(CodecError::Invalid("a voter without an address")),
        }
    }
}

impl Field for StoredMembership {
    fn put(&self, out: &mut Vec<u8>) {
        self.log_id().put(out);
        self.membership().put(out);
    }
    fn take(input: &mut Reader<'_>) -> Result<Self, CodecError> {
        Ok(Self::new(Field::take(input)?, Field::take(input)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(value: &impl Field) -> Vec<u8> {
        let mut out = Vec::new();
        value.put(&mut out);
        out
    }

    fn same<T: Field + PartialEq + std::fmt::Debug>(value: &T) {
        assert_eq!(T::take(&mut Reader::new(&bytes(value))).as_ref(), Ok(value));
    }

    fn membership() -> Membership {
        let nodes =
            [(1, BasicNode::new("a:1")), (2, BasicNode::new("b:2")), (3, BasicNode::new("c:3"))];
        Membership::new(vec![BTreeSet::from([1]), BTreeSet::from([1, 2])], BTreeMap::from(nodes))
    }

    #[test]
    fn what_raft_keeps_reads_back_as_it_was_written() {
        let log_id = LogId::new(CommittedLeaderId::new(7, 1), 42);
        same(&log_id);
        same(&Vote::new(7, 1));
        same(&Vote::new_committed(8, 2));
        same(&membership());
        same(&StoredMembership::new(Some(log_id), membership()));
        let payloads = [
            EntryPayload::Blank,
            EntryPayload::Normal(Batch { records: [1, 2, 3].into() }),
            EntryPayload::Membership(membership()),
        ];
        payloads.into_iter().for_each(|payload| same(&Entry { log_id, payload }));
    }

    #[test]
    fn the_bytes_of_an_entry_are_these_for_ever() {
        let log_id = LogId::new(CommittedLeaderId::new(7, 1), 42);
        let payload = EntryPayload::Normal(Batch { records: [0xaa, 0xbb].into() });
        let golden = [
            &[0, 0, 0, 0, 0, 0, 0, 7][..],
            &[0, 0, 0, 0, 0, 0, 0, 1],
            &[0, 0, 0, 0, 0, 0, 0, 42],
            &[RECORDS, 2, 0xaa, 0xbb],
        ];
        assert_eq!(bytes(&Entry { log_id, payload }), golden.concat());
    }

    #[test]
    fn a_membership_that_lacks_a_voters_address_is_refused() {
        let mut out = Vec::new();
        vec![vec![1u64]].put(&mut out);
        Vec::<u64>::new().put(&mut out);
        assert!(Membership::take(&mut Reader::new(&out)).is_err());
    }
}
