//! A report as Markdown: tables alone, for an issue or a review.

use std::fmt::Write;

use super::page::Page;

/// The whole text.
pub fn markdown(page: &Page) -> String {
    let mut out = format!("# {}\n\n", page.title);
    for note in &page.notes {
        let _ = writeln!(out, "{note}\n");
    }
    out += "| figure | | |\n|---|---:|---|\n";
    for (name, number, unit) in &page.figures {
        let _ = writeln!(out, "| {name} | {number} | {unit} |");
    }
    for chart in &page.charts {
        let names: Vec<&str> = chart.lines.iter().map(|line| line.name.as_str()).collect();
        let _ = write!(
            out,
            "\n## {}, {}\n\n| {} | {} |\n",
            chart.title,
            chart.unit,
            chart.across,
            names.join(" | ")
        );
        let _ = writeln!(out, "|---:|{}", "---:|".repeat(names.len()));
        for place in 0..chart.places.len() {
            let numbers =
                chart.lines.iter().map(|line| line.points.get(place).copied().unwrap_or(0.0));
            let cells: Vec<String> = numbers.map(|number| format!("{number:.3}")).collect();
            let _ = writeln!(out, "| {} | {} |", chart.name_of(place), cells.join(" | "));
        }
    }
    out += "\n## Circumstances\n\n| | |\n|---|---|\n";
    for (name, value) in &page.circumstances {
        let _ = writeln!(out, "| {name} | {} |", value.replace('|', "\\|"));
    }
    out
}
