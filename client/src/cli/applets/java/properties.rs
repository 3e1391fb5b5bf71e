//! A properties file, as `java.util.Properties` reads it.
//!
//! `key=value`, `key: value` or `key value`; `#` and `!` begin comments; a backslash at the end of a line joins the next
//! to it, and elsewhere escapes what follows. The last value of a key counts.

use std::collections::BTreeMap;

/// Keys and values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Properties(BTreeMap<String, String>);

impl Properties {
    /// What the text says.
    pub fn parse(text: &str) -> Self {
        Self(logical_lines(text).iter().map(|line| entry(line)).collect())
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

/// Lines without comments, with those that go on joined.
fn logical_lines(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut goes_on = false;
    for line in text.lines() {
        let line = line.trim_start_matches([' ', '\t', '\u{c}']);
        if !goes_on && (line.is_empty() || line.starts_with(['#', '!'])) {
            continue;
        }
        let backslashes = line.chars().rev().take_while(|c| *c == '\\').count();
        let joins = backslashes % 2 == 1;
        let line = if joins { &line[..line.len() - 1] } else { line };
        match lines.last_mut().filter(|_| goes_on) {
            Some(last) => last.push_str(line),
            None => lines.push(line.to_owned()),
        }
        goes_on = joins;
    }
    lines
}

/// The key ends at the first `=`, `:` or blank that no backslash stands before.
fn entry(line: &str) -> (String, String) {
    let mut escaped = false;
    let end = line.find(|c: char| {
        let ends = !escaped && matches!(c, '=' | ':' | ' ' | '\t' | '\u{c}');
        escaped = !escaped && c == '\\';
        ends
    });
    let (key, rest) = line.split_at(end.unwrap_or(line.len()));
    let blank = [' ', '\t', '\u{c}'];
    let rest = rest.trim_start_matches(blank);
    let rest = rest.strip_prefix(['=', ':']).unwrap_or(rest).trim_start_matches(blank);
    (unescaped(key), unescaped(rest))
}

fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            plain.push(c);
            continue;
        }
        match rest.next() {
            Some('n') => plain.push('\n'),
            Some('r') => plain.push('\r'),
            Some('t') => plain.push('\t'),
            Some('f') => plain.push('\u{c}'),
            Some('u') => {
                let digits: String = rest.by_ref().take(4).collect();
                let code = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32);
                plain.push(code.unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            Some(other) => plain.push(other),
            None => {}
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_properties_file_reads_as_java_reads_it() {
        let text = "# comment\n! too\n\na=1\n b : 2\nc 3\nd=x=y\ne=one,\\\n   two\nf\\ g=\\u0041\\tb\na=9\nh\n";
        let properties = Properties::parse(text);
        let all: Vec<_> = properties.iter().collect();
        let expected = [
            ("a", "9"),
            ("b", "2"),
            ("c", "3"),
            ("d", "x=y"),
            ("e", "one,two"),
            ("f g", "A\tb"),
            ("h", ""),
        ];
        assert_eq!(all, expected);
    }
}
