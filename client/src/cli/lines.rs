//! Lines: standard input, as commands read it that write records.

use std::io::{self, BufRead};

use bytes::Bytes;
use tokio::sync::mpsc;

use super::failure::Failure;

/// How many lines are handed over at once, if they are there.
const PIECE_LINES: usize = 512;
/// How many lines are read ahead of the producer, in pieces.
const PIECES_AHEAD: usize = 4;

/// Standard input, line by line, read on a thread of its own.
pub(super) fn lines() -> mpsc::Receiver<Result<Vec<Bytes>, Failure>> {
    let (sender, receiver) = mpsc::channel(PIECES_AHEAD);
    tokio::task::spawn_blocking(move || {
        let mut input = io::BufReader::with_capacity(256 << 10, io::stdin());
        loop {
            let piece = read_piece(&mut input);
            let done = !matches!(&piece, Ok(lines) if !lines.is_empty());
            let piece = piece.map_err(|error| Failure::other("read standard input", &error));
            let empty = piece.as_ref().is_ok_and(Vec::is_empty);
            if (!empty && sender.blocking_send(piece).is_err()) || done {
                return;
            }
        }
    });
    receiver
}

/// At least one line, and more while they are there without waiting.
fn read_piece<R: io::Read>(input: &mut io::BufReader<R>) -> io::Result<Vec<Bytes>> {
    let mut lines = Vec::new();
    loop {
        let mut line = Vec::new();
        if input.read_until(b'\n', &mut line)? == 0 {
            return Ok(lines);
        }
        if line.last() == Some(&b'\n') {
            line.pop();
        }
        lines.push(Bytes::from(line));
        if lines.len() >= PIECE_LINES || !input.buffer().contains(&b'\n') {
            return Ok(lines);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_end_where_the_next_read_would_wait() {
        let mut input = io::BufReader::new(&b"a\n\nb"[..]);
        let mut lines = Vec::new();
        loop {
            let piece = read_piece(&mut input).expect("memory is readable");
            if piece.is_empty() {
                break;
            }
            lines.extend(piece);
        }
        assert_eq!(lines, ["a", "", "b"]);
    }
}
