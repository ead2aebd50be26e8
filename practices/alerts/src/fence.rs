//! The fence around expressions: what may be parsed, and what may be evaluated.
//!
//! Parser and interpreter recurse, and a stack that overflows ends the process, so nesting is
//! measured before either of them sees the text.

use cel::common::ast::{CallExpr, ComprehensionExpr, EntryExpr, Expr, IdedExpr, LiteralValue};

use crate::ConditionError;

/// Longest expression, in bytes.
const BYTES_MAX: usize = 1_000;
/// Deepest nesting of brackets. The parser takes some 150 kB of stack for each in a debug build.
const BRACKETS_MAX: usize = 6;
/// Deepest syntax tree that is evaluated.
const TREE_DEPTH_MAX: usize = 64;
/// Longest regular expression, in bytes.
const PATTERN_BYTES_MAX: usize = 200;

/// What a condition can name.
pub(crate) const VARIABLES: [&str; 6] =
    ["labels", "annotations", "source", "severity", "name", "item"];

/// The same where it is known what the estate says around the item.
pub(crate) const VARIABLES_AROUND: [&str; 9] =
    ["labels", "annotations", "source", "severity", "name", "item", "products", "usecases", "team"];

/// Measures a text before it is parsed. Whatever this would read otherwise than the parser does
/// (comments, bytes, escapes by number) is refused, so that no bracket hides from the count.
pub(crate) fn scan(text: &str) -> Result<(), ConditionError> {
    if text.len() > BYTES_MAX {
        return fail(format!("{} bytes long; at most {BYTES_MAX} are taken", text.len()));
    }
    let mut depth = 0_usize;
    let mut word = String::new();
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        if matches!(next, '"' | '\'') {
            rest = skip_string(rest, &word)?;
            word.clear();
            continue;
        }
        match next {
            '/' if rest.starts_with("//") => return fail("comments are not allowed"),
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > BRACKETS_MAX {
            return fail(format!("brackets are nested more than {BRACKETS_MAX} deep"));
        }
        if next.is_alphanumeric() || next == '_' {
            word.push(next);
        } else {
            word.clear();
        }
        rest = &rest[next.len_utf8()..];
    }
    Ok(())
}

/// What follows a string literal; `prefix` is the word right before its first quote.
fn skip_string<'t>(text: &'t str, prefix: &str) -> Result<&'t str, ConditionError> {
    let raw = match prefix {
        "" => false,
        "r" | "R" => true,
        _ => return fail(format!("a text may not follow `{prefix}` directly")),
    };
    let quote = &text[..1];
    let long = text.starts_with(&quote.repeat(3));
    let end = if long { quote.repeat(3) } else { quote.to_owned() };
    let mut rest = &text[end.len()..];
    loop {
        if let Some(after) = rest.strip_prefix(end.as_str()) {
            return Ok(after);
        }
        let mut letters = rest.chars();
        match letters.next() {
            None => return fail("a text is never closed"),
            Some('\n' | '\r') if !long => return fail("a text is never closed"),
            Some('\\') if !raw => match letters.next() {
                Some('\\' | '\'' | '"' | '`' | '?' | 'n' | 'r' | 't') => {}
                _ => return fail("unknown escape in a text; write the character itself"),
            },
            Some(_) => {}
        }
        rest = letters.as_str();
    }
}

/// Walks a tree and refuses unknown names and what could cost more than a few microseconds: deep
/// trees, a loop in a loop, and regular expressions that are computed or repeat a group by number.
pub(crate) struct Fence<'e> {
    /// What can be named.
    names: &'static [&'static str],
    depth: usize,
    /// The variables of the loop that the walk is in.
    bound: Vec<&'e str>,
}

impl<'e> Fence<'e> {
    /// A fence for expressions that can name these.
    pub(crate) fn around(names: &'static [&'static str]) -> Fence<'e> {
        Fence { names, depth: 0, bound: Vec::new() }
    }

    pub(crate) fn check(&mut self, node: &'e IdedExpr) -> Result<(), ConditionError> {
        self.depth += 1;
        if self.depth > TREE_DEPTH_MAX {
            return fail("nested too deeply");
        }
        match &node.expr {
            Expr::Ident(name) => self.name(name),
            Expr::Comprehension(each) => self.walk_loop(each),
            Expr::Call(call) => {
                if call.func_name == "matches" {
                    pattern(call)?;
                }
                self.all(call.target.iter().map(|target| &**target).chain(&call.args))
            }
            Expr::Select(select) => self.check(&select.operand),
            Expr::List(list) => self.all(&list.elements),
            Expr::Map(map) => self.all(map.entries.iter().flat_map(|entry| match &entry.expr {
                EntryExpr::MapEntry(entry) => vec![&entry.key, &entry.value],
                EntryExpr::StructField(field) => vec![&field.value],
            })),
            Expr::Struct(_) => fail("an expression makes no objects"),
            Expr::Literal(_) | Expr::Unspecified => Ok(()),
        }?;
        self.depth -= 1;
        Ok(())
    }

    fn all(&mut self, nodes: impl IntoIterator<Item = &'e IdedExpr>) -> Result<(), ConditionError> {
        nodes.into_iter().try_for_each(|node| self.check(node))
    }

    fn walk_loop(&mut self, each: &'e ComprehensionExpr) -> Result<(), ConditionError> {
        if !self.bound.is_empty() {
            return fail("a loop inside a loop is not allowed");
        }
        self.all([&each.iter_range, &each.accu_init])?;
        self.bound.extend([each.iter_var.as_str(), each.accu_var.as_str()]);
        self.bound.extend(each.iter_var2.as_deref());
        self.all([&each.loop_cond, &each.loop_step, &each.result])?;
        self.bound.clear();
        Ok(())
    }

    fn name(&self, name: &str) -> Result<(), ConditionError> {
        if self.names.contains(&name) || self.bound.contains(&name) {
            return Ok(());
        }
        fail(format!("`{name}` is unknown; there are {}", self.names.join(", ")))
    }
}

pub(crate) fn fail<T>(problem: impl Into<String>) -> Result<T, ConditionError> {
    Err(ConditionError::new(problem))
}

fn pattern(call: &CallExpr) -> Result<(), ConditionError> {
    match call.args.last().and_then(text_literal) {
        None => fail("matches(): the pattern has to be written out"),
        Some(text) if text.len() > PATTERN_BYTES_MAX => fail("matches(): the pattern is too long"),
        Some(text) if text.contains("){") => {
            fail("matches(): a group may not be repeated by number")
        }
        Some(_) => Ok(()),
    }
}

/// The text of a string literal.
pub(crate) fn text_literal(expression: &IdedExpr) -> Option<&str> {
    match &expression.expr {
        Expr::Literal(LiteralValue::String(text)) => Some(text.inner()),
        _ => None,
    }
}
