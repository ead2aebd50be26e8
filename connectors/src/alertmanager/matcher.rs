use std::fmt;

use regex::{Regex, RegexBuilder};

use crate::wire::shortened;

/// Largest compiled expression, in bytes: a hostile one is refused instead of filling the memory.
const EXPRESSION_BYTES_MAX: usize = 256 * 1024;

/// One condition on a label, as Alertmanager writes it: `severity=~"critical|error"`.
///
/// A label that is absent counts as one with an empty value. Expressions match the whole value.
#[derive(Clone, Debug)]
pub struct Matcher {
    name: String,
    operator: MatchOperator,
    value: String,
    /// The anchored expression, for the two operators that have one.
    expression: Option<Regex>,
}

/// How a [`Matcher`] compares.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MatchOperator {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `=~`
    Matches,
    /// `!~`
    NotMatches,
}

impl Matcher {
    /// Reads a matcher: a name, plain or in double quotes, an operator, and a value, plain or in
    /// double quotes, in which `\"`, `\\` and `\n` are escapes and other backslashes stand for
    /// themselves.
    ///
    /// # Errors
    /// When it is no matcher, with Alertmanager's words.
    pub fn parse(text: &str) -> Result<Matcher, MatcherError> {
        let bad_format = || MatcherError::Format { text: shortened(text) };
        let (name, rest) = split_name(text.trim_ascii()).ok_or_else(bad_format)?;
        let rest = rest.trim_ascii_start();
        let (operator, sign) = MatchOperator::SIGNS
            .into_iter()
            .find(|(_, sign)| rest.starts_with(sign))
            .ok_or_else(bad_format)?;
        let raw = rest[sign.len()..].trim_ascii_start();
        let value = unescape(raw).ok_or_else(|| MatcherError::Quote { value: shortened(raw) })?;
        Matcher::new(name, operator, value)
    }

    /// Puts a matcher together.
    ///
    /// # Errors
    /// When the value has to be an expression and is none, or one that is too large.
    pub fn new(
        name: String,
        operator: MatchOperator,
        value: String,
    ) -> Result<Matcher, MatcherError> {
        let expression = match operator {
            MatchOperator::Equal | MatchOperator::NotEqual => None,
            MatchOperator::Matches | MatchOperator::NotMatches => Some(whole(&value)?),
        };
        Ok(Matcher { name, operator, value, expression })
    }

    /// The label it looks at.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The label and the one value that it must have; a label that may be absent has none.
    pub fn equality(&self) -> Option<(&str, &str)> {
        let one = self.operator == MatchOperator::Equal && !self.value.is_empty();
        one.then_some((self.name.as_str(), self.value.as_str()))
    }

    /// Whether a label with this value (empty: absent) fits.
    pub fn accepts(&self, value: &str) -> bool {
        let found = self
            .expression
            .as_ref()
            .map_or_else(|| self.value == value, |expression| expression.is_match(value));
        match self.operator {
            MatchOperator::Equal | MatchOperator::Matches => found,
            MatchOperator::NotEqual | MatchOperator::NotMatches => !found,
        }
    }

    /// Whether a set of labels fits; `label` gives the value of a name.
    pub fn matches<'l>(&self, label: impl Fn(&str) -> Option<&'l str>) -> bool {
        self.accepts(label(&self.name).unwrap_or_default())
    }
}

impl MatchOperator {
    /// The two-letter signs first: each one-letter sign begins one of them.
    const SIGNS: [(MatchOperator, &'static str); 4] = [
        (MatchOperator::Matches, "=~"),
        (MatchOperator::NotMatches, "!~"),
        (MatchOperator::NotEqual, "!="),
        (MatchOperator::Equal, "="),
    ];

    fn sign(self) -> &'static str {
        Self::SIGNS.iter().find(|(operator, _)| *operator == self).map_or("=", |(_, sign)| sign)
    }
}

impl fmt::Display for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = if self.name.chars().all(is_plain) {
            self.name.clone()
        } else {
            format!("\"{}\"", escape(&self.name))
        };
        write!(f, "{name}{}\"{}\"", self.operator.sign(), escape(&self.value))
    }
}

/// Compiles an expression that has to match the whole text.
pub(super) fn whole(expression: &str) -> Result<Regex, MatcherError> {
    RegexBuilder::new(&format!("^(?:{expression})$"))
        .size_limit(EXPRESSION_BYTES_MAX)
        .build()
        .map_err(|error| MatcherError::Expression {
            expression: shortened(expression),
            problem: error.to_string().lines().last().unwrap_or_default().trim().to_owned(),
        })
}

/// What a name may hold without quotes: all but what the syntax itself uses.
fn is_plain(c: char) -> bool {
    !c.is_whitespace() && !c.is_control() && !"{}!=~,\\\"'`".contains(c)
}

fn split_name(text: &str) -> Option<(String, &str)> {
    if let Some(quoted) = text.strip_prefix('"') {
        let end = closing_quote(quoted)?;
        let name = unescape(&text[..end + 2]).filter(|name| !name.is_empty())?;
        return Some((name, &quoted[end + 1..]));
    }
    let end = text.find(|c| !is_plain(c)).unwrap_or(text.len());
    (end > 0).then(|| (text[..end].to_owned(), &text[end..]))
}

fn closing_quote(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|byte| {
        let closes = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        closes
    })
}

/// Undoes quotes and escapes; `None` when a quote stands where none may.
fn unescape(raw: &str) -> Option<String> {
    let inner = match raw.strip_prefix('"') {
        Some(rest) if closing_quote(rest)? + 1 == rest.len() => &rest[..rest.len() - 1],
        Some(_) => return None,
        None if closing_quote(raw).is_some() => return None,
        None => raw,
    };
    let mut value = String::with_capacity(inner.len());
    let mut letters = inner.chars();
    while let Some(letter) = letters.next() {
        match (letter, letters.clone().next()) {
            ('\\', Some('n')) => value.push('\n'),
            ('\\', Some(next @ ('"' | '\\'))) => value.push(next),
            (letter, _) => {
                value.push(letter);
                continue;
            }
        }
        letters.next();
    }
    Some(value)
}

fn escape(text: &str) -> String {
    text.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n")
}

/// A text that is no matcher.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum MatcherError {
    /// No name, operator and value.
    #[error("bad matcher format: {text}")]
    Format {
        /// The whole text.
        text: String,
    },
    /// A double quote inside the value, or one that is not closed.
    #[error("matcher value contains unescaped double quote: {value}")]
    Quote {
        /// The value as written.
        value: String,
    },
    /// The value of `=~` or `!~` is no regular expression, or too large a one.
    #[error("error parsing regexp `{expression}`: {problem}")]
    Expression {
        /// The expression as written.
        expression: String,
        /// What the expression's parser said.
        problem: String,
    },
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parsed(text: &str) -> (String, MatchOperator, String) {
        let matcher = Matcher::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        (matcher.name, matcher.operator, matcher.value)
    }

    /// Every row was tried against Alertmanager 0.25 first, but those that are marked.
    #[test]
    fn matchers_are_read_as_alertmanager_reads_them() {
        use MatchOperator::{Equal, Matches, NotEqual, NotMatches};
        for (text, name, operator, value) in [
            (r#"a="A""#, "a", Equal, "A"),
            ("a=A", "a", Equal, "A"),
            (r#" a = "A" "#, "a", Equal, "A"),
            ("a=~A|D", "a", Matches, "A|D"),
            (r#"a!="A""#, "a", NotEqual, "A"),
            (r#"a!~"[A-D].*""#, "a", NotMatches, "[A-D].*"),
            ("a=", "a", Equal, ""),
            ("a==A", "a", Equal, "=A"),
            ("a=A,b=h1", "a", Equal, "A,b=h1"),
            (r#"a="A\"B""#, "a", Equal, r#"A"B"#),
            (r#"a="\x41""#, "a", Equal, r"\x41"),
            (r#"a="\\""#, "a", Equal, r"\"),
            (r"a=\", "a", Equal, r"\"),
            (r"a=A\nb", "a", Equal, "A\nb"),
            ("a=a b", "a", Equal, "a b"),
            ("a='A'", "a", Equal, "'A'"),
            ("a={A}", "a", Equal, "{A}"),
            ("a=日本", "a", Equal, "日本"),
            ("__x:y=1", "__x:y", Equal, "1"),
            // From Alertmanager 0.27 on.
            ("foo.bar=x", "foo.bar", Equal, "x"),
            ("a-b=x", "a-b", Equal, "x"),
            ("größe=x", "größe", Equal, "x"),
            (r#""a b" =~ "x""#, "a b", Matches, "x"),
            (r#""a\"=b"="x""#, "a\"=b", Equal, "x"),
        ] {
            assert_eq!(parsed(text), (name.to_owned(), operator, value.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_alertmanager_refuses_is_refused_with_its_words() {
        for (text, expected) in [
            ("alertname", "bad matcher format: alertname"),
            (r#"{a="A"}"#, r#"bad matcher format: {a="A"}"#),
            ("=A", "bad matcher format: =A"),
            ("", "bad matcher format: "),
            (r#""""#, r#"bad matcher format: """#),
            ("a!A", "bad matcher format: a!A"),
            (r#"a="A",b="h1""#, r#"matcher value contains unescaped double quote: "A",b="h1""#),
            (r#"a="A"#, r#"matcher value contains unescaped double quote: "A"#),
            (r#"a=A""#, r#"matcher value contains unescaped double quote: A""#),
            (r#"a="A" x"#, r#"matcher value contains unescaped double quote: "A" x"#),
            (r#"a=~"(""#, "error parsing regexp `(`: error: unclosed group"),
        ] {
            assert_eq!(Matcher::parse(text).unwrap_err().to_string(), expected);
        }
    }

    #[test]
    fn an_absent_label_is_an_empty_one_and_expressions_match_the_whole_value() {
        let labels = |name: &str| (name == "a").then_some("abc");
        for (text, fits) in [
            ("a=abc", true),
            ("a=ab", false),
            ("a!=ab", true),
            ("a=~b", false),
            ("a=~.b.", true),
            ("a=~x|abc", true),
            ("a!~b", true),
            ("a=~(?i)ABC", true),
            (r"a=~\x61bc", true),
            ("none=", true),
            (r#"none!="""#, false),
            ("none=~.*", true),
            ("none=~.+", false),
        ] {
            assert_eq!(Matcher::parse(text).unwrap().matches(labels), fits, "{text}");
        }
    }

    #[test]
    fn an_expression_that_would_fill_the_memory_is_refused() {
        let error = Matcher::parse("a=~(((x{1000}){1000}){1000})").unwrap_err();
        assert!(error.to_string().ends_with("exceeds size limit of 262144 bytes."), "{error}");
    }

    proptest! {
        #[test]
        fn a_written_matcher_reads_back(name in "\\PC{1,12}", value in "(?s).{0,20}") {
            let matcher = Matcher::new(name, MatchOperator::NotEqual, value).unwrap();
            let again = Matcher::parse(&matcher.to_string()).unwrap();
            prop_assert_eq!((again.name, again.value), (matcher.name, matcher.value));
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "(?s).{0,60}") {
            let _ = Matcher::parse(&text);
        }

        #[test]
        fn no_text_of_the_syntax_makes_the_parser_panic(text in "[a\"\\\\=~!{} (|)*n]{0,12}") {
            let _ = Matcher::parse(&text);
        }
    }
}
