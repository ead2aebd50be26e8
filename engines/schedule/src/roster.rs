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

/// A stretch of time in which two rosters have different people.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Difference {
    /// When.
    pub span: Span,
    /// Who has it by the first; nobody when there is none.
    pub before: Option<Person>,
    /// Who has it by the second.
    pub after: Option<Person>,
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

    /// Where another roster of the same window has somebody else, or nobody, in order.
    pub fn differences(&self, other: &Roster) -> Vec<Difference> {
        let turns = self.turns.iter().chain(&other.turns);
        let mut cuts: Vec<i64> = turns.flat_map(|turn| [turn.span.from, turn.span.until]).collect();
        cuts.sort_unstable();
        cuts.dedup();
        let mut found: Vec<Difference> = Vec::new();
        for pair in cuts.windows(2) {
            let who = |roster: &Roster| roster.at(pair[0]).map(|turn| turn.person.clone());
            let (before, after) = (who(self), who(other));
            if before == after {
                continue;
            }
            match found.last_mut() {
                Some(last)
                    if last.span.until == pair[0]
                        && (&last.before, &last.after) == (&before, &after) =>
                {
                    last.span.until = pair[1];
                }
                _ => found.push(Difference { span: Span::new(pair[0], pair[1]), before, after }),
            }
        }
        found
    }

    /// When nobody is on call although somebody has to be.
    pub fn gaps(&self, required: &Spans) -> Spans {
        required.clip(self.window).difference(&self.covered())
    }
}
