//! Conditions that people write in CEL, with a fence around what an expression may cost.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, LazyLock};

use cel::common::ast::{Expr, IdedExpr, LiteralValue, operators};
use cel::parser::Parser;
use cel::{Context, Env, ExecutionError, Value};

use crate::fence::{Fence, VARIABLES, VARIABLES_AROUND, fail, scan, text_literal};
use crate::{Alert, Labels, Severity, Signal};

/// Deepest nesting of rules that is parsed.
const PARSE_DEPTH_MAX: u16 = 32;

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
    /// What the estate says around the item, where the condition may ask about it.
    pub around: Option<&'a Around>,
}

/// What the estate says around the item of an alert.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Around {
    /// `products`: those that the item is, is a part of or is needed by, as `product/name`.
    pub products: Vec<String>,
    /// `usecases`: those that need it, as `usecase/name`.
    pub usecases: Vec<String>,
    /// `team`: the team that answers for it, as `team/name`; empty when none does.
    pub team: String,
}

impl<'a> From<&'a Signal> for Subject<'a> {
    fn from(signal: &'a Signal) -> Subject<'a> {
        Subject {
            labels: &signal.labels,
            annotations: &signal.annotations,
            source: &signal.source,
            severity: Severity::of(&signal.labels),
            item: "",
            around: None,
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
            around: None,
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

impl ConditionError {
    pub(crate) fn new(problem: impl Into<String>) -> ConditionError {
        ConditionError(problem.into())
    }
}

impl Condition {
    /// Compiles a condition; an empty text always holds.
    ///
    /// # Errors
    /// What is wrong with it: syntax, an unknown name, or a cost that could get out of hand.
    pub fn compile(text: &str) -> Result<Condition, ConditionError> {
        Condition::compile_with(text, &VARIABLES)
    }

    /// The same for a condition that may ask what the estate says around the item: see [`Around`].
    ///
    /// # Errors
    /// As above.
    pub fn compile_around(text: &str) -> Result<Condition, ConditionError> {
        Condition::compile_with(text, &VARIABLES_AROUND)
    }

    fn compile_with(
        text: &str,
        names: &'static [&'static str],
    ) -> Result<Condition, ConditionError> {
        if text.trim().is_empty() {
            return Ok(Condition(Kind::Equalities(Vec::new())));
        }
        let expression = parse(text, names)?;
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

/// Parses an expression that can name these, inside the fence.
pub(crate) fn parse(
    text: &str,
    names: &'static [&'static str],
) -> Result<IdedExpr, ConditionError> {
    scan(text)?;
    let parser = Parser::new().max_recursion_depth(PARSE_DEPTH_MAX);
    // The parser is generated code that has panicked on odd input before.
    let parsed = catch_unwind(AssertUnwindSafe(|| parser.parse(text)));
    let expression = match parsed {
        Ok(Ok(expression)) => expression,
        Ok(Err(errors)) => return fail(errors.to_string()),
        Err(_) => return fail("the expression cannot be parsed"),
    };
    Fence::around(names).check(&expression)?;
    Ok(expression)
}

/// What the language brings along.
pub(crate) static STANDARD: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(Env::stdlib()));

fn evaluate(expression: &IdedExpr, subject: &Subject<'_>) -> Result<bool, ConditionError> {
    match resolve(expression, subject)? {
        Some(Value::Bool(holds)) => Ok(holds),
        Some(_) => Err(ConditionError("gives something other than true or false".to_owned())),
        None => Ok(false),
    }
}

/// What an expression gives; nothing where it names what the subject does not have.
pub(crate) fn resolve(
    expression: &IdedExpr,
    subject: &Subject<'_>,
) -> Result<Option<Value>, ConditionError> {
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let mut context = Context::with_env(Arc::clone(&STANDARD));
        context.add_variable_from_value("labels", map(subject.labels));
        context.add_variable_from_value("annotations", map(subject.annotations));
        context.add_variable_from_value("source", subject.source.to_owned());
        context.add_variable_from_value("severity", subject.severity.as_str().to_owned());
        context.add_variable_from_value("name", name(subject).to_owned());
        context.add_variable_from_value("item", subject.item.to_owned());
        if let Some(around) = subject.around {
            context.add_variable_from_value("products", around.products.clone());
            context.add_variable_from_value("usecases", around.usecases.clone());
            context.add_variable_from_value("team", around.team.clone());
        }
        Value::resolve(expression, &context)
    }));
    match outcome {
        Ok(Ok(value)) => Ok(Some(value)),
        Ok(Err(ExecutionError::NoSuchKey(_))) => Ok(None),
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
    let value = text_literal(value)?.to_owned();
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
            entry(map, text_literal(key)?)?
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

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(text: &str) -> Result<bool, ConditionError> {
        let labels = Labels::new([("alertname", "Down"), ("team", "a"), ("instance", "db1:9100")]);
        let condition = Condition::compile(text)?;
        condition.holds(&Subject {
            labels: &labels,
            annotations: &Labels::new([("summary", "it is down")]),
            source: "prometheus",
            severity: Severity::Critical,
            item: "component/db1",
            around: None,
        })
    }

    #[test]
    fn what_the_estate_says_around_the_item_is_asked_where_that_is_known() {
        let around = Around {
            products: vec!["product/shop".to_owned()],
            usecases: Vec::new(),
            team: "team/data".to_owned(),
        };
        let labels = Labels::new([("alertname", "Down")]);
        let ask = |text: &str| {
            let condition = Condition::compile_around(text).unwrap();
            condition.holds(&Subject {
                labels: &labels,
                annotations: &Labels::default(),
                source: "prometheus",
                severity: Severity::Critical,
                item: "component/db1",
                around: Some(&around),
            })
        };
        for (text, expected) in [
            ("'product/shop' in products", true),
            ("'product/web' in products", false),
            ("usecases.size() == 0 && team == 'team/data'", true),
            ("products.exists(p, p.startsWith('product/s')) && name == 'Down'", true),
        ] {
            assert_eq!(ask(text), Ok(expected), "{text}");
        }
        let refused = Condition::compile("'product/shop' in products").unwrap_err();
        assert!(refused.to_string().contains("`products` is unknown"), "{refused}");
    }

    #[test]
    fn conditions_hold_or_do_not() {
        for (text, expected) in [
            ("", true),
            ("true", true),
            ("labels.team == 'a'", true),
            ("'a' == labels['team'] && source == 'prometheus'", true),
            ("labels.team == 'b'", false),
            ("labels.absent == 'b'", false),
            ("labels.absent != 'b'", false),
            ("has(labels.team) && !has(labels.absent)", true),
            ("labels.absent == 'x' || severity == 'critical'", true),
            ("labels.instance.startsWith('db')", true),
            ("labels.instance.matches('^db[0-9]+:')", true),
            ("severity in ['critical', 'error'] && name == 'Down'", true),
            ("labels.exists(name, name == 'team')", true),
            (r"labels.instance.matches(r'^db\d+:')", true),
            (r#"'((((((((((' != "))))" && '''(it's''' != ''"#, true),
            ("item == 'component/db1' && annotations.summary.contains('down')", true),
        ] {
            assert_eq!(ask(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn equalities_need_no_interpreter() {
        for (text, simple) in [
            ("labels.team == 'a' && labels['x'] == 'y' && source == 's'", true),
            ("labels.team == 'a' || labels.x == 'y'", false),
            ("labels.team != 'a'", false),
            ("false", false),
        ] {
            assert_eq!(Condition::compile(text).unwrap().simple(), simple, "{text}");
        }
    }

    #[test]
    fn hostile_expressions_are_refused_and_never_break_the_process() {
        let deep = format!("{}1 == 1{}", "(".repeat(400), ")".repeat(400));
        let hidden = |opening: &str, closing: &str| {
            format!("{opening}{}1 == 1{}{closing}", "(".repeat(30), ")".repeat(30))
        };
        let [comment, escape, bytes] =
            [hidden("// '''\n", "// '''"), hidden("'\\q", "'"), hidden("b'", "'")];
        let long = format!("{}1 == 1", "1 + ".repeat(240));
        for text in [
            "labels.team ==",
            "teams == 'a'",
            "labels.all(a, labels.all(b, a == b))",
            "labels.exists(a, unknown == a)",
            "labels.team.matches(labels.team)",
            "labels.team.matches('(a{50}){50}')",
            "\u{0}",
            "'",
            &"x".repeat(1_001),
            &deep,
            &comment,
            &escape,
            &bytes,
            &long,
        ] {
            assert!(ask(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_expression_that_gives_no_truth_fails_when_asked() {
        for text in ["labels.team", "1 / 0 == 1", "labels.team + 1 == 'a'", "labels.team > 3"] {
            assert!(ask(text).is_err(), "{text}");
        }
    }
}
