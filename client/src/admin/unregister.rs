//! Unregistering: a broker that is gone for good is forgotten (KIP-631).

use protocol::ids::NodeId;
use protocol::messages::UnregisterBrokerRequest;

use super::{Admin, broker_id};
use crate::error::Error;

impl Admin {
    /// Forgets a broker.
    pub async fn unregister_broker(&self, id: NodeId) -> Result<(), Error> {
        let request = &UnregisterBrokerRequest::default().with_broker_id(broker_id(id));
        self.on_controller(|connection| async move {
            let answer = connection.call(request).await?;
            let doing = || format!("unregister broker {id}");
            Error::check(answer.error_code, answer.error_message.as_deref(), doing)
        })
        .await
    }
}
