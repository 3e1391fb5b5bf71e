//! The sum: what people read when a run is over.

use std::io::{self, Write};

use client::cli::output::{Columns, size};

use super::last_line;
use crate::engine::{End, Outcome};
use crate::latency::Latencies;
use crate::machine::{Neighbour, Usage};
use crate::measure::{Digest, QUANTILES, Tally};

/// Prints Kafka's last line, and below it a table of all times and what the run took of the machine.
pub(crate) fn print_sum(
    out: &mut (dyn Write + Send),
    outcome: &Outcome,
    neighbour: Option<&Neighbour>,
) -> io::Result<()> {
    for line in last_line(&outcome.total) {
        writeln!(out, "{line}")?;
    }
    print_times(out, outcome)?;
    let total = &outcome.total;
    let moved = Tally {
        records: total.sheet.written.records + total.sheet.read.records,
        bytes: total.sheet.written.bytes + total.sheet.read.bytes,
    };
    writeln!(out)?;
    writeln!(out, "client  {}", used(total.client, moved))?;
    if let (Some(usage), Some(Neighbour { pid, name })) = (total.broker, neighbour) {
        writeln!(out, "broker  {}, process {pid} ({name})", used(usage, moved))?;
    }
    print_notes(out, outcome)
}

fn print_times(out: &mut (dyn Write + Send), outcome: &Outcome) -> io::Result<()> {
    let sheet = &outcome.total.sheet;
    let kinds: [(&str, &Latencies); 4] = [
        ("response", &sheet.response),
        ("service", &sheet.service),
        ("delay", &sheet.delay),
        ("end to end", &sheet.end_to_end),
    ];
    let shown: Vec<_> = kinds.into_iter().filter(|(_, times)| times.count() > 0).collect();
    if shown.is_empty() {
        return Ok(());
    }
    let percents = QUANTILES.map(|(_, share)| percent(share));
    let headings = ["ms", "MEAN"].into_iter().chain(percents.iter().map(String::as_str));
    let mut table = Columns::new(headings.chain(["MAX"]), true).right(&[1, 2, 3, 4, 5, 6, 7, 8, 9]);
    for (name, times) in shown {
        let Digest { mean, quantiles, max, .. } = Digest::of(times);
        let cells = std::iter::once(mean).chain(quantiles).chain([max]);
        let cells = cells.map(|ms| format!("{ms:.3}"));
        table.row(std::iter::once(name.to_owned()).chain(cells));
    }
    writeln!(out)?;
    table.print(out)
}

/// `0.999` is the 99.9th.
pub(crate) fn percent(share: f64) -> String {
    let text = format!("{:.2}", share * 100.0);
    format!("{}th", text.trim_end_matches('0').trim_end_matches('.'))
}

fn used(usage: Usage, moved: Tally) -> String {
    let cpu = usage.cpu.as_secs_f64();
    let mut text = format!("{cpu:.2} CPU-s");
    if moved.bytes > 0 && moved.records > 0 {
        let per_gigabyte = cpu / (moved.bytes as f64 / 1e9);
        let per_record = cpu * 1e6 / moved.records as f64;
        text += &format!(", {per_gigabyte:.2} a GB, {per_record:.2} µs a record");
    }
    format!("{text}, {} at most", size(usage.memory_peak_bytes))
}

fn print_notes(out: &mut (dyn Write + Send), outcome: &Outcome) -> io::Result<()> {
    if let Some(verdict) = outcome.verdict {
        writeln!(
            out,
            "verify  {} verified, {} lost, {} duplicated, {} reordered, {} corrupt, {} of others",
            verdict.verified,
            verdict.lost,
            verdict.duplicated,
            verdict.reordered,
            verdict.corrupt,
            verdict.foreign
        )?;
    }
    for gap in &outcome.gaps {
        writeln!(out, "        missing: {gap}")?;
    }
    if !outcome.is_open && outcome.total.sheet.written.records > 0 {
        writeln!(
            out,
            "closed loop: as fast as it goes, so latencies are mostly the wait in this client's own queue; \
             with --rate they are what a user would see"
        )?;
    }
    if cfg!(debug_assertions) {
        writeln!(out, "debug build: these figures are this build's, not the broker's")?;
    }
    if outcome.end == End::Interrupted {
        writeln!(out, "interrupted: the figures are those until then")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percents_have_no_more_digits_than_they_need() {
        let all: Vec<String> = QUANTILES.iter().map(|(_, share)| percent(*share)).collect();
        assert_eq!(all, ["50th", "75th", "90th", "95th", "99th", "99.9th", "99.99th"]);
    }
}
