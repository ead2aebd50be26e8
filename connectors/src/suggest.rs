/// The candidate that `text` was probably meant to be, or `None` when none is near.
pub(crate) fn nearest<'c>(text: &str, candidates: &[&'c str]) -> Option<&'c str> {
    // Nothing so long is a slip of the pen, and the distance is quadratic in the length.
    if text.len() > 40 {
        return None;
    }
    let text = text.to_ascii_lowercase();
    candidates
        .iter()
        .map(|candidate| (strsim::osa_distance(&text, &candidate.to_ascii_lowercase()), *candidate))
        .filter(|(distance, candidate)| *distance <= candidate.len().div_ceil(3))
        .min()
        .map(|(_, candidate)| candidate)
}

/// ``there is no `x` here; did you mean `y`?``
pub(crate) fn unknown(text: &str, what: &str, candidates: &[&str]) -> String {
    let shown: String = text.chars().take(40).collect();
    match nearest(text, candidates) {
        Some(near) => format!("`{shown}` is no {what}; did you mean `{near}`?"),
        None => format!("`{shown}` is no {what}; there are {}", candidates.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognised_and_a_different_word_is_not() {
        let words = ["title", "severity", "status", "url"];
        for (text, near) in [
            ("titel", Some("title")),
            ("Severity", Some("severity")),
            ("sevrity", Some("severity")),
            ("state", Some("status")),
            ("banana", None),
            ("", None),
        ] {
            assert_eq!(nearest(text, &words), near, "{text}");
        }
        assert_eq!(nearest(&"title".repeat(1000), &words), None);
    }
}
