//! Who was really on call: each moment by what was said at that moment, not by what is said now.

use std::collections::BTreeMap;

use calendar::{Span, Spans};
use kernel::ItemRef;
use schedule::Person;

use crate::{CoverError, Estate, Fed, Kind, Resource, Spec};

/// What a resource said in some time.
#[derive(Clone, PartialEq, Debug)]
pub struct Version {
    /// The resource.
    pub resource: Resource,
    /// When it said so.
    pub held: Span,
}

/// When people were on call by one schedule.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct History {
    /// When each of them was.
    pub people: BTreeMap<Person, Spans>,
    /// Since when the schedule is known, where that is within the time that was asked for: before
    /// it nothing is known.
    pub known_since: Option<i64>,
    /// Why some of the time could not be worked out: nobody counts in it.
    pub problem: Option<CoverError>,
}

impl History {
    /// When people were on call by a schedule in a window: at each moment by the rotation, the
    /// overrides and the absences that were known at that moment. What is entered later about a
    /// time that is over changes nothing. `versions` are those of schedules, overrides and
    /// absences; what holds now holds on. What calendars said of a time that is over stays in
    /// `fed`.
    pub fn of(schedule: &ItemRef, versions: &[Version], fed: &Fed, window: Span) -> History {
        let theirs = matter(schedule, versions, fed, window);
        let own = theirs.iter().filter(|version| version.resource.item() == schedule);
        let since = own.map(|version| version.held.from).min().unwrap_or(window.until);
        let mut cuts: Vec<i64> = theirs
            .iter()
            .flat_map(|version| [version.held.from, version.held.until])
            .chain([window.from, window.until])
            .map(|at| at.clamp(window.from, window.until))
            .collect();
        cuts.sort_unstable();
        cuts.dedup();
        let mut times: BTreeMap<Person, Vec<Span>> = BTreeMap::new();
        let mut history = History::default();
        for pair in cuts.windows(2) {
            let held = theirs.iter().filter(|version| version.held.contains(pair[0]));
            let estate = Estate::new(held.map(|version| version.resource.clone()));
            let estate = estate.with_fed(fed.clone());
            if !estate.contains(schedule) {
                continue;
            }
            match estate.roster(schedule, Span::new(pair[0], pair[1])) {
                Ok(roster) => {
                    for turn in roster.turns() {
                        times.entry(turn.person.clone()).or_default().push(turn.span);
                    }
                }
                Err(error) => history.problem = history.problem.or(Some(error)),
            }
        }
        history.people = times.into_iter().map(|(who, spans)| (who, spans.into())).collect();
        history.known_since = (since > window.from).then_some(since.min(window.until));
        history
    }
}

/// What says who was on call by a schedule in a window: its own versions, its overrides, and the
/// absences of whoever has a part in it.
fn matter<'v>(
    schedule: &ItemRef,
    versions: &'v [Version],
    fed: &Fed,
    window: Span,
) -> Vec<&'v Version> {
    let within =
        |held: Span| held.from < window.until && held.until > window.from && held.from < held.until;
    let people: Vec<ItemRef> = versions
        .iter()
        .filter(|version| version.resource.item() == schedule && within(version.held))
        .flat_map(|version| match &version.resource.spec {
            Spec::Schedule(spec) => spec.people(),
            _ => Vec::new(),
        })
        .collect();
    let taken = versions.iter().filter_map(|version| match &version.resource.spec {
        Spec::ShiftOverride(made) if made.schedule.item() == schedule => Some(made.person.item()),
        _ => None,
    });
    let read = fed.get(schedule).into_iter().flat_map(|layers| layers.values().flatten());
    let read = read.map(|shift| shift.person.clone());
    let people: Vec<ItemRef> = people.into_iter().chain(taken.cloned()).chain(read).collect();
    let matters = |version: &&Version| {
        within(version.held)
            && match &version.resource.spec {
                Spec::Schedule(_) => version.resource.item() == schedule,
                Spec::ShiftOverride(made) => made.schedule.item() == schedule,
                Spec::Absence(absence) => people.contains(absence.person.item()),
                _ => false,
            }
    };
    versions.iter().filter(matters).collect()
}

/// The kinds whose versions say who was on call.
pub const ON_CALL: [Kind; 3] = [Kind::Schedule, Kind::ShiftOverride, Kind::Absence];
