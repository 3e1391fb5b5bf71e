//! A source file, and what is left of it when comments, literals and tests are blanked out.
//!
//! Blanking keeps every line break and the length of every line, so that a position in the code is a position in the
//! file.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// One file of Rust.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its path from the top of the workspace, with `/` between.
    pub path: String,
    /// What it says, without comments, literals and test modules.
    pub code: String,
}

impl Source {
    /// Reads one file's text.
    pub fn new(path: &str, text: &str) -> Self {
        Self { path: path.into(), code: without_tests(&without_literals(text)) }
    }

    /// Every line of code, with its number.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.code.lines().enumerate().map(|(at, line)| (at + 1, line))
    }

    /// The line on which the byte at `position` lies.
    pub fn line_of(&self, position: usize) -> usize {
        self.code[..position].matches('\n').count() + 1
    }
}

/// The top of the workspace.
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every Rust file of the workspace that is not a test: neither under a `tests` folder nor a module that only
/// `#[cfg(test)]` declares.
pub fn sources() -> Vec<Source> {
    let mut sources = Vec::new();
    let mut test_files = BTreeSet::new();
    for (path, text) in files(&["rs"]) {
        test_files.extend(test_modules(&path, &without_literals(&text)));
        sources.push(Source::new(&path, &text));
    }
    sources.retain(|source| !is_test(&source.path, &test_files));
    sources
}

fn is_test(path: &str, test_files: &BTreeSet<String>) -> bool {
    let folder = |stem: &str| path.starts_with(&format!("{stem}/"));
    let declared = test_files.iter().any(|stem| path == format!("{stem}.rs") || folder(stem));
    declared || path.split('/').any(|part| part == "tests") && !path.starts_with("tests/src/")
}

/// Every text file of the workspace with one of these endings, by path.
pub fn files(endings: &[&str]) -> Vec<(String, String)> {
    let mut files = Vec::new();
    walk(&workspace(), "", endings, &mut files);
    files.sort();
    files
}

fn walk(folder: &Path, prefix: &str, endings: &[&str], files: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).expect("the workspace can be read").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{prefix}{name}");
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_folder && name != "target" && name != ".git" {
            walk(&entry.path(), &format!("{path}/"), endings, files);
        } else if endings.iter().any(|ending| name.ends_with(&format!(".{ending}"))) {
            let text =
                fs::read(entry.path()).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
            files.extend(text.ok().map(|text| (path, text)));
        }
    }
}

/// The files, without `.rs`, of the modules that `#[cfg(test)]` declares in the file at `path`.
fn test_modules(path: &str, code: &str) -> Vec<String> {
    let stem = path.trim_end_matches(".rs");
    let folder = match stem.rsplit_once('/') {
        Some((folder, "mod" | "lib" | "main")) => folder,
        _ => stem,
    };
    let mut modules = Vec::new();
    for (at, marker) in code.match_indices("#[cfg(test)]") {
        let rest = code[at + marker.len()..].trim_start();
        let declared = rest.strip_prefix("mod ").and_then(|rest| rest.split_once(';'));
        if let Some((name, _)) = declared.filter(|(name, _)| !name.contains('{')) {
            modules.push(format!("{folder}/{}", name.trim()));
        }
    }
    modules
}

/// Blanks out every item that `#[cfg(test)]` is written before, up to its closing brace or semicolon.
fn without_tests(code: &str) -> String {
    let mut code = code.to_owned();
    while let Some(start) = code.find("#[cfg(test)]") {
        let end = item_end(&code, start);
        blank(&mut code, start, end);
    }
    code
}

/// Where the item that begins at `start` ends: behind its body, or behind the semicolon that comes before any body.
fn item_end(code: &str, start: usize) -> usize {
    let mut depth = 0usize;
    for (at, c) in code[start..].char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 && matches!(c, '}' | ';') {
            return start + at + 1;
        }
    }
    code.len()
}

fn blank(code: &mut String, start: usize, end: usize) {
    let blanks: String =
        code[start..end].chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect();
    code.replace_range(start..end, &blanks);
}

/// Blanks out comments, and what stands in string and character literals.
pub fn without_literals(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = opaque_length(rest, out.chars().next_back());
        if length > 0 {
            out.extend(rest[..length].chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
            rest = &rest[length..];
        } else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    out
}

/// How many bytes at the start of `rest` are a comment or a literal; 0 for code.
fn opaque_length(rest: &str, before: Option<char>) -> usize {
    if rest.starts_with("//") {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if rest.starts_with("/*") {
        return block_comment_length(rest);
    }
    let in_a_name = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
    if !in_a_name && let Some(length) = raw_string_length(rest) {
        return length;
    }
    if rest.starts_with('"') {
        return quoted_length(rest, '"');
    }
    if rest.starts_with('\'') { character_length(rest) } else { 0 }
}

fn block_comment_length(rest: &str) -> usize {
    let mut depth = 0usize;
    let mut at = 0;
    while at < rest.len() {
        if rest[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

/// `r"…"`, `r#"…"#`, and the same with a `b` before.
fn raw_string_length(rest: &str) -> Option<usize> {
    let bare = rest.strip_prefix('b').unwrap_or(rest).strip_prefix('r')?;
    let hashes = bare.len() - bare.trim_start_matches('#').len();
    let body = bare[hashes..].strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(hashes));
    let end = body.find(&close).map_or(body.len(), |at| at + close.len());
    Some(rest.len() - body.len() + end)
}

fn quoted_length(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        if !escaped && c == quote {
            return at + 1;
        }
        escaped = c == '\\' && !escaped;
    }
    rest.len()
}

/// A character literal, or 0 for the `'` of a lifetime.
fn character_length(rest: &str) -> usize {
    let mut chars = rest.char_indices().skip(1);
    match (chars.next(), chars.next()) {
        (Some((_, '\\')), _) => quoted_length(rest, '\''),
        (Some(_), Some((at, '\''))) => at + 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_are_blank_and_lines_stay_where_they_are() {
        let text = "let a = \"tokio\"; // async\n/* rand\n /* nested */ */ let b = 'x'; let c: &'a str = r#\"now()\"#;\n";
        let code = without_literals(text);
        assert_eq!(code.len(), text.len());
        assert_eq!(code.matches('\n').count(), 3);
        for word in ["tokio", "async", "rand", "now", "'x'"] {
            assert!(!code.contains(word), "{word}");
        }
        assert!(code.contains("let c: &'a str ="));
    }

    #[test]
    fn escapes_do_not_end_a_literal() {
        let code = without_literals(r#"f("a\"b", '\'', b"\\"); tokio"#);
        assert_eq!(code.split_whitespace().collect::<String>(), "f(,,b);tokio");
    }

    #[test]
    fn test_modules_are_blank() {
        let source = Source::new(
            "x.rs",
            "fn a() {}\n#[cfg(test)]\nmod tests { fn b() { now() } }\nfn c() {}\n",
        );
        assert!(!source.code.contains("now"));
        assert!(source.code.contains("fn c"));
        assert_eq!(source.line_of(source.code.find("fn c").expect("still there")), 4);
    }

    #[test]
    fn modules_that_only_tests_declare_are_found() {
        let code = "#[cfg(test)]\nmod oracle;\n#[cfg(test)]\nmod tests { }\nmod plain;";
        assert_eq!(test_modules("broker/src/config/mod.rs", code), ["broker/src/config/oracle"]);
        assert_eq!(
            test_modules("broker/src/config/rows.rs", code),
            ["broker/src/config/rows/oracle"]
        );
    }
}
