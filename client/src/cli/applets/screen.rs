//! The screen: standard output and standard error, as Java's `System.out` and `System.err` treat them.

use std::fmt::Display;
use std::io::{self, Stdout, Write};

use super::Thrown;

/// Where a tool prints. Trouble with standard output is nobody's error, as in Java: whoever closed it has seen enough.
#[derive(Debug)]
pub struct Screen {
    out: io::BufWriter<Stdout>,
}

impl Screen {
    pub(super) fn standard() -> Self {
        Self { out: io::BufWriter::with_capacity(64 << 10, io::stdout()) }
    }

    /// A line on standard output.
    pub fn line(&mut self, text: impl Display) {
        let _ = writeln!(self.out, "{text}");
    }

    /// Text on standard output that does not end its line.
    pub fn text(&mut self, text: impl Display) {
        let _ = write!(self.out, "{text}");
    }

    /// Bytes on standard output, as they are.
    pub fn bytes(&mut self, bytes: &[u8]) {
        let _ = self.out.write_all(bytes);
    }

    /// A line on standard error, after everything that was printed before it.
    pub fn complain(&mut self, text: impl Display) {
        self.flush();
        let _ = writeln!(io::stderr(), "{text}");
    }

    /// Text on standard error that does not end its line.
    pub fn complain_text(&mut self, text: impl Display) {
        self.flush();
        let _ = write!(io::stderr(), "{text}");
    }

    /// An exception that nobody catches, as Java reports it; its exit code.
    pub fn uncaught(&mut self, thrown: &Thrown) -> u8 {
        self.complain(format!("Exception in thread \"main\" {thrown}"));
        1
    }

    /// An exception that the tool catches and tells by its message alone; its exit code.
    pub(super) fn caught(&mut self, thrown: &Thrown) -> u8 {
        self.complain(thrown.message());
        1
    }

    /// Hands everything to standard output.
    pub fn flush(&mut self) {
        let _ = self.out.flush();
    }
}
