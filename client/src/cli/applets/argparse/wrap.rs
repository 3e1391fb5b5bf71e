//! Wrapping: text in lines of one width, filled up with blanks between the words.

use crate::cli::applets::jopt::pieces;

/// Text of which the first line begins at `offset`, and the others behind `indent`.
pub(super) fn wrap(text: &str, width: usize, offset: usize, indent: &str) -> String {
    let mut wrapped = String::new();
    let (mut line, mut length) = (String::new(), offset);
    for piece in pieces(text) {
        length += piece.len();
        if length > width {
            wrapped.push_str(&filled(&line, width, length - piece.len()));
            wrapped.push('\n');
            wrapped.push_str(indent);
            line.clear();
            length = indent.len() + piece.len();
        }
        line.push_str(piece);
        if piece.ends_with('\n') {
            wrapped.push_str(&line);
            wrapped.push_str(indent);
            line.clear();
            length = indent.len();
        }
    }
    wrapped + &line
}

/// The line without the blanks around it, and with more between its words, so that it reaches the width. Where they cannot be
/// shared out evenly, the gaps in the middle get one more.
fn filled(line: &str, width: usize, length: usize) -> String {
    let trimmed = line.trim_matches(' ');
    let missing = width as i64 - (length as i64 - (line.len() - trimmed.len()) as i64);
    let gaps = gaps(trimmed) as i64;
    if gaps == 0 {
        return trimmed.to_owned();
    }
    let (each, rest) = (missing / gaps, missing % gaps);
    let first = (gaps - rest + 1) / 2;
    let (mut filled, mut gap, mut inside) = (String::new(), 0, false);
    for c in trimmed.chars() {
        if c == ' ' && !inside {
            let more = each + i64::from((first..first + rest).contains(&gap));
            filled.extend(std::iter::repeat_n(' ', usize::try_from(more).unwrap_or(0)));
            gap += 1;
        }
        inside = c == ' ';
        filled.push(c);
    }
    filled
}

/// How many runs of blanks there are.
fn gaps(text: &str) -> usize {
    let before = std::iter::once('x').chain(text.chars());
    text.chars().zip(before).filter(|(c, before)| *c == ' ' && *before != ' ').count()
}

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn lines_are_filled_with_blanks_and_the_last_is_not() {
        let text = "The server(s) to connect to. Comma-separated list of Kafka brokers";
        let expected =
            "The   server(s)   to\n  connect to. Comma-\n  separated list  of\n  Kafka brokers";
        assert_eq!(wrap(text, 20, 0, "  "), expected);
    }
}
