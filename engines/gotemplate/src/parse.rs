//! Reads a source into a tree, by the grammar of Go's `text/template`.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::ast::{Definition, Node, Operation, Parsed, Source, Step};
use crate::error::{Fault, LoadError};
use crate::lex;
use crate::token::{Kind, Token};

/// Longest source, in bytes.
const SOURCE_BYTES_MAX: usize = 1024 * 1024;
/// Deepest nesting of actions and parentheses.
pub(crate) const NESTING_MAX: usize = 50;

/// Reads a source.
pub(crate) fn parse(file: &str, text: &str) -> Result<Parsed, LoadError> {
    let source = Arc::new(Source { file: file.to_owned(), text: text.to_owned() });
    read(&source).map_err(|fault| fault.load(file, text))
}

fn read(source: &Arc<Source>) -> Result<Parsed, Fault> {
    if source.text.len() > SOURCE_BYTES_MAX {
        let problem = format!("a template has at most {SOURCE_BYTES_MAX} bytes");
        return Err(Fault::new(0, problem));
    }
    let mut parser = Parser {
        source,
        end: source.text.len(),
        tokens: lex::tokens(&source.text)?,
        next: 0,
        variables: vec!["$".to_owned()],
        loops: 0,
        depth: 0,
        defined: BTreeMap::new(),
    };
    let (body, stop) = parser.body(true)?;
    match stop {
        Stop::End(at) => Err(Fault::new(at, "this `end` closes nothing")),
        Stop::Else(at) => Err(Fault::new(at, "this `else` has no `if`, `range` or `with`")),
        Stop::Eof => {
            let body = Definition { source: source.clone(), body: body.into() };
            Ok(Parsed { body, defined: parser.defined })
        }
    }
}

/// Why a body ended.
enum Stop {
    End(usize),
    Else(usize),
    Eof,
}

pub(crate) struct Parser<'s> {
    source: &'s Arc<Source>,
    end: usize,
    tokens: Vec<Token>,
    next: usize,
    pub(crate) variables: Vec<String>,
    loops: usize,
    depth: usize,
    defined: BTreeMap<String, Definition>,
}

impl Parser<'_> {
    pub(crate) fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next)
    }

    pub(crate) fn peek_kind(&self) -> Option<&Kind> {
        self.peek().map(|token| &token.kind)
    }

    /// The token so many places ahead.
    pub(crate) fn ahead(&self, offset: usize) -> Option<&Token> {
        self.tokens.get(self.next + offset)
    }

    /// Where the next token stands.
    pub(crate) fn at(&self) -> usize {
        self.peek().map_or(self.end, |token| token.at)
    }

    pub(crate) fn take(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.next).cloned();
        self.next += 1;
        token
    }

    pub(crate) fn take_if(&mut self, kind: &Kind) -> bool {
        let found = self.peek_kind() == Some(kind);
        self.next += usize::from(found);
        found
    }

    /// Goes one level deeper, as far as that is allowed.
    pub(crate) fn deeper<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        if self.depth >= NESTING_MAX {
            let problem = format!("actions lie more than {NESTING_MAX} deep in each other");
            return Err(Fault::new(self.at(), problem));
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    /// Nodes up to an `end`, an `else` (whose word is taken) or the end of the source.
    fn body(&mut self, top: bool) -> Result<(Vec<Node>, Stop), Fault> {
        let mut nodes = Vec::new();
        while let Some(token) = self.take() {
            let at = token.at;
            match token.kind {
                Kind::Text(text) => nodes.push(Node { at, kind: Step::Text(text) }),
                _ => match self.action(at, top)? {
                    Parsing::Node(kind) => nodes.push(Node { at, kind }),
                    Parsing::Nothing => {}
                    Parsing::Stop(stop) => return Ok((nodes, stop)),
                },
            }
        }
        Ok((nodes, Stop::Eof))
    }

    /// What follows `{{`.
    fn action(&mut self, at: usize, top: bool) -> Result<Parsing, Fault> {
        let word = match self.peek_kind() {
            Some(Kind::Word(word)) => word.clone(),
            _ => String::new(),
        };
        let known = [
            "if", "with", "range", "define", "block", "template", "end", "else", "break",
            "continue",
        ];
        if known.contains(&word.as_str()) {
            self.next += 1;
        }
        let step = match word.as_str() {
            "if" => self.deeper(|parser| parser.branch(at, Branch::If))?,
            "with" => self.deeper(|parser| parser.branch(at, Branch::With))?,
            "range" => self.deeper(|parser| parser.range(at))?,
            "define" if top => {
                self.deeper(|parser| parser.define(at))?;
                return Ok(Parsing::Nothing);
            }
            "define" => {
                let problem = "`define` stands outside all other actions: move it to the top";
                return Err(Fault::new(at, problem));
            }
            "block" => self.deeper(|parser| parser.block(at))?,
            "template" => {
                let name = self.name(at)?;
                let data = if self.peek_kind() == Some(&Kind::Close) {
                    None
                } else {
                    Some(self.pipe(true)?)
                };
                self.close(at)?;
                Step::Call { name, data }
            }
            "end" => {
                self.close(at)?;
                return Ok(Parsing::Stop(Stop::End(at)));
            }
            "else" => return Ok(Parsing::Stop(Stop::Else(at))),
            "break" | "continue" => {
                self.close(at)?;
                if self.loops == 0 {
                    return Err(Fault::new(at, format!("`{word}` is outside of every `range`")));
                }
                if word == "break" { Step::Break } else { Step::Continue }
            }
            _ => {
                let pipe = self.pipe(true)?;
                self.close(at)?;
                Step::Print(pipe)
            }
        };
        Ok(Parsing::Node(step))
    }

    pub(crate) fn close(&mut self, at: usize) -> Result<(), Fault> {
        if self.take_if(&Kind::Close) {
            return Ok(());
        }
        let problem = match self.peek_kind() {
            Some(Kind::Right) => "this `)` closes nothing",
            Some(_) => "the action should end here with `}}`",
            None => return Err(Fault::new(at, "this action is not closed")),
        };
        Err(Fault::new(self.at(), problem))
    }

    /// `if` and `with`, from their condition on.
    fn branch(&mut self, at: usize, branch: Branch) -> Result<Step, Fault> {
        let scope = self.variables.len();
        let pipe = self.pipe(true)?;
        self.close(at)?;
        let (then, stop) = self.body(false)?;
        let otherwise = self.otherwise(at, stop, true)?;
        self.variables.truncate(scope);
        let (then, otherwise) = (then.into(), otherwise.into());
        Ok(match branch {
            Branch::If => Step::If { condition: pipe, then, otherwise },
            Branch::With => Step::With { value: pipe, then, otherwise },
        })
    }

    fn range(&mut self, at: usize) -> Result<Step, Fault> {
        let scope = self.variables.len();
        let list = self.range_pipe()?;
        self.close(at)?;
        self.loops += 1;
        let body = self.body(false);
        self.loops -= 1;
        let (each, stop) = body?;
        let otherwise = self.otherwise(at, stop, false)?;
        self.variables.truncate(scope);
        Ok(Step::Range { list, each: each.into(), otherwise: otherwise.into() })
    }

    /// What stands behind `else`, if there is one, up to the `end`.
    fn otherwise(&mut self, at: usize, stop: Stop, chained: bool) -> Result<Vec<Node>, Fault> {
        match stop {
            Stop::End(_) => return Ok(Vec::new()),
            Stop::Eof => return Err(Fault::new(at, "this has no `end`: add `{{ end }}`")),
            Stop::Else(_) => {}
        }
        let next = self.at();
        let branch = match self.peek_kind() {
            Some(Kind::Word(word)) if chained && word == "if" => Some(Branch::If),
            Some(Kind::Word(word)) if chained && word == "with" => Some(Branch::With),
            _ => None,
        };
        if let Some(branch) = branch {
            self.next += 1;
            let kind = self.deeper(|parser| parser.branch(at, branch))?;
            return Ok(vec![Node { at: next, kind }]);
        }
        self.close(next)?;
        let (nodes, stop) = self.body(false)?;
        match stop {
            Stop::End(_) => Ok(nodes),
            Stop::Else(again) => Err(Fault::new(again, "this is the second `else`")),
            Stop::Eof => Err(Fault::new(at, "this has no `end`: add `{{ end }}`")),
        }
    }

    fn name(&mut self, at: usize) -> Result<String, Fault> {
        match self.take() {
            Some(Token { kind: Kind::Quoted(name), .. }) => Ok(name),
            _ => Err(Fault::new(at, "the name of a template is a quoted text")),
        }
    }

    fn define(&mut self, at: usize) -> Result<(), Fault> {
        let name = self.name(at)?;
        self.close(at)?;
        self.definition(at, name)
    }

    fn block(&mut self, at: usize) -> Result<Step, Fault> {
        let name = self.name(at)?;
        let data = Some(self.pipe(true)?);
        self.close(at)?;
        self.definition(at, name.clone())?;
        Ok(Step::Call { name, data })
    }

    /// The body of a template, which sees no variables and no loops around it.
    fn definition(&mut self, at: usize, name: String) -> Result<(), Fault> {
        let variables = std::mem::replace(&mut self.variables, vec!["$".to_owned()]);
        let loops = std::mem::take(&mut self.loops);
        let body = self.body(false);
        (self.variables, self.loops) = (variables, loops);
        match body? {
            (nodes, Stop::End(_)) => {
                let body = Definition { source: self.source.clone(), body: nodes.into() };
                let kept = self.defined.get(&name).is_some_and(|old| !old.is_empty());
                if !(kept && body.is_empty()) {
                    self.defined.insert(name, body);
                }
                Ok(())
            }
            (_, Stop::Else(at)) => Err(Fault::new(at, "this `else` has no `if`")),
            (_, Stop::Eof) => Err(Fault::new(at, "this has no `end`: add `{{ end }}`")),
        }
    }
}

enum Parsing {
    Node(Step),
    Nothing,
    Stop(Stop),
}

#[derive(Clone, Copy)]
enum Branch {
    If,
    With,
}

/// Whether the pipe is a single value that takes no arguments, so that nothing can follow it.
pub(crate) fn is_constant(operation: &Operation) -> bool {
    matches!(
        operation,
        Operation::Nil
            | Operation::Bool(_)
            | Operation::Int(_)
            | Operation::Float(_)
            | Operation::Text(_)
    )
}
