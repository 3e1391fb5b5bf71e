//! The names and numbers of group membership, each a type of its own.

use std::borrow::Borrow;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Copies the text, so that a name never keeps the request alive that brought it.
            pub fn new(text: &str) -> Self {
                Self(text.into())
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl Deref for $name {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::new("")
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::new(text)
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", &self.0)
            }
        }
    };
}

name! {
    /// A consumer group, `group.id` of its members. Any text; for membership it must not be empty.
    GroupId
}
name! {
    /// One incarnation of a member. Given out by the coordinator; empty in a request that has none yet.
    MemberId
}
name! {
    /// A static member's name, `group.instance.id` (KIP-345): it survives the member's restarts.
    InstanceId
}

/// How often a group has settled who is in it. A member that speaks for an older generation is fenced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Generation(pub i32);

impl Generation {
    /// What the wire says when there is none: a commit by no member, a refused join.
    pub const NONE: Self = Self(-1);

    /// The generation after this one. After `i32::MAX` it starts over at 1, so that it never means "none".
    pub const fn next(self) -> Self {
        if self.0 == i32::MAX { Self(1) } else { Self(self.0 + 1) }
    }

    /// Whether this is a generation at all.
    pub const fn is_some(self) -> bool {
        self.0 >= 0
    }
}

impl fmt::Display for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
