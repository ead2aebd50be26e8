//! Takes a source apart into text and the tokens of its actions.

use crate::error::Fault;
use crate::literal;
use crate::token::{Kind, Token};

/// White space that trim marks take away and that separates operands.
const SPACE: [char; 4] = [' ', '\t', '\r', '\n'];

/// All tokens of a source.
pub(crate) fn tokens(source: &str) -> Result<Vec<Token>, Fault> {
    let mut lexer = Lexer { source, at: 0, tokens: Vec::new() };
    let mut trim = false;
    while lexer.at < source.len() {
        trim = lexer.text_and_action(trim)?;
    }
    Ok(lexer.tokens)
}

struct Lexer<'s> {
    source: &'s str,
    at: usize,
    tokens: Vec<Token>,
}

impl<'s> Lexer<'s> {
    fn rest(&self) -> &'s str {
        &self.source[self.at..]
    }

    fn push(&mut self, kind: Kind, at: usize, spaced: bool) {
        self.tokens.push(Token { kind, at, spaced });
    }

    /// Reads text up to an action and the action. Takes and gives whether the text that follows an
    /// action is trimmed.
    fn text_and_action(&mut self, trim_start: bool) -> Result<bool, Fault> {
        let rest = self.rest();
        let open = rest.find("{{");
        let mut text = &rest[..open.unwrap_or(rest.len())];
        let start = self.at;
        let inside = open.map_or("", |at| &rest[at + 2..]);
        let trim_end = inside.strip_prefix('-').is_some_and(|after| after.starts_with(SPACE));
        if trim_start {
            text = text.trim_start_matches(SPACE);
        }
        if trim_end {
            text = text.trim_end_matches(SPACE);
        }
        if !text.is_empty() {
            self.push(Kind::Text(text.to_owned()), start, false);
        }
        let Some(open) = open else {
            self.at = self.source.len();
            return Ok(false);
        };
        let opened = start + open;
        self.at = opened + if trim_end { 4 } else { 2 };
        if self.rest().starts_with("/*") {
            return self.comment(opened);
        }
        self.push(Kind::Open, opened, false);
        self.action(opened)
    }

    fn comment(&mut self, opened: usize) -> Result<bool, Fault> {
        let unclosed = || Fault::new(opened, "this comment is not closed: end it with `*/}}`");
        let end = self.rest().find("*/").ok_or_else(unclosed)?;
        self.at += end + 2;
        let after = self.rest();
        if after.starts_with("}}") {
            self.at += 2;
            return Ok(false);
        }
        let trimmed = after.strip_prefix(SPACE).is_some_and(|rest| rest.starts_with("-}}"));
        if !trimmed {
            let problem = "a comment fills its whole action: end it with `*/}}` or `*/ -}}`";
            return Err(Fault::new(opened, problem));
        }
        self.at += 4;
        Ok(true)
    }

    /// Reads the tokens of an action and its end; gives whether it trims what follows.
    fn action(&mut self, opened: usize) -> Result<bool, Fault> {
        let mut spaced = true;
        loop {
            let rest = self.rest();
            let bare = rest.trim_start_matches(SPACE);
            let space = rest.len() - bare.len();
            if space > 0 && bare.starts_with("-}}") {
                self.push(Kind::Close, self.at, true);
                self.at += space + 3;
                return Ok(true);
            }
            self.at += space;
            spaced |= space > 0;
            if bare.starts_with("}}") {
                self.push(Kind::Close, self.at, spaced);
                self.at += 2;
                return Ok(false);
            }
            if bare.is_empty() {
                return Err(Fault::new(opened, "this action is not closed: end it with `}}`"));
            }
            let at = self.at;
            let (kind, length) = token(bare).map_err(|problem| Fault::new(at, problem))?;
            self.push(kind, at, spaced);
            self.at += length;
            spaced = false;
        }
    }
}

/// The token that the text begins with, and its length.
fn token(text: &str) -> Result<(Kind, usize), String> {
    let mut characters = text.chars();
    let first = characters.next().unwrap_or(' ');
    let second = characters.next().unwrap_or(' ');
    Ok(match first {
        '|' => (Kind::Bar, 1),
        '(' => (Kind::Left, 1),
        ')' => (Kind::Right, 1),
        ',' => (Kind::Comma, 1),
        '=' if second == '=' => {
            return Err("`==` is no operator: write `eq .Status \"firing\"`".to_owned());
        }
        '=' => (Kind::Assign, 1),
        ':' if second == '=' => (Kind::Declare, 2),
        '.' if second.is_ascii_digit() => literal::number(text)?,
        '.' => match word_length(&text[1..]) {
            0 => (Kind::Dot, 1),
            length => (Kind::Field(text[1..=length].to_owned()), length + 1),
        },
        '$' => {
            let length = 1 + word_length(&text[1..]);
            (Kind::Variable(text[..length].to_owned()), length)
        }
        '"' => literal::quoted(text)?,
        '`' => literal::raw(text)?,
        '\'' => literal::character(text)?,
        '+' | '-' if second.is_ascii_digit() || second == '.' => literal::number(text)?,
        '0'..='9' => literal::number(text)?,
        _ if is_word(first) => {
            let length = word_length(text);
            (Kind::Word(text[..length].to_owned()), length)
        }
        _ => return Err(stray(first)),
    })
}

fn stray(character: char) -> String {
    let instead = match character {
        '<' | '>' => ": compare with lt, le, gt or ge, as in `gt (len .Alerts) 1`",
        '!' => ": write `not` or `ne`",
        '&' => ": write `and`",
        '+' | '-' | '*' | '/' | '%' => ": there is no arithmetic in templates",
        '{' | '}' => ": one brace too many or too few",
        '[' | ']' => ": write `index .Labels \"name\"`",
        _ => "",
    };
    format!("`{}` cannot stand here{instead}", character.escape_debug())
}

fn word_length(text: &str) -> usize {
    text.find(|c: char| !is_word(c)).unwrap_or(text.len())
}

fn is_word(character: char) -> bool {
    character == '_' || character.is_alphanumeric()
}
