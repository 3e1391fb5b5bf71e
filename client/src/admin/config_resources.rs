//! Resources that have settings of their own (KIP-1142).

use protocol::messages::ListConfigResourcesRequest;

use super::Admin;
use crate::error::Error;

/// What kind of thing has settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i8)]
pub enum ResourceKind {
    /// A subscription to client metrics (KIP-714).
    ClientMetrics = 16,
    /// A group.
    Group = 32,
}

impl Admin {
    /// The names of all resources of a kind for which somebody has set something.
    pub async fn config_resources(&self, kind: ResourceKind) -> Result<Vec<String>, Error> {
        let request = ListConfigResourcesRequest::default().with_resource_types(vec![kind as i8]);
        let answer = self.cluster.any().await?.call(&request).await?;
        Error::check(answer.error_code, None, || "list what has settings".into())?;
        Ok(answer.config_resources.iter().map(|found| found.resource_name.to_string()).collect())
    }
}
