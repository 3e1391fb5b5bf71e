//! A chart as SVG. Colours are the classes of a style sheet, so that one drawing serves light, dark and paper.

use std::fmt::Write;

use super::chart::Chart;
use super::scale::{Scale, label};

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 260.0;
/// What is left free for the marks: left, right, top, bottom.
const LEFT: f64 = 58.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 26.0;
const BOTTOM: f64 = 34.0;

/// What the classes look like, on light and on dark ground. Lines differ in their dashes too.
pub(super) const STYLE: &str = "\
.c-bg{fill:none}.c-grid{stroke:#8884;stroke-width:1}.c-text{fill:currentColor;font:11px system-ui,sans-serif;opacity:.8}\
.c-line{fill:none;stroke-width:2;stroke-linejoin:round}.c-dot{stroke:none}\
.c-0{stroke:#1b6ec2;fill:#1b6ec2}.c-1{stroke:#c2571b;fill:#c2571b}.c-2{stroke:#2e8b57;fill:#2e8b57}.c-3{stroke:#8b4fb0;fill:#8b4fb0}.c-4{stroke:#b02a4c;fill:#b02a4c}\
.c-line.c-0,.c-line.c-1,.c-line.c-2,.c-line.c-3,.c-line.c-4{fill:none}\
.c-line.c-1{stroke-dasharray:7 3}.c-line.c-2{stroke-dasharray:2 3}.c-line.c-3{stroke-dasharray:9 3 2 3}.c-line.c-4{stroke-dasharray:4 4}\
@media (prefers-color-scheme:dark){.c-0{stroke:#6db3ff;fill:#6db3ff}.c-1{stroke:#ffa15c;fill:#ffa15c}.c-2{stroke:#69d39b;fill:#69d39b}.c-3{stroke:#cfa2ee;fill:#cfa2ee}.c-4{stroke:#ff7f9f;fill:#ff7f9f}}\
@media print{.c-text{opacity:1}}";

/// A text within markup.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The drawing. `is_alone` gives it what a file of its own needs.
pub fn svg(chart: &Chart, is_alone: bool) -> String {
    let points = chart.lines.iter().flat_map(|line| line.points.iter().copied());
    let (up, across) = (Scale::from_zero(points), Scale::exact(chart.places.iter().copied()));
    let x = |number| LEFT + across.place(number) * (WIDTH - LEFT - RIGHT);
    let y = |number| HEIGHT - BOTTOM - up.place(number) * (HEIGHT - TOP - BOTTOM);
    let mut out = String::new();
    let (namespace, style) = match is_alone {
        true => (" xmlns=\"http://www.w3.org/2000/svg\"", format!("<style>{STYLE}</style>")),
        false => ("", String::new()),
    };
    let (title, unit) = (escaped(&chart.title), chart.unit);
    let _ = write!(
        out,
        "<svg{namespace} viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{title}, {unit}\">{style}\
         <title>{title}, {unit}</title>"
    );
    for mark in up.marks() {
        let (at, text) = (y(mark), label(mark));
        let right = WIDTH - RIGHT;
        let _ = write!(
            out,
            "<line class=\"c-grid\" x1=\"{LEFT}\" x2=\"{right}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>\
             <text class=\"c-text\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{text}</text>",
            LEFT - 6.0,
            at + 4.0
        );
    }
    for (at, text) in marks_across(chart, across) {
        let _ = write!(
            out,
            "<text class=\"c-text\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            x(at),
            HEIGHT - BOTTOM + 16.0,
            escaped(&text)
        );
    }
    let _ = write!(
        out,
        "<text class=\"c-text\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
        WIDTH - RIGHT,
        HEIGHT - 4.0,
        escaped(chart.across)
    );
    draw_lines(&mut out, chart, &x, &y);
    out + "</svg>"
}

fn draw_lines(out: &mut String, chart: &Chart, x: &dyn Fn(f64) -> f64, y: &dyn Fn(f64) -> f64) {
    let mut legend = LEFT;
    for (number, line) in chart.lines.iter().enumerate() {
        let class = number % 5;
        let places = chart.places.iter().zip(&line.points);
        let points: Vec<String> =
            places.map(|(at, value)| format!("{:.1},{:.1}", x(*at), y(*value))).collect();
        let _ = match points.as_slice() {
            [one] => {
                let (x, y) = one.split_once(',').unwrap_or_default();
                write!(out, "<circle class=\"c-dot c-{class}\" cx=\"{x}\" cy=\"{y}\" r=\"3\"/>")
            }
            many => {
                write!(out, "<polyline class=\"c-line c-{class}\" points=\"{}\"/>", many.join(" "))
            }
        };
        let name = escaped(&line.name);
        let _ = write!(
            out,
            "<line class=\"c-line c-{class}\" x1=\"{legend:.0}\" x2=\"{:.0}\" y1=\"12\" y2=\"12\"/>\
             <text class=\"c-text\" x=\"{:.0}\" y=\"16\">{name}</text>",
            legend + 22.0,
            legend + 27.0
        );
        legend += 46.0 + 6.4 * line.name.chars().count() as f64;
    }
}

/// Where a chart has marks from left to right, and what they say.
fn marks_across(chart: &Chart, across: Scale) -> Vec<(f64, String)> {
    match &chart.names {
        Some(names) => chart.places.iter().copied().zip(names.iter().cloned()).collect(),
        None => across.marks().into_iter().map(|at| (at, label(at))).collect(),
    }
}
