//! The values of labels that have few: why a connection ended, why it was refused, what state a group is in.

use super::family::Choice;

macro_rules! choices {
    ($(#[$doc:meta])* $name:ident $label:literal { $( $(#[$variant_doc:meta])* $variant:ident = $text:literal, )+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $( $(#[$variant_doc])* $variant, )+ }

        impl Choice for $name {
            const LABELS: &'static [&'static str] = &[$label];
            const ALL: &'static [Self] = &[$(Self::$variant,)+];

            fn index(self) -> usize {
                self as usize
            }

            fn text(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }
    };
}

choices! {
    /// Why a connection ended.
    CloseReason "reason" {
        /// The client closed it.
        Client = "client",
        /// It was silent for `connections.max.idle.ms`.
        Idle = "idle",
        /// It sent no whole request in `connection.first.request.timeout.ms`.
        Unspoken = "unspoken",
        /// A request or a response made no progress for `connection.stall.timeout.ms`.
        Stalled = "stalled",
        /// It sent what is not Kafka's protocol, or more than `socket.request.max.bytes`.
        Malformed = "malformed",
        /// It asked for what is not served, or its `acks=0` produce failed and there was no other way to say so.
        Refused = "refused",
        /// The network failed.
        Network = "network",
        /// The broker stops.
        Shutdown = "shutdown",
    }
}

choices! {
    /// Why a connection was not taken.
    RefuseReason "reason" {
        /// `max.connections` are open.
        Total = "total",
        /// `max.connections.per.ip` are open from its address.
        Address = "address",
        /// The process has no file descriptor left.
        Descriptors = "descriptors",
    }
}
