//! Charts of the last hour, drawn as SVG.

use std::fmt::Write;

use maud::{Markup, html};

use crate::console::history::{POINT, POINTS};

/// One line of a chart.
pub(super) struct Line {
    pub(super) name: &'static str,
    /// The newest last.
    pub(super) points: Vec<f32>,
}

/// The drawing is stretched to the width of the page; its own units are points of time by hundredths of the height.
const HEIGHT: f32 = 100.0;

/// A broker that has just started shows its first minutes, and an hour only when there is one.
const SHORTEST: usize = 30;

/// A chart with its heading, its scale, and its newest values in words.
pub(super) fn chart(title: &str, lines: &[Line], unit: fn(f32) -> String) -> Markup {
    let top = lines.iter().flat_map(|line| &line.points).copied().fold(0.0, f32::max);
    let longest = lines.iter().map(|line| line.points.len()).max().unwrap_or(0);
    let count = longest.clamp(SHORTEST, POINTS);
    let width = count - 1;
    let minutes = (POINT * count as u32).as_secs() / 60;
    let newest = lines.iter().map(|line| {
        let value = line.points.last().copied().unwrap_or(0.0);
        format!("{} {}", line.name, unit(value))
    });
    let newest: Vec<String> = newest.collect();
    html! {
        figure.chart {
            figcaption {
                strong { (title) }
                @for (number, line) in lines.iter().enumerate() {
                    span class={ "key line-" (number) } { (line.name) " " b { (unit(line.points.last().copied().unwrap_or(0.0))) } }
                }
            }
            div.plot {
                span.top { (unit(top)) }
                svg viewBox={ "0 0 " (width) " 100" } preserveAspectRatio="none" role="img"
                    aria-label={ (title) " over the last " (minutes) " minutes; now " (newest.join(", ")) "; at most " (unit(top)) } {
                    @for (number, line) in lines.iter().enumerate() {
                        @if number == 0 { path.area d=(area(&line.points, top, count)) {} }
                        path class={ "line line-" (number) } d=(path(&line.points, top, count)) {}
                    }
                }
            }
            div.axis aria-hidden="true" { span { (minutes) " min ago" } span { "now" } }
        }
    }
}

/// Where the line goes, from its first point to the right edge.
fn path(points: &[f32], top: f32, count: usize) -> String {
    let scale = if top > 0.0 { (HEIGHT - 2.0) / top } else { 0.0 };
    let first = count.saturating_sub(points.len());
    let mut text = String::new();
    for (at, value) in points.iter().enumerate() {
        let step = if at == 0 { 'M' } else { 'L' };
        let _ = write!(text, "{step}{} {:.1}", first + at, HEIGHT - 1.0 - value * scale);
    }
    text
}

/// The same with the ground below it.
fn area(points: &[f32], top: f32, count: usize) -> String {
    if points.is_empty() {
        return String::new();
    }
    let first = count.saturating_sub(points.len());
    format!("{}L{} {HEIGHT}L{first} {HEIGHT}Z", path(points, top, count), count - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_ends_at_the_right_edge_and_its_highest_point_near_the_top() {
        assert_eq!(path(&[0.0, 5.0, 10.0], 10.0, 30), "M27 99.0L28 50.0L29 1.0");
        assert_eq!(path(&[0.0], 0.0, 360), "M359 99.0");
        assert_eq!(area(&[], 0.0, 30), "");
        assert_eq!(area(&[10.0, 0.0], 10.0, 360), "M358 1.0L359 99.0L359 100L358 100Z");
    }
}
