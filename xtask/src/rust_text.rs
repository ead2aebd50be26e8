//! Takes Rust text apart into code, string literals and comments: as much of a lexer as the tidy
//! rules need.

/// What a piece of Rust text is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Code.
    Code,
    /// The inside of a string literal.
    Literal,
    /// A comment, with its marks.
    Comment,
}

/// A stretch of text of one kind.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Piece {
    /// What it is.
    pub kind: Kind,
    /// The line it begins on, from 1.
    pub line: usize,
    /// The text.
    pub text: String,
}

/// Takes the text apart.
pub fn pieces(text: &str) -> Vec<Piece> {
    let mut reader = Reader { rest: text, line: 1, pieces: Vec::new() };
    while !reader.rest.is_empty() {
        reader.step();
    }
    reader.pieces
}

struct Reader<'a> {
    rest: &'a str,
    line: usize,
    pieces: Vec<Piece>,
}

impl Reader<'_> {
    fn step(&mut self) {
        if self.rest.starts_with("//") {
            let end = self.rest.find('\n').unwrap_or(self.rest.len());
            self.take(Kind::Comment, 0, end, 0);
        } else if self.rest.starts_with("/*") {
            self.take(Kind::Comment, 0, block_comment_length(self.rest), 0);
        } else if let Some(hashes) = raw_string_hashes(self.rest) {
            let open = hashes + 2;
            let close = format!("\"{}", "#".repeat(hashes));
            let inside = self.rest[open..].find(&close).unwrap_or(self.rest.len() - open);
            self.take(Kind::Literal, open, inside, close.len());
        } else if self.rest.starts_with('"') {
            self.take(Kind::Literal, 1, string_length(&self.rest[1..]), 1);
        } else {
            let length = code_length(self.rest);
            self.take(Kind::Code, 0, length, 0);
        }
    }

    /// Takes `length` bytes after `open` as a piece, and skips `close` bytes behind them.
    fn take(&mut self, kind: Kind, open: usize, length: usize, close: usize) {
        let text = &self.rest[open..open + length];
        match self.pieces.last_mut() {
            // Code comes in small steps: join them.
            Some(last) if last.kind == Kind::Code && kind == Kind::Code => last.text.push_str(text),
            _ => self.pieces.push(Piece { kind, line: self.line, text: text.to_owned() }),
        }
        let taken = (open + length + close).min(self.rest.len());
        self.line += self.rest[..taken].matches('\n').count();
        self.rest = &self.rest[taken..];
    }
}

fn block_comment_length(text: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < text.len() {
        if text[at..].starts_with("/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if text[at..].starts_with("*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return at;
            }
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// The number of hashes of the raw string that the text begins with, after its `r`.
fn raw_string_hashes(text: &str) -> Option<usize> {
    let after = text.strip_prefix('r')?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    after[hashes..].starts_with('"').then_some(hashes)
}

fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at,
            _ => {}
        }
    }
    text.len()
}

/// The length of the next bit of code: a word, a character literal, or a single character.
fn code_length(text: &str) -> usize {
    let word = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    // `br"…"` and `cr"…"` are raw strings too: leave their `r"` for the next step.
    let last = text.get(word.saturating_sub(1)..).unwrap_or_default();
    let before_raw = usize::from(word > 1 && raw_string_hashes(last).is_some());
    if word > before_raw {
        return word - before_raw;
    }
    let mut characters = text.chars();
    let first = characters.next().map_or(1, char::len_utf8);
    if !text.starts_with('\'') {
        return first;
    }
    match (characters.next(), characters.next()) {
        // '\n', '\'' and '\u{1f}' are literals; 'a is a lifetime.
        (Some('\\'), Some(escaped)) => {
            let from = 2 + escaped.len_utf8();
            text[from..].find('\'').map_or(first, |end| from + end + 1)
        }
        (Some(character), Some('\'')) => 2 + character.len_utf8(),
        _ => first,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kind: Kind, text: &str) -> Vec<String> {
        pieces(text).into_iter().filter(|piece| piece.kind == kind).map(|p| p.text).collect()
    }

    #[test]
    fn strings_of_every_spelling_are_found() {
        let text = r###"f("a\"b", r"c\", r#"d"e"#, b"f", br"g", '"', '\'', 'x', "h")"###;
        assert_eq!(of(Kind::Literal, text), ["a\\\"b", "c\\", "d\"e", "f", "g", "h"]);
    }

    #[test]
    fn lifetimes_do_not_open_character_literals() {
        assert_eq!(of(Kind::Literal, "fn f<'a>(x: &'a str) -> &'a str { \"in\" }"), ["in"]);
    }

    #[test]
    fn comments_are_no_code_and_nest() {
        let text = "a // one \"no\"\n/* two /* three */ */ b";
        assert_eq!(of(Kind::Comment, text), ["// one \"no\"", "/* two /* three */ */"]);
        assert_eq!(of(Kind::Code, text).concat(), "a \n b");
        assert!(of(Kind::Literal, text).is_empty());
    }

    #[test]
    fn pieces_know_their_line() {
        let found = pieces("a\n\n\"x\ny\" \"z\"");
        let lines: Vec<_> =
            found.iter().filter(|p| p.kind == Kind::Literal).map(|p| p.line).collect();
        assert_eq!(lines, [3, 4]);
    }
}
