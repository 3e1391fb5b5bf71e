//! A row: all that is known about one key, said once.
//!
//! [`section!`] turns a table of rows into two things: a struct with one typed field for each key that the broker
//! obeys, and the list of [`Row`]s from which the loader, DescribeConfigs, `check-config` and
//! `docs/configuration.md` take the rest. The doc comment of a row is the field's documentation, the paragraph in the
//! document and the text that DescribeConfigs sends.

use super::check::Check;
use super::value::Kind;

/// One key.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Kafka's name for it, or ours in Kafka's style.
    pub key: &'static str,
    /// Its type.
    pub kind: Kind,
    /// Its value when nobody sets it, as Kafka writes it; `None` is Kafka's null.
    pub default: Option<&'static str>,
    /// Its legal values.
    pub check: Check,
    /// Whether a running broker takes a new value.
    pub update: Update,
    /// What the broker does about it.
    pub class: Class,
    /// What it means, in sentences.
    pub doc: &'static str,
    /// The typed field that holds it, for keys that the broker obeys.
    pub field: Option<&'static str>,
}

/// What the broker does about a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// It obeys.
    Supported,
    /// It takes the key, for the sake of files written for Kafka, and has nothing that the key could steer.
    /// The text says why.
    NoEffect(&'static str),
    /// It does not start with a value other than the default: to go on would be less safe, or less than was asked
    /// for, without anyone being told. The text says what is missing.
    Refused(&'static str),
}

/// Whether and where a running broker takes a new value for a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Update {
    /// Nowhere: it takes a restart.
    ReadOnly,
    /// For one broker at a time.
    PerBroker,
    /// For one broker, or as a default for all.
    ClusterWide,
}

/// It takes a restart.
pub(super) const READ_ONLY: Update = Update::ReadOnly;
/// It may be altered for one broker.
pub(super) const PER_BROKER: Update = Update::PerBroker;
/// It may be altered for one broker and for all.
pub(super) const CLUSTER_WIDE: Update = Update::ClusterWide;

/// A part of the configuration: one struct, one chapter of the document.
#[derive(Clone, Copy, Debug)]
pub struct Section {
    /// The chapter's title.
    pub title: &'static str,
    /// What the keys of the chapter have in common.
    pub about: &'static str,
    /// The keys, in the order in which they are best read.
    pub rows: &'static [Row],
}

impl Row {
    /// Whether the value must never be shown.
    pub const fn is_sensitive(&self) -> bool {
        matches!(self.kind, Kind::Password)
    }

    /// Whether `text` is a legal value, and if not, why.
    pub fn accepts(&self, text: &str) -> Result<(), String> {
        self.check.accepts(self.kind, text)
    }
}

/// The default of a row: a text, or `null`.
macro_rules! default_text {
    (null) => {
        None
    };
    ($text:literal) => {
        Some($text)
    };
}

/// The rows of a table, in a constant slice.
macro_rules! rows {
    (
        supported {$(
            $(#[doc = $doc:expr])+
            $field:ident: $type:ty = $key:literal, $default:tt, $check:expr, $update:expr;
        )*}
        no_effect {$(
            $(#[doc = $idle_doc:expr])+
            $idle_key:literal: $idle_kind:ident = $idle_default:tt, $idle_check:expr, $idle_update:expr, $idle_why:expr;
        )*}
        refused {$(
            $(#[doc = $refused_doc:expr])+
            $refused_key:literal: $refused_kind:ident = $refused_default:tt, $refused_check:expr, $refused_update:expr, $refused_why:expr;
        )*}
    ) => {
        &[
            $($crate::config::row::Row {
                key: $key,
                kind: <$type as $crate::config::value::Value>::KIND,
                default: $crate::config::row::default_text!($default),
                check: $check,
                update: $update,
                class: $crate::config::row::Class::Supported,
                doc: concat!($($doc),+),
                field: Some(stringify!($field)),
            },)*
            $($crate::config::row::Row {
                key: $idle_key,
                kind: $crate::config::value::Kind::$idle_kind,
                default: $crate::config::row::default_text!($idle_default),
                check: $idle_check,
                update: $idle_update,
                class: $crate::config::row::Class::NoEffect($idle_why),
                doc: concat!($($idle_doc),+),
                field: None,
            },)*
            $($crate::config::row::Row {
                key: $refused_key,
                kind: $crate::config::value::Kind::$refused_kind,
                default: $crate::config::row::default_text!($refused_default),
                check: $refused_check,
                update: $refused_update,
                class: $crate::config::row::Class::Refused($refused_why),
                doc: concat!($($refused_doc),+),
                field: None,
            },)*
        ]
    };
}

/// A table of broker keys with typed fields. See the module's documentation.
macro_rules! section {
    (
        $(#[doc = $about:expr])+
        $name:ident, $title:literal;
        $(
            $(#[doc = $doc:expr])+
            $field:ident: $type:ty = $key:literal, $default:tt, $check:expr, $update:expr;
        )+
        $(no_effect { $($idle:tt)* })?
        $(refused { $($refused:tt)* })?
    ) => {
        $(#[doc = $about])+
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name { $( $(#[doc = $doc])+ pub $field: $type, )+ }

        impl $name {
            /// The rows of this chapter.
            pub const SECTION: $crate::config::row::Section = $crate::config::row::Section {
                title: $title,
                about: concat!($($about),+),
                rows: $crate::config::row::rows! {
                    supported { $( $(#[doc = $doc])+ $field: $type = $key, $default, $check, $update; )+ }
                    no_effect { $($($idle)*)? }
                    refused { $($($refused)*)? }
                },
            };

            /// Reads every typed field of this chapter.
            pub(in crate::config) fn read(reader: &mut $crate::config::reader::Reader<'_>) -> Self {
                Self { $($field: reader.read($key),)+ }
            }
        }
    };
}

/// A table of broker keys of which the broker obeys none.
macro_rules! chapter {
    (
        $(#[doc = $about:expr])+
        $title:literal;
        no_effect { $($idle:tt)* }
        $(refused { $($refused:tt)* })?
    ) => {
        $(#[doc = $about])+
        pub(super) const SECTION: $crate::config::row::Section = $crate::config::row::Section {
            title: $title,
            about: concat!($($about),+),
            rows: $crate::config::row::rows! {
                supported {}
                no_effect { $($idle)* }
                refused { $($($refused)*)? }
            },
        };
    };
}

pub(super) use {chapter, default_text, rows, section};
