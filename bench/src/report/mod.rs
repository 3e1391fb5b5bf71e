//! A report: a result as a page that people look at.
//!
//! One [`Chart`] a question, drawn as SVG by hand: no script, no font and no picture is loaded from anywhere, so a report can be
//! mailed, archived and printed, and says the same in ten years. Beneath each chart stands the table of its numbers.

mod chart;
mod html;
mod markdown;
mod page;
mod scale;
mod svg;

pub use chart::{Chart, Line};
pub use html::html;
pub use markdown::markdown;
pub use page::Page;
pub use svg::svg;
