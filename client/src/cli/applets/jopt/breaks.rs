//! Line breaks: where Java's `BreakIterator` lets a line end, for the help page breaks where it does.
//!
//! A piece that may not be torn is a run of opening marks, a core (letters and most signs, or a number), and a run of dashes
//! or of closing marks; pieces joined by `'` or `$` stay together, blanks and one tab stay with the piece before them. Only
//! ASCII is looked at closely: help pages have nothing else.

fn is_blank(c: u8) -> bool {
    c == b' ' || c == b'\n'
}

fn is_break(c: u8) -> bool {
    c == b'\t' || c == 0x0c
}

fn is_dash(c: u8) -> bool {
    c == b'-'
}

fn is_glue(c: u8) -> bool {
    matches!(c, b'\'' | b'$')
}

fn opens(c: u8) -> bool {
    matches!(c, b'(' | b'[' | b'{' | b'"')
}

fn closes(c: u8) -> bool {
    matches!(c, b')' | b']' | b'}' | b'!' | b'%' | b'.' | b',' | b':' | b';' | b'?' | b'"')
}

fn is_core(c: u8) -> bool {
    !(is_blank(c) || is_break(c) || is_dash(c) || is_glue(c) || opens(c) || closes(c))
}

/// The text in the pieces between which a line may end.
pub(in crate::cli::applets) fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let mut end = piece_end(rest.as_bytes()).max(1);
        while !rest.is_char_boundary(end) {
            end += 1;
        }
        let (piece, after) = rest.split_at(end);
        pieces.push(piece);
        rest = after;
    }
    pieces
}

/// Where the run of such bytes that begins at `from` ends.
fn run(text: &[u8], from: usize, of: impl Fn(u8) -> bool) -> usize {
    from + text.iter().skip(from).take_while(|c| of(**c)).count()
}

fn piece_end(text: &[u8]) -> usize {
    let mut end = word_end(text, 0);
    loop {
        let glued = run(text, end, is_glue);
        if glued == end {
            break;
        }
        end = word_end(text, glued);
    }
    let word = end;
    end = run(text, end, is_blank);
    if word > 0 && text[end..].starts_with(b"()") {
        end = run(text, run(text, end + 2, closes), is_blank);
    }
    end + usize::from(text.get(end).is_some_and(|c| is_break(*c)))
}

/// The end of the longest word: its core is either a run of letters and signs, or a number with its points and commas.
fn word_end(text: &[u8], from: usize) -> usize {
    let plain = suffix_end(text, run(text, run(text, from, opens), is_core));
    number_end(text, from).map_or(plain, |end| plain.max(suffix_end(text, end)))
}

fn number_end(text: &[u8], from: usize) -> Option<usize> {
    let start = run(text, from, |c| opens(c) || is_dash(c));
    let digits = |from: usize| run(text, from, |c| c.is_ascii_digit());
    let mut end = digits(start);
    if end == start {
        return None;
    }
    while matches!(text.get(end), Some(b'.' | b',')) && digits(end + 1) > end + 1 {
        end = digits(end + 1);
    }
    Some(end)
}

fn suffix_end(text: &[u8], from: usize) -> usize {
    match run(text, from, is_dash) {
        end if end > from => end,
        _ => run(text, from, closes),
    }
}

#[cfg(test)]
mod tests {
    use super::pieces;

    #[test]
    fn lines_may_end_where_java_lets_them_end() {
        for (text, expected) in [
            ("foo (bar) baz", "foo |(bar) |baz"),
            ("replication.throttled.replicas", "replication.|throttled.|replicas"),
            ("with --create.", "with |--|create."),
            ("a12.5b -1 1.2.3 1-2", "a12.|5b |-1 |1.2.3 |1-|2"),
            ("{\"p\":1}", "{\"p\":|1}"),
            ("k1=v1,k2=v2", "k1=v1,|k2=v2"),
            ("the 'a' it's host:9092", "the |'a' |it's |host:|9092"),
            ("\ta\tb", "\t|a\t|b"),
            ("option(s) x", "option|(s) |x"),
        ] {
            assert_eq!(pieces(text).join("|"), expected, "{text}");
        }
    }
}
