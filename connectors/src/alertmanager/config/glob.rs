//! Patterns of file names, as `templates` has them: `*`, `?`, `[a-z]`, `\\` before what is meant as
//! it is. None of them stands for `/`.

use super::error::Wrong;

/// Refuses what is no pattern.
pub(super) fn check(pattern: &str) -> Result<(), Wrong> {
    let mut rest = pattern;
    while let Some((piece, after)) = next(rest) {
        if matches!(piece, Piece::Broken) {
            let remedy = "close every `[` with `]`, and write `\\[` for the letter itself";
            return Err(Wrong::new("this is no pattern of file names", remedy));
        }
        rest = after;
    }
    Ok(())
}

/// Whether it names more than one file, or one by another name.
pub(super) fn has_wildcards(pattern: &str) -> bool {
    pattern.contains(['*', '?', '[', '\\'])
}

/// Whether a pattern without `/` fits a name. What is no pattern fits nothing.
pub(super) fn fits(pattern: &str, name: &str) -> bool {
    // Where the last star stands, and how far it has reached: the only point to go back to.
    let mut star: Option<(&str, &str)> = None;
    let (mut pattern, mut rest) = (pattern, name);
    loop {
        let piece = next(pattern);
        if let Some((Piece::Star, after)) = piece {
            star = Some((after, rest));
            pattern = after;
            continue;
        }
        let letter = rest.chars().next();
        match (piece, letter) {
            (None, None) => return true,
            (Some((piece, after)), Some(letter)) if piece.takes(letter) => {
                pattern = after;
                rest = &rest[letter.len_utf8()..];
                continue;
            }
            _ => {}
        }
        let Some((after, reached)) = star else { return false };
        let Some(letter) = reached.chars().next() else { return false };
        rest = &reached[letter.len_utf8()..];
        star = Some((after, rest));
        pattern = after;
    }
}

enum Piece<'p> {
    Star,
    Any,
    Letter(char),
    /// The ranges, and whether they are those that do not fit.
    Class(&'p str, bool),
    Broken,
}

impl Piece<'_> {
    fn takes(&self, letter: char) -> bool {
        match self {
            Piece::Star | Piece::Broken => false,
            Piece::Any => true,
            Piece::Letter(own) => *own == letter,
            Piece::Class(ranges, not) => {
                let mut rest = *ranges;
                let mut inside = false;
                while let Some((from, to, after)) = range(rest) {
                    inside |= (from..=to).contains(&letter);
                    rest = after;
                }
                inside != *not
            }
        }
    }
}

/// The first piece of a pattern and what is behind it.
fn next(pattern: &str) -> Option<(Piece<'_>, &str)> {
    let letter = pattern.chars().next()?;
    let rest = &pattern[letter.len_utf8()..];
    Some(match letter {
        '*' => (Piece::Star, rest),
        '?' => (Piece::Any, rest),
        '\\' => match rest.chars().next() {
            Some(letter) => (Piece::Letter(letter), &rest[letter.len_utf8()..]),
            None => (Piece::Broken, rest),
        },
        '[' => {
            let (not, ranges) = match rest.strip_prefix('^') {
                Some(ranges) => (true, ranges),
                None => (false, rest),
            };
            let mut end = ranges;
            while let Some((_, _, after)) = range(end) {
                end = after;
            }
            match end.strip_prefix(']') {
                Some(after) if end.len() < ranges.len() => {
                    (Piece::Class(&ranges[..ranges.len() - end.len()], not), after)
                }
                _ => (Piece::Broken, ""),
            }
        }
        letter => (Piece::Letter(letter), rest),
    })
}

/// The first range of a class, and what is behind it.
fn range(text: &str) -> Option<(char, char, &str)> {
    let (from, rest) = one(text)?;
    match rest.strip_prefix('-') {
        Some(rest) => one(rest).map(|(to, rest)| (from, to, rest)),
        None => Some((from, from, rest)),
    }
}

fn one(text: &str) -> Option<(char, &str)> {
    let mut letters = text.chars();
    match letters.next()? {
        '-' | ']' => None,
        '\\' => letters.next().map(|letter| (letter, letters.as_str())),
        letter => Some((letter, letters.as_str())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_as_documented() {
        for (pattern, name, expected) in [
            ("*.tmpl", "a.tmpl", true),
            ("*.tmpl", ".tmpl", true),
            ("*.tmpl", "a.tmpl~", false),
            ("a*b*c", "a--b-b-c", true),
            ("a*b*c", "a--b-b-", false),
            ("?.tmpl", "ä.tmpl", true),
            ("[a-c]x", "bx", true),
            ("[^a-c]x", "bx", false),
            ("[^a-c]x", "dx", true),
            ("[\\]]", "]", true),
            ("\\*", "*", true),
            ("\\*", "a", false),
            ("", "", true),
            ("", "a", false),
        ] {
            assert_eq!(fits(pattern, name), expected, "{pattern} {name}");
            assert!(check(pattern).is_ok(), "{pattern}");
        }
        for pattern in ["[a-", "[", "[]", "[^]", "a\\", "[a", "[-a]"] {
            assert!(check(pattern).is_err(), "{pattern}");
            assert!(!fits(pattern, "a"), "{pattern}");
        }
    }
}
