//! What can be known of templates before there is data: that the templates they call exist, and
//! that values in HTML stand where they can be escaped.

use std::collections::{BTreeMap, BTreeSet};

use crate::ast::{Definition, Node, Step};
use crate::error::{LoadError, place};
use crate::html::State;

/// Checks every template that is called from a body, and those that they call.
pub(crate) fn calls(
    defined: &BTreeMap<String, Definition>,
    body: &Definition,
) -> Result<(), LoadError> {
    let mut seen = BTreeSet::new();
    let mut waiting = vec![body];
    while let Some(definition) = waiting.pop() {
        let mut called = Vec::new();
        names(&definition.body, &mut called);
        for (at, name) in called {
            let Some(next) = defined.get(name) else { return Err(missing(definition, at, name)) };
            if seen.insert(name) {
                waiting.push(next);
            }
        }
    }
    Ok(())
}

fn names<'n>(nodes: &'n [Node], found: &mut Vec<(usize, &'n str)>) {
    for node in nodes {
        match &node.kind {
            Step::Call { name, .. } => found.push((node.at, name)),
            Step::If { then, otherwise, .. } | Step::With { then, otherwise, .. } => {
                names(then, found);
                names(otherwise, found);
            }
            Step::Range { each, otherwise, .. } => {
                names(each, found);
                names(otherwise, found);
            }
            _ => {}
        }
    }
}

fn missing(definition: &Definition, at: usize, name: &str) -> LoadError {
    let problem = format!("the template {name:?} is not defined in any file that is loaded");
    error(definition, at, problem)
}

fn error(definition: &Definition, at: usize, problem: String) -> LoadError {
    let source = &definition.source;
    LoadError { place: place(&source.file, &source.text, at), problem }
}

/// Checks a body as an HTML page, with all templates that it calls.
pub(crate) fn page(
    defined: &BTreeMap<String, Definition>,
    body: &Definition,
    depth_max: usize,
) -> Result<(), LoadError> {
    let mut walk = Walk { defined, depth_max, known: BTreeMap::new() };
    walk.template(body, &State::default(), 0).map(drop)
}

type States = BTreeSet<State>;

/// Most places in which one point of a template may stand.
const STATES_MAX: usize = 32;

struct Walk<'t> {
    defined: &'t BTreeMap<String, Definition>,
    depth_max: usize,
    /// Where templates end that begin in a place; nowhere as long as that is being found out.
    known: BTreeMap<(&'t str, State), States>,
}

/// Where a body can be left: at its end, and by `break` and `continue`.
#[derive(Default)]
struct Exits {
    end: States,
    broken: States,
    continued: States,
}

impl<'t> Walk<'t> {
    fn template(
        &mut self,
        definition: &'t Definition,
        from: &State,
        depth: usize,
    ) -> Result<States, LoadError> {
        let exits = self.nodes(definition, &definition.body, [from.clone()].into(), depth)?;
        Ok(exits.end)
    }

    fn nodes(
        &mut self,
        definition: &'t Definition,
        nodes: &'t [Node],
        from: States,
        depth: usize,
    ) -> Result<Exits, LoadError> {
        let mut exits = Exits { end: from, ..Exits::default() };
        for node in nodes {
            if exits.end.len() > STATES_MAX {
                let problem = "it cannot be told where in the page this stands: close tags and \
                               quotes in the branch that opens them";
                return Err(error(definition, node.at, problem.to_owned()));
            }
            let states = std::mem::take(&mut exits.end);
            match &node.kind {
                Step::Break => exits.broken.extend(states),
                Step::Continue => exits.continued.extend(states),
                _ => {
                    let next = self.node(definition, node, states, depth)?;
                    exits.end = next.end;
                    exits.broken.extend(next.broken);
                    exits.continued.extend(next.continued);
                }
            }
        }
        Ok(exits)
    }

    fn node(
        &mut self,
        definition: &'t Definition,
        node: &'t Node,
        states: States,
        depth: usize,
    ) -> Result<Exits, LoadError> {
        let only_end = |end| Exits { end, ..Exits::default() };
        match &node.kind {
            Step::Text(text) => {
                let moved = states.into_iter().map(|mut state| {
                    state.literal(text);
                    state
                });
                Ok(only_end(moved.collect()))
            }
            Step::Print(pipe) if pipe.variables.is_empty() => {
                let stood = states.into_iter().map(|mut state| {
                    state.value_stands().map_err(|problem| error(definition, node.at, problem))?;
                    Ok(state)
                });
                Ok(only_end(stood.collect::<Result<_, LoadError>>()?))
            }
            Step::If { then, otherwise, .. } | Step::With { then, otherwise, .. } => {
                let mut exits = self.nodes(definition, then, states.clone(), depth)?;
                let other = self.nodes(definition, otherwise, states, depth)?;
                exits.end.extend(other.end);
                exits.broken.extend(other.broken);
                exits.continued.extend(other.continued);
                Ok(exits)
            }
            Step::Range { each, otherwise, .. } => {
                let mut end = self.nodes(definition, otherwise, states.clone(), depth)?.end;
                let mut seen = states.clone();
                let mut new = states;
                while !new.is_empty() && seen.len() <= STATES_MAX {
                    let exits = self.nodes(definition, each, new, depth)?;
                    end.extend(exits.broken);
                    new = exits.end.into_iter().chain(exits.continued).collect();
                    end.extend(new.iter().cloned());
                    new.retain(|state| seen.insert(state.clone()));
                }
                Ok(only_end(end))
            }
            Step::Call { name, .. } => {
                let mut end = States::new();
                for state in states {
                    end.extend(self.call(definition, (node.at, name), state, depth)?);
                }
                Ok(only_end(end))
            }
            _ => Ok(only_end(states)),
        }
    }

    fn call(
        &mut self,
        caller: &'t Definition,
        (at, name): (usize, &'t str),
        state: State,
        depth: usize,
    ) -> Result<States, LoadError> {
        if let Some(known) = self.known.get(&(name, state.clone())) {
            return Ok(known.clone());
        }
        let defined = self.defined;
        let called = defined.get(name).ok_or_else(|| missing(caller, at, name))?;
        if depth >= self.depth_max {
            let problem = format!("templates call each other more than {} deep", self.depth_max);
            return Err(error(caller, at, problem));
        }
        self.known.insert((name, state.clone()), States::new());
        let end = self.template(called, &state, depth + 1)?;
        self.known.insert((name, state), end.clone());
        Ok(end)
    }
}
