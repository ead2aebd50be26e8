//! "Did you mean": the nearest known word to a misspelt one.

/// Most known words that are compared: beyond, looking costs more than it helps.
const KNOWN_MAX: usize = 20_000;

/// The known word that a misspelt one was probably meant to be.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // A word of which a third has to be changed was hardly meant.
    let tolerated = (word.chars().count() / 3).clamp(1, 4);
    known
        .into_iter()
        .take(KNOWN_MAX)
        .filter(|candidate| candidate.len().abs_diff(word.len()) <= 2 * tolerated)
        .map(|candidate| (distance(&word.to_lowercase(), &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= tolerated)
        .min()
        .map(|(_, candidate)| candidate)
}

/// "did you mean `x`?", or else what the caller proposes.
pub(crate) fn did_you_mean<'a>(
    word: &str,
    known: impl IntoIterator<Item = &'a str>,
    otherwise: impl FnOnce() -> String,
) -> String {
    nearest(word, known).map_or_else(otherwise, |nearest| format!("did you mean `{nearest}`?"))
}

/// Insertions, deletions, replacements and swaps of neighbours between two words (optimal string
/// alignment), on their first 64 letters.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().take(64).collect();
    let b: Vec<char> = b.chars().take(64).collect();
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_understood_and_other_words_are_not() {
        let known = ["team", "product", "dependsOn", "escalationPolicy"];
        assert_eq!(nearest("taem", known), Some("team"));
        assert_eq!(nearest("depends_on", known), Some("dependsOn"));
        assert_eq!(nearest("escalationPolcy", known), Some("escalationPolicy"));
        assert_eq!(nearest("colour", known), None);
        assert_eq!(distance("", "abc"), 3);
    }
}
