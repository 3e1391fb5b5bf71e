//! `sapwood bench report`: a result as a page.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use client::cli::Failure;

use super::compare::read;
use super::outputs::write;
use crate::report::{Page, html, markdown, svg};

/// The arguments.
#[derive(Debug, Args)]
pub struct Report {
    /// The result, as `--json` wrote it; one of OpenMessaging's benchmark will do
    #[arg(value_name = "RESULT")]
    result: PathBuf,
    /// Where to write: a name that ends in .html, .md, or .svg for one drawing a chart
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

impl Report {
    pub(super) fn run(&self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let page = Page::of(&read(&self.result)?);
        match self.output.extension().and_then(|ending| ending.to_str()) {
            Some("html" | "htm") => self.write(out, &self.output, &html(&page)),
            Some("md") => self.write(out, &self.output, &markdown(&page)),
            Some("svg") => self.write_drawings(out, &page),
            _ => Err(Failure::usage(format!(
                "{}: a report is .html, .md or .svg",
                self.output.display()
            ))),
        }
    }

    /// `run.svg` becomes `run-1.svg`, `run-2.svg` and so on.
    fn write_drawings(&self, out: &mut (dyn Write + Send), page: &Page) -> Result<(), Failure> {
        let stem = self.output.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        for (number, chart) in (1..).zip(&page.charts) {
            let path = self.output.with_file_name(format!("{stem}-{number}.svg"));
            self.write(out, &path, &svg(chart, true))?;
        }
        Ok(())
    }

    fn write(
        &self,
        out: &mut (dyn Write + Send),
        path: &std::path::Path,
        text: &str,
    ) -> Result<(), Failure> {
        write(path, text)?;
        Ok(writeln!(out, "wrote {}", path.display())?)
    }
}
