//! What a legal configuration is, for the controller: the rows of `config`, behind the controller's own question.

use std::sync::Arc;

use arc_swap::ArcSwap;
use protocol::ErrorCode;

use crate::config::alter::{self, AlterError, Target};
use crate::config::describe::inherited_text;
use crate::config::{Kind, Settings};
use crate::controller::{ConfigRules, Refusal};
use crate::metadata::{ConfigResource, ConfigValues, ResourceKind};

/// The rules of this release's rows, over the settings of this broker.
#[derive(Debug)]
pub(super) struct Rows(pub(super) Arc<ArcSwap<Settings>>);

/// Which chapter of the rows a resource belongs to.
pub(crate) fn target(resource: &ConfigResource) -> Target {
    match resource.kind {
        ResourceKind::Topic => Target::Topic,
        ResourceKind::Broker if resource.name.is_empty() => Target::EveryBroker,
        ResourceKind::Broker => Target::Broker,
        ResourceKind::Group => Target::Group,
        ResourceKind::ClientMetrics => Target::ClientMetrics,
    }
}

impl ConfigRules for Rows {
    fn check(&self, resource: &ConfigResource, values: &ConfigValues) -> Result<(), Refusal> {
        let pairs = values.iter().map(|(key, value)| (&**key, &**value));
        let refusal = |error: AlterError| Refusal::new(error.code(), error.to_string());
        match target(resource) {
            Target::Topic => alter::topic_overrides(pairs).map(|_| ()).map_err(refusal),
            target => {
                check_broker_id(resource)?;
                let mut pairs = pairs;
                pairs.try_for_each(|(key, value)| alter::check(target, key, value)).map_err(refusal)
            }
        }
    }

    fn is_list(&self, resource: &ConfigResource, key: &str) -> bool {
        alter::row(target(resource), key).is_ok_and(|row| row.kind == Kind::List)
    }

    fn default_of(&self, resource: &ConfigResource, key: &str) -> Option<Arc<str>> {
        let row = alter::row(target(resource), key).ok()?;
        inherited_text(self.0.load().layers(), target(resource), row.key).map(Arc::from)
    }
}

/// A broker is named by its id.
fn check_broker_id(resource: &ConfigResource) -> Result<(), Refusal> {
    let is_broker = resource.kind == ResourceKind::Broker && !resource.name.is_empty();
    if is_broker && resource.name.parse::<i32>().is_err() {
        let message =
            format!("A broker is named by its id, which is a number, not {:?}.", resource.name);
        return Err(Refusal::new(ErrorCode::InvalidRequest, message));
    }
    Ok(())
}
