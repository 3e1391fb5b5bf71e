//! Payloads: what the records of a load hold.

use std::io;
use std::path::Path;

use bytes::Bytes;
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

/// Makes one payload after the other. The same one from the same seed.
#[derive(Clone, Debug)]
pub struct Payloads {
    kind: Kind,
    random: SmallRng,
}

#[derive(Clone, Debug)]
enum Kind {
    /// So many random capital letters.
    Letters(usize),
    /// One of these, at random.
    Given(Vec<Bytes>),
    /// The number of the record.
    Numbers,
}

impl Payloads {
    /// So many random capital letters each.
    pub fn letters(length: usize) -> Self {
        Self::of(Kind::Letters(length))
    }

    /// The number of each record, as text.
    pub fn numbers() -> Self {
        Self::of(Kind::Numbers)
    }

    /// The pieces of a file between `delimiter`s, at random.
    ///
    /// # Errors
    /// Trouble with the file, also that there is nothing in it.
    pub fn from_file(path: &Path, delimiter: &str) -> io::Result<Self> {
        let text = std::fs::read(path)?;
        let text = String::from_utf8_lossy(&text);
        let pieces = text.strip_suffix(delimiter).unwrap_or(&text).split(delimiter);
        let pieces: Vec<Bytes> =
            pieces.map(|piece| Bytes::copy_from_slice(piece.as_bytes())).collect();
        match text.is_empty() {
            true => Err(io::ErrorKind::UnexpectedEof.into()),
            false => Ok(Self::of(Kind::Given(pieces))),
        }
    }

    fn of(kind: Kind) -> Self {
        Self { kind, random: SmallRng::seed_from_u64(0) }
    }

    /// How many different ones there are, if they were given.
    pub fn given(&self) -> Option<usize> {
        match &self.kind {
            Kind::Given(pieces) => Some(pieces.len()),
            _ => None,
        }
    }

    /// The payload of the record with this number.
    pub fn next(&mut self, number: u64) -> Bytes {
        match &self.kind {
            Kind::Letters(length) => {
                let random = &mut self.random;
                (0..*length).map(|_| random.random_range(b'A'..=b'Z')).collect()
            }
            Kind::Given(pieces) => {
                let at = self.random.random_range(0..pieces.len().max(1));
                pieces.get(at).cloned().unwrap_or_default()
            }
            Kind::Numbers => number.to_string().into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payloads_are_as_long_as_they_were_asked_for_and_not_all_the_same() {
        let mut letters = Payloads::letters(100);
        let (one, two) = (letters.next(0), letters.next(1));
        assert!(one.iter().all(u8::is_ascii_uppercase) && one.len() == 100 && one != two);
        assert_eq!(Payloads::numbers().next(42), "42");
    }
}
