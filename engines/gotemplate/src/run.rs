//! Runs a tree over data.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use regex::Regex;

use crate::ast::{Command, Definition, Node, Operand, Operation, Pipe, Source, Step};
use crate::error::{RenderError, place};
use crate::functions::{self, Call};
use crate::list::Pairs;
use crate::output::Output;
use crate::time;
use crate::{Limits, Value};

/// One rendering, from its beginning to its text.
pub(crate) struct Run<'t> {
    pub(crate) defined: &'t BTreeMap<String, Definition>,
    pub(crate) now: Timestamp,
    pub(crate) limits: Limits,
    pub(crate) output: Output,
    source: Arc<Source>,
    variables: Vec<(String, Value)>,
    regexes: BTreeMap<String, Regex>,
    steps: usize,
    depth: usize,
}

/// What a node does to the loop around it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    On,
    Break,
    Continue,
}

type Result<T> = std::result::Result<T, RenderError>;

impl<'t> Run<'t> {
    pub(crate) fn new(
        defined: &'t BTreeMap<String, Definition>,
        now: Timestamp,
        limits: Limits,
        output: Output,
    ) -> Run<'t> {
        Run {
            defined,
            now,
            limits,
            output,
            source: Arc::default(),
            variables: Vec::new(),
            regexes: BTreeMap::new(),
            steps: limits.steps,
            depth: 0,
        }
    }

    /// Runs a template over data. What it prints is in `output` afterwards.
    pub(crate) fn template(&mut self, definition: &Definition, data: &Value) -> Result<()> {
        let source = std::mem::replace(&mut self.source, definition.source.clone());
        let variables = std::mem::replace(&mut self.variables, vec![("$".into(), data.clone())]);
        self.nodes(&definition.body, data)?;
        self.source = source;
        self.variables = variables;
        Ok(())
    }

    fn fail<T>(&self, at: usize, problem: impl Into<String>) -> Result<T> {
        let place = place(&self.source.file, &self.source.text, at);
        Err(RenderError { place, problem: problem.into() })
    }

    fn or_fail<T>(&self, at: usize, result: std::result::Result<T, String>) -> Result<T> {
        result.or_else(|problem| self.fail(at, problem))
    }

    fn spend(&mut self, at: usize, steps: usize) -> Result<()> {
        match self.steps.checked_sub(steps) {
            Some(left) => {
                self.steps = left;
                Ok(())
            }
            None => self.fail(at, format!("this took more than {} steps", self.limits.steps)),
        }
    }

    fn nodes(&mut self, nodes: &[Node], dot: &Value) -> Result<Flow> {
        for node in nodes {
            if self.output.is_enough() {
                return Ok(Flow::Break);
            }
            self.spend(node.at, 1)?;
            let flow = self.node(node, dot)?;
            if flow != Flow::On {
                return Ok(flow);
            }
        }
        Ok(Flow::On)
    }

    /// Runs something that lies inside of something, as deep as that is allowed.
    fn deeper<T>(&mut self, at: usize, run: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.depth >= self.limits.depth {
            let limit = self.limits.depth;
            return self.fail(at, format!("templates call each other more than {limit} deep"));
        }
        self.depth += 1;
        let result = run(self)?;
        self.depth -= 1;
        Ok(result)
    }

    fn node(&mut self, node: &Node, dot: &Value) -> Result<Flow> {
        let at = node.at;
        match &node.kind {
            Step::Text(text) => {
                let written = self.output.literal(text);
                self.or_fail(at, written)?;
                Ok(Flow::On)
            }
            Step::Print(pipe) => {
                let value = self.pipe(pipe, dot)?;
                if pipe.variables.is_empty() {
                    self.spend(at, value.bulk().weight() / 16)?;
                    let escaped = last_function(pipe);
                    let written = self.output.value(&value, escaped);
                    self.or_fail(at, written)?;
                }
                Ok(Flow::On)
            }
            Step::Break => Ok(Flow::Break),
            Step::Continue => Ok(Flow::Continue),
            _ => self.deeper(at, |run| run.block(node, dot)),
        }
    }

    fn block(&mut self, node: &Node, dot: &Value) -> Result<Flow> {
        let scope = self.variables.len();
        let flow = match &node.kind {
            Step::If { condition, then, otherwise } => {
                let truth = self.pipe(condition, dot)?.is_true();
                self.nodes(if truth { then } else { otherwise }, dot)
            }
            Step::With { value, then, otherwise } => {
                let value = self.pipe(value, dot)?;
                if value.is_true() { self.nodes(then, &value) } else { self.nodes(otherwise, dot) }
            }
            Step::Range { list, each, otherwise } => self.range(list, (each, otherwise), dot),
            Step::Call { name, data } => self.call_template(node.at, name, data.as_ref(), dot),
            _ => Ok(Flow::On),
        }?;
        self.variables.truncate(scope);
        Ok(flow)
    }

    fn call_template(
        &mut self,
        at: usize,
        name: &str,
        data: Option<&Pipe>,
        dot: &Value,
    ) -> Result<Flow> {
        let data = match data {
            Some(pipe) => self.pipe(pipe, dot)?,
            None => Value::Nil,
        };
        let Some(definition) = self.defined.get(name) else {
            return self.fail(at, format!("the template {name:?} is not defined"));
        };
        self.template(definition, &data)?;
        Ok(Flow::On)
    }

    fn range(&mut self, list: &Pipe, bodies: (&[Node], &[Node]), dot: &Value) -> Result<Flow> {
        let (each, otherwise) = bodies;
        let plain = Pipe { variables: Vec::new(), ..list.clone() };
        let value = self.pipe(&plain, dot)?;
        let scope = self.variables.len();
        let mut entries = self.or_fail(list.at, entries(&value))?.peekable();
        if entries.peek().is_none() {
            return self.nodes(otherwise, dot);
        }
        for (key, value) in entries {
            self.spend(list.at, 1)?;
            let values = if list.variables.len() == 2 {
                vec![key, value.clone()]
            } else {
                vec![value.clone()]
            };
            for (name, value) in list.variables.iter().zip(values) {
                self.set(name, value, list.declares);
            }
            let flow = self.nodes(each, &value)?;
            self.variables.truncate(scope);
            if flow == Flow::Break {
                break;
            }
        }
        Ok(Flow::On)
    }

    fn set(&mut self, name: &str, value: Value, declares: bool) {
        let known = self.variables.iter_mut().rev().find(|(known, _)| known == name);
        match known {
            Some((_, known)) if !declares => *known = value,
            _ => self.variables.push((name.to_owned(), value)),
        }
    }

    fn pipe(&mut self, pipe: &Pipe, dot: &Value) -> Result<Value> {
        let mut piped = None;
        for command in &pipe.commands {
            piped = Some(self.command(command, dot, piped)?);
        }
        let value = piped.unwrap_or_default();
        for name in &pipe.variables {
            self.set(name, value.clone(), pipe.declares);
        }
        Ok(value)
    }

    fn command(&mut self, command: &Command, dot: &Value, piped: Option<Value>) -> Result<Value> {
        let Some((first, rest)) = command.operands.split_first() else {
            return Ok(Value::Nil);
        };
        self.spend(first.at, command.operands.len())?;
        let function = match &first.kind {
            Operation::Function(name) if first.chain.is_empty() => name,
            _ => return self.method_call(first, rest, piped, dot),
        };
        if matches!(function.as_str(), "and" | "or") {
            return self.short_circuit(function == "or", rest, piped, dot);
        }
        let mut arguments = self.arguments(rest, dot)?;
        arguments.extend(piped);
        self.function(first.at, function, &arguments)
    }

    fn arguments(&mut self, operands: &[Operand], dot: &Value) -> Result<Vec<Value>> {
        operands.iter().map(|operand| self.operand(operand, &[], dot)).collect()
    }

    /// `and` and `or` give the argument that decides, and leave those behind it alone.
    fn short_circuit(
        &mut self,
        until: bool,
        operands: &[Operand],
        piped: Option<Value>,
        dot: &Value,
    ) -> Result<Value> {
        let mut value = Value::Nil;
        for operand in operands {
            value = self.operand(operand, &[], dot)?;
            if value.is_true() == until {
                return Ok(value);
            }
        }
        Ok(piped.unwrap_or(value))
    }

    fn function(&mut self, at: usize, name: &str, arguments: &[Value]) -> Result<Value> {
        if functions::reads_all(name) {
            let weight: usize = arguments.iter().map(|argument| argument.bulk().weight()).sum();
            self.spend(at, 1 + weight / 32)?;
        }
        let mut call = Call {
            arguments,
            now: self.now,
            html: self.output.is_html(),
            bytes_max: self.limits.output_bytes,
            regexes: &mut self.regexes,
        };
        let result =
            functions::call(name, &mut call).map_err(|problem| format!("{name}: {problem}"));
        self.or_fail(at, result)
    }

    /// A value or a method, with what is given to the last of its chain.
    fn method_call(
        &mut self,
        first: &Operand,
        rest: &[Operand],
        piped: Option<Value>,
        dot: &Value,
    ) -> Result<Value> {
        let mut arguments = self.arguments(rest, dot)?;
        arguments.extend(piped);
        self.operand(first, &arguments, dot)
    }

    fn operand(&mut self, operand: &Operand, arguments: &[Value], dot: &Value) -> Result<Value> {
        let at = operand.at;
        let mut value = match &operand.kind {
            Operation::Dot => dot.clone(),
            Operation::Nil => Value::Nil,
            Operation::Bool(truth) => Value::Bool(*truth),
            Operation::Int(number) => Value::Int(*number),
            Operation::Float(number) => Value::Float(*number),
            Operation::Text(text) => Value::Text(text.clone()),
            Operation::Variable(name) => {
                let found = self.variables.iter().rev().find(|(known, _)| known == name);
                found.map(|(_, value)| value.clone()).unwrap_or_default()
            }
            Operation::Function(name) => self.function(at, name, &[])?,
            Operation::Inner(pipe) => self.deeper(at, |run| run.pipe(pipe, dot))?,
        };
        let Some((last, before)) = operand.chain.split_last() else {
            if arguments.is_empty() {
                return Ok(value);
            }
            return self.fail(at, "this is no function and takes no arguments");
        };
        for name in before {
            let taken = member(&value, name, &[]);
            value = self.or_fail(at, taken)?;
        }
        self.spend(at, 1 + member_cost(&value))?;
        let taken = member(&value, last, arguments);
        self.or_fail(at, taken)
    }
}

/// The function that a pipeline ends in: `html` there says what HTML templates do anyway.
fn last_function(pipe: &Pipe) -> Option<&str> {
    match pipe.commands.last()?.operands.first()? {
        Operand { kind: Operation::Function(name), chain, .. } if chain.is_empty() => Some(name),
        _ => None,
    }
}

/// Keys and values that `range` goes through.
fn entries(
    value: &Value,
) -> std::result::Result<Box<dyn Iterator<Item = (Value, Value)> + '_>, String> {
    if let Some(list) = value.as_list() {
        let pairs = list.items().iter().enumerate();
        return Ok(Box::new(pairs.map(|(index, value)| (Value::Int(index as i64), value.clone()))));
    }
    match value {
        Value::Nil => Ok(Box::new(std::iter::empty())),
        Value::Int(count) => Ok(Box::new((0..*count).map(|n| (Value::Int(n), Value::Int(n))))),
        Value::Texts(texts) => {
            Ok(Box::new(texts.iter().map(|(name, text)| (Value::text(name), Value::text(text)))))
        }
        Value::Map(map) => {
            let entries = map.entries().iter();
            Ok(Box::new(entries.map(|(name, value)| (Value::text(name), value.clone()))))
        }
        other => Err(format!("`range` cannot go through a {}", other.kind())),
    }
}

/// What it takes to make a member of a value.
fn member_cost(value: &Value) -> usize {
    match value {
        Value::Texts(texts) => texts.len(),
        _ => 0,
    }
}

/// A field, a method's result or an entry.
fn member(value: &Value, name: &str, arguments: &[Value]) -> std::result::Result<Value, String> {
    let method = match value {
        Value::Texts(texts) => match name {
            "SortedPairs" => Some(Ok(Value::Object(Arc::new(Pairs::sorted(texts))))),
            "Names" => Some(Ok(Pairs::sorted(texts).names())),
            "Values" => Some(Ok(Pairs::sorted(texts).texts())),
            "Remove" => return functions::without(texts, arguments),
            _ => None,
        }
        .map(|result| if arguments.is_empty() { result } else { no_arguments(name) }),
        Value::Time(at) => Some(time::time_method(at, name, arguments)),
        Value::Duration(duration) => Some(time::duration_method(*duration, name, arguments)),
        Value::Object(object) => object.method(name, arguments),
        _ => None,
    };
    if let Some(result) = method {
        return result.map_err(|problem| format!("{name}: {problem}"));
    }
    if !arguments.is_empty() {
        return no_arguments(name);
    }
    match value {
        Value::Texts(texts) => Ok(Value::text(texts.get(name).map_or("", String::as_str))),
        Value::Map(map) => Ok(map.entries().get(name).cloned().unwrap_or_default()),
        Value::Object(object) => object
            .field(name)
            .ok_or_else(|| format!("a {} has no field or method {name}", object.kind())),
        Value::Nil => Err(format!("{name} is taken of nothing (nil)")),
        other => Err(format!("a {} has no field {name}", other.kind())),
    }
}

fn no_arguments(name: &str) -> std::result::Result<Value, String> {
    Err(format!("{name} is no method and takes no arguments"))
}
