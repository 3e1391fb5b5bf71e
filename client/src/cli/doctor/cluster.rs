//! The cluster: what its brokers advertise, whether all is well in it, and what room its disks have.

use protocol::messages::ApiKey;

use super::disks;
use super::finding::Finding;
use crate::address::Address;
use crate::admin::Admin;
use crate::cli::cluster::checks;
use crate::cluster::{Broker, Cluster, Lane, Wanted};
use crate::error::Error;

/// The APIs that reading and writing take.
const NEEDED: &[ApiKey] = &[
    ApiKey::Metadata,
    ApiKey::Produce,
    ApiKey::Fetch,
    ApiKey::ListOffsets,
    ApiKey::FindCoordinator,
    ApiKey::JoinGroup,
    ApiKey::OffsetCommit,
];

/// A look at each broker, and at the cluster's health.
pub(super) async fn all(cluster: Cluster) -> Vec<Finding> {
    let view = match cluster.refresh(Wanted::Brokers).await {
        Ok(view) => view,
        Err(error) => return vec![failed("cluster", &error)],
    };
    let mut findings = Vec::new();
    for broker in view.brokers.values() {
        findings.push(advertised(&cluster, broker).await);
    }
    let admin = Admin::new(cluster);
    match checks::beside_disks(&admin).await {
        Ok(checks) => findings.extend(checks.into_iter().map(|check| match check.is_ok() {
            true => Finding::fine(check.name, "yes"),
            false => Finding::wrong(check.name, check.problems.join("; "), None),
        })),
        Err(error) => findings.push(failed("health", &error)),
    }
    findings.extend(disks::all(&admin).await);
    findings
}

fn failed(check: &str, error: &Error) -> Finding {
    Finding::wrong(check, error.to_string(), error.advice())
}

/// Whether a broker can be reached where it says that it is, and speaks what we speak.
async fn advertised(cluster: &Cluster, broker: &Broker) -> Finding {
    let check = format!("broker {} at {}", broker.id, broker.address);
    let connection = match cluster.node(broker.id, Lane::Ordinary).await {
        Ok(connection) => connection,
        Err(error) => return failed(&check, &error),
    };
    let refused = |api: &&ApiKey| connection.versions().pick(**api, connection.address()).is_err();
    let missing: Vec<String> =
        NEEDED.iter().filter(refused).map(|api| format!("{api:?}")).collect();
    if !missing.is_empty() {
        let detail = format!("no version in common of {}", missing.join(", "));
        return Finding::wrong(check, detail, Some("use a broker of Kafka 2.1 or newer".into()));
    }
    let bootstrap = cluster.options().bootstrap.iter();
    if is_loopback(&broker.address) && bootstrap.clone().all(|given| !is_loopback(given)) {
        return Finding::doubtful(
            check,
            "it advertises a loopback address: clients on other machines will look for it there",
            format!("set advertised.listeners on broker {}", broker.id),
        );
    }
    Finding::fine(check, "answers where it says that it is")
}

fn is_loopback(address: &Address) -> bool {
    let ip = address.host.parse::<std::net::IpAddr>();
    address.host == "localhost" || ip.is_ok_and(|ip| ip.is_loopback())
}
