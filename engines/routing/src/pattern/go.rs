//! Go's expressions in the words of the library that runs them. Both descend from RE2; this mends
//! where they part, so that a pattern means what it means in Alertmanager.

use std::iter::Peekable;
use std::str::Chars;

const DIGIT: &str = "0-9";
const SPACE: &str = r"\t\n\x0C\r ";
const WORD: &str = "0-9A-Za-z_";

/// Writes an expression anew.
///
/// # Errors
/// What Go refuses and the library would not.
pub(super) fn translated(written: &str) -> Result<String, String> {
    let mut out = String::with_capacity(written.len() + 16);
    let mut letters = written.chars().peekable();
    let mut repeated = false;
    while let Some(letter) = letters.next() {
        let repeats = match letter {
            '*' | '+' | '?' => true,
            '{' => is_repetition(letters.clone()),
            _ => false,
        };
        if repeats && repeated {
            return Err("invalid nested repetition operator".to_owned());
        }
        repeated = repeats;
        match letter {
            '\\' => escape(&mut letters, &mut out)?,
            '[' => class(&mut letters, &mut out),
            '{' if repeats => {
                out.push('{');
                out.extend(std::iter::from_fn(|| letters.next_if(|letter| *letter != '}')));
                out.extend(letters.next());
            }
            '{' => out.push_str(r"\{"),
            _ => out.push(letter),
        }
        if repeats {
            // As few as possible: which way a value fits is never asked, but Go counts it in.
            out.extend(letters.next_if_eq(&'?'));
        }
        if letter == '(' {
            // The sign of a group is no repetition.
            out.extend(letters.next_if_eq(&'?'));
        }
    }
    Ok(out)
}

/// What stands behind a backslash outside of brackets.
fn escape(letters: &mut Peekable<Chars>, out: &mut String) -> Result<(), String> {
    let Some(letter) = letters.next() else {
        out.push('\\');
        return Ok(());
    };
    match letter {
        'Q' => return literal(letters, out),
        // Go's word boundary knows ASCII only.
        'b' => out.push_str(r"(?-u:\b)"),
        // The library would take these for the borders of a word.
        '<' | '>' => out.push(letter),
        _ => match members(letter) {
            Some((negated, members)) => {
                out.push_str(if negated { "[^" } else { "[" });
                out.push_str(members);
                out.push(']');
            }
            None => out.extend(['\\', letter]),
        },
    }
    Ok(())
}

/// The members of `\d`, `\s` and `\w`, which are ASCII in Go, and whether they are left out.
fn members(letter: char) -> Option<(bool, &'static str)> {
    let members = match letter.to_ascii_lowercase() {
        'd' => DIGIT,
        's' => SPACE,
        'w' => WORD,
        _ => return None,
    };
    Some((letter.is_ascii_uppercase(), members))
}

/// Text up to `\E`, in which nothing has a meaning. Without one it would swallow the anchors that
/// Alertmanager adds.
fn literal(letters: &mut Peekable<Chars>, out: &mut String) -> Result<(), String> {
    let mut text = String::new();
    while let Some(letter) = letters.next() {
        if letter == '\\' && letters.next_if_eq(&'E').is_some() {
            out.push_str(&regex_syntax::escape(&text));
            return Ok(());
        }
        text.push(letter);
    }
    Err(r"\Q without \E".to_owned())
}

/// A class in brackets. Go's have no brackets inside, and no `&&`, `--` and `~~`.
fn class(letters: &mut Peekable<Chars>, out: &mut String) {
    out.push('[');
    if letters.next_if_eq(&'^').is_some() {
        out.push('^');
    }
    let mut first = true;
    let mut range = false;
    while let Some(letter) = letters.next() {
        let begins_range = letter == '-' && !first && !range;
        match letter {
            ']' if !first => {
                out.push(']');
                return;
            }
            '\\' => class_escape(letters, out),
            '[' if letters.peek() == Some(&':') => named(letters, out),
            '-' if begins_range => out.push('-'),
            '[' | ']' | '&' | '~' | '-' => out.extend(['\\', letter]),
            _ => out.push(letter),
        }
        first = false;
        range = begins_range;
    }
}

fn class_escape(letters: &mut Peekable<Chars>, out: &mut String) {
    match letters.next() {
        None => out.push('\\'),
        Some(letter @ ('<' | '>')) => out.push(letter),
        Some(letter) => match members(letter) {
            Some((false, members)) => out.push_str(members),
            Some((true, members)) => out.extend(["[^", members, "]"]),
            None => out.extend(['\\', letter]),
        },
    }
}

/// `[:alpha:]` inside of brackets.
fn named(letters: &mut Peekable<Chars>, out: &mut String) {
    out.push('[');
    for letter in letters.by_ref() {
        out.push(letter);
        if letter == ']' {
            return;
        }
    }
}

/// Whether `{` begins a repetition; anything else is a brace in Go.
fn is_repetition(mut letters: Peekable<Chars>) -> bool {
    let number = |letters: &mut Peekable<Chars>| {
        let mut some = false;
        while letters.next_if(char::is_ascii_digit).is_some() {
            some = true;
        }
        some
    };
    if !number(&mut letters) {
        return false;
    }
    if letters.next_if_eq(&',').is_some() {
        number(&mut letters);
    }
    letters.next() == Some('}')
}
