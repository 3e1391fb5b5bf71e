//! The nearest names: what someone may have meant who typed a name that is not there.

/// How many suggestions are of use.
const SUGGESTIONS_MAX: usize = 3;

/// The names most like `typed`, best first; none if none is much like it.
pub(crate) fn nearest<'a>(typed: &str, names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let typed_lower = typed.to_ascii_lowercase();
    let likeness = |name: &str| {
        let name = name.to_ascii_lowercase();
        let part = name.contains(&typed_lower) || typed_lower.contains(&name);
        let edits = strsim::normalized_damerau_levenshtein(&typed_lower, &name);
        if part { edits.max(0.7) } else { edits }
    };
    let mut ranked: Vec<(f64, &str)> = names.map(|name| (likeness(name), name)).collect();
    ranked.retain(|(likeness, _)| *likeness >= 0.6);
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    ranked.into_iter().take(SUGGESTIONS_MAX).map(|(_, name)| name).collect()
}

/// The names as a question: `did you mean "a" or "b"?`
pub(crate) fn question(names: &[&str]) -> Option<String> {
    let quoted: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    (!quoted.is_empty()).then(|| format!("did you mean {}?", quoted.join(" or ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised_and_strangers_are_not() {
        let names = ["apache_logs", "nginx_logs", "metrics"];
        let of = |typed| nearest(typed, names.into_iter());
        assert_eq!(of("apach_logs"), ["apache_logs"]);
        assert_eq!(of("APACHE-LOGS"), ["apache_logs"]);
        assert_eq!(of("metric"), ["metrics"]);
        assert!(of("orders").is_empty());
        assert_eq!(question(&["a", "b"]), Some("did you mean \"a\" or \"b\"?".into()));
    }
}
