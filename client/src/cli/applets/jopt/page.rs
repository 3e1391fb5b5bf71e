//! The help page: joptsimple's two columns in 80 characters.

use super::{Opt, Parser, Takes, breaks};

/// How wide the page is.
const WIDTH: usize = 80;
/// What stands between the columns.
const GAP: usize = 2;
/// By how much a line that goes on is set back.
const INDENT: &str = "  ";

impl Parser {
    /// The page, options in the order of their names. Both columns are filled with blanks to their widths, as there.
    pub fn page(&self) -> String {
        let mut options: Vec<Opt> = self.all().collect();
        options.sort_by_key(|option| option.name);
        let (option, divider) = match options.iter().any(|option| option.required) {
            true => ("Option (* = required)", "---------------------"),
            false => ("Option", "------"),
        };
        let mut rows = vec![
            (option.to_owned(), "Description".to_owned()),
            (divider.to_owned(), "-----------".to_owned()),
        ];
        rows.extend(options.iter().map(|option| (left(option), right(option))));
        render(&fit(&rows))
    }
}

fn left(option: &Opt) -> String {
    let star = if option.required { "* " } else { "" };
    let dashes = if option.name.len() > 1 { "--" } else { "-" };
    let argument = match option.argument {
        "" => option.kind.name().to_owned(),
        argument => format!("{}: {argument}", option.kind.name()),
    };
    let argument = match option.takes {
        Takes::Nothing => String::new(),
        Takes::Required => format!(" <{argument}>"),
        Takes::Optional => format!(" [{argument}]"),
    };
    format!("{star}{dashes}{}{argument}", option.name)
}

fn right(option: &Opt) -> String {
    match option.default {
        None => option.description.to_owned(),
        Some(default) => format!("{} (default: {default})", option.description).trim().to_owned(),
    }
}

/// How wide each column is: the left one has half the page at most, the right one what is left.
fn widths(rows: &[(String, String)]) -> (usize, usize) {
    let widest_left = rows.iter().map(|(left, _)| left.len()).max().unwrap_or(0);
    let widest_right = rows.iter().map(|(_, right)| right.len()).max().unwrap_or(0);
    let left = widest_left.min((WIDTH - GAP) / 2);
    (left, widest_right.min(WIDTH - left - GAP))
}

fn fit(rows: &[(String, String)]) -> Vec<(String, String)> {
    let (left_width, right_width) = widths(rows);
    let mut fitted = Vec::new();
    for (left, right) in rows {
        let (left, right) = (wrap(left, left_width), wrap(right, right_width));
        let at = |lines: &[String], index: usize| lines.get(index).cloned().unwrap_or_default();
        fitted.extend((0..left.len().max(right.len())).map(|i| (at(&left, i), at(&right, i))));
    }
    fitted
}

/// The text in lines of this width; each that continues another is set back.
fn wrap(text: &str, width: usize) -> Vec<String> {
    text.trim().split('\n').flat_map(|line| wrap_line(line, width)).collect()
}

fn wrap_line(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for piece in breaks::pieces(text) {
        if line.len() + piece.len() > width {
            lines.push(line.trim_end().to_owned());
            line = INDENT.to_owned();
        }
        line.push_str(piece);
    }
    lines.extend(Some(line).filter(|line| !line.is_empty()));
    lines
}

fn render(rows: &[(String, String)]) -> String {
    let (left_width, right_width) = widths(rows);
    let row = |(left, right): &(String, String)| {
        format!("{left:left_width$}{:GAP$}{right:right_width$}\n", "")
    };
    rows.iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_two_columns_and_both_are_filled() {
        const TOPIC: Opt = Opt::value("topic", "topic", "The topic.").defaults_to("all");
        const STATE: Opt = Opt::value("state", "", "").optional();
        let page = Parser::new("kafka-x", &[TOPIC, STATE]).page();
        let expected = "Option                   Description              \n\
                        ------                   -----------              \n\
                        --help                   Print usage information. \n\
                        --state [String]                                  \n\
                        --topic <String: topic>  The topic. (default: all)\n\
                        --version                Display Kafka version.   \n";
        assert_eq!(page, expected);
    }
}
