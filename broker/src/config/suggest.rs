//! The nearest names to one that nobody knows.

/// How like two names must be, from 0 to 1, for one to be offered in place of the other.
const LIKENESS_MIN: f64 = 0.72;
/// How many names are offered at most.
const OFFERS_MAX: usize = 3;

/// The names that are most like `name`, the nearest first.
pub(super) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let name = name.to_ascii_lowercase();
    let mut scored: Vec<(f64, &str)> = known
        .map(|known| (strsim::normalized_damerau_levenshtein(&name, known), known))
        .filter(|(likeness, _)| *likeness >= LIKENESS_MIN)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    scored.into_iter().take(OFFERS_MAX).map(|(_, known)| known).collect()
}

/// A sentence that offers the nearest names, or says that there is none.
pub(super) fn offer<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    let nearest = nearest(name, known);
    if nearest.is_empty() {
        "No key has a name like it".into()
    } else {
        format!("Did you mean {}?", nearest.join(" or "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_hand_finds_the_key() {
        let known = ["log.dirs", "log.dir", "num.partitions", "retention.ms"];
        assert_eq!(nearest("num.partition", known.into_iter()), ["num.partitions"]);
        assert_eq!(nearest("retnetion.ms", known.into_iter()), ["retention.ms"]);
        assert_eq!(nearest("Log.Dirs", known.into_iter()), ["log.dirs", "log.dir"]);
        assert!(nearest("quite.another.thing", known.into_iter()).is_empty());
    }
}
