//! The brokers: the arguments by which every command finds its cluster.

use std::ffi::OsString;
use std::time::Duration;

use clap::Args;

use super::failure::Failure;
use super::span::Span;
use crate::address::Address;
use crate::admin::Admin;
use crate::cluster::{Cluster, ClusterOptions};

/// Where a cluster is looked for if nobody says.
const DEFAULT_BROKERS: &str = "127.0.0.1:9092";

/// Which cluster, and how long to try.
#[derive(Clone, Debug, Args)]
pub struct BrokerArgs {
    /// Brokers to ask first, separated by commas [default: $SAPWOOD_BROKERS, or $KAFKA_BOOTSTRAP_SERVERS, or 127.0.0.1:9092]
    #[arg(
        short = 'b',
        long,
        visible_alias = "bootstrap-server",
        value_name = "HOST:PORT,…",
        global = true
    )]
    brokers: Option<String>,
    /// How long to keep trying, such as 500ms, 30s or 2m
    #[arg(long, value_name = "TIME", default_value = "30s", global = true)]
    timeout: Span,
}

impl BrokerArgs {
    /// The cluster. Nothing is connected before it is needed.
    pub fn cluster(&self) -> Result<Cluster, Failure> {
        let mut options = ClusterOptions::new(Address::parse_list(&self.addresses())?);
        let timeout = self.timeout();
        options.operation_timeout = timeout;
        options.connection.request_timeout = timeout;
        options.connection.connect_timeout = timeout.min(options.connection.connect_timeout);
        Ok(Cluster::lazily(options))
    }

    /// An admin client for the cluster.
    pub(super) fn admin(&self) -> Result<Admin, Failure> {
        Ok(Admin::new(self.cluster()?))
    }

    /// How long to keep trying.
    pub(super) fn timeout(&self) -> Duration {
        self.timeout.0.max(Duration::from_millis(1))
    }

    fn addresses(&self) -> String {
        choose(self.brokers.as_deref(), |name| std::env::var_os(name))
    }
}

/// The flag, the first variable that is set to something, or the default.
fn choose(flag: Option<&str>, variable: impl Fn(&str) -> Option<OsString>) -> String {
    let variables = ["SAPWOOD_BROKERS", "KAFKA_BOOTSTRAP_SERVERS"].into_iter();
    let set = variables
        .filter_map(variable)
        .filter_map(|value| value.into_string().ok())
        .find(|value| !value.is_empty());
    flag.map(str::to_owned).or(set).unwrap_or_else(|| DEFAULT_BROKERS.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flag_comes_before_our_variable_before_kafkas_before_the_default() {
        let both = |name: &str| match name {
            "SAPWOOD_BROKERS" => Some("ours:1".into()),
            "KAFKA_BOOTSTRAP_SERVERS" => Some("kafka:1".into()),
            _ => None,
        };
        assert_eq!(choose(Some("flag:1"), both), "flag:1");
        assert_eq!(choose(None, both), "ours:1");
        let kafka = |name: &str| both(name).filter(|_| name.starts_with("KAFKA"));
        assert_eq!(choose(None, kafka), "kafka:1");
        assert_eq!(choose(None, |_| None), DEFAULT_BROKERS);
        assert_eq!(choose(None, |_| Some("".into())), DEFAULT_BROKERS);
    }
}
