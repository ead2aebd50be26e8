//! The common part of Opsgenie's search language: `status: open AND (priority: P1 OR tag: db) NOT
//! message: test AND createdAt >= 16-05-2026`. Terms side by side are joined by AND; a word alone
//! is looked for in the message.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use kernel::Time;

/// Longest query, in bytes.
const BYTES_MAX: usize = 1_000;
/// Most terms, and deepest brackets.
const TERMS_MAX: usize = 50;
const DEPTH_MAX: usize = 10;

const FIELDS: [&str; 13] = [
    "status",
    "priority",
    "tag",
    "message",
    "alias",
    "entity",
    "source",
    "description",
    "acknowledged",
    "tinyid",
    "alertid",
    "owner",
    "isseen",
];

/// Fields that are compared by `>`, `>=`, `<` and `<=`.
const COMPARED: [&str; 4] = ["createdat", "updatedat", "lastoccurredat", "count"];
/// How they are compared.
const COMPARISONS: [&str; 4] = [">=", "<=", ">", "<"];

/// A query that cannot be read.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct QueryError(String);

/// What a query is asked about.
#[derive(Clone, Debug, Default)]
pub struct Seen<'a> {
    /// `open` or `closed`.
    pub status: &'a str,
    /// `P1` …
    pub priority: &'a str,
    /// The tags.
    pub tags: Vec<&'a str>,
    /// One line that says what is wrong.
    pub message: &'a str,
    /// What the sender calls it.
    pub alias: &'a str,
    /// What it is about.
    pub entity: &'a str,
    /// Where it comes from.
    pub source: &'a str,
    /// The longer story.
    pub description: &'a str,
    /// Whether somebody looks at it.
    pub acknowledged: bool,
    /// Its short number.
    pub tiny: String,
    /// Its id.
    pub id: String,
    /// Who looks at it; often nobody.
    pub owner: &'a str,
    /// When it came first.
    pub created: Time,
    /// When it changed last.
    pub updated: Time,
    /// When it was heard of last.
    pub occurred: Time,
    /// How often it came.
    pub count: u64,
}

/// A query, read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Query(Node);

#[derive(Clone, PartialEq, Eq, Debug)]
enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    Term(&'static str, String),
    /// The field is, in milliseconds where it is a time, in this relation to a number.
    Compared(&'static str, &'static str, i64),
}

impl Query {
    /// Reads a query; an empty one holds for every alert.
    ///
    /// # Errors
    /// What cannot be read, or is not part of the language as far as it is spoken here.
    pub fn parse(text: &str) -> Result<Query, QueryError> {
        if text.len() > BYTES_MAX {
            return Err(QueryError(format!("a query has at most {BYTES_MAX} bytes")));
        }
        let mut reader = Reader { words: words(text)?, at: 0, terms: 0 };
        if reader.words.is_empty() {
            return Ok(Query(Node::All(Vec::new())));
        }
        let node = reader.any(0)?;
        match reader.words.get(reader.at) {
            None => Ok(Query(node)),
            Some(word) => Err(QueryError(format!("`{}` is not expected here", word.text))),
        }
    }

    /// Whether it holds for an alert.
    pub fn holds(&self, seen: &Seen<'_>) -> bool {
        self.0.holds(seen)
    }
}

impl Node {
    fn holds(&self, seen: &Seen<'_>) -> bool {
        match self {
            Node::All(nodes) => nodes.iter().all(|node| node.holds(seen)),
            Node::Any(nodes) => nodes.iter().any(|node| node.holds(seen)),
            Node::Not(node) => !node.holds(seen),
            Node::Term(field, wanted) => seen.says(field, wanted),
            Node::Compared(field, how, wanted) => {
                let found = seen.number(field);
                match *how {
                    ">=" => found >= *wanted,
                    "<=" => found <= *wanted,
                    ">" => found > *wanted,
                    _ => found < *wanted,
                }
            }
        }
    }
}

impl Seen<'_> {
    fn says(&self, field: &str, wanted: &str) -> bool {
        let same = |found: &str| fits(&found.to_lowercase(), wanted, true);
        let within = |found: &str| fits(&found.to_lowercase(), wanted, false);
        match field {
            "status" => same(self.status),
            "priority" => same(self.priority),
            "tag" => self.tags.iter().any(|tag| same(tag)),
            "alias" => same(self.alias),
            "entity" => same(self.entity),
            "source" => same(self.source),
            "acknowledged" => same(if self.acknowledged { "true" } else { "false" }),
            "tinyid" => same(&self.tiny),
            "alertid" => same(&self.id),
            "description" => within(self.description),
            "owner" => same(self.owner),
            "isseen" => same(if self.acknowledged { "true" } else { "false" }),
            _ => within(self.message),
        }
    }

    fn number(&self, field: &str) -> i64 {
        let millis = |time: Time| time.micros() / 1_000;
        match field {
            "createdat" => millis(self.created),
            "updatedat" => millis(self.updated),
            "lastoccurredat" => millis(self.occurred),
            _ => i64::try_from(self.count).unwrap_or(i64::MAX),
        }
    }
}

/// Whether a text is, or holds, what is wanted; `*` at the end of it stands for any ending.
fn fits(found: &str, wanted: &str, whole: bool) -> bool {
    match wanted.strip_suffix('*') {
        Some(begin) if whole => found.starts_with(begin),
        Some(begin) => found.contains(begin),
        None if whole => found == wanted,
        None => found.contains(wanted),
    }
}

/// A number, or a time in milliseconds: as such, or as `16-05-2026` or `16-05-2026T10:30:00` (UTC).
fn number(field: &str, text: &str) -> Option<i64> {
    if let Ok(number) = text.parse::<i64>() {
        return Some(number);
    }
    if field == "count" {
        return None;
    }
    let (date, time) = text.split_once(['T', 't']).unwrap_or((text, "00:00:00"));
    let mut parts = date.splitn(3, '-');
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    let written: DateTime = format!("{year}-{month:0>2}-{day:0>2}T{time}").parse().ok()?;
    Some(written.to_zoned(TimeZone::UTC).ok()?.timestamp().as_millisecond())
}

/// A word; one in quotation marks is never an operator.
struct Word {
    text: String,
    quoted: bool,
}

fn words(text: &str) -> Result<Vec<Word>, QueryError> {
    let mut words = Vec::new();
    let mut letters = text.chars().peekable();
    while let Some(next) = letters.next() {
        match next {
            _ if next.is_whitespace() => {}
            '(' | ')' | ':' => words.push(Word { text: next.to_string(), quoted: false }),
            '<' | '>' => {
                let equal = letters.next_if_eq(&'=');
                let text: String = [next].into_iter().chain(equal).collect();
                words.push(Word { text, quoted: false });
            }
            '"' => {
                let mut text = String::new();
                loop {
                    match letters.next() {
                        None => return Err(QueryError("a quotation mark is missing".to_owned())),
                        Some('"') => break,
                        Some(letter) => text.push(letter),
                    }
                }
                words.push(Word { text, quoted: true });
            }
            _ => {
                let mut text = next.to_string();
                while let Some(letter) =
                    letters.next_if(|c| !c.is_whitespace() && !"():\"<>".contains(*c))
                {
                    text.push(letter);
                }
                words.push(Word { text, quoted: false });
            }
        }
    }
    Ok(words)
}

struct Reader {
    words: Vec<Word>,
    at: usize,
    terms: usize,
}

impl Reader {
    fn sees(&self, operator: &str) -> bool {
        self.words.get(self.at).is_some_and(|word| !word.quoted && word.text == operator)
    }

    fn takes(&mut self, operator: &str) -> bool {
        let seen = self.sees(operator);
        self.at += usize::from(seen);
        seen
    }

    fn any(&mut self, depth: usize) -> Result<Node, QueryError> {
        let mut nodes = vec![self.all(depth)?];
        while self.takes("OR") {
            nodes.push(self.all(depth)?);
        }
        Ok(Node::Any(nodes))
    }

    fn all(&mut self, depth: usize) -> Result<Node, QueryError> {
        let mut nodes = vec![self.one(depth)?];
        loop {
            let joined = self.takes("AND");
            let over = self.at >= self.words.len() || self.sees("OR") || self.sees(")");
            if over && !joined {
                return Ok(Node::All(nodes));
            }
            nodes.push(self.one(depth)?);
        }
    }

    fn one(&mut self, depth: usize) -> Result<Node, QueryError> {
        self.terms += 1;
        if depth > DEPTH_MAX || self.terms > TERMS_MAX {
            return Err(QueryError("this query is too long or nested too deeply".to_owned()));
        }
        if self.takes("NOT") {
            return Ok(Node::Not(Box::new(self.one(depth + 1)?)));
        }
        if self.takes("(") {
            let node = self.any(depth + 1)?;
            return if self.takes(")") {
                Ok(node)
            } else {
                Err(QueryError("a bracket is never closed".to_owned()))
            };
        }
        let word = self.word()?;
        let wanted = word.to_ascii_lowercase();
        if let Some(how) = COMPARISONS.iter().find(|how| self.takes(how)) {
            return self.compared(&word, how);
        }
        if !self.takes(":") {
            return Ok(Node::Term("message", word.to_lowercase()));
        }
        if COMPARED.contains(&wanted.as_str()) {
            let problem = format!("`{word}` is compared by >, >=, < or <=");
            return Err(QueryError(problem));
        }
        let known = FIELDS.iter().find(|field| **field == wanted || format!("{field}s") == wanted);
        let Some(field) = known else {
            let problem = crate::suggest::unknown(&word, "field of a query", &FIELDS);
            return Err(QueryError(problem));
        };
        if self.takes("(") {
            return self.values(field);
        }
        Ok(Node::Term(field, self.word()?.to_lowercase()))
    }

    /// `createdAt >= 16-05-2026`.
    fn compared(&mut self, word: &str, how: &'static str) -> Result<Node, QueryError> {
        let lower = word.to_ascii_lowercase();
        let Some(field) = COMPARED.iter().find(|field| **field == lower) else {
            let problem = crate::suggest::unknown(word, "field that is compared", &COMPARED);
            return Err(QueryError(problem));
        };
        let mut text = self.word()?;
        while self.takes(":") {
            text = format!("{text}:{}", self.word()?);
        }
        let number = number(field, &text).ok_or_else(|| {
            let wanted = match *field {
                "count" => "a number",
                _ => "a time: milliseconds since 1970, 16-05-2026 or 16-05-2026T10:30:00",
            };
            QueryError(format!("`{text}` is not {wanted}"))
        })?;
        Ok(Node::Compared(field, how, number))
    }

    /// `priority: (P1 OR P2)`.
    fn values(&mut self, field: &'static str) -> Result<Node, QueryError> {
        let mut nodes = Vec::new();
        loop {
            nodes.push(Node::Term(field, self.word()?.to_lowercase()));
            if self.takes(")") {
                return Ok(Node::Any(nodes));
            }
            self.takes("OR");
        }
    }

    fn word(&mut self) -> Result<String, QueryError> {
        let operator = |word: &Word| {
            let own = |text: &str| "():".contains(text) || COMPARISONS.contains(&text);
            !word.quoted && own(&word.text)
        };
        match self.words.get(self.at) {
            Some(word) if operator(word) => {
                Err(QueryError(format!("`{}` is not expected here", word.text)))
            }
            Some(word) => {
                self.at += 1;
                Ok(word.text.clone())
            }
            None => Err(QueryError("the query ends too early".to_owned())),
        }
    }
}
