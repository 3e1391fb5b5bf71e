//! A `.properties` file, read as Java reads it.
//!
//! People's files come from Java, so its whole grammar counts: comments with `#` and `!`, a key that ends at the first
//! `=`, `:` or blank, escapes with a backslash, and lines that a backslash continues. Two things differ. Text is
//! UTF-8, as editors write it, and only bytes that are no UTF-8 are taken for Java's ISO-8859-1. And a backslash alone at
//! the very end is nothing, where Java makes an empty key of it.
//!
//! [`parse`] is for whoever wants to say on which line something stands, [`Properties`] for whoever looks keys up.

#[cfg(test)]
mod round_trip;
mod values;

pub use values::Properties;

/// One key and its value, with the line on which it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Property {
    /// The key, with escapes undone.
    pub key: String,
    /// The value, with escapes undone. Blanks at its end belong to it.
    pub value: String,
    /// The line, from 1.
    pub line: usize,
}

/// A line that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} has \\u without four hexadecimal digits after it")]
pub struct MalformedEscape {
    /// The line, from 1.
    pub line: usize,
}

/// The text of a file's bytes.
pub fn decode(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    }
}

/// Reads a whole file. A key that is there twice comes twice; the later one counts.
pub fn parse(text: &str) -> Result<Vec<Property>, MalformedEscape> {
    logical_lines(text).map(|(line, text)| property(line, &text)).collect()
}

/// Lines with their continuations joined, without comments and blank lines.
fn logical_lines(text: &str) -> impl Iterator<Item = (usize, String)> {
    let mut lines = natural_lines(text).enumerate().peekable();
    std::iter::from_fn(move || {
        let (mut begin, mut joined) = (0, String::new());
        while let Some((at, line)) = lines.next() {
            let line = line.trim_start_matches(is_blank);
            // As long as there is nothing yet, a comment is still one, also behind a backslash that stands alone.
            if joined.is_empty() {
                if line.is_empty() || line.starts_with(['#', '!']) {
                    continue;
                }
                begin = at + 1;
            }
            joined.push_str(line);
            if !is_continued(&joined) {
                return Some((begin, joined));
            }
            joined.pop();
            if lines.peek().is_none() && !joined.is_empty() {
                return Some((begin, joined));
            }
        }
        None
    })
}

/// Lines that end with `\n`, `\r\n` or `\r`.
fn natural_lines(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n').flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'))
}

/// A line goes on if it ends with an odd number of backslashes: of an even number each stands for itself.
fn is_continued(line: &str) -> bool {
    line.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\u{c}')
}

fn property(line: usize, text: &str) -> Result<Property, MalformedEscape> {
    let end = key_length(text);
    let (key, rest) = text.split_at(end);
    let rest = rest.trim_start_matches(is_blank);
    let value = rest.strip_prefix(['=', ':']).unwrap_or(rest).trim_start_matches(is_blank);
    let unescaped = |text| unescape(text).ok_or(MalformedEscape { line });
    Ok(Property { key: unescaped(key)?, value: unescaped(value)?, line })
}

/// How many bytes of the line are its key.
fn key_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        if !escaped && (matches!(c, '=' | ':') || is_blank(c)) {
            return at;
        }
        escaped = c == '\\' && !escaped;
    }
    text.len()
}

/// Undoes escapes; `None` if `\u` is not followed by four hexadecimal digits.
fn unescape(text: &str) -> Option<String> {
    let mut units: Vec<u16> = Vec::with_capacity(text.len());
    let push = |c: char, units: &mut Vec<u16>| units.extend_from_slice(c.encode_utf16(&mut [0; 2]));
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            push(c, &mut units);
            continue;
        }
        match chars.next() {
            Some('t') => push('\t', &mut units),
            Some('n') => push('\n', &mut units),
            Some('r') => push('\r', &mut units),
            Some('f') => push('\u{c}', &mut units),
            Some('u') => units.push(code_unit(chars.by_ref().take(4))?),
            Some(other) => push(other, &mut units),
            None => {}
        }
    }
    Some(String::from_utf16_lossy(&units))
}

fn code_unit(digits: impl Iterator<Item = char>) -> Option<u16> {
    let digits: Vec<u32> = digits.map(|c| c.to_digit(16)).collect::<Option<_>>()?;
    let unit = digits.iter().fold(0, |unit, digit| unit * 16 + digit);
    (digits.len() == 4).then(|| u16::try_from(unit).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(String, String)> {
        let properties = parse(text).expect("well formed");
        properties.into_iter().map(|property| (property.key, property.value)).collect()
    }

    fn pair(text: &str) -> (String, String) {
        let mut all = pairs(text);
        assert_eq!(all.len(), 1, "{text:?}");
        all.remove(0)
    }

    #[test]
    fn a_key_ends_at_the_first_separator_that_is_not_escaped() {
        for text in ["a=b", "a:b", "a b", "a = b", "  a\t:  b", "a\u{c}b"] {
            assert_eq!(pair(text), ("a".into(), "b".into()), "{text:?}");
        }
        assert_eq!(pair("a==b"), ("a".into(), "=b".into()));
        assert_eq!(pair("a\\=b\\:c\\ d=e"), ("a=b:c d".into(), "e".into()));
        assert_eq!(pair("listeners=A://:9092"), ("listeners".into(), "A://:9092".into()));
        assert_eq!(pair("alone"), ("alone".into(), String::new()));
    }

    #[test]
    fn blanks_at_the_end_of_a_value_belong_to_it() {
        assert_eq!(pair("a=b "), ("a".into(), "b ".into()));
    }

    #[test]
    fn comments_and_blank_lines_are_nothing() {
        assert_eq!(pairs("# x=y\n\n   ! z\n \t\n"), []);
        assert_eq!(pair("a=b # not a comment"), ("a".into(), "b # not a comment".into()));
    }

    #[test]
    fn an_odd_number_of_backslashes_continues_a_line() {
        assert_eq!(pair("a=b,\\\n   c"), ("a".into(), "b,c".into()));
        assert_eq!(pair("a=b\\\r\n\tc"), ("a".into(), "bc".into()));
        assert_eq!(pairs("a=b\\\\\nc=d").len(), 2);
        assert_eq!(pair("a=b\\\n#c"), ("a".into(), "b#c".into()));
        assert_eq!(pair("a=b\\"), ("a".into(), "b".into()));
        assert_eq!(pairs("a=b\\\n\nc=d").len(), 2);
    }

    #[test]
    fn a_comment_behind_a_backslash_that_stands_alone_is_one() {
        assert_eq!(pair("\\\n#x\na=b"), ("a".into(), "b".into()));
        assert_eq!(pair("\\\n\n  a=b"), ("a".into(), "b".into()));
        assert_eq!(pairs("\\\n"), []);
    }

    #[test]
    fn escapes_are_undone() {
        assert_eq!(pair(r"a=\t\n\q\\x"), ("a".into(), "\t\nq\\x".into()));
        assert_eq!(pair(r"a=\u00e9\uD83D\uDE00"), ("a".into(), "é😀".into()));
        assert_eq!(parse("x=1\na=\\u12g4"), Err(MalformedEscape { line: 2 }));
        assert_eq!(parse("a=\\u12"), Err(MalformedEscape { line: 1 }));
    }

    #[test]
    fn a_property_knows_the_line_on_which_it_begins() {
        let properties = parse("# one\na=\\\nb\n\nc=d").expect("well formed");
        assert_eq!(properties.iter().map(|property| property.line).collect::<Vec<_>>(), [2, 5]);
    }

    #[test]
    fn bytes_that_are_no_utf_8_are_java_s_latin_1() {
        assert_eq!(decode("é".as_bytes()), "é");
        assert_eq!(decode(&[b'a', 0xe9]), "aé");
    }
}
