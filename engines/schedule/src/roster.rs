use std::collections::BTreeMap;

use calendar::{Span, Spans};

use crate::Person;

/// Who is on call at each moment of a window. Made by [`crate::Schedule::roster`].
#[derive(Clone, PartialEq, Debug)]
pub struct Roster {
    window: Span,
    turns: Vec<Turn>,
}

/// A stretch of time in which one person is on call for one reason.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Turn {
    /// When.
    pub span: Span,
    /// Who.
    pub person: Person,
    /// Why they and nobody else.
    pub why: Why,
}

/// Why somebody is on call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Why {
    /// It is their turn in this layer, counted from 0.
    Layer(usize),
    /// They stand in for somebody whose turn it is.
    Backup {
        /// The layer, counted from 0.
        layer: usize,
        /// Who is away.
        away: Person,
    },
    /// This change, counted from 0, gave it to them.
    Change(usize),
}

/// Turns of one person that follow on each other without a gap, as one each; it has the reason of
/// the first.
pub fn stretches(turns: &[Turn]) -> Vec<Turn> {
    let mut stretches: Vec<Turn> = Vec::new();
    for turn in turns {
        match stretches.last_mut() {
            Some(last) if last.person == turn.person && last.span.until == turn.span.from => {
                last.span.until = turn.span.until;
            }
            _ => stretches.push(turn.clone()),
        }
    }
    stretches
}

impl Roster {
    pub(crate) fn new(window: Span, turns: Vec<Turn>) -> Roster {
        Roster { window, turns }
    }

    /// The time that was asked for.
    pub fn window(&self) -> Span {
        self.window
    }

    /// The turns in order; between two of them may be a time with nobody.
    pub fn turns(&self) -> &[Turn] {
        &self.turns
    }

    /// Who is on call at a moment of the window.
    pub fn at(&self, at: i64) -> Option<&Turn> {
        let after = self.turns.partition_point(|turn| turn.span.from <= at);
        self.turns[..after].last().filter(|turn| turn.span.contains(at))
    }

    /// When each person is on call.
    pub fn by_person(&self) -> BTreeMap<Person, Spans> {
        let mut each: BTreeMap<Person, Vec<Span>> = BTreeMap::new();
        for turn in &self.turns {
            each.entry(turn.person.clone()).or_default().push(turn.span);
        }
        each.into_iter().map(|(person, spans)| (person, spans.into())).collect()
    }

    /// When somebody is on call.
    pub fn covered(&self) -> Spans {
        self.turns.iter().map(|turn| turn.span).collect()
    }

    /// When nobody is on call although somebody has to be.
    pub fn gaps(&self, required: &Spans) -> Spans {
        required.clip(self.window).difference(&self.covered())
    }
}
