//! Who has the shift: people give and take stretches by hand, and whom a step means is said when
//! its time comes.

use estate::{Estate, Metadata, Resource, ScheduleRef, ShiftOverrideSpec, Spec};
use kernel::{ItemRef, Time};
use oncall::{Event, Page};

use crate::world::{Happening, World};

/// The schedule whose shifts are given and taken.
const SCHEDULE: &str = "payroll";
/// Who takes turns of an hour, from the first of them on.
const TURNS: [&str; 3] = ["ada", "bob", "cyd"];
/// The first moment of the first turn, in seconds.
const FIRST: i64 = 20_514 * 86_400;

impl World {
    /// Lets somebody take over a stretch of the schedule; it is known from now on.
    pub(crate) fn give(&mut self, made: ShiftOverrideSpec) {
        let count = self.journal.len();
        let metadata = Metadata { name: format!("by-hand-{count:06}"), ..Metadata::default() };
        let Some(made) = Resource::new(metadata, Spec::ShiftOverride(made)) else { return };
        let all = self.estate.resources().cloned().chain([made]);
        self.on_call_changed(Estate::new(all));
    }

    /// Takes back what was given, one after `skip` others.
    pub(crate) fn take_back(&mut self, skip: usize) {
        let given: Vec<&ItemRef> = self.given().map(|(item, _)| item).collect();
        let Some(gone) = given.get(skip).copied().cloned() else { return };
        let rest = self.estate.resources().filter(|resource| *resource.item() != gone).cloned();
        self.on_call_changed(Estate::new(rest));
    }

    fn on_call_changed(&mut self, estate: Estate) {
        self.estate = estate;
        self.journal.push(Happening::OnCall);
    }

    fn given(&self) -> impl Iterator<Item = (&ItemRef, &ShiftOverrideSpec)> {
        self.estate.resources().filter_map(|resource| match &resource.spec {
            Spec::ShiftOverride(made) => Some((resource.item(), made)),
            _ => None,
        })
    }

    /// Who is on call, told anew: the turn of the hour, under what was given since in its order.
    fn has_the_shift(&self, at: Time) -> String {
        let hour = (at.micros() / 1_000_000 - FIRST).div_euclid(3_600);
        let turn = usize::try_from(hour.rem_euclid(3)).unwrap_or_default();
        let turn = TURNS[turn];
        self.given().fold(turn.to_owned(), |who, (_, made)| {
            let covers = made.start <= at && at < made.end;
            let of = made.instead_of.as_ref().map(|of| of.item().name());
            if covers && of.is_none_or(|of| of == who || of == turn) {
                made.person.item().name().to_owned()
            } else {
                who
            }
        })
    }
}

/// The schedule by its name.
pub(crate) fn schedule() -> Option<ScheduleRef> {
    ScheduleRef::new(SCHEDULE)
}

/// Whoever is called since this was asked last is meant at that moment by the schedule, or named.
///
/// # Panics
/// When somebody else is called, or who has the shift is not.
pub(crate) fn whoever_has_it_is_called(world: &World) {
    for happening in &world.journal[world.shifts_read.get()..] {
        if let Happening::Page(id, event) = happening
            && let Some(page) = world.pages.get(*id)
        {
            right_people(page, event, world);
        }
    }
    world.shifts_read.set(world.journal.len());
}

fn right_people(page: &Page, event: &Event, world: &World) {
    let (Event::Called { at, step, calls, .. } | Event::Rerouted { at, step, calls, .. }) = event
    else {
        return;
    };
    let scheduled = |target: &ItemRef| target.kind() == "schedule";
    // Of one page one call at most is made in a step, so its steps are those of the event.
    let Some(own) = page.steps.get(*step as usize) else { return };
    if !own.targets.iter().any(scheduled) {
        return;
    }
    let who = world.has_the_shift(*at);
    let called = || calls.iter().map(|call| call.to.contact.name());
    let up_to_it = page.steps.iter().take(*step as usize + 1).flat_map(|step| &step.targets);
    let named: Vec<&str> = up_to_it.filter(|to| !scheduled(to)).map(|to| to.name()).collect();
    let stranger = called().find(|name| *name != who && !named.contains(name));
    assert!(stranger.is_none(), "{who} has the shift, and {stranger:?} is called by {event:?}");
    let begins = matches!(event, Event::Called { .. });
    assert!(!begins || called().any(|name| name == who), "{who} is not called by {event:?}");
}
