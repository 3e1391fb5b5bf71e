//! Fetch sessions: a client names its partitions once, and then only what changes (KIP-227).
//!
//! A session is made by a full fetch with epoch 0, continued by incremental fetches whose epoch counts up by one, and
//! ended by a fetch with epoch −1, by eviction, or with the broker. The cache has a fixed number of slots
//! (`max.incremental.fetch.session.cache.slots`); when it is full, the session that was idle longest makes room
//! if it has been idle for [`EVICTABLE_AFTER`], and otherwise the newcomer does without a session.

use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;
use parking_lot::Mutex;
use protocol::ErrorCode;
use protocol::ids::{LeaderEpoch, Offset, PartitionIndex, TopicId};

use super::lookup::By;
use crate::machine::Instant;

/// How long a session must have been idle before another may take its slot. Kafka's value.
const EVICTABLE_AFTER: Duration = Duration::from_secs(120);

/// The epoch of a fetch that wants no session, or ends the one that it names.
pub(crate) const EPOCH_FINAL: i32 = -1;
/// The epoch of a full fetch that begins a session.
pub(crate) const EPOCH_INITIAL: i32 = 0;

/// A topic as the client named it: by name up to version 12, by id since (KIP-516).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum TopicKey {
    Name(Arc<str>),
    Id(TopicId),
}

impl TopicKey {
    pub(crate) fn as_ref(&self) -> By<'_> {
        match self {
            Self::Name(name) => By::Name(name),
            Self::Id(id) => By::Id(*id),
        }
    }
}

/// A partition within a session.
pub(crate) type Key = (TopicKey, PartitionIndex);

/// What a client wants of one partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) offset: Offset,
    pub(crate) bytes_max: i32,
    /// The epoch that the client believes in (KIP-320).
    pub(crate) leader_epoch: LeaderEpoch,
    /// The epoch of the last record that it has, if it asks whether its log has diverged (KIP-595).
    pub(crate) last_fetched_epoch: LeaderEpoch,
}

/// What the client was last told of a partition: an incremental answer repeats it only when it changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) high_watermark: i64,
    pub(crate) log_start_offset: i64,
    pub(crate) error_code: i16,
}

/// The partitions of one session.
#[derive(Debug)]
pub(crate) struct Session {
    /// What the next incremental fetch must say.
    next_epoch: i32,
    used_at: Instant,
    partitions: IndexMap<Key, (Wanted, Option<Told>)>,
    /// Where the next fetch begins to read, so that a busy partition cannot starve those behind it.
    first: usize,
}

impl Session {
    /// The partitions in the order in which this fetch reads them.
    pub(crate) fn wanted(&self) -> Vec<(Key, Wanted)> {
        let ordered =
            self.partitions.iter().skip(self.first).chain(self.partitions.iter().take(self.first));
        ordered.map(|(key, (wanted, _))| (key.clone(), *wanted)).collect()
    }

    /// Whether an incremental answer must name the partition; remembers what it is told.
    pub(crate) fn tell(&mut self, key: &Key, told: Told, has_records: bool) -> bool {
        let Some((index, _, (_, last))) = self.partitions.get_full_mut(key) else { return true };
        let news = has_records || told.error_code != 0 || *last != Some(told);
        *last = Some(told);
        if has_records {
            self.first = index + 1;
        }
        news
    }

    fn replace(&mut self, wanted: impl IntoIterator<Item = (Key, Wanted)>, forgotten: &[Key]) {
        for (key, wanted) in wanted {
            self.partitions
                .entry(key)
                .and_modify(|known| known.0 = wanted)
                .or_insert((wanted, None));
        }
        for key in forgotten {
            self.partitions.shift_remove(key);
        }
        if self.first >= self.partitions.len() {
            self.first = 0;
        }
    }
}

/// How this fetch stands to its session.
#[derive(Debug)]
pub(crate) enum Opened {
    /// No session: the answer names every partition.
    Sessionless(Vec<(Key, Wanted)>),
    /// A new session: the answer names every partition, and the session's id.
    Created(i32, Arc<Mutex<Session>>),
    /// A known one: the answer names what changed.
    Continued(i32, Arc<Mutex<Session>>),
}

/// What a fetch says about sessions.
#[derive(Debug)]
pub(crate) struct Opening {
    pub(crate) id: i32,
    pub(crate) epoch: i32,
    pub(crate) wanted: Vec<(Key, Wanted)>,
    pub(crate) forgotten: Vec<Key>,
}

/// All sessions of the broker.
#[derive(Debug)]
pub(crate) struct Sessions {
    slots: usize,
    inner: Mutex<Slots>,
}

#[derive(Debug, Default)]
struct Slots {
    sessions: IndexMap<i32, Arc<Mutex<Session>>>,
    last_id: i32,
}

impl Sessions {
    /// A cache of `slots` sessions.
    pub(crate) fn new(slots: usize) -> Self {
        Self { slots, inner: Mutex::default() }
    }

    /// Finds, makes or ends the session that a fetch names.
    pub(crate) fn open(&self, now: Instant, opening: Opening) -> Result<Opened, ErrorCode> {
        let mut slots = self.inner.lock();
        if opening.epoch == EPOCH_FINAL || opening.epoch == EPOCH_INITIAL {
            slots.sessions.swap_remove(&opening.id);
            let wants_session = opening.epoch == EPOCH_INITIAL && !opening.wanted.is_empty();
            return Ok(match wants_session.then(|| slots.next_id(self.slots, now)).flatten() {
                Some(id) => {
                    let session = Arc::new(Mutex::new(Session::new(now, opening.wanted)));
                    slots.sessions.insert(id, Arc::clone(&session));
                    Opened::Created(id, session)
                }
                None => Opened::Sessionless(opening.wanted),
            });
        }
        let session =
            Arc::clone(slots.sessions.get(&opening.id).ok_or(ErrorCode::FetchSessionIdNotFound)?);
        drop(slots);
        let mut known = session.lock();
        if known.next_epoch != opening.epoch {
            return Err(ErrorCode::InvalidFetchSessionEpoch);
        }
        known.next_epoch = next_epoch(opening.epoch);
        known.used_at = now;
        known.replace(opening.wanted, &opening.forgotten);
        drop(known);
        Ok(Opened::Continued(opening.id, session))
    }

    /// How many sessions there are.
    #[cfg(test)]
    fn len(&self) -> usize {
        self.inner.lock().sessions.len()
    }
}

impl Session {
    fn new(now: Instant, wanted: Vec<(Key, Wanted)>) -> Self {
        let partitions = wanted.into_iter().map(|(key, wanted)| (key, (wanted, None))).collect();
        Self { next_epoch: 1, used_at: now, partitions, first: 0 }
    }
}

impl Slots {
    /// An id for a new session, and room for it; `None` if every slot is in use.
    fn next_id(&mut self, limit: usize, now: Instant) -> Option<i32> {
        if self.sessions.len() >= limit {
            let (oldest, used_at) = self
                .sessions
                .iter()
                .map(|(id, session)| (*id, session.lock().used_at))
                .min_by_key(|(_, at)| *at)?;
            if now.since(used_at) < EVICTABLE_AFTER {
                return None;
            }
            self.sessions.swap_remove(&oldest);
        }
        loop {
            self.last_id = if self.last_id == i32::MAX { 1 } else { self.last_id + 1 };
            if !self.sessions.contains_key(&self.last_id) {
                return Some(self.last_id);
            }
        }
    }
}

/// The epoch after this one: it wraps to 1, since 0 begins a session.
fn next_epoch(epoch: i32) -> i32 {
    if epoch == i32::MAX { 1 } else { epoch + 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(partition: i32, offset: i64) -> (Key, Wanted) {
        let wanted = Wanted {
            offset: Offset(offset),
            bytes_max: 1 << 20,
            leader_epoch: LeaderEpoch::NONE,
            last_fetched_epoch: LeaderEpoch::NONE,
        };
        ((TopicKey::Name("logs".into()), PartitionIndex(partition)), wanted)
    }

    fn opening(id: i32, epoch: i32, wanted: Vec<(Key, Wanted)>, forgotten: Vec<Key>) -> Opening {
        Opening { id, epoch, wanted, forgotten }
    }

    fn create(sessions: &Sessions, now: Instant) -> (i32, Arc<Mutex<Session>>) {
        match sessions
            .open(now, opening(0, EPOCH_INITIAL, vec![wanted(0, 5), wanted(1, 7)], vec![]))
        {
            Ok(Opened::Created(id, session)) => (id, session),
            other => panic!("a session was expected, not {other:?}"),
        }
    }

    #[test]
    fn an_incremental_fetch_changes_adds_and_forgets() {
        let sessions = Sessions::new(10);
        let (id, _) = create(&sessions, Instant::default());
        let changes = opening(id, 1, vec![wanted(0, 6), wanted(2, 0)], vec![wanted(1, 0).0]);
        let Ok(Opened::Continued(_, session)) = sessions.open(Instant::default(), changes) else {
            panic!("the session is known");
        };
        assert_eq!(session.lock().wanted(), [wanted(0, 6), wanted(2, 0)]);
    }

    #[test]
    fn unknown_sessions_and_wrong_epochs_have_their_own_errors() {
        let sessions = Sessions::new(10);
        let (id, _) = create(&sessions, Instant::default());
        let open = |id, epoch| {
            sessions.open(Instant::default(), opening(id, epoch, vec![], vec![])).map(|_| ())
        };
        assert_eq!(open(id + 1, 1), Err(ErrorCode::FetchSessionIdNotFound));
        assert_eq!(open(id, 2), Err(ErrorCode::InvalidFetchSessionEpoch));
        assert_eq!(open(id, 1), Ok(()));
        assert_eq!(open(id, EPOCH_FINAL), Ok(()));
        assert_eq!(open(id, 2), Err(ErrorCode::FetchSessionIdNotFound));
    }

    #[test]
    fn a_full_cache_evicts_only_what_has_been_idle_for_long() {
        let sessions = Sessions::new(1);
        let (first, _) = create(&sessions, Instant::default());
        let again = |now| sessions.open(now, opening(0, EPOCH_INITIAL, vec![wanted(0, 0)], vec![]));
        assert!(matches!(again(Instant(Duration::from_secs(119))), Ok(Opened::Sessionless(_))));
        let Ok(Opened::Created(second, _)) = again(Instant(EVICTABLE_AFTER)) else {
            panic!("the slot is free")
        };
        assert_ne!(first, second);
        assert_eq!(sessions.len(), 1);
    }

    #[test]
    fn the_partition_behind_the_last_one_read_comes_first_next_time() {
        let sessions = Sessions::new(1);
        let (_, session) = create(&sessions, Instant::default());
        let told = Told { high_watermark: 1, log_start_offset: 0, error_code: 0 };
        let mut session = session.lock();
        assert!(session.tell(&wanted(0, 0).0, told, true));
        assert_eq!(session.wanted(), [wanted(1, 7), wanted(0, 5)]);
        assert!(!session.tell(&wanted(0, 0).0, told, false), "nothing new is not told twice");
    }
}
