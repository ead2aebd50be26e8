use std::collections::HashMap;

/// Nodes that one diagram may have; with more the answer is a pair of bounds.
const NODES_MAX: usize = 100_000;

/// A reduced, ordered binary decision diagram (Bryant, 1986): functions of yes and no, each held
/// once, whose probability is then a sum over its nodes.
#[derive(Default)]
pub(crate) struct Diagram {
    /// Variable, and the functions when it is no and when it is yes; the first two stand for no
    /// and yes.
    nodes: Vec<(u32, Function, Function)>,
    unique: HashMap<(u32, Function, Function), Function>,
    known: HashMap<(Function, Function, Function), Function>,
}

/// The place of a function in its diagram.
pub(crate) type Function = u32;

/// The function that is never true.
pub(crate) const NO: Function = 0;
/// The function that is always true.
pub(crate) const YES: Function = 1;

impl Diagram {
    pub(crate) fn new() -> Diagram {
        let ends = vec![(u32::MAX, NO, NO), (u32::MAX, YES, YES)];
        Diagram { nodes: ends, ..Diagram::default() }
    }

    /// True when the variable is.
    pub(crate) fn variable(&mut self, variable: u32) -> Option<Function> {
        self.node(variable, NO, YES)
    }

    pub(crate) fn and(&mut self, a: Function, b: Function) -> Option<Function> {
        self.choose(a, b, NO)
    }

    /// True when all of them are. What comes last goes in first, so that little is copied.
    pub(crate) fn all(&mut self, mut of: Vec<Function>) -> Option<Function> {
        of.sort_unstable_by_key(|function| std::cmp::Reverse(self.first(*function)));
        of.into_iter().try_fold(YES, |all, function| self.and(function, all))
    }

    /// True when at least `need` of the functions are.
    pub(crate) fn at_least(&mut self, need: usize, of: &[Function]) -> Option<Function> {
        // Of those looked at so far: true when at least that many are, for every number.
        let mut reached = vec![NO; need + 1];
        reached[0] = YES;
        for function in of {
            for number in (1..=need).rev() {
                reached[number] = self.choose(*function, reached[number - 1], reached[number])?;
            }
        }
        Some(reached[need])
    }

    /// `then` where `when` is true, else `other`. `None` when the diagram has grown too large.
    ///
    /// Does not recurse: what is to be done lies on a list.
    fn choose(&mut self, when: Function, then: Function, other: Function) -> Option<Function> {
        let mut open = vec![Step::Ask((when, then, other))];
        let mut done: Vec<Function> = Vec::new();
        while let Some(step) = open.pop() {
            match step {
                Step::Ask(asked) => {
                    if let Some(plain) = self.plain(asked) {
                        done.push(plain);
                        continue;
                    }
                    let (when, then, other) = asked;
                    let variable = self.first(when).min(self.first(then)).min(self.first(other));
                    let part = |this: &Diagram, yes: bool| {
                        (
                            this.half(when, variable, yes),
                            this.half(then, variable, yes),
                            this.half(other, variable, yes),
                        )
                    };
                    open.push(Step::Join(asked, variable));
                    open.push(Step::Ask(part(self, true)));
                    open.push(Step::Ask(part(self, false)));
                }
                Step::Join(asked, variable) => {
                    let (high, low) = (done.pop()?, done.pop()?);
                    let node = self.node(variable, low, high)?;
                    self.known.insert(asked, node);
                    done.push(node);
                }
            }
        }
        done.pop()
    }

    /// How likely a function is true when each variable is with a probability of its own.
    pub(crate) fn probability(&self, of: Function, each: impl Fn(u32) -> f64) -> f64 {
        let mut likely = vec![0.0, 1.0];
        // What a node leads to was made before it.
        for (variable, low, high) in self.nodes.iter().skip(2).take(of as usize) {
            let yes = each(*variable);
            likely.push((1.0 - yes) * likely[*low as usize] + yes * likely[*high as usize]);
        }
        likely[of as usize]
    }

    fn plain(&self, (when, then, other): (Function, Function, Function)) -> Option<Function> {
        match (when, then, other) {
            (YES, then, _) => Some(then),
            (NO, _, other) => Some(other),
            (when, YES, NO) => Some(when),
            (_, then, other) if then == other => Some(then),
            asked => self.known.get(&asked).copied(),
        }
    }

    fn first(&self, function: Function) -> u32 {
        self.nodes[function as usize].0
    }

    fn half(&self, function: Function, variable: u32, yes: bool) -> Function {
        match self.nodes[function as usize] {
            (first, low, high) if first == variable => {
                if yes {
                    high
                } else {
                    low
                }
            }
            _ => function,
        }
    }

    fn node(&mut self, variable: u32, low: Function, high: Function) -> Option<Function> {
        if low == high {
            return Some(low);
        }
        if let Some(known) = self.unique.get(&(variable, low, high)) {
            return Some(*known);
        }
        if self.nodes.len() >= NODES_MAX {
            return None;
        }
        let place = self.nodes.len() as Function;
        self.nodes.push((variable, low, high));
        self.unique.insert((variable, low, high), place);
        Some(place)
    }
}

enum Step {
    Ask((Function, Function, Function)),
    Join((Function, Function, Function), u32),
}
