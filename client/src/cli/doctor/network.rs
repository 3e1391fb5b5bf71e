//! The way to the brokers that were given: their names, their ports, their protocol.

use super::finding::Finding;
use crate::address::Address;
use crate::cluster::ClusterOptions;
use crate::connection::Connection;

/// A look at each bootstrap address.
pub(super) async fn bootstrap(options: &ClusterOptions) -> Vec<Finding> {
    let mut findings = Vec::new();
    for address in &options.bootstrap {
        findings.push(match misnamed(address).await {
            Some(finding) => finding,
            None => protocol(address, options).await,
        });
    }
    findings
}

/// What is wrong with the name, if anything is.
async fn misnamed(address: &Address) -> Option<Finding> {
    let cause = match tokio::net::lookup_host((address.host.as_str(), address.port)).await {
        Ok(mut found) => match found.next() {
            Some(_) => return None,
            None => "it has no address".to_owned(),
        },
        Err(error) => error.to_string(),
    };
    let advice = Some("check the name, /etc/hosts and the DNS".to_owned());
    Some(Finding::wrong(format!("name of {address}"), cause, advice))
}

/// Whether a Kafka broker answers there.
async fn protocol(address: &Address, options: &ClusterOptions) -> Finding {
    let check = format!("broker at {address}");
    match Connection::connect(address, &options.connection).await {
        Ok(connection) => {
            let apis = connection.versions().iter().count();
            Finding::fine(check, format!("speaks {apis} APIs of Kafka's protocol"))
        }
        Err(error) => {
            let detail = error.why().unwrap_or_else(|| error.what());
            Finding::wrong(check, detail, error.advice())
        }
    }
}
