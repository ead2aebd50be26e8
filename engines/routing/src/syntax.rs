//! How matchers are written. The classic syntax is Alertmanager's up to 0.26, the UTF-8 syntax is
//! that from 0.27 on; by default it reads both and prefers the classic meaning where they differ.

use crate::matcher::{Matcher, MatcherError, Op};

mod classic;
mod utf8;

/// Which syntax a matcher is written in.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Syntax {
    /// Both are tried; where both can read a text, the classic meaning counts. Where none can, the
    /// classic error is told. This is what Alertmanager does unless told otherwise.
    #[default]
    Fallback,
    /// Names of ASCII letters, digits, `_` and `:`; values with or without quotes.
    Classic,
    /// Names of any letters, in quotes where the syntax needs it; Go's escapes in quotes.
    Utf8,
}

/// What has to be in quotes in the UTF-8 syntax.
pub(crate) fn is_reserved(letter: char) -> bool {
    letter.is_whitespace() || "{}!=~,\\\"'`".contains(letter)
}

pub(crate) fn one(text: &str, syntax: Syntax) -> Result<Matcher, MatcherError> {
    if syntax != Syntax::Classic && (text.starts_with('{') || text.ends_with('}')) {
        let column = if text.starts_with('{') { 1 } else { text.chars().count() };
        return Err(MatcherError::new(column, format!("unexpected open or close brace: {text}")));
    }
    match syntax {
        Syntax::Classic => classic::one(text, 1),
        Syntax::Utf8 => utf8::one(text),
        Syntax::Fallback => classic::one(text, 1).or_else(|why| utf8::one(text).map_err(|_| why)),
    }
}

pub(crate) fn list(text: &str, syntax: Syntax) -> Result<Vec<Matcher>, MatcherError> {
    match syntax {
        Syntax::Classic => classic::list(text),
        Syntax::Utf8 => utf8::list(text),
        Syntax::Fallback => classic::list(text).or_else(|why| utf8::list(text).map_err(|_| why)),
    }
}

/// Splits an operator off the front; the two-letter signs first.
fn operator(text: &str) -> Option<(Op, &str)> {
    [Op::Regex, Op::NotRegex, Op::NotEqual, Op::Equal]
        .into_iter()
        .find_map(|op| Some((op, text.strip_prefix(op.sign())?)))
}
