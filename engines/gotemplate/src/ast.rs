use std::collections::BTreeMap;
use std::sync::Arc;

/// A text that templates were read from.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Source {
    pub(crate) file: String,
    pub(crate) text: String,
}

/// A template: its body, and where it was read.
#[derive(Clone, Debug)]
pub(crate) struct Definition {
    pub(crate) source: Arc<Source>,
    pub(crate) body: Arc<[Node]>,
}

impl Definition {
    /// Whether it prints nothing whatever the data: such a definition replaces no other.
    pub(crate) fn is_empty(&self) -> bool {
        let blank = |node: &Node| matches!(&node.kind, Step::Text(text) if text.trim().is_empty());
        self.body.iter().all(blank)
    }
}

/// What a source holds: its own body, and the templates that it defines.
#[derive(Clone, Debug)]
pub(crate) struct Parsed {
    pub(crate) body: Definition,
    pub(crate) defined: BTreeMap<String, Definition>,
}

/// A step of a template.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) at: usize,
    pub(crate) kind: Step,
}

#[derive(Clone, Debug)]
pub(crate) enum Step {
    Text(String),
    Print(Pipe),
    If { condition: Pipe, then: Arc<[Node]>, otherwise: Arc<[Node]> },
    With { value: Pipe, then: Arc<[Node]>, otherwise: Arc<[Node]> },
    Range { list: Pipe, each: Arc<[Node]>, otherwise: Arc<[Node]> },
    Call { name: String, data: Option<Pipe> },
    Break,
    Continue,
}

/// Commands, each given the result of the one before; its result may go into variables.
#[derive(Clone, Debug)]
pub(crate) struct Pipe {
    pub(crate) at: usize,
    pub(crate) variables: Vec<String>,
    /// Whether the variables are new.
    pub(crate) declares: bool,
    pub(crate) commands: Vec<Command>,
}

/// A function, method or value with arguments.
#[derive(Clone, Debug)]
pub(crate) struct Command {
    pub(crate) operands: Vec<Operand>,
}

#[derive(Clone, Debug)]
pub(crate) struct Operand {
    pub(crate) at: usize,
    pub(crate) kind: Operation,
    /// The fields or methods taken of it, in their order.
    pub(crate) chain: Vec<String>,
}

#[derive(Clone, Debug)]
pub(crate) enum Operation {
    Dot,
    Nil,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Arc<str>),
    Variable(String),
    Function(String),
    Inner(Box<Pipe>),
}
