//! The roles of a process: broker, controller, or both.

use super::value::{Kind, Value, members};

/// What this process does (`process.roles`). At least one of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Roles {
    /// It keeps partitions and serves clients.
    pub broker: bool,
    /// It votes on metadata.
    pub controller: bool,
}

impl Roles {
    /// The texts that a list of roles is made of.
    pub const TEXTS: &'static [&'static str] = &["broker", "controller"];

    /// Whether one process does both.
    pub const fn is_combined(self) -> bool {
        self.broker && self.controller
    }
}

impl Value for Roles {
    const KIND: Kind = Kind::List;

    fn parse(text: &str) -> Result<Self, String> {
        let has = |role| members(text).any(|member| member == role);
        let roles = Self { broker: has("broker"), controller: has("controller") };
        if roles.broker || roles.controller {
            Ok(roles)
        } else {
            Err("it must name broker, controller, or both".into())
        }
    }
}
