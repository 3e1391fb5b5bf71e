//! An encoding: how bytes are written as text.

use std::io::{self, Write};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::cli::failure::Failure;

/// What may stand in braces after `%k`, `%v` and `%s`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::cli) enum Encoding {
    /// As they are.
    #[default]
    Plain,
    /// Hexadecimal digits.
    Hex,
    /// Base 64, with padding (RFC 4648, section 4).
    Base64,
    /// A JSON value: what is JSON as it is, anything else as a string.
    Json,
}

impl Encoding {
    /// Takes `{…}` from the front of the rest of a format, if it is there.
    pub(in crate::cli) fn parse(rest: &mut &str) -> Result<Self, Failure> {
        let Some(inner) = rest.strip_prefix('{') else { return Ok(Self::Plain) };
        let unknown =
            || Failure::usage("bytes are printed as they are, or with {hex}, {base64} or {json}");
        let (name, after) = inner.split_once('}').ok_or_else(unknown)?;
        *rest = after;
        match name {
            "hex" => Ok(Self::Hex),
            "base64" => Ok(Self::Base64),
            "json" => Ok(Self::Json),
            _ => Err(unknown()),
        }
    }

    /// Prints what is there; nothing for nothing, which is `null` in JSON.
    pub(super) fn print(
        self,
        bytes: Option<&[u8]>,
        out: &mut (dyn Write + Send),
    ) -> io::Result<()> {
        let all = bytes.unwrap_or_default();
        match self {
            Self::Plain => out.write_all(all),
            Self::Hex => all.iter().try_for_each(|byte| write!(out, "{byte:02x}")),
            Self::Base64 => out.write_all(BASE64_STANDARD.encode(all).as_bytes()),
            Self::Json if bytes.is_none() => out.write_all(b"null"),
            Self::Json if serde_json::from_slice::<serde::de::IgnoredAny>(all).is_ok() => {
                out.write_all(all)
            }
            Self::Json => Ok(serde_json::to_writer(out, &String::from_utf8_lossy(all))?),
        }
    }

    /// The bytes that a text stands for.
    pub(in crate::cli) fn decode(self, text: &[u8]) -> Result<Vec<u8>, Failure> {
        let wrong = |what: &str| {
            let shown = String::from_utf8_lossy(text);
            Failure::usage(format!("{shown:?} is not {what}"))
        };
        match self {
            Self::Plain => Ok(text.to_vec()),
            Self::Hex => hex(text).ok_or_else(|| wrong("hexadecimal")),
            Self::Base64 => BASE64_STANDARD.decode(text).map_err(|_| wrong("base 64")),
            Self::Json => match serde_json::from_slice::<serde::de::IgnoredAny>(text) {
                Ok(_) => Ok(text.to_vec()),
                Err(_) => Err(wrong("JSON")),
            },
        }
    }
}

fn hex(text: &[u8]) -> Option<Vec<u8>> {
    let digit =
        |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = text.chunks(2).map(|pair| match pair {
        [high, low] => Some(digit(high)? * 16 + digit(low)?),
        _ => None,
    });
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_can_be_read_back() {
        for (encoding, text) in [
            (Encoding::Plain, &b"a\xff"[..]),
            (Encoding::Hex, b"61ff"),
            (Encoding::Base64, b"Yf8="),
        ] {
            let mut printed = Vec::new();
            encoding.print(Some(b"a\xff"), &mut printed).expect("memory is writable");
            assert_eq!(printed, text, "{encoding:?}");
            assert_eq!(encoding.decode(text).as_deref(), Ok(&b"a\xff"[..]), "{encoding:?}");
        }
        assert!(Encoding::Hex.decode(b"6").is_err());
        assert!(Encoding::Base64.decode(b"!").is_err());
    }

    #[test]
    fn json_is_always_json() {
        for (bytes, printed) in [
            (Some(&b"{\"a\":1}"[..]), "{\"a\":1}"),
            (Some(b"say \"hi\""), "\"say \\\"hi\\\"\""),
            (None, "null"),
        ] {
            let mut out = Vec::new();
            Encoding::Json.print(bytes, &mut out).expect("memory is writable");
            assert_eq!(String::from_utf8(out).expect("text"), printed);
        }
    }
}
