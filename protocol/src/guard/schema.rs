//! A schema: the layout of one message as far as lengths and counts go.
//!
//! Written as constants, a line a field, in the order of the wire. A field says from which version to which it is
//! there, from which it may be null, and from which it is a tagged field (KIP-482).

use bytes::Bytes;

/// A message's layout in all its versions.
#[derive(Debug)]
pub(super) struct Schema {
    /// The first version with compact lengths and tagged fields.
    pub(super) flexible_from: i16,
    /// In the order of the wire.
    pub(super) fields: &'static [Field],
}

/// One field.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    /// As the struct has it: for the error.
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    since: i16,
    until: i16,
    nullable_since: i16,
    tag: Option<(u32, i16)>,
}

/// What a field is made of.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// That many bytes.
    Fixed(usize),
    /// Text: a length of two bytes, or a compact one.
    String,
    /// Bytes or records: a length of four bytes, or a compact one.
    Bytes,
    /// A struct in its place; a byte before it says whether it is there, where it may be null.
    Inline(&'static [Field]),
    /// A count of four bytes, or a compact one, and as many elements.
    Array(Element),
}

/// What an array is made of.
#[derive(Clone, Copy, Debug)]
pub(super) enum Element {
    /// Each that many bytes, on the wire and in memory.
    Fixed(usize),
    /// Text, each.
    String,
    /// A struct, each of `size` bytes in memory, not counting what it points to.
    Struct { fields: &'static [Field], size: usize },
}

pub(super) const BOOL: Kind = Kind::Fixed(1);
pub(super) const INT8: Kind = Kind::Fixed(1);
pub(super) const INT16: Kind = Kind::Fixed(2);
pub(super) const UINT16: Kind = Kind::Fixed(2);
pub(super) const INT32: Kind = Kind::Fixed(4);
pub(super) const INT64: Kind = Kind::Fixed(8);
pub(super) const FLOAT64: Kind = Kind::Fixed(8);
pub(super) const UUID: Kind = Kind::Fixed(16);
pub(super) const STRING: Kind = Kind::String;
pub(super) const BYTES: Kind = Kind::Bytes;
pub(super) const RECORDS: Kind = Kind::Bytes;

/// A message with these fields, flexible from this version on.
pub(super) const fn flexible_from(version: i16, fields: &'static [Field]) -> Schema {
    Schema { flexible_from: version, fields }
}

/// A field of every version, never null, not tagged.
pub(super) const fn field(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, since: 0, until: i16::MAX, nullable_since: i16::MAX, tag: None }
}

/// A struct in its place.
pub(super) const fn inline(fields: &'static [Field]) -> Kind {
    Kind::Inline(fields)
}

/// An array of numbers or of texts.
pub(super) const fn array(element: Kind) -> Kind {
    match element {
        Kind::Fixed(size) => Kind::Array(Element::Fixed(size)),
        Kind::String => Kind::Array(Element::String),
        _ => panic!("no message has an array of such elements"),
    }
}

/// An array of structs, decoded into `T`s.
pub(super) const fn array_of<T>(fields: &'static [Field]) -> Kind {
    Kind::Array(Element::Struct { fields, size: size_of::<T>() })
}

impl Field {
    /// Not there before this version.
    pub(super) const fn since(mut self, version: i16) -> Self {
        self.since = version;
        self
    }

    /// Not there after this version.
    pub(super) const fn until(mut self, version: i16) -> Self {
        self.until = version;
        self
    }

    /// May be null from this version on.
    pub(super) const fn nullable(mut self, since: i16) -> Self {
        self.nullable_since = since;
        self
    }

    /// A tagged field from this version on.
    pub(super) const fn tagged(mut self, tag: u32, since: i16) -> Self {
        self.tag = Some((tag, since));
        self
    }

    /// Whether this version has it.
    pub(super) const fn exists_in(&self, version: i16) -> bool {
        self.since <= version && version <= self.until
    }

    /// Whether it may be null in this version.
    pub(super) const fn is_nullable_in(&self, version: i16) -> bool {
        self.nullable_since <= version
    }

    /// Whether this is its tag, in the versions in which it is a tagged field.
    pub(super) const fn has_tag(&self, tag: u32) -> bool {
        matches!(self.tag, Some((own, _)) if own == tag)
    }

    /// Its tag, if it is a tagged field in this version.
    pub(super) const fn tag_in(&self, version: i16) -> Option<u32> {
        match self.tag {
            Some((tag, since)) if since <= version => Some(tag),
            _ => None,
        }
    }
}

impl Element {
    /// Bytes that one takes in a decoded array.
    pub(super) const fn size(&self) -> usize {
        match self {
            Self::Fixed(size) | Self::Struct { size, .. } => *size,
            Self::String => size_of::<Bytes>(),
        }
    }
}
