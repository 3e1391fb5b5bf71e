//! Sizes: a file holds one noun, a function fits in the eye.
//!
//! The limits are not law. What is longer for a reason (a flat catalogue, a codec) stands in the list beside the test
//! with its length, and may not grow; what was made shorter must leave the list.

use std::collections::BTreeMap;

use super::source::Source;

/// The most lines of code in a file, without tests and blank lines at the end.
pub const FILE_LINES_MAX: usize = 400;
/// The most lines of a function, with its signature.
pub const FUNCTION_LINES_MAX: usize = 60;

/// What is longer than its limit, by path or `path fn name`, with its length.
pub fn oversized(sources: &[Source]) -> BTreeMap<String, usize> {
    let mut oversized = BTreeMap::new();
    for source in sources {
        let length = source.code.trim_end().lines().count();
        if length > FILE_LINES_MAX {
            oversized.insert(source.path.clone(), length);
        }
        for (name, length) in functions(&source.code) {
            if length > FUNCTION_LINES_MAX {
                oversized.insert(format!("{} fn {name}", source.path), length);
            }
        }
    }
    oversized
}

/// The list as it is committed: one `length path` a line.
pub fn listed(text: &str) -> BTreeMap<String, usize> {
    let entry = |line: &str| {
        let (length, path) = line.split_once(' ')?;
        Some((path.to_owned(), length.parse().ok()?))
    };
    text.lines().filter(|line| !line.starts_with('#')).filter_map(entry).collect()
}

/// The list that would be committed for these.
pub fn listing(oversized: &BTreeMap<String, usize>) -> String {
    let mut text = format!(
        "# What is longer than {FILE_LINES_MAX} lines a file or {FUNCTION_LINES_MAX} lines a function, and how long it may be.\n\
         # It may shrink and may not grow. SAPWOOD_REGENERATE=1 cargo test -p sapwood-tests --test tidy writes it anew.\n"
    );
    for (path, length) in oversized {
        text.push_str(&format!("{length} {path}\n"));
    }
    text
}

/// What is wrong between the list and the sources.
pub fn complaints(
    oversized: &BTreeMap<String, usize>,
    listed: &BTreeMap<String, usize>,
) -> Vec<String> {
    let grown = oversized.iter().filter_map(|(path, length)| match listed.get(path) {
        None => Some(format!("{path}: {length} lines are too many; split it by noun")),
        Some(limit) if length > limit => {
            Some(format!("{path}: {length} lines, and {limit} are listed; it may not grow"))
        }
        Some(_) => None,
    });
    let gone = listed.keys().filter(|path| !oversized.contains_key(*path));
    grown.chain(gone.map(|path| format!("{path}: it is short now; take it off the list"))).collect()
}

/// Every function with a body, and how many lines it has.
fn functions(code: &str) -> Vec<(String, usize)> {
    let mut functions = Vec::new();
    for (at, _) in code.match_indices("fn ") {
        let in_a_word =
            code[..at].chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_');
        let name: String =
            code[at + 3..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        if in_a_word || name.is_empty() {
            continue;
        }
        if let Some(end) = body_end(&code[at..]) {
            functions.push((name, code[at..at + end].matches('\n').count() + 1));
        }
    }
    functions
}

/// Where the body of the function that begins `code` ends; `None` if it has none.
fn body_end(code: &str) -> Option<usize> {
    let open = code.find(['{', ';'])?;
    if !code[open..].starts_with('{') {
        return None;
    }
    let mut depth = 0;
    for (at, c) in code[open..].char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(open + at + 1);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_measured_with_their_signature() {
        let code = "fn a(\n x: u8,\n) {\n  if x { }\n}\ntrait T { fn b(&self); }\nfn c() {}";
        assert_eq!(functions(code), [("a".into(), 5), ("c".into(), 1)]);
    }

    #[test]
    fn the_list_may_shrink_and_not_grow() {
        let map = |pairs: &[(&str, usize)]| {
            pairs.iter().map(|(path, n)| ((*path).to_owned(), *n)).collect()
        };
        let list: BTreeMap<String, usize> = map(&[("a", 500), ("b", 500)]);
        assert_eq!(complaints(&map(&[("a", 450), ("b", 500)]), &list), Vec::<String>::new());
        assert_eq!(complaints(&map(&[("a", 501), ("b", 500)]), &list).len(), 1);
        assert_eq!(complaints(&map(&[("a", 500)]), &list).len(), 1);
        assert_eq!(listed(&listing(&list)), list);
    }
}
