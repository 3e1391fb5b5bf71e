//! Samples: valid bodies of any schema and version, made up along the schema. For the tests.

use super::schema::{Element, Field, Kind, Schema};
use crate::varint;

/// A small generator of numbers that look random (SplitMix64): the same seed, the same numbers.
#[derive(Clone, Debug)]
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    pub(super) fn one_in(&mut self, chances: usize) -> bool {
        self.below(chances) == 0
    }
}

/// How a sample is made up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// As clients send it: texts have letters, every array has elements, tagged fields are there with values of their
    /// own, nothing is unknown. Decoding and encoding again gives the same bytes.
    Plain,
    /// Empty texts, null where it may be, unknown tagged fields.
    Odd,
    /// As [`Shape::Plain`], but with no tagged field at all.
    Untagged,
}

/// A body whose tagged fields all have their defaults, and are therefore not there.
pub(super) fn without_tags(schema: &Schema, version: i16, dice: &mut Dice) -> Vec<u8> {
    body(schema, version, Shape::Untagged, dice)
}

/// A body of this schema and version.
pub(super) fn body(schema: &Schema, version: i16, shape: Shape, dice: &mut Dice) -> Vec<u8> {
    let flexible = version >= schema.flexible_from;
    let mut sample = Sample { out: Vec::new(), version, flexible, shape, dice };
    sample.fields(schema.fields);
    sample.out
}

struct Sample<'a> {
    out: Vec<u8>,
    version: i16,
    flexible: bool,
    shape: Shape,
    dice: &'a mut Dice,
}

impl Sample<'_> {
    fn fields(&mut self, fields: &'static [Field]) {
        for field in fields {
            if field.exists_in(self.version) && field.tag_in(self.version).is_none() {
                self.value(field);
            }
        }
        if self.flexible {
            self.tags(fields);
        }
    }

    fn value(&mut self, field: &Field) {
        let nullable = field.is_nullable_in(self.version);
        let null = nullable && self.shape == Shape::Odd && self.dice.one_in(2);
        match field.kind {
            Kind::Fixed(len) => self.fixed(len),
            Kind::String => self.string(null),
            Kind::Bytes => {
                let len = self.len();
                self.count(if null { None } else { Some(len) });
                self.letters(if null { 0 } else { len });
            }
            Kind::Inline(fields) => {
                if nullable {
                    self.out.push(if null { 0xff } else { 1 });
                }
                if !null {
                    self.fields(fields);
                }
            }
            Kind::Array(element) => self.array(element, null),
        }
    }

    fn array(&mut self, element: Element, null: bool) {
        if null {
            return self.count(None);
        }
        let count = match self.shape {
            Shape::Odd => self.dice.below(4),
            Shape::Plain | Shape::Untagged => 1 + self.dice.below(2),
        };
        self.count(Some(count));
        for _ in 0..count {
            match element {
                Element::Fixed(len) => self.fixed(len),
                Element::String => self.string(false),
                Element::Struct { fields, .. } => self.fields(fields),
            }
        }
    }

    /// A number that is no field's default: neither 0 nor −1, and true where it is a bool.
    fn fixed(&mut self, len: usize) {
        let start = self.out.len();
        self.out.resize(start + len, 0);
        self.out[start..].fill_with(|| 1 + (self.dice.next() % 100) as u8);
        if len == 1 {
            // A bool is encoded as 1.
            self.out[start] = 1;
        }
    }

    fn len(&mut self) -> usize {
        match self.shape {
            Shape::Odd => self.dice.below(3),
            Shape::Plain | Shape::Untagged => 3 + self.dice.below(6),
        }
    }

    fn string(&mut self, null: bool) {
        let len = self.len();
        match (self.flexible, null) {
            (true, _) => self.count(if null { None } else { Some(len) }),
            (false, true) => self.out.extend_from_slice(&(-1i16).to_be_bytes()),
            (false, false) => self.out.extend_from_slice(&(len as i16).to_be_bytes()),
        }
        self.letters(if null { 0 } else { len });
    }

    fn letters(&mut self, len: usize) {
        for _ in 0..len {
            let letter = b'a' + self.dice.below(26) as u8;
            self.out.push(letter);
        }
    }

    fn count(&mut self, count: Option<usize>) {
        if self.flexible {
            varint::write_u32(&mut self.out, count.map_or(0, |count| count as u32 + 1));
        } else {
            let count = count.map_or(-1, |count| count as i32);
            self.out.extend_from_slice(&count.to_be_bytes());
        }
    }

    fn tags(&mut self, fields: &'static [Field]) {
        let mut tagged: Vec<(u32, Vec<u8>)> = Vec::new();
        let version = self.version;
        for field in fields.iter().filter(|field| field.exists_in(version)) {
            if let Some(tag) = field.tag_in(self.version)
                && self.shape != Shape::Untagged
                && (self.shape == Shape::Plain || self.dice.one_in(2))
            {
                tagged.push((tag, self.apart(|sample| sample.value(field))));
            }
        }
        if self.shape == Shape::Odd && self.dice.one_in(8) {
            for tag in 0..self.dice.below(3) as u32 {
                tagged.push((1000 + tag, b"unknown"[..self.dice.below(8)].to_vec()));
            }
        }
        tagged.sort_by_key(|(tag, _)| *tag);
        varint::write_u32(&mut self.out, tagged.len() as u32);
        for (tag, value) in tagged {
            varint::write_u32(&mut self.out, tag);
            varint::write_u32(&mut self.out, value.len() as u32);
            self.out.extend_from_slice(&value);
        }
    }

    /// What `write` writes, apart from the rest.
    fn apart(&mut self, write: impl FnOnce(&mut Self)) -> Vec<u8> {
        let before = std::mem::take(&mut self.out);
        write(self);
        std::mem::replace(&mut self.out, before)
    }
}
