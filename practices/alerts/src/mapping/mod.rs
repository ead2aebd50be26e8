//! How what a source sends in its own shape becomes signals: rules that people write in CEL.
//!
//! The first rule whose `when` holds makes the signals. An expression that fails, or gives
//! something of another kind than is wanted, fails the event as a whole: half an alert is worse
//! than none, and the sender is told.

mod value;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use cel::common::ast::IdedExpr;
use cel::{Context, ExecutionError, Value};
use kernel::{ItemRef, Time};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use utoipa::ToSchema;

use self::value::{LIST_MAX, brief, cel, over, pairs, text, too_long};
use crate::condition::{STANDARD, parse};
use crate::signal::{ANNOTATION_BYTES_MAX, LABEL_BYTES_MAX};
use crate::{ConditionError, Labels, Severity, Signal};

/// Most rules of one mapping.
const RULES_MAX: usize = 20;
/// Most signals that one event may make.
const SIGNALS_MAX: usize = 500;

/// What an expression can name.
const NAMES: [&str; 4] = ["body", "event", "headers", "each"];

/// One kind of event, and what it means. Every text is an expression in CEL, which can name
/// `body` (the JSON that came), `event` (the attributes of a CloudEvent), `headers`, and `each`.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = MappingRule)]
pub struct Rule {
    /// Its name, shown where it was used.
    pub name: String,
    /// Which events it is for; empty: all.
    pub when: String,
    /// A list: every entry makes an alert, and the other expressions name it `each`. Empty: the
    /// event makes one.
    pub each: String,
    /// A text: what is wrong, in one line. Needed.
    pub title: String,
    /// A text: names the alert, so that a later event speaks of the same one. The title, if empty.
    pub key: String,
    /// `firing` or `resolved`, or true for firing; empty: always firing.
    pub state: String,
    /// A text such as `critical`; empty: `warning`.
    pub severity: String,
    /// A text: the item as `kind/name`; may give an empty text.
    pub item: String,
    /// A map: what it is about.
    pub labels: String,
    /// A map: what explains it.
    pub annotations: String,
    /// A text: where the source shows it.
    pub url: String,
    /// A text: since when, as an RFC 3339 time; empty: since it is received.
    pub starts_at: String,
}

/// What came from a source.
#[derive(Clone, Copy, Debug)]
pub struct Received<'a> {
    /// The JSON of the body, or of a CloudEvent's data.
    pub body: &'a Json,
    /// The attributes of a CloudEvent; empty otherwise.
    pub event: &'a Json,
    /// Headers that say what it is; none that are secret.
    pub headers: &'a Json,
}

/// What an event came to.
#[derive(Clone, PartialEq, Debug)]
pub struct Mapped {
    /// The rule that was used; `None` when none is for this event.
    pub rule: Option<String>,
    /// The signals that it made.
    pub signals: Vec<Signal>,
}

/// Why a mapping cannot be used, or failed.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("rule {index} ({name}), {field}: {problem}")]
pub struct MappingError {
    /// Place of the rule, from 0.
    pub index: usize,
    /// Its name.
    pub name: String,
    /// The expression that is wrong.
    pub field: &'static str,
    /// What is wrong with it.
    pub problem: String,
}

/// Rules, compiled.
#[derive(Debug, Default)]
pub struct Mapping(Vec<Compiled>);

#[derive(Debug)]
struct Compiled {
    index: usize,
    name: Arc<str>,
    when: Option<IdedExpr>,
    each: Option<IdedExpr>,
    fields: Vec<(Field, IdedExpr)>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Field {
    Title,
    Key,
    State,
    Severity,
    Item,
    Labels,
    Annotations,
    Url,
    StartsAt,
}

impl Field {
    fn name(self) -> &'static str {
        match self {
            Field::Title => "title",
            Field::Key => "key",
            Field::State => "state",
            Field::Severity => "severity",
            Field::Item => "item",
            Field::Labels => "labels",
            Field::Annotations => "annotations",
            Field::Url => "url",
            Field::StartsAt => "starts_at",
        }
    }
}

impl Rule {
    fn texts(&self) -> [(Field, &str); 9] {
        [
            (Field::Title, &self.title),
            (Field::Key, &self.key),
            (Field::State, &self.state),
            (Field::Severity, &self.severity),
            (Field::Item, &self.item),
            (Field::Labels, &self.labels),
            (Field::Annotations, &self.annotations),
            (Field::Url, &self.url),
            (Field::StartsAt, &self.starts_at),
        ]
    }
}

impl Mapping {
    /// Compiles the rules.
    ///
    /// # Errors
    /// The first expression that cannot be used.
    pub fn compile(rules: &[Rule]) -> Result<Mapping, MappingError> {
        let compiled = rules.iter().enumerate().map(|(index, rule)| {
            let wrong = |field: &'static str, problem: String| {
                let name = rule.name.chars().take(64).collect();
                MappingError { index, name, field, problem }
            };
            if index >= RULES_MAX {
                return Err(wrong("name", format!("at most {RULES_MAX} rules are taken")));
            }
            if rule.title.trim().is_empty() {
                return Err(wrong("title", "say how the event tells what is wrong".to_owned()));
            }
            let expression = |field: &'static str, text: &str| match text.trim() {
                "" => Ok(None),
                text => {
                    parse(text, &NAMES).map(Some).map_err(|error| wrong(field, error.to_string()))
                }
            };
            let mut fields = Vec::new();
            for (field, text) in rule.texts() {
                fields
                    .extend(expression(field.name(), text)?.map(|expression| (field, expression)));
            }
            Ok(Compiled {
                index,
                name: rule.name.as_str().into(),
                when: expression("when", &rule.when)?,
                each: expression("each", &rule.each)?,
                fields,
            })
        });
        Ok(Mapping(compiled.collect::<Result<_, _>>()?))
    }

    /// What an event means: the signals of the first rule that is for it.
    ///
    /// # Errors
    /// The expression that failed.
    pub fn map(
        &self,
        received: &Received<'_>,
        source: &Arc<str>,
        now: Time,
    ) -> Result<Mapped, MappingError> {
        let base = [
            ("body", cel(received.body)),
            ("event", cel(received.event)),
            ("headers", cel(received.headers)),
        ];
        for rule in &self.0 {
            let wrong = |field, problem: String| MappingError {
                index: rule.index,
                name: rule.name.to_string(),
                field,
                problem,
            };
            let long = [received.body, received.event].into_iter().any(too_long);
            if long {
                let problem = format!("a list in the event has more than {LIST_MAX} entries");
                return Err(wrong("when", problem));
            }
            if !rule.holds(&base).map_err(|error| wrong("when", error.to_string()))? {
                continue;
            }
            let entries = rule.entries(&base).map_err(|problem| wrong("each", problem))?;
            let signals = entries.into_iter().map(|each| {
                let signal = rule.signal(&base, each, source, now);
                let signal = signal.map_err(|(field, text)| wrong(field, text))?;
                Ok(Signal { rule: Some(rule.name.clone()), ..signal })
            });
            return Ok(Mapped {
                rule: Some(rule.name.to_string()),
                signals: signals.collect::<Result<_, _>>()?,
            });
        }
        Ok(Mapped { rule: None, signals: Vec::new() })
    }
}

/// What every expression sees.
type Base = [(&'static str, Value); 3];

impl Compiled {
    fn holds(&self, base: &Base) -> Result<bool, ConditionError> {
        let Some(when) = &self.when else { return Ok(true) };
        match resolve(when, base, None)? {
            None => Ok(false),
            Some(Value::Bool(holds)) => Ok(holds),
            Some(_) => Err(ConditionError::new("gives something other than true or false")),
        }
    }

    fn entries(&self, base: &Base) -> Result<Vec<Value>, String> {
        let Some(each) = &self.each else { return Ok(vec![Value::Null]) };
        match resolve(each, base, None).map_err(|error| error.to_string())? {
            Some(Value::List(list)) if list.len() <= SIGNALS_MAX => Ok(list.as_ref().clone()),
            Some(Value::List(list)) => {
                Err(format!("{} entries; at most {SIGNALS_MAX} are taken", list.len()))
            }
            _ => Err("gives no list".to_owned()),
        }
    }

    fn signal(
        &self,
        base: &Base,
        each: Value,
        source: &Arc<str>,
        now: Time,
    ) -> Result<Signal, (&'static str, String)> {
        let mut made = Made::default();
        for (field, expression) in &self.fields {
            let value = resolve(expression, base, Some(&each))
                .map_err(|error| (field.name(), error.to_string()))?;
            // What the event does not say is unsaid.
            let value = value.unwrap_or(Value::Null);
            made.take(*field, value).map_err(|problem| (field.name(), problem))?;
        }
        made.signal(source, now)
    }
}

/// What the expressions of a rule gave for one alert.
#[derive(Default)]
struct Made {
    title: String,
    key: String,
    over: bool,
    severity: String,
    item: Option<ItemRef>,
    labels: Vec<(String, String)>,
    annotations: Vec<(String, String)>,
    url: String,
    starts_at: Option<Time>,
}

impl Made {
    fn take(&mut self, field: Field, value: Value) -> Result<(), String> {
        match field {
            Field::Labels => self.labels = pairs(&value)?,
            Field::Annotations => self.annotations = pairs(&value)?,
            Field::State => self.over = over(&value)?,
            Field::Title => self.title = text(&value)?,
            Field::Key => self.key = text(&value)?,
            Field::Url => self.url = text(&value)?,
            Field::Severity => {
                // A word that is unknown is kept as it was said, and weighs as a warning.
                let word = text(&value)?;
                self.severity = match Severity::parse(&word) {
                    Some(severity) => severity.as_str().to_owned(),
                    None => word,
                };
            }
            Field::Item => {
                let word = text(&value)?;
                let item = (!word.is_empty()).then(|| word.parse::<ItemRef>()).transpose();
                self.item = item.map_err(|error| error.to_string())?;
            }
            Field::StartsAt => {
                let word = text(&value)?;
                let time = (!word.is_empty()).then(|| Time::parse(&word)).transpose();
                self.starts_at = time.map_err(|error| error.to_string())?;
            }
        }
        Ok(())
    }

    fn signal(self, source: &Arc<str>, now: Time) -> Result<Signal, (&'static str, String)> {
        let key = if self.key.is_empty() { self.title.clone() } else { self.key };
        if key.is_empty() {
            return Err(("title", "gives an empty text".to_owned()));
        }
        let item = self.item.map(|item| item.to_string()).unwrap_or_default();
        let severity = if self.severity.is_empty() { "warning" } else { self.severity.as_str() };
        let own = [
            ("alertname", self.title.as_str()),
            ("severity", severity),
            ("source", source),
            ("item", item.as_str()),
        ];
        // What a rule says of a label itself counts more.
        let labels = own.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let labels = cut(labels.into_iter().chain(self.labels), LABEL_BYTES_MAX);
        let summary = ("summary".to_owned(), self.title.clone());
        let signal = Signal {
            source: source.clone(),
            key: Some(key.into()),
            rule: None,
            labels,
            annotations: cut(
                std::iter::once(summary).chain(self.annotations),
                ANNOTATION_BYTES_MAX,
            ),
            starts_at: if self.over { None } else { self.starts_at },
            ends_at: Some(if self.over { now } else { Time::MAX }),
            generator_url: self.url.into(),
        };
        match signal.validate(0) {
            Ok(()) => Ok(signal),
            Err(invalid) if invalid.field.starts_with("annotations") => {
                Err(("annotations", invalid.problem))
            }
            Err(invalid) if invalid.field == "generatorURL" => Err(("url", invalid.problem)),
            Err(invalid) => Err(("labels", format!("{}: {}", invalid.field, invalid.problem))),
        }
    }
}

/// The pairs, with texts that are too long cut: identity is in the key.
fn cut(pairs: impl Iterator<Item = (String, String)>, most: usize) -> Labels {
    Labels::new(pairs.map(|(name, mut value)| {
        if value.len() > most {
            let end = (0..=most - 3).rev().find(|end| value.is_char_boundary(*end));
            value.truncate(end.unwrap_or(0));
            value.push('…');
        }
        (name, value)
    }))
}

/// The value of an expression; `None` when it speaks of something that the event does not have.
fn resolve(
    expression: &IdedExpr,
    base: &Base,
    each: Option<&Value>,
) -> Result<Option<Value>, ConditionError> {
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let mut context = Context::with_env(Arc::clone(&STANDARD));
        for (name, value) in base {
            context.add_variable_from_value(*name, value.clone());
        }
        context.add_variable_from_value("each", each.cloned().unwrap_or(Value::Null));
        Value::resolve(expression, &context)
    }));
    match outcome {
        Ok(Ok(value)) => Ok(Some(value)),
        Ok(Err(ExecutionError::NoSuchKey(_))) => Ok(None),
        Ok(Err(error)) => Err(ConditionError::new(brief(&error.to_string()))),
        Err(_) => Err(ConditionError::new("the expression broke off")),
    }
}

#[cfg(test)]
mod tests;
