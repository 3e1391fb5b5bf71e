//! Candidates: what a word that is not known may have been meant for.

/// A distance from which on nothing was meant.
const TOO_FAR: usize = 7;
const SUBSTITUTION: usize = 2;
const ADDITION: usize = 1;
const DELETION: usize = 3;

/// The candidates nearest to `word`, each with the text that it is shown by.
pub(super) fn nearest<'a>(
    word: &str,
    candidates: impl Iterator<Item = (&'a str, &'a str)>,
) -> Vec<&'a str> {
    let distance = |body: &str| if body.starts_with(word) { 0 } else { distance(word, body) };
    let mut rated: Vec<(usize, &str)> =
        candidates.map(|(body, shown)| (distance(body), shown)).collect();
    rated.sort_unstable();
    let best = rated.first().map_or(TOO_FAR, |(distance, _)| *distance);
    rated.retain(|(distance, _)| *distance == best && best < TOO_FAR);
    rated.into_iter().map(|(_, shown)| shown).collect()
}

/// What it costs to make `b` of `a`, where two neighbours may change places for nothing.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let same = a[i - 1] == b[j - 1];
            let mut cost = rows[i - 1][j - 1] + if same { 0 } else { SUBSTITUTION };
            if i >= 2 && j >= 2 && !same && a[i - 2] == b[j - 1] && a[i - 1] == b[j - 2] {
                cost = cost.min(rows[i - 2][j - 2]);
            }
            cost = cost.min(rows[i - 1][j] + DELETION).min(row[j - 1] + ADDITION);
            row.push(cost);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn the_nearest_are_named_and_far_ones_are_not() {
        let names = ["info", "format", "random-uuid"];
        let near = |word| nearest(word, names.iter().map(|name| (*name, *name)));
        assert_eq!(near("foo"), ["format", "info"]);
        assert_eq!(near("rand"), ["random-uuid"]);
        assert!(near("wholly-unlike-any").is_empty());
    }
}
