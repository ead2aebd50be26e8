//! Shifts as people have them: from their own beginning to their own end, over all schedules, and
//! as events of their calendars.

use std::collections::BTreeMap;

use calendar::{Entry, Span, Spans};
use kernel::ItemRef;
use schedule::{Breach, Limits, Person, Turn, breaches};

use crate::{CoverError, Estate, Kind, Resource, Spec, person_named};

/// How far around a window the beginnings and ends of its turns are looked for, in microseconds.
const AROUND: i64 = 100 * 86_400_000_000;

fn around(window: Span) -> Span {
    Span::new(window.from.saturating_sub(AROUND), window.until.saturating_add(AROUND))
}

/// Whether time on call is in a stretch of time, or right before or after it.
fn touches(on_call: &Spans, span: Span) -> bool {
    !on_call.overlapping(Span::new(span.from - 1, span.until + 1)).is_empty()
}

/// A turn of somebody in one of the schedules.
#[derive(Clone, PartialEq, Debug)]
pub struct Shift {
    /// The schedule.
    pub schedule: ItemRef,
    /// What people call it.
    pub title: String,
    /// The zone in which people hand over.
    pub time_zone: String,
    /// The turn.
    pub turn: Turn,
}

impl Estate {
    /// The turns of a schedule that reach into a window, whole: a turn that began before it has
    /// its own beginning, as far as a hundred days back.
    ///
    /// # Errors
    /// What of the schedule cannot be worked out.
    pub fn turns(&self, schedule: &ItemRef, window: Span) -> Result<Vec<Turn>, CoverError> {
        let roster = self.roster(schedule, around(window))?;
        let within = |turn: &&Turn| turn.span.from < window.until && turn.span.until > window.from;
        Ok(roster.turns().iter().filter(within).cloned().collect())
    }

    /// What goes beyond what a schedule may ask of people and touches a window, with the other
    /// schedules that have a part in it: a person rests from all of them, and is on call once
    /// where two have them at the same time. It is looked for around the window, so that a stretch
    /// over the edge counts whole. Another schedule that cannot be worked out counts for nothing.
    ///
    /// # Errors
    /// What of the schedule cannot be worked out.
    pub fn breaches(
        &self,
        schedule: &ItemRef,
        window: Span,
    ) -> Result<Vec<(Breach, Vec<ItemRef>)>, CoverError> {
        let limits = self.schedule(schedule)?.limits.engine();
        let own = self.roster(schedule, around(window))?.by_person();
        if limits == Limits::default() {
            return Ok(Vec::new());
        }
        let others: Vec<(&ItemRef, BTreeMap<Person, Spans>)> = self
            .of_kind(Kind::Schedule)
            .map(Resource::item)
            .filter(|other| *other != schedule)
            .filter_map(|other| Some((other, self.roster(other, around(window)).ok()?.by_person())))
            .collect();
        let all = own.iter().map(|(person, spans)| {
            let theirs = others.iter().filter_map(|(_, people)| people.get(person));
            (person.clone(), theirs.fold(spans.clone(), |all, more| all.union(more)))
        });
        let found = breaches(&all.collect(), &limits).into_iter().filter(|breach| {
            let span = breach.span();
            let here = span.from < window.until && span.until > window.from;
            here && own.get(breach.person()).is_some_and(|own| touches(own, span))
        });
        let with_others = |breach: Breach| {
            let part = |(_, people): &&(_, BTreeMap<Person, Spans>)| {
                people.get(breach.person()).is_some_and(|theirs| touches(theirs, breach.span()))
            };
            let others = others.iter().filter(part).map(|(other, _)| (*other).clone()).collect();
            (breach, others)
        };
        Ok(found.map(with_others).collect())
    }

    /// When somebody is on call by any schedule in a window, in order. A schedule that cannot be
    /// worked out has nobody on call.
    pub fn shifts(&self, person: &ItemRef, window: Span) -> Vec<Shift> {
        let mut shifts = Vec::new();
        for resource in self.resources() {
            let Spec::Schedule(spec) = &resource.spec else { continue };
            let turns = self.turns(resource.item(), window).unwrap_or_default();
            let theirs = turns.into_iter().filter(|turn| *turn.person == *person.name());
            shifts.extend(theirs.map(|turn| Shift {
                schedule: resource.item().clone(),
                title: resource.title().to_owned(),
                time_zone: spec.time_zone.clone(),
                turn,
            }));
        }
        shifts.sort_by_key(|shift| shift.turn.span.from);
        shifts
    }

    /// The turns of a schedule as events of a calendar that shows who is on call; `changed` is
    /// when anything they follow from was last changed.
    ///
    /// # Errors
    /// What of the schedule cannot be worked out.
    pub fn schedule_entries(
        &self,
        schedule: &ItemRef,
        window: Span,
        changed: i64,
    ) -> Result<Vec<Entry>, CoverError> {
        let title = self.get(schedule).map_or(schedule.name(), |found| found.title());
        let entry = |turn: Turn| {
            let person = person_named(&turn.person);
            let name = self.get(&person).map_or(person.name(), |found| found.title());
            self.entry(schedule, &turn, format!("{name}: {title}"), changed)
        };
        Ok(self.turns(schedule, window)?.into_iter().map(entry).collect())
    }

    /// The shifts of somebody as events of their calendar.
    pub fn person_entries(&self, person: &ItemRef, window: Span, changed: i64) -> Vec<Entry> {
        let shifts = self.shifts(person, window);
        let entry = |shift: &Shift| {
            let summary = format!("On call: {}", shift.title);
            self.entry(&shift.schedule, &shift.turn, summary, changed)
        };
        shifts.iter().map(entry).collect()
    }

    fn entry(&self, schedule: &ItemRef, turn: &Turn, summary: String, changed: i64) -> Entry {
        let begins = turn.span.from / 1_000_000;
        Entry {
            // The beginning of a shift is what stays when somebody takes over the rest of it.
            uid: format!("{}.{begins}.{}@operate", schedule.name(), turn.person),
            from: turn.span.from,
            until: turn.span.until,
            summary,
            description: self.because(schedule, &turn.why),
            changed,
        }
    }
}
