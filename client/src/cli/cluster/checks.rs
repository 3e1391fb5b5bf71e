//! The checks of a cluster's health, each with what it found.

use std::collections::BTreeSet;

use futures::future::join_all;
use protocol::ids::TopicName;

use crate::admin::{Admin, LogDir};
use crate::cli::topic::facts::{Facts, is_under_replicated};
use crate::cluster::{ClusterView, Lane, Partition, Wanted};
use crate::error::Error;

/// How many partitions are named before the rest is only counted.
const NAMED_MAX: usize = 3;
/// A file system is nearly full with less than one part in so many free,
const FREE_PART_MIN: i64 = 20;
/// unless that is still a lot: five hundredths of a large disk last for days.
const FREE_ENOUGH: i64 = 10 << 30;

/// One check.
#[derive(Debug)]
pub(in crate::cli) struct Check {
    /// What was looked at.
    pub(in crate::cli) name: &'static str,
    /// What is wrong, one phrase each.
    pub(in crate::cli) problems: Vec<String>,
}

impl Check {
    pub(in crate::cli) fn is_ok(&self) -> bool {
        self.problems.is_empty()
    }
}

/// Looks at everything.
pub(in crate::cli) async fn all(admin: &Admin) -> Result<Vec<Check>, Error> {
    let mut checks = beside_disks(admin).await?;
    checks.push(disks(admin).await);
    Ok(checks)
}

/// Looks at everything but the disks, for those who look at them more closely.
pub(in crate::cli) async fn beside_disks(admin: &Admin) -> Result<Vec<Check>, Error> {
    let view = admin.cluster().refresh(Wanted::All).await?;
    let small = too_few_in_sync(admin, &view).await?;
    Ok(vec![
        controller(&view),
        brokers(admin, &view).await,
        fenced(admin).await,
        Check {
            name: "partitions have a leader",
            problems: partitions(&view, |partition| partition.leader.is_none()),
        },
        Check { name: "replicas are in sync", problems: partitions(&view, is_under_replicated) },
        Check { name: "acks=all can be written", problems: small },
    ])
}

fn controller(view: &ClusterView) -> Check {
    let problem = view.controller.is_none().then(|| "nobody leads the metadata".to_owned());
    Check { name: "a controller is active", problems: problem.into_iter().collect() }
}

/// Whether each live broker answers at the address that it advertises.
async fn brokers(admin: &Admin, view: &ClusterView) -> Check {
    let asking = view.brokers.keys().map(|id| admin.cluster().node(*id, Lane::Ordinary));
    let failed = join_all(asking).await.into_iter().filter_map(Result::err);
    Check { name: "brokers answer", problems: failed.map(|error| error.to_string()).collect() }
}

async fn fenced(admin: &Admin) -> Check {
    let problems = match admin.describe_cluster().await {
        Ok(cluster) => {
            let fenced = cluster.brokers.iter().filter(|broker| broker.fenced);
            fenced.map(|broker| format!("broker {} is registered and away", broker.id)).collect()
        }
        Err(error) => vec![error.to_string()],
    };
    Check { name: "no broker is fenced", problems }
}

/// The partitions that something is wrong with: the first by name, the others by number.
fn partitions(view: &ClusterView, is_wrong: fn(&Partition) -> bool) -> Vec<String> {
    let named = view.topics.values().flat_map(|topic| {
        let wrong = topic.partitions.iter().filter(|partition| is_wrong(partition));
        wrong.map(|partition| format!("{}-{}", topic.name, partition.index))
    });
    shortened(named.collect())
}

async fn too_few_in_sync(admin: &Admin, view: &ClusterView) -> Result<Vec<String>, Error> {
    // Settings are asked for only where a replica is missing or the factor is small: with all replicas in sync the
    // controller would not have let min.insync.replicas be out of reach.
    let suspects: BTreeSet<&TopicName> = view
        .topics
        .values()
        .filter(|topic| topic.partitions.iter().any(is_under_replicated))
        .map(|topic| &topic.name)
        .collect();
    let facts = Facts::of(admin, suspects.iter().copied()).await?;
    let mut named = Vec::new();
    for topic in suspects.iter().filter_map(|name| view.topics.get(*name)) {
        let wanted = facts.min_in_sync(&topic.name).unwrap_or(1);
        let wrong = topic.partitions.iter().filter(|partition| partition.in_sync.len() < wanted);
        named.extend(wrong.map(|partition| format!("{}-{}", topic.name, partition.index)));
    }
    Ok(shortened(named))
}

fn shortened(mut named: Vec<String>) -> Vec<String> {
    let more = named.len().saturating_sub(NAMED_MAX);
    named.truncate(NAMED_MAX);
    if more > 0 {
        named.push(format!("and {more} more"));
    }
    named
}

/// Whether every log directory works and has room.
async fn disks(admin: &Admin) -> Check {
    let mut problems = Vec::new();
    match admin.log_dirs().await {
        Err(error) => problems.push(error.to_string()),
        Ok(brokers) => {
            for (_, dirs) in brokers {
                let dirs = dirs.unwrap_or_else(|error| vec![Err(error)]);
                problems.extend(dirs.into_iter().filter_map(|dir| match dir {
                    Ok(dir) => nearly_full(&dir),
                    Err(error) => Some(error.to_string()),
                }));
            }
        }
    }
    Check { name: "log directories work and have room", problems }
}

fn nearly_full(dir: &LogDir) -> Option<String> {
    let (usable, total) = (dir.usable_bytes?, dir.total_bytes?);
    (usable < FREE_ENOUGH && usable < total / FREE_PART_MIN).then(|| {
        let free = u64::try_from(usable).map(crate::cli::output::size).unwrap_or_default();
        format!("{} has only {free} left", dir.path)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_partitions_are_counted_and_not_listed() {
        let named = |count: usize| shortened((0..count).map(|n| format!("t-{n}")).collect());
        assert_eq!(named(2), ["t-0", "t-1"]);
        assert_eq!(named(5), ["t-0", "t-1", "t-2", "and 2 more"]);
    }

    #[test]
    fn a_disk_is_nearly_full_below_a_twentieth() {
        let dir = |usable| LogDir {
            path: "/data".into(),
            total_bytes: Some(1000),
            usable_bytes: Some(usable),
            partitions: Vec::new(),
        };
        assert!(nearly_full(&dir(49)).is_some());
        assert!(nearly_full(&dir(50)).is_none());
    }
}
