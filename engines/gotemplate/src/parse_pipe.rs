//! Reads pipelines: variables, commands and their operands.

use crate::ast::{Command, Operand, Operation, Pipe};
use crate::error::Fault;
use crate::functions;
use crate::parse::{Parser, is_constant};
use crate::token::{Kind, Token};

impl Parser<'_> {
    /// A pipeline up to what closes it, which is left standing.
    pub(crate) fn pipe(&mut self, variables: bool) -> Result<Pipe, Fault> {
        let at = self.at();
        let (names, declares) = if variables { self.variables(false)? } else { (vec![], false) };
        let commands = self.commands(at)?;
        if declares {
            self.variables.extend(names.iter().cloned());
        }
        Ok(Pipe { at, variables: names, declares, commands })
    }

    /// The pipeline of a `range`, which may set two variables.
    pub(crate) fn range_pipe(&mut self) -> Result<Pipe, Fault> {
        let at = self.at();
        let (names, declares) = self.variables(true)?;
        let commands = self.commands(at)?;
        if declares {
            self.variables.extend(names.iter().cloned());
        }
        Ok(Pipe { at, variables: names, declares, commands })
    }

    /// `$x :=`, `$x =` or, in a `range`, `$i, $x :=`.
    fn variables(&mut self, range: bool) -> Result<(Vec<String>, bool), Fault> {
        let variable = |token: Option<&Token>| match token.map(|token| &token.kind) {
            Some(Kind::Variable(name)) => Some(name.clone()),
            _ => None,
        };
        let at = self.at();
        let Some(first) = variable(self.ahead(0)) else { return Ok((Vec::new(), false)) };
        let mut names = vec![first];
        let mut after = 1;
        if self.ahead(1).is_some_and(|token| token.kind == Kind::Comma) {
            let Some(second) = variable(self.ahead(2)) else {
                return Err(Fault::new(at, "behind the comma belongs a second variable"));
            };
            if !range {
                return Err(Fault::new(at, "only `range` sets two variables"));
            }
            names.push(second);
            after = 3;
        }
        let declares = match self.ahead(after).map(|token| &token.kind) {
            Some(Kind::Declare) => true,
            Some(Kind::Assign) => false,
            _ if names.len() == 2 => {
                return Err(Fault::new(at, "behind two variables belongs `:=`"));
            }
            _ => return Ok((Vec::new(), false)),
        };
        for _ in 0..=after {
            self.take();
        }
        if let Some(unknown) = names.iter().find(|name| !declares && !self.variables.contains(name))
        {
            return Err(undefined(at, unknown));
        }
        Ok((names, declares))
    }

    fn commands(&mut self, at: usize) -> Result<Vec<Command>, Fault> {
        let mut commands = vec![self.command()?];
        while self.take_if(&Kind::Bar) {
            commands.push(self.command()?);
        }
        if commands.len() == 1 && commands[0].operands.is_empty() {
            return Err(Fault::new(at, "a value is missing here"));
        }
        for (index, command) in commands.iter().enumerate() {
            let Some(first) = command.operands.first() else {
                return Err(Fault::new(at, "a command beside a `|` is missing"));
            };
            if index > 0 && is_constant(&first.kind) {
                let problem = "behind a `|` stands a function or a method, not a value";
                return Err(Fault::new(first.at, problem));
            }
            check_command(command, index > 0)?;
        }
        Ok(commands)
    }

    fn command(&mut self) -> Result<Command, Fault> {
        let mut operands: Vec<Operand> = Vec::new();
        while let Some(token) = self.peek() {
            if matches!(token.kind, Kind::Close | Kind::Right | Kind::Bar) {
                break;
            }
            if !operands.is_empty() && !token.spaced {
                return Err(Fault::new(token.at, "a space is missing here"));
            }
            operands.push(self.operand()?);
        }
        Ok(Command { operands })
    }

    fn operand(&mut self) -> Result<Operand, Fault> {
        let at = self.at();
        let token = self.take().ok_or_else(|| Fault::new(at, "a value is missing here"))?;
        let mut chain = Vec::new();
        let kind = match token.kind {
            Kind::Dot => Operation::Dot,
            Kind::Field(name) => {
                chain.push(name);
                Operation::Dot
            }
            Kind::Variable(name) if self.variables.contains(&name) => Operation::Variable(name),
            Kind::Variable(name) => return Err(undefined(at, &name)),
            Kind::Int(number) => Operation::Int(number),
            Kind::Float(number) => Operation::Float(number),
            Kind::Quoted(text) => Operation::Text(text.into()),
            Kind::Word(word) => self.word(at, word)?,
            Kind::Left => {
                let pipe = self.deeper(|parser| parser.pipe(true))?;
                if !self.take_if(&Kind::Right) {
                    return Err(Fault::new(at, "this `(` is not closed in its action"));
                }
                Operation::Inner(Box::new(pipe))
            }
            Kind::Assign | Kind::Declare => {
                let problem = "only a variable can be set: write `$name := value`";
                return Err(Fault::new(at, problem));
            }
            _ => return Err(Fault::new(at, "this cannot stand here")),
        };
        while let Some(Token { kind: Kind::Field(name), spaced: false, .. }) = self.peek().cloned()
        {
            if is_constant(&kind) {
                return Err(Fault::new(self.at(), "a literal has no fields"));
            }
            self.take();
            chain.push(name);
        }
        let dotted = self.peek().is_some_and(|next| next.kind == Kind::Dot && !next.spaced);
        if dotted {
            return Err(Fault::new(self.at(), "behind this dot belongs a name"));
        }
        Ok(Operand { at, kind, chain })
    }

    fn word(&self, at: usize, word: String) -> Result<Operation, Fault> {
        match word.as_str() {
            "true" => Ok(Operation::Bool(true)),
            "false" => Ok(Operation::Bool(false)),
            "nil" => Ok(Operation::Nil),
            _ if functions::is_known(&word) => Ok(Operation::Function(word)),
            _ => Err(Fault::new(at, functions::unknown(&word))),
        }
    }
}

/// What can be known of a command before it runs: who takes arguments, how many, and patterns.
fn check_command(command: &Command, piped: bool) -> Result<(), Fault> {
    let Some((first, arguments)) = command.operands.split_first() else { return Ok(()) };
    let given = arguments.len() + usize::from(piped);
    match &first.kind {
        Operation::Nil if !piped && arguments.is_empty() => {
            Err(Fault::new(first.at, "`nil` alone is no command"))
        }
        Operation::Function(name) if first.chain.is_empty() => {
            functions::check_call(name, arguments, given)
                .map_err(|problem| Fault::new(first.at, problem))
        }
        // A field may be a method; whether it is shows when it runs.
        _ if given > 0 && first.chain.is_empty() => {
            Err(Fault::new(first.at, "this is no function and takes no arguments"))
        }
        _ => Ok(()),
    }
}

fn undefined(at: usize, name: &str) -> Fault {
    Fault::new(at, format!("the variable {name} is not set here: set it with `{name} := …`"))
}
