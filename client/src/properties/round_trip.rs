//! Round trips: whatever way of writing its grammar allows, a file reads back as what was written.

use proptest::collection::vec;
use proptest::prelude::*;

use super::{Properties, decode, parse};

/// A way of writing one sign.
#[derive(Clone, Copy, Debug)]
enum Style {
    /// As it is, where that can be read back.
    Plain,
    /// With a backslash before it, or as `\t`, `\n`, `\r` and `\f`.
    Escaped,
    /// As `\uXXXX`, twice if it takes two code units.
    CodeUnits,
    /// After a backslash, a line end and blanks that do not count.
    Continued,
}

fn style() -> impl Strategy<Value = Style> {
    prop_oneof![
        4 => Just(Style::Plain),
        2 => Just(Style::Escaped),
        1 => Just(Style::CodeUnits),
        1 => Just(Style::Continued),
    ]
}

fn sign() -> impl Strategy<Value = char> {
    prop_oneof![
        4 => proptest::char::range('a', 'z'),
        3 => proptest::sample::select("=:#!\\ \t\n\r\u{c}u".chars().collect::<Vec<_>>()),
        1 => any::<char>(),
    ]
}

fn word(least: usize) -> impl Strategy<Value = Vec<(char, Style)>> {
    vec((sign(), style()), least..8)
}

fn plain(word: &[(char, Style)]) -> String {
    word.iter().map(|(c, _)| *c).collect()
}

fn written(word: &[(char, Style)], line_end: &str) -> String {
    word.iter().map(|(c, style)| written_sign(*c, *style, line_end)).collect()
}

fn written_sign(c: char, style: Style, line_end: &str) -> String {
    let has_meaning = "=:#!\\ \t\n\r\u{c}".contains(c);
    match style {
        Style::Plain if !has_meaning => c.to_string(),
        Style::Continued => {
            format!("\\{line_end} \t{}", written_sign(c, Style::Escaped, line_end))
        }
        // A backslash gives these letters a meaning.
        Style::Escaped if "tnrfu".contains(c) => c.to_string(),
        Style::Plain | Style::Escaped => match c {
            '\t' => r"\t".into(),
            '\n' => r"\n".into(),
            '\r' => r"\r".into(),
            '\u{c}' => r"\f".into(),
            c => format!("\\{c}"),
        },
        Style::CodeUnits => {
            c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect()
        }
    }
}

proptest! {
    #[test]
    fn a_file_reads_back_as_what_was_written(
        pairs in vec((word(1), word(0)), 0..6),
        separator in proptest::sample::select(vec!["=", ":", " ", " = ", "\t:\u{c}"]),
        line_end in proptest::sample::select(vec!["\n", "\r\n", "\r"]),
        between in proptest::sample::select(vec!["", "# a=b\\", "  ! c", " \t"]),
    ) {
        let mut text = String::new();
        for (key, value) in &pairs {
            let (key, value) = (written(key, line_end), written(value, line_end));
            text.push_str(&format!("{between}{line_end}{key}{separator}{value}{line_end}"));
        }
        let read = parse(&text).expect("well formed");
        let read: Vec<_> = read.into_iter().map(|of| (of.key, of.value)).collect();
        let meant: Vec<_> = pairs.iter().map(|(key, value)| (plain(key), plain(value))).collect();
        prop_assert_eq!(read, meant);
    }

    #[test]
    fn no_bytes_are_too_strange_to_be_told_apart(bytes in vec(any::<u8>(), 0..64)) {
        let text = decode(&bytes);
        let lines = text.split(['\n', '\r']).count();
        if let Ok(properties) = parse(&text) {
            prop_assert!(properties.iter().all(|of| (1..=lines).contains(&of.line)));
            let kept = Properties::parse(&bytes).expect("the same text");
            prop_assert!(properties.iter().all(|of| kept.get(&of.key).is_some()));
        }
    }
}
