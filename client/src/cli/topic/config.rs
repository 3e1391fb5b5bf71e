//! `sapwood topic config …`: the settings of one topic.

use clap::Args;

use super::{name, require};
use crate::admin::{Admin, ConfigSource, Resource};
use crate::cli::complete;
use crate::cli::configs::Owner;
use crate::cli::failure::Failure;

/// The topic whose settings are meant.
#[derive(Debug, Args)]
pub struct OfTopic {
    /// The topic
    #[arg(add = complete::topics())]
    topic: String,
}

impl Owner for OfTopic {
    fn is_own(source: ConfigSource) -> bool {
        source == ConfigSource::Topic
    }

    async fn to_show(&self, admin: &Admin) -> Result<Resource, Failure> {
        let topic = name(&self.topic)?;
        require(admin.cluster(), std::slice::from_ref(&topic)).await?;
        Ok(Resource::Topic(topic.to_string()))
    }

    async fn to_change(&self, admin: &Admin) -> Result<Resource, Failure> {
        self.to_show(admin).await
    }
}
