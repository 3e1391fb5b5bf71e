//! Lines: standard input or a file, as commands read it that write records, cut into texts on a thread of its own. What
//! closes a text is a line break, or whatever else a format says.

use std::fs::File;
use std::io::{self, BufRead, Read};
use std::path::Path;

use bytes::Bytes;
use tokio::sync::mpsc;

use crate::cli::failure::Failure;

/// How many pieces are read ahead of the producer.
const PIECES_AHEAD: usize = 4;
/// How many texts are handed over at once, if they are there.
const PIECE_TEXTS: usize = 512;

/// Texts that were there together.
pub(super) type Piece = Result<Vec<Bytes>, Failure>;

/// The texts of a file, or of standard input, each closed by `end`.
pub(super) fn pieces(file: Option<&Path>, end: &[u8]) -> Result<mpsc::Receiver<Piece>, Failure> {
    match file {
        Some(path) => {
            let reading = || format!("read {}", path.display());
            let file = File::open(path).map_err(|error| Failure::other(&reading(), &error))?;
            Ok(cut(file, end))
        }
        None => Ok(cut(io::stdin(), end)),
    }
}

/// The lines of standard input.
pub(super) fn lines() -> mpsc::Receiver<Piece> {
    cut(io::stdin(), b"\n")
}

/// Reads on a thread of its own.
fn cut(input: impl Read + Send + 'static, end: &[u8]) -> mpsc::Receiver<Piece> {
    let (sender, receiver) = mpsc::channel(PIECES_AHEAD);
    let end = end.to_vec();
    tokio::task::spawn_blocking(move || {
        let mut input = io::BufReader::with_capacity(256 << 10, input);
        loop {
            let piece = read_piece(&mut input, &end);
            let done = !matches!(&piece, Ok(texts) if !texts.is_empty());
            let piece = piece.map_err(|error| Failure::other("read the input", &error));
            let empty = piece.as_ref().is_ok_and(Vec::is_empty);
            if (!empty && sender.blocking_send(piece).is_err()) || done {
                return;
            }
        }
    });
    receiver
}

/// At least one text, and more while they are there without waiting.
fn read_piece<R: Read>(input: &mut io::BufReader<R>, end: &[u8]) -> io::Result<Vec<Bytes>> {
    let last = end.last().copied().unwrap_or(b'\n');
    let mut texts = Vec::new();
    loop {
        let mut text = Vec::new();
        while !text.ends_with(end) && input.read_until(last, &mut text)? > 0 {}
        if text.is_empty() {
            return Ok(texts);
        }
        if text.ends_with(end) {
            text.truncate(text.len() - end.len());
        }
        texts.push(Bytes::from(text));
        if texts.len() >= PIECE_TEXTS || !input.buffer().contains(&last) {
            return Ok(texts);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(input: &[u8], end: &[u8]) -> Vec<Bytes> {
        let mut input = io::BufReader::new(input);
        let mut texts = Vec::new();
        loop {
            let piece = read_piece(&mut input, end).expect("memory is readable");
            if piece.is_empty() {
                return texts;
            }
            texts.extend(piece);
        }
    }

    #[test]
    fn texts_end_where_the_end_is_and_the_last_may_lack_it() {
        assert_eq!(texts(b"a\n\nb", b"\n"), ["a", "", "b"]);
        assert_eq!(texts(b"a\nb;\nc;\n", b";\n"), ["a\nb", "c"]);
        assert_eq!(texts(b"a\0b\0", b"\0"), ["a", "b"]);
    }
}
