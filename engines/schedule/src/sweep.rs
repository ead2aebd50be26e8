//! From layers, absences and changes to one person for each moment.
//!
//! Who is on call changes only where a shift, an absence or a change begins or ends; between two of
//! these moments one question is enough.

use std::collections::HashMap;

use calendar::{Span, Spans};
use jiff::tz::TimeZone;

use crate::layer::{Shift, shifts};
use crate::roster::{Roster, Turn, Why};
use crate::{Backup, Change, Layer, Person, Schedule, ScheduleError};

impl Schedule {
    /// Who is on call at each moment of a window.
    ///
    /// # Errors
    /// When the schedule is wrong; the error names the field and says what to write.
    pub fn roster(&self, window: Span) -> Result<Roster, ScheduleError> {
        let planned = self.each_layer(|layer, zone| shifts(layer, zone, window))?;
        let mut away: HashMap<&str, Vec<Span>> = HashMap::new();
        for absence in &self.absences {
            away.entry(&absence.person).or_default().push(absence.span);
        }
        let away = away.into_iter().map(|(person, spans)| (person, spans.into())).collect();
        let question = Question { schedule: self, planned, away };
        Ok(Roster::new(window, question.turns(window)))
    }

    /// Whether a roster can be made of it, whatever the window.
    ///
    /// # Errors
    /// What is wrong; the error names the field and says what to write.
    pub fn check(&self) -> Result<(), ScheduleError> {
        zone_of("zone", &self.zone)?;
        self.each_layer(crate::layer::check).map(drop)
    }

    /// Asks something of each layer, with the zone that it counts in.
    fn each_layer<T>(
        &self,
        ask: impl Fn(&Layer, &TimeZone) -> Result<T, ScheduleError>,
    ) -> Result<Vec<T>, ScheduleError> {
        let each = self.layers.iter().enumerate().map(|(index, layer)| {
            let place = format!("layers[{index}]");
            let zone = match layer.zone.is_empty() {
                true => zone_of("zone", &self.zone)?,
                false => zone_of(&format!("{place}.zone"), &layer.zone)?,
            };
            ask(layer, &zone).map_err(|error| error.within(&place))
        });
        each.collect()
    }
}

fn zone_of(field: &str, name: &str) -> Result<TimeZone, ScheduleError> {
    TimeZone::get(name).map_err(|_| {
        let shown: String = name.chars().take(64).collect();
        let what = format!("`{shown}` is no time zone; write one like Europe/Berlin");
        ScheduleError::new(field, what)
    })
}

/// What is needed to tell who is on call.
struct Question<'a> {
    schedule: &'a Schedule,
    /// The shifts of each layer.
    planned: Vec<Vec<Shift>>,
    away: HashMap<&'a str, Spans>,
}

/// What holds at one moment.
#[derive(Clone, PartialEq)]
struct Holder<'a> {
    person: &'a Person,
    why: Why,
}

impl Question<'_> {
    fn turns(&self, window: Span) -> Vec<Turn> {
        let mut turns: Vec<Turn> = Vec::new();
        let mut current = vec![0; self.planned.len()];
        let moments = self.moments(window);
        for pair in moments.windows(2) {
            let span = Span::new(pair[0], pair[1]);
            for (shifts, current) in self.planned.iter().zip(&mut current) {
                while shifts.get(*current).is_some_and(|shift| shift.span.until <= span.from) {
                    *current += 1;
                }
            }
            let Some(Holder { person, why }) = self.holder(span.from, &current) else { continue };
            match turns.last_mut() {
                Some(last)
                    if last.span.until == span.from
                        && last.person == *person
                        && last.why == why =>
                {
                    last.span.until = span.until;
                }
                _ => turns.push(Turn { span, person: person.clone(), why }),
            }
        }
        turns
    }

    /// Every moment at which who is on call may change, in order.
    fn moments(&self, window: Span) -> Vec<i64> {
        let shifts = self.planned.iter().flatten().map(|shift| shift.span);
        let away = self.away.values().flat_map(Spans::iter);
        let changes = self.schedule.changes.iter().flat_map(|change| match change {
            Change::Cover { span, .. } | Change::Instead { span, .. } => [*span, *span],
            Change::Swap { one, other } => [one.1, other.1],
        });
        let ends = shifts.chain(away).chain(changes).flat_map(|span| [span.from, span.until]);
        let mut moments: Vec<i64> = ends
            .filter(|at| window.from < *at && *at < window.until)
            .chain([window.from, window.until])
            .collect();
        moments.sort_unstable();
        moments.dedup();
        moments
    }

    /// Who is on call at a moment; `current` is the shift of each layer that has not ended yet.
    fn holder(&self, at: i64, current: &[usize]) -> Option<Holder<'_>> {
        let planned = self.planned_at(at, current);
        let mut holder = self.layered(at, current);
        for (index, change) in self.schedule.changes.iter().enumerate() {
            let has = |person: &Person| {
                planned == Some(person)
                    || holder.as_ref().is_some_and(|holder| holder.person == person)
            };
            let taken = match change {
                Change::Cover { span, person } => span.contains(at).then_some(person),
                Change::Instead { span, person, of } => {
                    (span.contains(at) && has(of)).then_some(person)
                }
                Change::Swap { one, other } => {
                    if one.1.contains(at) && has(&one.0) {
                        Some(&other.0)
                    } else {
                        (other.1.contains(at) && has(&other.0)).then_some(&one.0)
                    }
                }
            };
            if let Some(person) = taken.filter(|person| !self.is_away(person, at)) {
                holder = Some(Holder { person, why: Why::Change(index) });
            }
        }
        holder
    }

    /// The shift of a layer at a moment.
    fn shift(&self, layer: usize, at: i64, current: &[usize]) -> Option<&Shift> {
        let shift = self.planned[layer].get(current[layer])?;
        shift.span.contains(at).then_some(shift)
    }

    /// Whose turn it is by the topmost layer that has somebody, there or away.
    fn planned_at(&self, at: i64, current: &[usize]) -> Option<&Person> {
        let layers = (0..self.planned.len()).rev();
        layers
            .filter_map(|layer| self.shift(layer, at, current).map(|s| (layer, s)))
            .next()
            .map(|(layer, shift)| &shift.people(&self.schedule.layers[layer])[shift.turn])
    }

    /// Who is on call by the layers, with who is away stood in for.
    fn layered(&self, at: i64, current: &[usize]) -> Option<Holder<'_>> {
        for index in (0..self.planned.len()).rev() {
            let Some(shift) = self.shift(index, at, current) else { continue };
            let layer = &self.schedule.layers[index];
            let people = shift.people(layer);
            let person = &people[shift.turn];
            if !self.is_away(person, at) {
                return Some(Holder { person, why: Why::Layer(index) });
            }
            let there = |person: &&Person| !person.is_empty() && !self.is_away(person, at);
            let stands_in = match &layer.backup {
                Backup::Next => {
                    let after = people[shift.turn..].iter().chain(&people[..shift.turn]);
                    after.clone().find(there)
                }
                Backup::Person(named) => Some(named).filter(there),
                Backup::Below => None,
                Backup::Nobody => return None,
            };
            if let Some(stands_in) = stands_in {
                let why = Why::Backup { layer: index, away: person.clone() };
                return Some(Holder { person: stands_in, why });
            }
        }
        None
    }

    fn is_away(&self, person: &Person, at: i64) -> bool {
        self.away.get(&**person).is_some_and(|spans| spans.contains(at))
    }
}
