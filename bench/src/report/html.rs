//! A report as one HTML file.

use std::fmt::Write;

use super::chart::Chart;
use super::page::Page;
use super::svg::{STYLE, escaped, svg};

const PAGE_STYLE: &str = "\
:root{color-scheme:light dark}\
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;background:#fff;color:#1a1d21}\
h1{font-size:1.5rem}h2{font-size:1.15rem;margin:2rem 0 .5rem}\
table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.85rem}\
th,td{text-align:right;padding:.2rem .7rem;border-bottom:1px solid #8884}th:first-child,td:first-child{text-align:left}\
.wide{overflow-x:auto}.facts td{text-align:left;overflow-wrap:anywhere}svg{width:100%;height:auto}\
.figures{display:grid;grid-template-columns:repeat(auto-fill,minmax(9rem,1fr));gap:.6rem;padding:0;list-style:none}\
.figures li{border:1px solid #8884;border-radius:.4rem;padding:.4rem .7rem}.figures b{display:block;font-size:1.15rem}\
.figures span{font-size:.8rem;opacity:.75}summary{cursor:pointer;font-size:.85rem}section{break-inside:avoid}\
@media (prefers-color-scheme:dark){body{background:#14171a;color:#e4e7ea}}\
@media print{body{max-width:none;margin:0;background:#fff;color:#000;font-size:11pt}details:not([open])>*{display:none}}";

/// The whole file.
pub fn html(page: &Page) -> String {
    let mut out = String::new();
    let title = escaped(&page.title);
    let _ = write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <title>{title}</title><style>{PAGE_STYLE}{STYLE}</style></head>\n<body><h1>{title}</h1>\n"
    );
    for note in &page.notes {
        let _ = writeln!(out, "<p>{}</p>", escaped(note));
    }
    out += "<ul class=\"figures\">\n";
    for (name, number, unit) in &page.figures {
        let (name, unit) = (escaped(name), escaped(unit));
        let _ = writeln!(out, "<li><span>{name}</span><b>{number}</b><span>{unit}</span></li>");
    }
    out += "</ul>\n";
    for chart in &page.charts {
        let (title, unit) = (escaped(&chart.title), escaped(chart.unit));
        let _ = write!(out, "<section><h2>{title}, {unit}</h2>\n{}\n", svg(chart, false));
        let _ = writeln!(
            out,
            "<details><summary>The numbers</summary>{}</details></section>",
            table(chart)
        );
    }
    out += "<section><h2>Circumstances</h2><div class=\"wide\"><table class=\"facts\">\n";
    for (name, value) in &page.circumstances {
        let _ = writeln!(out, "<tr><td>{}</td><td>{}</td></tr>", escaped(name), escaped(value));
    }
    out + "</table></div></section>\n</body></html>\n"
}

fn table(chart: &Chart) -> String {
    let mut out = format!("<div class=\"wide\"><table><tr><th>{}</th>", escaped(chart.across));
    for line in &chart.lines {
        let _ = write!(out, "<th>{}</th>", escaped(&line.name));
    }
    out += "</tr>\n";
    for place in 0..chart.places.len() {
        let _ = write!(out, "<tr><td>{}</td>", escaped(&chart.name_of(place)));
        for line in &chart.lines {
            let number = line.points.get(place).copied().unwrap_or(0.0);
            let _ = write!(out, "<td>{number:.3}</td>");
        }
        out += "</tr>\n";
    }
    out + "</table></div>"
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::result::Stored;

    fn page() -> Page {
        Page::of(&Stored::new(json!({
            "workload": "<script>", "loop": "open", "publishRate": [1.0, 2.0], "time": [1.0, 2.0],
            "responseLatency50pct": [1.0, 1.5], "responseLatencyMax": [3.0, 2.0],
            "aggregatedResponseLatencyQuantiles": {"50.0": 1.0, "99.0": 2.0, "100.0": 3.0},
            "env": {"cpu": "a & b", "command": ["sapwood", "bench"]},
        })))
    }

    #[test]
    fn nothing_is_loaded_and_nothing_runs() {
        let text = html(&page());
        for foreign in
            ["http:", "https:", "src=", "href=", "url(", "@import", "<script", "onload", "<link"]
        {
            assert!(!text.contains(foreign), "{foreign}");
        }
    }

    #[test]
    fn every_chart_has_a_drawing_and_a_table() {
        let (page, text) = (page(), html(&page()));
        assert_eq!(page.charts.len(), 3);
        assert_eq!(text.matches("<svg").count(), 3);
        assert_eq!(text.matches("The numbers").count(), 3);
        assert!(text.contains("prefers-color-scheme:dark") && text.contains("@media print"));
        assert!(text.contains("a &amp; b") && text.contains("&lt;script&gt;"));
    }
}
