//! The answer to a fetch: every partition that was wanted, or within a session only those with news.

use std::sync::Arc;

use parking_lot::Mutex;
use protocol::ErrorCode;
use protocol::StrBytes;
use protocol::messages::fetch_response::{EpochEndOffset, FetchableTopicResponse, PartitionData};
use protocol::messages::{FetchResponse, TopicName};

use super::{Records, Taken};
use crate::node::fetch_sessions::{Key, Opened, Session, Told, TopicKey, Wanted};

/// How the answer is put together.
#[derive(Debug)]
pub(super) struct Answering {
    version: i16,
    opened: Opened,
}

impl Answering {
    pub(super) fn new(version: i16, opened: Opened) -> Self {
        Self { version, opened }
    }

    /// The partitions to read, in order.
    pub(super) fn wanted(&self) -> Vec<(Key, Wanted)> {
        match &self.opened {
            Opened::Sessionless(wanted) => wanted.clone(),
            Opened::Created(_, session) | Opened::Continued(_, session) => session.lock().wanted(),
        }
    }

    /// The whole response.
    pub(super) fn answer(&self, taken: Vec<Taken>) -> FetchResponse {
        let (session_id, session, incremental): (i32, Option<&Arc<Mutex<Session>>>, bool) =
            match &self.opened {
                Opened::Sessionless(_) => (0, None, false),
                Opened::Created(id, session) => (*id, Some(session), false),
                Opened::Continued(id, session) => (*id, Some(session), true),
            };
        let mut session = session.map(|session| session.lock());
        let mut topics: Vec<(TopicKey, FetchableTopicResponse)> = Vec::new();
        for Taken { key, outcome } in taken {
            let data = partition(key.1.get(), outcome);
            let news = session
                .as_mut()
                .is_none_or(|session| session.tell(&key, told(&data), has_records(&data)));
            if !news && incremental {
                continue;
            }
            match topics.last_mut() {
                Some((last, topic)) if *last == key.0 => topic.partitions.push(data),
                _ => topics.push((key.0.clone(), topic(&key.0, data))),
            }
        }
        let responses = topics.into_iter().map(|(_, topic)| topic).collect();
        // Before version 7 the field does not exist; the encoder leaves it out.
        let session_id = if self.version >= 7 { session_id } else { 0 };
        FetchResponse::default().with_session_id(session_id).with_responses(responses)
    }
}

/// An answer for the request as a whole.
pub(super) fn failed(code: ErrorCode) -> FetchResponse {
    FetchResponse::default().with_error_code(code.code())
}

fn topic(key: &TopicKey, first: PartitionData) -> FetchableTopicResponse {
    let topic = FetchableTopicResponse::default().with_partitions(vec![first]);
    match key {
        TopicKey::Name(name) => {
            topic.with_topic(TopicName(StrBytes::from_string(name.to_string())))
        }
        TopicKey::Id(id) => topic.with_topic_id(id.0),
    }
}

fn partition(index: i32, outcome: Result<Records, ErrorCode>) -> PartitionData {
    let data = PartitionData::default().with_partition_index(index);
    match outcome {
        Ok(records) => {
            let data = match records.diverging {
                Some((epoch, end)) => data.with_diverging_epoch(
                    EpochEndOffset::default().with_epoch(epoch.get()).with_end_offset(end.get()),
                ),
                None => data,
            };
            data.with_high_watermark(records.offsets.high_watermark.get())
                .with_last_stable_offset(records.offsets.last_stable.get())
                .with_log_start_offset(records.offsets.start.get())
                .with_aborted_transactions(None)
                .with_records(Some(records.bytes))
        }
        Err(code) => data
            .with_error_code(code.code())
            .with_high_watermark(-1)
            .with_last_stable_offset(-1)
            .with_log_start_offset(-1)
            .with_aborted_transactions(None)
            .with_records(Some(bytes::Bytes::new())),
    }
}

fn told(data: &PartitionData) -> Told {
    Told {
        high_watermark: data.high_watermark,
        log_start_offset: data.log_start_offset,
        error_code: data.error_code,
    }
}

fn has_records(data: &PartitionData) -> bool {
    data.records.as_ref().is_some_and(|records| !records.is_empty())
}
