//! Properties: keys and their values, as programs look them up.

use std::collections::BTreeMap;

use super::{MalformedEscape, decode, parse};

/// Keys and values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Properties(BTreeMap<String, String>);

impl Properties {
    /// What the bytes of a file say. The last value of a key counts.
    pub fn parse(bytes: &[u8]) -> Result<Self, MalformedEscape> {
        let all = parse(&decode(bytes))?;
        Ok(Self(all.into_iter().map(|property| (property.key, property.value)).collect()))
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// Sets a key.
    pub fn set(&mut self, key: &str, value: impl Into<String>) {
        self.0.insert(key.into(), value.into());
    }

    /// Every key with its value, in the order of the keys.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_value_of_a_key_counts() {
        let properties = Properties::parse(b"a=1\nb : 2\na 9\n").expect("well formed");
        assert_eq!(properties.iter().collect::<Vec<_>>(), [("a", "9"), ("b", "2")]);
        assert_eq!(properties.get("c"), None);
    }
}
