//! A row: a line of a file, read.

/// One row, with its words.
pub(super) enum Row {
    /// A file's name and its text.
    File(String, String),
    /// What our command line does first, and what it reads.
    Set(Vec<String>, String),
    /// Who joins a group.
    Member(Vec<String>),
    /// All who joined leave.
    Leave,
    /// What is compared.
    Command(Vec<String>),
}

/// A row of a file; comments and empty lines are none.
pub(super) fn row(line: &str) -> Option<Row> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return None;
    }
    let unescaped = |text: &str| text.replace("\\n", "\n").replace("\\t", "\t");
    if let Some(rest) = line.strip_prefix("file ") {
        let (name, text) = rest.split_once(' ').unwrap_or((rest, ""));
        return Some(Row::File(name.into(), unescaped(text)));
    }
    if let Some(rest) = line.strip_prefix("set sapwood ") {
        let (command, input) = rest.split_once(" << ").unwrap_or((rest, ""));
        return Some(Row::Set(words(command), unescaped(input)));
    }
    if let Some(command) = line.strip_prefix("member ") {
        return Some(Row::Member(words(command)));
    }
    Some(if line == "leave" { Row::Leave } else { Row::Command(words(line)) })
}

/// Words between blanks; single quotes keep blanks together, and may hold nothing.
pub(super) fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut quoted, mut begun) = (String::new(), false, false);
    for c in line.chars() {
        match c {
            '\'' => (quoted, begun) = (!quoted, true),
            ' ' if !quoted => {
                if begun {
                    words.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            _ => {
                word.push(c);
                begun = true;
            }
        }
    }
    words.extend(begun.then_some(word));
    words
}
