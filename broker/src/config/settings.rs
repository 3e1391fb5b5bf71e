//! The settings of a running broker: what it was started with, and what was altered since.
//!
//! A value, not a place: an alteration gives other settings, and the shell swaps one for the other. What was
//! altered lies in the metadata log; a broker is handed both dynamic layers whenever they change there.

use std::sync::Arc;

use super::alter;
use super::broker::BrokerConfig;
use super::layers::{Layers, Overrides};
use super::problem::Problem;
use super::topic::TopicConfig;

/// The settings of a running broker.
#[derive(Clone, Debug)]
pub struct Settings {
    layers: Layers,
    broker: Arc<BrokerConfig>,
}

impl Settings {
    /// Settings that were checked while they were loaded.
    pub(super) fn new(layers: Layers, broker: Arc<BrokerConfig>) -> Self {
        Self { layers, broker }
    }

    /// The typed values that hold now.
    pub fn broker(&self) -> &Arc<BrokerConfig> {
        &self.broker
    }

    /// The layers behind them.
    pub fn layers(&self) -> &Layers {
        &self.layers
    }

    /// The configuration of a topic with these overrides.
    pub fn topic(&self, overrides: &impl Overrides) -> TopicConfig {
        TopicConfig::resolve(&self.broker, overrides)
    }

    /// These settings with other dynamic layers: the cluster-wide default, and what is set for this broker.
    ///
    /// The layers were checked when they were altered, perhaps by another release. What this one cannot take is
    /// left out and named; if the rest does not fit together, the typed values stay as they were.
    pub fn with_dynamic(
        &self,
        default: &impl Overrides,
        broker: &impl Overrides,
    ) -> (Self, Vec<Problem>) {
        let mut problems = Vec::new();
        let default = alter::legal(default, &mut problems);
        let own = alter::legal(broker, &mut problems);
        let layers = self.layers.with_dynamic(&default, &own);
        match BrokerConfig::resolve(&layers) {
            Ok(config) => (Self { layers, broker: Arc::new(config) }, problems),
            Err(error) => {
                problems.extend(error.problems);
                (self.clone(), problems)
            }
        }
    }
}

impl Default for Settings {
    /// The settings of a broker for which nobody set anything. For tests.
    fn default() -> Self {
        Self::new(Layers::default(), Arc::new(BrokerConfig::default()))
    }
}
