//! Groups: which there are, who is in them, and deleting them.

use futures::future::join_all;
use protocol::ids::{NodeId, TopicPartition};
use protocol::messages::describe_groups_response::{DescribedGroup, DescribedGroupMember};
use protocol::messages::{DeleteGroupsRequest, DescribeGroupsRequest, ListGroupsRequest};
use protocol::{ErrorCode, StrBytes};

use super::{Admin, Each, text};
use crate::cluster::{Lane, Wanted};
use crate::connection::Connection;
use crate::consumer::protocol as group_protocol;
use crate::error::Error;

/// One line of a list of groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedGroup {
    /// The group's id.
    pub group: String,
    /// `consumer`, `connect`, or empty for a group that only keeps offsets.
    pub protocol_type: String,
    /// Kafka's word for its state, such as `Stable` or `Empty`; brokers older than 2.6 do not say.
    pub state: Option<String>,
    /// `classic`, `consumer`, `share` or `streams`; brokers older than 3.8 do not say.
    pub group_type: Option<String>,
    /// The broker that coordinates it.
    pub coordinator: NodeId,
}

/// What a coordinator knows of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupDescription {
    /// The group's id.
    pub group: String,
    /// Kafka's word for its state.
    pub state: String,
    /// `consumer` for groups of consumers.
    pub protocol_type: String,
    /// The assignor that its members agreed on.
    pub assignor: String,
    /// The broker that coordinates it.
    pub coordinator: NodeId,
    /// Who is in it.
    pub members: Vec<GroupMember>,
}

/// One member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupMember {
    /// The id that the coordinator gave it.
    pub member_id: String,
    /// `group.instance.id` of a static member.
    pub instance_id: Option<String>,
    /// `client.id`.
    pub client_id: String,
    /// Where it connects from, as the broker sees it.
    pub host: String,
    /// What it has been given to read.
    pub assignment: Vec<TopicPartition>,
}

impl Admin {
    /// Every group of every broker.
    pub async fn list_groups(&self) -> Result<Vec<ListedGroup>, Error> {
        let view = self.cluster.refresh(Wanted::Brokers).await?;
        let asking = view.brokers.keys().map(|id| self.list_groups_of(*id));
        let mut groups = Vec::new();
        for listed in join_all(asking).await {
            groups.extend(listed?);
        }
        groups.sort_by(|a: &ListedGroup, b| a.group.cmp(&b.group));
        Ok(groups)
    }

    async fn list_groups_of(&self, id: NodeId) -> Result<Vec<ListedGroup>, Error> {
        self.cluster
            .retrying(|| async {
                let connection = self.cluster.node(id, Lane::Ordinary).await?;
                let answer = connection.call(&ListGroupsRequest::default()).await?;
                let doing = || format!("list the groups of broker {id}");
                Error::check(answer.error_code, None, doing)?;
                let known = |text: &StrBytes| Some(text.to_string()).filter(|t| !t.is_empty());
                let groups = answer.groups.iter().map(|group| ListedGroup {
                    group: group.group_id.to_string(),
                    protocol_type: group.protocol_type.to_string(),
                    state: known(&group.group_state),
                    group_type: known(&group.group_type),
                    coordinator: id,
                });
                Ok(groups.collect())
            })
            .await
    }

    /// What their coordinators know of these groups. A group that does not exist is GROUP_ID_NOT_FOUND, though brokers
    /// older than 4.0 describe it as `Dead`.
    pub async fn describe_groups(
        &self,
        groups: &[&str],
    ) -> Result<Each<String, GroupDescription>, Error> {
        let mut each = Each::new();
        for group in groups {
            let described = self
                .on_coordinator(group, |connection| async move {
                    let request =
                        DescribeGroupsRequest::default().with_groups(vec![text(group).into()]);
                    let answer = connection.call(&request).await?;
                    let nothing = || Error::refused("x", ErrorCode::GroupIdNotFound, None);
                    description(answer.groups.first().ok_or_else(nothing)?)
                })
                .await;
            each.push(((*group).to_owned(), described));
        }
        // Only now is it known who coordinates what.
        let found = self.cluster.find_coordinators(groups).await?;
        for (group, described) in &mut each {
            if let (Ok(described), Some(Ok(id))) = (described, found.get(group)) {
                described.coordinator = *id;
            }
        }
        Ok(each)
    }

    /// Deletes groups with their offsets. A group with members stays (NON_EMPTY_GROUP).
    pub async fn delete_groups(&self, groups: &[&str]) -> Result<Each<String, ()>, Error> {
        let mut each = Each::new();
        for group in groups {
            let request =
                &DeleteGroupsRequest::default().with_groups_names(vec![text(group).into()]);
            let deleted = self.on_coordinator(group, |connection| async move {
                let answer = connection.call(request).await?;
                for result in &answer.results {
                    Error::check(result.error_code, None, || format!("delete group \"{group}\""))?;
                }
                Ok(())
            });
            each.push(((*group).to_owned(), deleted.await));
        }
        Ok(each)
    }

    /// Asks a group's coordinator; if it has moved, the new one.
    pub(super) async fn on_coordinator<T, F>(
        &self,
        group: &str,
        ask: impl Fn(Connection) -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        self.cluster
            .retrying(|| async {
                let id = self.cluster.coordinator_of(group).await?;
                ask(self.cluster.node(id, Lane::Ordinary).await?).await
            })
            .await
    }
}

fn description(group: &DescribedGroup) -> Result<GroupDescription, Error> {
    let name = group.group_id.to_string();
    let doing = || format!("describe group \"{name}\"");
    Error::check(group.error_code, group.error_message.as_deref(), doing)?;
    if group.group_state.as_str() == "Dead" {
        return Err(Error::refused(doing(), ErrorCode::GroupIdNotFound, None));
    }
    Ok(GroupDescription {
        state: group.group_state.to_string(),
        protocol_type: group.protocol_type.to_string(),
        assignor: group.protocol_data.to_string(),
        coordinator: NodeId(-1),
        members: group.members.iter().map(member).collect(),
        group: name,
    })
}

fn member(member: &DescribedGroupMember) -> GroupMember {
    // Only consumers put an assignment there that we can read; the members of other groups have none to show.
    let assignment = group_protocol::Assignment::decode(&member.member_assignment);
    GroupMember {
        member_id: member.member_id.to_string(),
        instance_id: member.group_instance_id.as_ref().map(ToString::to_string),
        client_id: member.client_id.to_string(),
        host: member.client_host.trim_start_matches('/').to_owned(),
        assignment: assignment.map(|assignment| assignment.partitions).unwrap_or_default(),
    }
}
