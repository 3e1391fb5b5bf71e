//! Metadata: asking the cluster what it looks like.

use std::sync::Arc;

use protocol::ErrorCode;
use protocol::StrBytes;
use protocol::ids::TopicName;
use protocol::messages::metadata_request::MetadataRequestTopic;
use protocol::messages::{MetadataRequest, MetadataResponse};

use super::Cluster;
use super::view::ClusterView;
use crate::error::Error;

/// Which topics to ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Every topic that we may see.
    All,
    /// No topic: only the brokers.
    Brokers,
    /// These, of which those that do not exist are simply not in the view afterwards.
    Topics(Vec<TopicName>),
    /// These, which the broker may make if it is set up so (`auto.create.topics.enable`).
    Create(Vec<TopicName>),
}

impl Wanted {
    /// One topic.
    pub fn one(topic: &TopicName) -> Self {
        Self::Topics(vec![topic.clone()])
    }

    /// The request's list, where `None` means all.
    fn topics(&self) -> Option<Vec<MetadataRequestTopic>> {
        let topic = |name: &TopicName| {
            let name = StrBytes::from_string(name.to_string());
            MetadataRequestTopic::default().with_name(Some(name.into()))
        };
        match self {
            Self::All => None,
            Self::Brokers => Some(Vec::new()),
            Self::Topics(names) | Self::Create(names) => Some(names.iter().map(topic).collect()),
        }
    }
}

impl Cluster {
    /// Asks the cluster, and keeps the answer.
    pub async fn refresh(&self, wanted: Wanted) -> Result<Arc<ClusterView>, Error> {
        Ok(self.ask(&wanted).await?.0)
    }

    /// Asks for topics that must be there. One that is missing, or may not be seen, is an error.
    pub async fn require(&self, topics: &[TopicName]) -> Result<Arc<ClusterView>, Error> {
        let (view, answer) = self.ask(&Wanted::Topics(topics.to_vec())).await?;
        for topic in &answer.topics {
            let name = topic.name.as_ref().map_or("", |name| name.as_str());
            Error::check(topic.error_code, None, || format!("find topic \"{name}\""))?;
        }
        Ok(view)
    }

    /// Asks for a topic that the broker may make, and waits until all its partitions have leaders.
    pub async fn require_or_create(&self, topic: &TopicName) -> Result<Arc<ClusterView>, Error> {
        self.retrying(|| async {
            let (view, answer) = self.ask(&Wanted::Create(vec![topic.clone()])).await?;
            for topic in &answer.topics {
                let name = topic.name.as_ref().map_or("", |name| name.as_str());
                Error::check(topic.error_code, None, || format!("find topic \"{name}\""))?;
            }
            let led = |view: &ClusterView| {
                let topic = view.topics.get(topic)?;
                Some(
                    !topic.partitions.is_empty()
                        && topic.partitions.iter().any(|p| p.leader.is_some()),
                )
            };
            if led(&view) == Some(true) {
                return Ok(view);
            }
            let doing = format!("find a leader of topic \"{topic}\"");
            Err(Error::refused(doing, ErrorCode::LeaderNotAvailable, None))
        })
        .await
    }

    /// Refreshes what the view already has; a failure is left to the next request that needs the truth.
    pub(crate) async fn refresh_known(&self) {
        let known: Vec<TopicName> = self.view().topics.keys().cloned().collect();
        let wanted = if known.is_empty() { Wanted::Brokers } else { Wanted::Topics(known) };
        if let Err(error) = self.refresh(wanted).await {
            tracing::debug!(%error, "the view of the cluster stays as it is");
        }
    }

    async fn ask(&self, wanted: &Wanted) -> Result<(Arc<ClusterView>, MetadataResponse), Error> {
        let connection = self.any().await?;
        let request = MetadataRequest::default()
            .with_topics(wanted.topics())
            .with_allow_auto_topic_creation(matches!(wanted, Wanted::Create(_)));
        let answer = connection.call(&request).await?;
        Error::check(answer.error_code, None, || "describe the cluster".into())?;

        let mut current = self.shared.view.write();
        let view = Arc::new(current.updated(&answer, *wanted == Wanted::All));
        *current = Arc::clone(&view);
        drop(current);
        self.shared.nodes.lock().recognise(&view);
        Ok((view, answer))
    }
}
