//! Escapes: `\n`, `\t` and their kind, as people type them on a command line.

use super::failure::Failure;

/// The text with its escapes resolved: `\n \r \t \\ \0 \xHH`.
pub(super) fn unescape(text: &str) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            continue;
        }
        match rest.next() {
            Some('n') => bytes.push(b'\n'),
            Some('r') => bytes.push(b'\r'),
            Some('t') => bytes.push(b'\t'),
            Some('0') => bytes.push(0),
            Some('\\') => bytes.push(b'\\'),
            Some('x') => {
                let digits: String = rest.by_ref().take(2).collect();
                let byte = u8::from_str_radix(&digits, 16).map_err(|_| wrong(&digits))?;
                bytes.push(byte);
            }
            other => return Err(wrong(&other.map(String::from).unwrap_or_default())),
        }
    }
    Ok(bytes)
}

fn wrong(escape: &str) -> Failure {
    Failure::usage(format!("\"\\{escape}\" is no escape; there are \\n \\r \\t \\0 \\\\ and \\xHH"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_become_bytes_and_others_are_refused() {
        assert_eq!(unescape(r"a\tb\n\x00\\ä"), Ok("a\tb\n\0\\ä".as_bytes().to_vec()));
        assert!(unescape(r"\q").is_err());
        assert!(unescape(r"\xz").is_err());
        assert!(unescape(r"\").is_err());
    }
}
