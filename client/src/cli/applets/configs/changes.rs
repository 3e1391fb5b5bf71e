//! Changes: what `--add-config`, `--add-config-file` and `--delete-config` say.

use super::options::{ADD_CONFIG, ADD_CONFIG_FILE, DELETE_CONFIG};
use crate::admin::ConfigChange;
use crate::cli::applets::{Parsed, Thrown, command_config};

/// Each key with what becomes of it, deletions first.
pub(super) fn changes(parsed: &Parsed) -> Result<Vec<(String, ConfigChange)>, Thrown> {
    let added = added(parsed)?;
    let deleted = parsed.values(DELETE_CONFIG)?;
    let mut changes: Vec<(String, ConfigChange)> =
        deleted.iter().map(|key| (key.trim().to_owned(), ConfigChange::Delete)).collect();
    changes.extend(added.into_iter().map(|(key, value)| (key, ConfigChange::Set(value))));
    Ok(changes)
}

fn added(parsed: &Parsed) -> Result<Vec<(String, String)>, Thrown> {
    let mut added: Vec<(String, String)> = Vec::new();
    if let Some(path) = parsed.value(ADD_CONFIG_FILE)? {
        let file = command_config(Some(&path))?;
        added.extend(file.iter().map(|(key, value)| (key.to_owned(), value.to_owned())));
    }
    if let Some(list) = parsed.value(ADD_CONFIG)? {
        added.extend(pairs(&list)?);
    }
    let legal = |c: char| c.is_ascii_alphanumeric() || "$._-".contains(c);
    match added.iter().find(|(key, _)| !key.chars().all(legal)) {
        None => Ok(added),
        Some((key, _)) => {
            Err(Thrown::illegal_argument(format!("Invalid character found for config key: {key}")))
        }
    }
}

/// `k1=v1,k2=[v1,v2]`: what stands in brackets is not split.
fn pairs(list: &str) -> Result<Vec<(String, String)>, Thrown> {
    let mut entries = outside_brackets(list, ',');
    while entries.last().is_some_and(|entry| entry.is_empty()) {
        entries.pop();
    }
    let mut pairs: Vec<(String, String)> = Vec::new();
    for entry in entries {
        let parts = outside_brackets(entry, '=');
        let [key, value] = parts[..] else {
            return Err(Thrown::illegal_argument(
                "requirement failed: Invalid entity config: all configs to be added must be in the format \"key=val\" or  \
                 \"key=[val1,val2]\" to group values which contain commas.",
            ));
        };
        let value = value.replace(['[', ']'], "").trim().to_owned();
        pairs.retain(|(known, _)| known != key.trim());
        pairs.push((key.trim().to_owned(), value));
    }
    Ok(pairs)
}

/// The text in the parts between these signs, except signs behind which a bracket closes that has not opened there.
fn outside_brackets(text: &str, sign: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (at, _) in text.match_indices(sign) {
        let next = text[at..].chars().find(|c| matches!(c, '[' | ']'));
        if next != Some(']') {
            parts.push(&text[start..at]);
            start = at + sign.len_utf8();
        }
    }
    parts.push(&text[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_keep_commas_together() {
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        let found = pairs("a=1,b=[x,y],c = z ,d=").expect("pairs");
        assert_eq!(found, [pair("a", "1"), pair("b", "x,y"), pair("c", "z"), pair("d", "")]);
        assert_eq!(pairs("a=[k=v,l=w]"), Ok(vec![pair("a", "k=v,l=w")]));
        assert!(pairs("a").is_err());
        assert!(pairs("a=1=2").is_err());
    }
}
