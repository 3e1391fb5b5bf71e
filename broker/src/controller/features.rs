//! Features: the cluster's first record, and the levels that tell old and new brokers what all of them understand
//! (KIP-584).

use std::sync::Arc;

use protocol::ErrorCode;

use super::draft::Draft;
use super::{Controller, Refusal};
use crate::metadata::{ClusterRecord, FeatureRecord};

/// The first request of a new cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bootstrap {
    /// The cluster's id.
    pub cluster_id: Arc<str>,
    /// The features and their levels.
    pub features: Vec<(Arc<str>, i16)>,
}

/// The levels of features are to be moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpdateFeatures {
    /// The features.
    pub updates: Vec<FeatureUpdate>,
    /// Only say what would happen.
    pub validate_only: bool,
}

/// A feature's level is to be moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeatureUpdate {
    /// Its name.
    pub name: Arc<str>,
    /// The new level; 0 takes it away.
    pub level: i16,
    /// Whether it may become lower.
    pub allow_downgrade: bool,
}

impl Controller {
    pub(super) fn bootstrap(&self, request: Bootstrap, draft: &mut Draft) -> Result<(), Refusal> {
        match draft.image().cluster_id() {
            Some(held) if *held == *request.cluster_id => Ok(()),
            Some(held) => Err(Refusal::new(
                ErrorCode::InconsistentClusterId,
                format!("this is cluster {held}, not {}", request.cluster_id),
            )),
            None => {
                draft.add(ClusterRecord { cluster_id: request.cluster_id });
                let features = request.features.into_iter();
                features.for_each(|(name, level)| draft.add(FeatureRecord { name, level }));
                Ok(())
            }
        }
    }

    pub(super) fn update_features(
        &self,
        request: UpdateFeatures,
        draft: &mut Draft,
    ) -> Vec<Result<(), Refusal>> {
        let validate_only = request.validate_only;
        let update = |update| draft.attempt(validate_only, |draft| update_one(update, draft));
        request.updates.into_iter().map(update).collect()
    }
}

fn update_one(update: FeatureUpdate, draft: &mut Draft) -> Result<(), Refusal> {
    let held = draft.image().features().level(&update.name);
    let name = &update.name;
    if update.level < 0 {
        let message = format!("{} is no level of feature {name}", update.level);
        return Err(Refusal::new(ErrorCode::InvalidRequest, message));
    }
    if update.level < held && !update.allow_downgrade {
        let message = format!("feature {name} is at level {held}; to lower it needs consent");
        return Err(Refusal::new(ErrorCode::InvalidUpdateVersion, message));
    }
    if update.level != held {
        draft.add(FeatureRecord { name: update.name, level: update.level });
    }
    Ok(())
}
