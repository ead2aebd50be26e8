//! Conditions that people write in CEL, with a fence around what an expression may cost.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, LazyLock};

use cel::common::ast::{CallExpr, EntryExpr, Expr, IdedExpr, LiteralValue, operators};
use cel::parser::Parser;
use cel::{Context, Env, ExecutionError, Value};

use crate::{Alert, Labels, Severity, Signal};

/// Longest expression, in bytes.
const BYTES_MAX: usize = 1_000;
/// Deepest nesting that is parsed.
const PARSE_DEPTH_MAX: u16 = 32;
/// Deepest syntax tree that is evaluated; evaluation recurses.
const TREE_DEPTH_MAX: usize = 64;
/// Longest regular expression, in bytes.
const PATTERN_BYTES_MAX: usize = 200;

/// What a condition can name.
const VARIABLES: [&str; 6] = ["labels", "annotations", "source", "severity", "name", "item"];

/// What a condition is asked about.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// `labels`: a map.
    pub labels: &'a Labels,
    /// `annotations`: a map.
    pub annotations: &'a Labels,
    /// `source`: the integration's name.
    pub source: &'a str,
    /// `severity`: `critical`, `error`, `warning`, `info` or `none`.
    pub severity: Severity,
    /// `item`: the matched item as `kind/name`; empty before matching.
    pub item: &'a str,
}

impl<'a> From<&'a Signal> for Subject<'a> {
    fn from(signal: &'a Signal) -> Subject<'a> {
        Subject {
            labels: &signal.labels,
            annotations: &signal.annotations,
            source: &signal.source,
            severity: Severity::of(&signal.labels),
            item: "",
        }
    }
}

impl<'a> From<&'a Alert> for Subject<'a> {
    fn from(alert: &'a Alert) -> Subject<'a> {
        Subject {
            labels: &alert.labels,
            annotations: &alert.annotations,
            source: &alert.source,
            severity: alert.severity,
            item: alert.item.as_ref().map_or("", |item| item.as_str()),
        }
    }
}

/// A condition, compiled once and asked often.
///
/// A condition over a label that the alert does not have does not hold: `labels.team == "a"` and
/// `labels.team != "a"` are both false without that label; `has(labels.team)` asks for it.
#[derive(Debug)]
pub struct Condition(Kind);

#[derive(Debug)]
enum Kind {
    /// Nothing but equalities that all have to hold: no interpreter needed.
    Equalities(Vec<Equality>),
    Expression(IdedExpr),
}

#[derive(Debug)]
struct Equality {
    of: Place,
    value: String,
}

#[derive(Debug)]
enum Place {
    Label(String),
    Annotation(String),
    Source,
    Severity,
    Name,
    Item,
}

/// Why a condition cannot be used or asked.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct ConditionError(String);

impl Condition {
    /// Compiles a condition; an empty text always holds.
    ///
    /// # Errors
    /// What is wrong with it: syntax, an unknown name, or a cost that could get out of hand.
    pub fn compile(text: &str) -> Result<Condition, ConditionError> {
        let fail = |problem: String| Err(ConditionError(problem));
        if text.trim().is_empty() {
            return Ok(Condition(Kind::Equalities(Vec::new())));
        }
        if text.len() > BYTES_MAX {
            return fail(format!("{} bytes long; at most {BYTES_MAX} are taken", text.len()));
        }
        let parser = Parser::new().max_recursion_depth(PARSE_DEPTH_MAX);
        // The parser is generated code that has panicked on odd input before.
        let parsed = catch_unwind(AssertUnwindSafe(|| parser.parse(text)));
        let expression = match parsed {
            Ok(Ok(expression)) => expression,
            Ok(Err(errors)) => return fail(errors.to_string()),
            Err(_) => return fail("the expression cannot be parsed".to_owned()),
        };
        fence(&expression, 0, false)?;
        known_names(&expression)?;
        let mut equalities = Vec::new();
        Ok(Condition(if conjunction(&expression, &mut equalities) {
            Kind::Equalities(equalities)
        } else {
            Kind::Expression(expression)
        }))
    }

    /// Whether the condition needs no interpreter.
    pub fn simple(&self) -> bool {
        matches!(self.0, Kind::Equalities(_))
    }

    /// Whether it holds.
    ///
    /// # Errors
    /// When the expression fails or gives something other than true or false.
    pub fn holds(&self, subject: &Subject<'_>) -> Result<bool, ConditionError> {
        match &self.0 {
            Kind::Equalities(all) => Ok(all.iter().all(|equality| equality.holds(subject))),
            Kind::Expression(expression) => evaluate(expression, subject),
        }
    }
}

fn evaluate(expression: &IdedExpr, subject: &Subject<'_>) -> Result<bool, ConditionError> {
    static STANDARD: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(Env::stdlib()));
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let mut context = Context::with_env(Arc::clone(&STANDARD));
        context.add_variable_from_value("labels", map(subject.labels));
        context.add_variable_from_value("annotations", map(subject.annotations));
        context.add_variable_from_value("source", subject.source.to_owned());
        context.add_variable_from_value("severity", subject.severity.as_str().to_owned());
        context.add_variable_from_value("name", name(subject).to_owned());
        context.add_variable_from_value("item", subject.item.to_owned());
        Value::resolve(expression, &context)
    }));
    match outcome {
        Ok(Ok(Value::Bool(holds))) => Ok(holds),
        Ok(Ok(_)) => Err(ConditionError("gives something other than true or false".to_owned())),
        Ok(Err(ExecutionError::NoSuchKey(_))) => Ok(false),
        Ok(Err(error)) => Err(ConditionError(error.to_string())),
        Err(_) => Err(ConditionError("the expression broke off".to_owned())),
    }
}

fn map(labels: &Labels) -> HashMap<String, String> {
    labels.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn name<'a>(subject: &Subject<'a>) -> &'a str {
    subject.labels.get("alertname").unwrap_or_default()
}

impl Equality {
    fn holds(&self, subject: &Subject<'_>) -> bool {
        let found = match &self.of {
            Place::Label(name) => subject.labels.get(name),
            Place::Annotation(name) => subject.annotations.get(name),
            Place::Source => Some(subject.source),
            Place::Severity => Some(subject.severity.as_str()),
            Place::Name => Some(name(subject)),
            Place::Item => Some(subject.item),
        };
        found == Some(self.value.as_str())
    }
}

/// Collects the equalities of a conjunction; false when there is anything else in it.
fn conjunction(expression: &IdedExpr, found: &mut Vec<Equality>) -> bool {
    match &expression.expr {
        Expr::Literal(LiteralValue::Boolean(value)) => *value.inner(),
        Expr::Call(call) if call.func_name == operators::LOGICAL_AND => {
            call.args.iter().all(|part| conjunction(part, found))
        }
        Expr::Call(call) if call.func_name == operators::EQUALS => {
            let [left, right] = call.args.as_slice() else { return false };
            let equality = equality(left, right).or_else(|| equality(right, left));
            let simple = equality.is_some();
            found.extend(equality);
            simple
        }
        _ => false,
    }
}

fn equality(of: &IdedExpr, value: &IdedExpr) -> Option<Equality> {
    let value = literal(value)?.to_owned();
    let of = match &of.expr {
        Expr::Ident(name) => match name.as_str() {
            "source" => Place::Source,
            "severity" => Place::Severity,
            "name" => Place::Name,
            "item" => Place::Item,
            _ => return None,
        },
        Expr::Select(select) if !select.test => entry(&select.operand, &select.field)?,
        Expr::Call(call) if call.func_name == operators::INDEX => {
            let [map, key] = call.args.as_slice() else { return None };
            entry(map, literal(key)?)?
        }
        _ => return None,
    };
    Some(Equality { of, value })
}

fn entry(map: &IdedExpr, key: &str) -> Option<Place> {
    match &map.expr {
        Expr::Ident(map) if map == "labels" => Some(Place::Label(key.to_owned())),
        Expr::Ident(map) if map == "annotations" => Some(Place::Annotation(key.to_owned())),
        _ => None,
    }
}

fn literal(expression: &IdedExpr) -> Option<&str> {
    match &expression.expr {
        Expr::Literal(LiteralValue::String(text)) => Some(text.inner()),
        _ => None,
    }
}

/// Refuses what could cost more than a few microseconds: deep trees, a loop in a loop, and
/// regular expressions that are computed or that repeat a group by number.
fn fence(node: &IdedExpr, depth: usize, looping: bool) -> Result<(), ConditionError> {
    let fail = |problem: &str| Err(ConditionError(problem.to_owned()));
    if depth > TREE_DEPTH_MAX {
        return fail("nested too deeply");
    }
    let all = |parts: &[&IdedExpr], looping: bool| {
        parts.iter().try_for_each(|part| fence(part, depth + 1, looping))
    };
    match &node.expr {
        Expr::Comprehension(_) if looping => fail("a loop inside a loop is not allowed"),
        Expr::Comprehension(each) => all(
            &[&each.iter_range, &each.accu_init, &each.loop_cond, &each.loop_step, &each.result],
            true,
        ),
        Expr::Call(call) => {
            if call.func_name == "matches" {
                pattern(call)?;
            }
            let target = call.target.iter().map(|target| &**target);
            all(&target.chain(&call.args).collect::<Vec<_>>(), looping)
        }
        Expr::Select(select) => all(&[&select.operand], looping),
        Expr::List(list) => all(&list.elements.iter().collect::<Vec<_>>(), looping),
        Expr::Map(entries) => entries.entries.iter().try_for_each(|entry| match &entry.expr {
            EntryExpr::MapEntry(entry) => all(&[&entry.key, &entry.value], looping),
            EntryExpr::StructField(field) => all(&[&field.value], looping),
        }),
        Expr::Struct(_) => fail("a condition makes no objects"),
        Expr::Ident(_) | Expr::Literal(_) | Expr::Unspecified => Ok(()),
    }
}

fn pattern(call: &CallExpr) -> Result<(), ConditionError> {
    let fail = |problem: &str| Err(ConditionError(format!("matches(): {problem}")));
    match call.args.last().and_then(literal) {
        None => fail("the pattern has to be written out"),
        Some(text) if text.len() > PATTERN_BYTES_MAX => fail("the pattern is too long"),
        Some(text) if text.contains("){") => fail("a group may not be repeated by number"),
        Some(_) => Ok(()),
    }
}

fn known_names(expression: &IdedExpr) -> Result<(), ConditionError> {
    let references = expression.references();
    let mut names = references.variables();
    names.sort_unstable();
    // Names that begin with @ are the loops' own; loop variables are found by evaluation.
    let loops = contains_loop(expression);
    match names.iter().find(|name| !VARIABLES.contains(name) && !name.starts_with('@')) {
        Some(name) if !loops => Err(ConditionError(format!(
            "`{name}` is unknown; a condition can name {}",
            VARIABLES.join(", ")
        ))),
        _ => Ok(()),
    }
}

fn contains_loop(expression: &IdedExpr) -> bool {
    expression.references().variables().iter().any(|name| name.starts_with('@'))
}
