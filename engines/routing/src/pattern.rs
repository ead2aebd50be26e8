//! Regular expressions as Alertmanager means them: those of Go, of the whole value.

use std::collections::BTreeSet;

use regex::{Regex, RegexBuilder};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::Hir;

mod go;
mod read;

/// Longest expression as written, in bytes.
const WRITTEN_BYTES_MAX: usize = 64 * 1024;

/// Largest compiled expression, in bytes: a hostile one is refused instead of filling the memory.
const COMPILED_BYTES_MAX: usize = 1024 * 1024;

/// Most memory for what an expression remembers while it is used, in bytes.
const CACHE_BYTES_MAX: usize = 512 * 1024;

/// An expression that has to match the whole of a value.
#[derive(Debug)]
pub(crate) struct Pattern {
    test: Test,
    /// Every value that fits holds one of these, [`fold`]ed; empty: nothing is known.
    needs: Vec<String>,
}

/// How a value is tested. Most expressions that people write are no more than lists of words, or
/// text with `.*` in it: those need no automaton.
#[derive(Debug)]
enum Test {
    /// It is one of these.
    Words(BTreeSet<String>),
    /// It is these texts in their order, with anything between them.
    Gaps(Vec<Piece>),
    Expression(Regex),
}

/// A part of an expression without alternatives.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Piece {
    Text(String),
    /// At least so many letters, none of them the end of a line.
    Gap(usize),
}

impl Pattern {
    /// Compiles an expression.
    ///
    /// # Errors
    /// A sentence, when it is none or too large.
    pub(crate) fn new(written: &str) -> Result<Pattern, String> {
        if written.len() > WRITTEN_BYTES_MAX {
            return Err(format!("it is longer than {WRITTEN_BYTES_MAX} bytes"));
        }
        let bare = written.strip_prefix("^(?:").and_then(|rest| rest.strip_suffix(")$"));
        let (text, meaning) = match bare.map(parsed) {
            Some(Ok(parsed)) => parsed,
            _ => parsed(written)?,
        };
        let test = match read::words(&meaning, text.len()) {
            Some(words) => Test::Words(words),
            None => match read::gaps(&meaning) {
                Some(pieces) => Test::Gaps(pieces),
                None => Test::Expression(compiled(&text)?),
            },
        };
        Ok(Pattern { test, needs: needs(&meaning) })
    }

    /// Whether the whole value fits.
    pub(crate) fn fits(&self, value: &str) -> bool {
        match &self.test {
            Test::Words(words) => words.contains(value),
            Test::Gaps(pieces) => fits_gaps(pieces, value),
            Test::Expression(expression) => expression.is_match(value),
        }
    }

    /// The only values that fit, where they are few.
    pub(crate) fn words(&self) -> Option<&BTreeSet<String>> {
        match &self.test {
            Test::Words(words) => Some(words),
            _ => None,
        }
    }

    /// Every value that fits holds one of these after [`fold`]; empty: nothing is known.
    pub(crate) fn needs(&self) -> &[String] {
        &self.needs
    }
}

/// Makes letters that differ only in case the same, as far as it is cheap: ASCII, and the two
/// others that expressions without case take for ASCII letters.
pub(crate) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.chars().map(fold_letter).collect()
}

fn fold_letter(letter: char) -> char {
    match letter {
        'ſ' => 's',
        '\u{212a}' => 'k',
        _ => letter.to_ascii_lowercase(),
    }
}

fn parsed(written: &str) -> Result<(String, Hir), String> {
    let text = go::translated(written)?;
    match ParserBuilder::new().build().parse(&text) {
        Ok(meaning) => Ok((text, meaning)),
        Err(error) => Err(last_line(&error.to_string())),
    }
}

fn needs(meaning: &Hir) -> Vec<String> {
    read::needs(meaning).unwrap_or_default()
}

fn compiled(text: &str) -> Result<Regex, String> {
    RegexBuilder::new(&format!("^(?:{text})$"))
        .size_limit(COMPILED_BYTES_MAX)
        .dfa_size_limit(CACHE_BYTES_MAX)
        .build()
        .map_err(|error| match error {
            regex::Error::CompiledTooBig(limit) => format!("compiled it exceeds {limit} bytes"),
            other => last_line(&other.to_string()),
        })
}

/// The lines above draw the expression.
fn last_line(problem: &str) -> String {
    let last = problem.lines().last().unwrap_or_default().trim();
    last.strip_prefix("error: ").unwrap_or(last).to_owned()
}

/// Finds each text at its first place: what lies between may be anything, so no later place can
/// do better. The last text has to end the value.
fn fits_gaps(pieces: &[Piece], value: &str) -> bool {
    // No text here holds the end of a line, and no gap takes one.
    if value.contains('\n') {
        return false;
    }
    let mut rest = value;
    let mut gap = None;
    for (place, piece) in pieces.iter().enumerate() {
        match (piece, gap) {
            (Piece::Gap(letters), _) => {
                let Some(after) = skip(rest, *letters) else { return false };
                rest = after;
                gap = Some(());
            }
            (Piece::Text(text), None) => {
                let Some(after) = rest.strip_prefix(text.as_str()) else { return false };
                rest = after;
            }
            (Piece::Text(text), Some(())) if place + 1 == pieces.len() => {
                return rest.ends_with(text.as_str());
            }
            (Piece::Text(text), Some(())) => {
                let Some(found) = rest.find(text.as_str()) else { return false };
                rest = &rest[found + text.len()..];
                gap = None;
            }
        }
    }
    rest.is_empty() || gap.is_some()
}

fn skip(text: &str, letters: usize) -> Option<&str> {
    let mut rest = text.chars();
    for _ in 0..letters {
        rest.next()?;
    }
    Some(rest.as_str())
}
