use std::collections::BTreeSet;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::labels::{LabelSet, value};
use crate::pattern::Pattern;
use crate::quote::quoted;
use crate::syntax::{self, Syntax};

/// One condition on a label: `severity=~"critical|error"`.
///
/// A label that is absent counts as one with an empty value. Expressions match the whole value.
/// Cloning is cheap: the expression is shared.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(into = "Plain", try_from = "Plain")]
pub struct Matcher {
    name: Arc<str>,
    op: Op,
    value: Arc<str>,
    /// The expression, for the two operators that have one.
    pattern: Option<Arc<Pattern>>,
}

/// How a [`Matcher`] compares. The order is Alertmanager's, which sorts the matchers of a route.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Op {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `=~`
    Regex,
    /// `!~`
    NotRegex,
}

impl Op {
    /// The operator as it is written.
    pub fn sign(self) -> &'static str {
        match self {
            Op::Equal => "=",
            Op::NotEqual => "!=",
            Op::Regex => "=~",
            Op::NotRegex => "!~",
        }
    }

    /// The operator from the two flags of the API (`isRegex`, `isEqual`).
    pub fn from_flags(is_regex: bool, is_equal: bool) -> Op {
        match (is_regex, is_equal) {
            (false, true) => Op::Equal,
            (false, false) => Op::NotEqual,
            (true, true) => Op::Regex,
            (true, false) => Op::NotRegex,
        }
    }

    /// Whether the value is an expression.
    pub fn is_regex(self) -> bool {
        matches!(self, Op::Regex | Op::NotRegex)
    }

    /// Whether it asks for what fits, and not for what does not.
    pub fn is_equal(self) -> bool {
        matches!(self, Op::Equal | Op::Regex)
    }
}

impl Matcher {
    /// Puts a matcher together.
    ///
    /// # Errors
    /// When the name is empty, or the value has to be an expression and is none or too large.
    pub fn new(
        name: impl Into<String>,
        op: Op,
        value: impl Into<String>,
    ) -> Result<Matcher, MatcherError> {
        let (name, value) = (name.into(), value.into());
        if name.is_empty() {
            return Err(MatcherError::new(1, "the name of a label is empty"));
        }
        let pattern = op.is_regex().then(|| Pattern::new(&value)).transpose().map_err(|why| {
            MatcherError::new(1, format!("error parsing regexp `{}`: {why}", shortened(&value)))
        })?;
        Ok(Matcher { name: name.into(), op, value: value.into(), pattern: pattern.map(Arc::new) })
    }

    /// Reads one matcher as Alertmanager does by default ([`Syntax::Fallback`]).
    ///
    /// # Errors
    /// When it is none, with the column.
    pub fn parse(text: &str) -> Result<Matcher, MatcherError> {
        Matcher::parse_as(text, Syntax::Fallback)
    }

    /// Reads one matcher in the given syntax.
    ///
    /// # Errors
    /// When it is none, with the column.
    pub fn parse_as(text: &str, syntax: Syntax) -> Result<Matcher, MatcherError> {
        syntax::one(text, syntax)
    }

    /// The label it looks at.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How it compares.
    pub fn op(&self) -> Op {
        self.op
    }

    /// What it compares with: a value or an expression as written.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// Whether a label with this value (empty: absent) fits.
    pub fn accepts(&self, value: &str) -> bool {
        let found = match &self.pattern {
            Some(pattern) => pattern.fits(value),
            None => *self.value == *value,
        };
        found == self.op.is_equal()
    }

    /// Whether a set of labels fits.
    pub fn matches(&self, labels: &dyn LabelSet) -> bool {
        self.accepts(value(labels, &self.name))
    }

    /// The only values that its expression takes, where they are few.
    pub(crate) fn words(&self) -> Option<&BTreeSet<String>> {
        self.pattern.as_ref()?.words()
    }

    /// Texts of which every value that its expression takes holds one, folded; none when unknown.
    pub(crate) fn needs(&self) -> &[String] {
        self.pattern.as_ref().map(|pattern| pattern.needs()).unwrap_or_default()
    }

    /// The order in which a route keeps its matchers: by name, value, operator.
    fn rank(&self) -> (&str, &str, Op) {
        (&self.name, &self.value, self.op)
    }
}

impl PartialEq for Matcher {
    fn eq(&self, other: &Matcher) -> bool {
        self.rank() == other.rank()
    }
}

impl Eq for Matcher {}

/// A form that reads back, in the classic syntax where the name allows it.
impl fmt::Display for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, sign, value) = (&self.name, self.op.sign(), &self.value);
        if name.chars().any(syntax::is_reserved) {
            return write!(f, "{}{sign}{}", quoted(name), quoted(value));
        }
        let value = value.replace('\\', r"\\").replace('\n', r"\n").replace('"', "\\\"");
        write!(f, "{name}{sign}\"{value}\"")
    }
}

/// Matchers that all have to fit, in the order in which they were written.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Matchers(Vec<Matcher>);

impl Matchers {
    /// Reads a list as Alertmanager does by default: `{a="b", c=~"d"}`, braces optional.
    ///
    /// # Errors
    /// When it is no such list, with the column.
    pub fn parse(text: &str) -> Result<Matchers, MatcherError> {
        Matchers::parse_as(text, Syntax::Fallback)
    }

    /// Reads a list in the given syntax.
    ///
    /// # Errors
    /// When it is no such list, with the column.
    pub fn parse_as(text: &str, syntax: Syntax) -> Result<Matchers, MatcherError> {
        syntax::list(text, syntax).map(Matchers)
    }

    /// Whether a set of labels fits all of them; no matchers fit everything.
    pub fn matches(&self, labels: &dyn LabelSet) -> bool {
        self.refused_by(labels).is_none()
    }

    /// The first matcher that a set of labels does not fit.
    pub fn refused_by(&self, labels: &dyn LabelSet) -> Option<&Matcher> {
        self.0.iter().find(|matcher| !matcher.matches(labels))
    }

    /// In the order in which Alertmanager keeps the matchers of a route and of an inhibition rule.
    pub fn sorted(mut self) -> Matchers {
        self.0.sort_by(|a, b| a.rank().cmp(&b.rank()));
        self
    }

    /// One more matcher at the end.
    pub fn push(&mut self, matcher: Matcher) {
        self.0.push(matcher);
    }
}

impl Deref for Matchers {
    type Target = [Matcher];

    fn deref(&self) -> &[Matcher] {
        &self.0
    }
}

impl FromIterator<Matcher> for Matchers {
    fn from_iter<I: IntoIterator<Item = Matcher>>(matchers: I) -> Matchers {
        Matchers(matchers.into_iter().collect())
    }
}

impl From<Vec<Matcher>> for Matchers {
    fn from(matchers: Vec<Matcher>) -> Matchers {
        Matchers(matchers)
    }
}

impl fmt::Display for Matchers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (place, matcher) in self.0.iter().enumerate() {
            write!(f, "{}{matcher}", if place == 0 { "" } else { "," })?;
        }
        f.write_str("}")
    }
}

/// A text that is no matcher, and where.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{problem} (column {column})")]
pub struct MatcherError {
    /// The letter at which reading stopped, counted from 1.
    pub column: usize,
    /// What is wrong; in Alertmanager's words for the classic syntax.
    pub problem: String,
}

impl MatcherError {
    pub(crate) fn new(column: usize, problem: impl Into<String>) -> MatcherError {
        MatcherError { column, problem: problem.into() }
    }
}

/// Keeps a message readable when somebody sends a very long text.
pub(crate) fn shortened(text: &str) -> String {
    const LETTERS_MAX: usize = 200;
    match text.char_indices().nth(LETTERS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A matcher as the API writes it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Plain {
    name: String,
    value: String,
    is_regex: bool,
    #[serde(default = "yes")]
    is_equal: bool,
}

fn yes() -> bool {
    true
}

impl From<Matcher> for Plain {
    fn from(matcher: Matcher) -> Plain {
        Plain {
            name: matcher.name.to_string(),
            value: matcher.value.to_string(),
            is_regex: matcher.op.is_regex(),
            is_equal: matcher.op.is_equal(),
        }
    }
}

impl TryFrom<Plain> for Matcher {
    type Error = MatcherError;

    fn try_from(plain: Plain) -> Result<Matcher, MatcherError> {
        Matcher::new(plain.name, Op::from_flags(plain.is_regex, plain.is_equal), plain.value)
    }
}
