//! `sapwood cluster …`

mod api_versions;
mod brokers;
pub(in crate::cli) mod checks;
mod config;
mod health;
mod info;
mod logdirs;
mod quorum;

use std::io::Write;

use clap::Subcommand;

use super::failure::Failure;

/// What can be asked of a cluster.
#[derive(Debug, Subcommand)]
pub enum Cluster {
    /// Show the cluster's id, its controller, its brokers, and how much is in it
    Info(info::Info),
    /// Say whether all is well, and what is not; exit code 10 if something is not
    Health(health::Health),
    /// List the brokers
    Brokers(brokers::Brokers),
    /// List the APIs and versions that brokers speak
    ApiVersions(api_versions::ApiVersions),
    /// List, set, unset, export and import the settings of brokers
    #[command(subcommand)]
    Config(config::BrokerConfig),
    /// List the log directories of brokers, and what is free there
    Logdirs(logdirs::Logdirs),
    /// Show the metadata quorum: who leads it, and how far its members are
    Quorum(quorum::Quorum),
}

impl Cluster {
    pub(super) async fn run(self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        match self {
            Self::Info(info) => info.run(out).await,
            Self::Health(health) => health.run(out).await,
            Self::Brokers(brokers) => brokers.run(out).await,
            Self::ApiVersions(versions) => versions.run(out).await,
            Self::Config(config) => config.run(out).await,
            Self::Logdirs(logdirs) => logdirs.run(out).await,
            Self::Quorum(quorum) => quorum.run(out).await,
        }
    }
}
