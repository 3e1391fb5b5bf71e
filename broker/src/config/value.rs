//! A value: what the text behind a key means once it is read.
//!
//! Kafka gives every key one of nine types, and DescribeConfigs tells clients which. A Rust type that can stand in a
//! configuration implements [`Value`]: it names its [`Kind`] and reads itself from text as Kafka would (trimmed,
//! `true` and `FALSE` in any case, lists split at commas). What it refuses comes back as a sentence for the operator.

use std::fmt;

/// Kafka's type of a key. The number is what DescribeConfigs sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i8)]
pub enum Kind {
    /// `true` or `false`.
    Boolean = 1,
    /// Text.
    String = 2,
    /// A whole number of 32 bits.
    Int = 3,
    /// A whole number of 16 bits.
    Short = 4,
    /// A whole number of 64 bits.
    Long = 5,
    /// A number with a fraction.
    Double = 6,
    /// Texts with commas between them.
    List = 7,
    /// The name of a Java class. We load none; a few names stand for something that we build in.
    Class = 8,
    /// Text that is never shown again.
    Password = 9,
}

impl Kind {
    /// The type's name as documentation writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::String => "string",
            Self::Int => "int",
            Self::Short => "short",
            Self::Long => "long",
            Self::Double => "double",
            Self::List => "list",
            Self::Class => "class",
            Self::Password => "password",
        }
    }

    /// Whether `text` is of this type at all, whatever the key's own range says.
    pub fn accepts(self, text: &str) -> Result<(), String> {
        match self {
            Self::Boolean => bool::parse(text).map(drop),
            Self::Int => i32::parse(text).map(drop),
            Self::Short => i16::parse(text).map(drop),
            Self::Long => i64::parse(text).map(drop),
            Self::Double => f64::parse(text).map(drop),
            Self::String | Self::List | Self::Class | Self::Password => Ok(()),
        }
    }
}

/// A type that a key's text can be read into.
pub trait Value: Sized {
    /// What DescribeConfigs calls the type.
    const KIND: Kind;

    /// Reads the text, or says in a sentence why it cannot be read.
    fn parse(text: &str) -> Result<Self, String>;

    /// What a key without a default holds when nobody sets it; `None` if there must be a default.
    fn null() -> Option<Self> {
        None
    }
}

impl Value for bool {
    const KIND: Kind = Kind::Boolean;

    fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.eq_ignore_ascii_case("true") {
            Ok(true)
        } else if text.eq_ignore_ascii_case("false") {
            Ok(false)
        } else {
            Err("it must be true or false".into())
        }
    }
}

macro_rules! whole_number {
    ($type:ty, $kind:ident) => {
        impl Value for $type {
            const KIND: Kind = Kind::$kind;

            fn parse(text: &str) -> Result<Self, String> {
                text.trim().parse().map_err(|_| {
                    format!(
                        "it must be a whole number from {} to {} ({})",
                        <$type>::MIN,
                        <$type>::MAX,
                        Self::KIND.name()
                    )
                })
            }
        }
    };
}

whole_number!(i16, Short);
whole_number!(i32, Int);
whole_number!(i64, Long);

impl Value for f64 {
    const KIND: Kind = Kind::Double;

    fn parse(text: &str) -> Result<Self, String> {
        match text.trim().parse::<Self>() {
            Ok(number) if number.is_finite() => Ok(number),
            _ => Err("it must be a number (double)".into()),
        }
    }
}

impl Value for String {
    const KIND: Kind = Kind::String;

    fn parse(text: &str) -> Result<Self, String> {
        Ok(text.trim().to_owned())
    }
}

impl Value for Vec<String> {
    const KIND: Kind = Kind::List;

    fn parse(text: &str) -> Result<Self, String> {
        Ok(members(text).map(str::to_owned).collect())
    }
}

impl<T: Value> Value for Option<T> {
    const KIND: Kind = T::KIND;

    fn parse(text: &str) -> Result<Self, String> {
        T::parse(text).map(Some)
    }

    fn null() -> Option<Self> {
        Some(None)
    }
}

/// The members of a list as Kafka splits it: at commas, with the blanks around them dropped; an empty text is an
/// empty list.
pub(super) fn members(text: &str) -> impl Iterator<Item = &str> {
    let text = text.trim();
    text.split(',').map(str::trim).filter(move |_| !text.is_empty())
}

/// Reads an enum from the one text that stands for each of its variants.
macro_rules! choice {
    (
        $(#[$doc:meta])*
        $name:ident { $( $(#[$variant_doc:meta])* $variant:ident = $text:literal, )+ }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $( $(#[$variant_doc])* $variant, )+ }

        impl $name {
            /// Every text that may be written, in the order of the variants.
            pub const TEXTS: &'static [&'static str] = &[$($text,)+];

            /// The text that stands for this choice.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }

        impl Value for $name {
            const KIND: Kind = Kind::String;

            fn parse(text: &str) -> Result<Self, String> {
                match text.trim() {
                    $($text => Ok(Self::$variant),)+
                    _ => Err(format!("it must be one of {}", Self::TEXTS.join(", "))),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

pub(super) use choice;

choice! {
    /// How the batches of a topic are kept (`compression.type`).
    CompressionType {
        /// As the producer sent them: the broker opens nothing.
        Producer = "producer",
        /// Opened, if they came compressed.
        Uncompressed = "uncompressed",
        /// With gzip, at `compression.gzip.level`.
        Gzip = "gzip",
        /// With snappy, which has no levels.
        Snappy = "snappy",
        /// With lz4, at `compression.lz4.level`.
        Lz4 = "lz4",
        /// With zstd, at `compression.zstd.level`.
        Zstd = "zstd",
    }
}

choice! {
    /// Whose clock a record's timestamp comes from (`message.timestamp.type`).
    MessageTimestampType {
        /// The producer's.
        CreateTime = "CreateTime",
        /// The broker's, at the append.
        LogAppendTime = "LogAppendTime",
    }
}

/// What retention may do to a topic (`cleanup.policy`). Neither: it keeps everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct CleanupPolicy {
    /// Keep the newest record of each key.
    pub compact: bool,
    /// Delete segments that are too old, or beyond the size that is kept.
    pub delete: bool,
}

impl CleanupPolicy {
    /// The texts that a list of policies is made of.
    pub const TEXTS: &'static [&'static str] = &["compact", "delete"];
}

impl Value for CleanupPolicy {
    const KIND: Kind = Kind::List;

    fn parse(text: &str) -> Result<Self, String> {
        let mut policy = Self::default();
        for member in members(text) {
            match member {
                "compact" => policy.compact = true,
                "delete" => policy.delete = true,
                _ => return Err(format!("its members must be among {}", Self::TEXTS.join(", "))),
            }
        }
        Ok(policy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_as_kafka_reads_them() {
        assert_eq!(bool::parse(" True "), Ok(true));
        assert!(bool::parse("yes").is_err());
        assert_eq!(i32::parse(" 42 "), Ok(42));
        assert!(i32::parse("2147483648").is_err());
        assert_eq!(i64::parse("9223372036854775807"), Ok(i64::MAX));
        assert_eq!(f64::parse("0.5"), Ok(0.5));
        assert!(f64::parse("NaN").is_err());
        assert_eq!(Vec::<String>::parse("a , b,c"), Ok(vec!["a".into(), "b".into(), "c".into()]));
        assert_eq!(Vec::<String>::parse("  "), Ok(Vec::new()));
    }

    #[test]
    fn a_cleanup_policy_may_be_empty_and_then_keeps_everything() {
        assert_eq!(CleanupPolicy::parse(""), Ok(CleanupPolicy::default()));
        assert_eq!(
            CleanupPolicy::parse("compact, delete"),
            Ok(CleanupPolicy { compact: true, delete: true })
        );
        assert!(CleanupPolicy::parse("purge").is_err());
    }

    #[test]
    fn a_choice_names_what_may_be_chosen() {
        assert_eq!(CompressionType::parse("zstd"), Ok(CompressionType::Zstd));
        let refusal = CompressionType::parse("brotli").expect_err("not one of them");
        assert!(refusal.contains("producer, uncompressed"), "{refusal}");
    }
}
