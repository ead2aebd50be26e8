use super::{is_reserved, operator};
use crate::matcher::{Matcher, MatcherError, shortened};
use crate::quote::unquoted;

/// Reads exactly one matcher.
pub(super) fn one(text: &str) -> Result<Matcher, MatcherError> {
    let mut matchers = list(text)?;
    match (matchers.pop(), matchers.len()) {
        (Some(matcher), 0) => Ok(matcher),
        (None, _) => Err(MatcherError::new(1, "no matchers")),
        (Some(_), more) => {
            Err(MatcherError::new(1, format!("expected 1 matcher, found {}", more + 1)))
        }
    }
}

/// Reads a list: both braces or none, a comma may follow the last matcher.
pub(super) fn list(text: &str) -> Result<Vec<Matcher>, MatcherError> {
    let mut reader = Reader { text, rest: text.trim_start() };
    let braces = reader.eat('{');
    let mut matchers = Vec::new();
    while !reader.at_end(braces)? {
        matchers.push(reader.matcher()?);
        if !reader.eat(',') {
            break;
        }
    }
    if braces && !reader.eat('}') {
        return Err(match reader.rest {
            "" => reader.problem("end of input: expected close brace"),
            _ => reader.unexpected("a comma or close brace"),
        });
    }
    match reader.rest.chars().next() {
        None => Ok(matchers),
        Some('}') => Err(reader.problem("}: expected opening brace")),
        Some(_) if braces => Err(reader.unexpected("end of input")),
        Some(_) => Err(reader.unexpected("a comma or end of input")),
    }
}

struct Reader<'t> {
    text: &'t str,
    /// What is not read yet, without white space in front.
    rest: &'t str,
}

impl<'t> Reader<'t> {
    /// Whether no matcher follows: the list is empty, or a comma stood at its end.
    fn at_end(&self, braces: bool) -> Result<bool, MatcherError> {
        match self.rest.chars().next() {
            None if braces => Err(self.problem("end of input: expected close brace")),
            None => Ok(true),
            Some('}') if braces => Ok(true),
            Some('}') => Err(self.problem("}: expected opening brace")),
            Some(_) => Ok(false),
        }
    }

    fn matcher(&mut self) -> Result<Matcher, MatcherError> {
        let name = self.word("label name")?;
        let (op, rest) = operator(self.rest)
            .ok_or_else(|| self.unexpected("an operator such as '=', '!=', '=~' or '!~'"))?;
        self.skip_to(rest);
        let column = self.column();
        let value = self.word("label value")?;
        Matcher::new(name, op, value).map_err(|error| MatcherError { column, ..error })
    }

    /// A run of letters that need no quotes, or a text in double quotes.
    fn word(&mut self, what: &str) -> Result<String, MatcherError> {
        if let Some(inner) = self.rest.strip_prefix('"') {
            let end = closing_quote(inner)
                .ok_or_else(|| self.problem("missing end \" of a quoted text"))?;
            let word = unquoted(&inner[..end]).ok_or_else(|| {
                let written = shortened(&self.rest[..end + 2]);
                self.problem(&format!("{written}: invalid input"))
            })?;
            self.skip_to(&inner[end + 1..]);
            return Ok(word);
        }
        let end = self.rest.find(is_reserved).unwrap_or(self.rest.len());
        if end == 0 {
            return Err(self.unexpected(what));
        }
        let (word, rest) = self.rest.split_at(end);
        self.skip_to(rest);
        Ok(word.to_owned())
    }

    fn eat(&mut self, letter: char) -> bool {
        let Some(rest) = self.rest.strip_prefix(letter) else { return false };
        self.skip_to(rest);
        true
    }

    fn skip_to(&mut self, rest: &'t str) {
        self.rest = rest.trim_start();
    }

    fn column(&self) -> usize {
        1 + self.text.chars().count() - self.rest.chars().count()
    }

    fn problem(&self, problem: &str) -> MatcherError {
        MatcherError::new(self.column(), problem)
    }

    fn unexpected(&self, wanted: &str) -> MatcherError {
        let found = self.rest.chars().next().map_or("end of input".to_owned(), String::from);
        self.problem(&format!("unexpected {found}: expected {wanted}"))
    }
}

fn closing_quote(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|byte| {
        let closes = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        closes
    })
}
