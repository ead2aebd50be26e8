//! Who has the shift: people give and take stretches by hand, go on leave and fall ill, and whom a
//! step means is said when its time comes.

use estate::{AbsenceSpec, Estate, Metadata, Resource, ShiftOverrideSpec, Spec};
use incidents::Incident;
use kernel::{ItemRef, Time};
use oncall::{Event, Page, Purpose};

use crate::world::{Happening, World};

/// A schedule of `estate.yaml`, told anew: turns of an hour from the first of them on.
pub(crate) struct Told {
    /// Its name.
    pub(crate) name: &'static str,
    turns: &'static [&'static str],
    /// Who stands in for whoever is away; the next in turn when nobody is named.
    stands_in: Option<&'static str>,
}

/// The schedules whose shifts are given and taken.
pub(crate) const SCHEDULES: [Told; 2] = [
    Told { name: "payroll", turns: &["ada", "bob", "cyd"], stands_in: None },
    Told { name: "records", turns: &["bob", "ada"], stands_in: Some("dee") },
];
/// The first moment of the first turn, in seconds.
const FIRST: i64 = 20_514 * 86_400;

impl World {
    /// Lets somebody take over a stretch of a schedule; it is known from now on.
    pub(crate) fn give(&mut self, made: ShiftOverrideSpec) {
        self.note("by-hand", Spec::ShiftOverride(made));
    }

    /// Takes back what was given, one after `skip` others.
    pub(crate) fn take_back(&mut self, skip: usize) {
        let given: Vec<&ItemRef> = self.given().map(|(item, _)| item).collect();
        let Some(gone) = given.get(skip).copied().cloned() else { return };
        let rest = self.estate.resources().filter(|resource| *resource.item() != gone).cloned();
        self.on_call_changed(Estate::new(rest), None);
    }

    /// Lets somebody be away; it is known from now on.
    pub(crate) fn away(&mut self, absence: AbsenceSpec) {
        self.note("away", Spec::Absence(absence));
    }

    /// Lets somebody be back: what runs ends now, and what is to come will not be.
    pub(crate) fn back(&mut self, person: &ItemRef) {
        let now = self.now;
        let stays = |mut resource: Resource| {
            let theirs = match &mut resource.spec {
                Spec::Absence(absence) if absence.person.item() == person => absence,
                _ => return Some(resource),
            };
            if theirs.start >= now {
                return None;
            }
            theirs.end = Some(theirs.end.map_or(now, |end| end.min(now)));
            Some(resource)
        };
        let rest = self.estate.resources().cloned().filter_map(stays);
        self.on_call_changed(Estate::new(rest), None);
    }

    fn note(&mut self, name: &str, spec: Spec) {
        let absence = matches!(spec, Spec::Absence(_));
        let count = self.journal.len();
        let metadata = Metadata { name: format!("{name}-{count:06}"), ..Metadata::default() };
        let Some(made) = Resource::new(metadata, spec) else { return };
        let noted = absence.then(|| (made.item().clone(), self.now));
        let all = self.estate.resources().cloned().chain([made]);
        self.on_call_changed(Estate::new(all), noted);
    }

    fn on_call_changed(&mut self, estate: Estate, noted: Option<(ItemRef, Time)>) {
        self.estate = estate;
        self.journal.push(Happening::OnCall(noted));
    }

    /// Lets pages follow who is on call as time has passed; whether any had to.
    pub fn look(&mut self) -> bool {
        let means = |page: &Page| {
            streams::means_others(page, (&self.estate, &self.accounts), self.now)
                && self.incidents.get(page.incident).is_some_and(Incident::is_open)
        };
        let others = self.pages.rows().any(means);
        if others {
            self.journal.push(Happening::OnCall(None));
        }
        others
    }

    fn given(&self) -> impl Iterator<Item = (&ItemRef, &ShiftOverrideSpec)> {
        self.estate.resources().filter_map(|resource| match &resource.spec {
            Spec::ShiftOverride(made) => Some((resource.item(), made)),
            _ => None,
        })
    }

    /// Whether somebody is away, told anew.
    fn is_away(&self, person: &str, at: Time) -> bool {
        self.estate.resources().any(|resource| match &resource.spec {
            Spec::Absence(absence) => {
                absence.person.item().name() == person
                    && absence.start <= at
                    && absence.end.is_none_or(|end| at < end)
            }
            _ => false,
        })
    }

    /// Who is on call, told anew: the turn of the hour or whoever stands in, under what was given
    /// since in its order. Nobody, when all of these are away, unless that is not asked.
    fn has_the_shift(&self, schedule: &str, at: Time, all_there: bool) -> Option<&str> {
        let told = SCHEDULES.iter().find(|told| told.name == schedule)?;
        let hour = (at.micros() / 1_000_000 - FIRST).div_euclid(3_600);
        let turns = told.turns.iter().cycle().skip(usize::try_from(hour).unwrap_or_default());
        let turns: Vec<&str> = turns.take(told.turns.len()).copied().collect();
        let there = |name: &&str| all_there || !self.is_away(name, at);
        let turn = turns.first().copied()?;
        let stands_in = match told.stands_in {
            Some(named) => Some(named).filter(there),
            None => turns.iter().copied().find(there),
        };
        let first = Some(turn).filter(there).or(stands_in);
        self.given().fold(first, |who, (_, made)| {
            let covers =
                made.start <= at && at < made.end && made.schedule.item().name() == schedule;
            let of = made.instead_of.as_ref().map(|of| of.item().name());
            let taker = made.person.item().name();
            let takes = of.is_none_or(|of| Some(of) == who || of == turn) && there(&taker);
            if covers && takes { Some(taker) } else { who }
        })
    }

    /// Whom targets name, each with whether they are there; where that is nobody, who would have
    /// the shift if everybody were there.
    fn named<'a>(&'a self, targets: &'a [ItemRef], at: Time) -> Vec<(&'a str, bool)> {
        let named = |all_there| {
            let named = targets.iter().filter_map(move |target| match target.kind() {
                "schedule" => self.has_the_shift(target.name(), at, all_there),
                _ => Some(target.name()),
            });
            named.map(|name| (name, !self.is_away(name, at))).collect::<Vec<_>>()
        };
        let found = named(false);
        if found.is_empty() { named(true) } else { found }
    }

    /// Whom targets mean: those who are there, and all of them when none is.
    fn meant<'a>(&'a self, targets: &'a [ItemRef], at: Time) -> Vec<&'a str> {
        let named = self.named(targets, at);
        let none_there = !named.iter().any(|(_, there)| *there);
        named.into_iter().filter(|(_, there)| *there || none_there).map(|(name, _)| name).collect()
    }
}

/// Whoever is called since this was asked last is meant at that moment, and who is not there is
/// not called where somebody else is. Where who is on call has changed, pages that ring have gone
/// over to whoever is meant now.
///
/// # Panics
/// When somebody else is called, or who is meant is not.
pub(crate) fn whoever_has_it_is_called(world: &World) {
    for happening in &world.journal[world.shifts_read.get()..] {
        if let Happening::Page(id, event) = happening
            && let Some(page) = world.pages.get(*id)
        {
            right_people(page, event, world);
        }
    }
    world.shifts_read.set(world.journal.len());
    if world.asked_anew.replace(false) && world.knows_who_is_on_call() {
        world.pages.rows().for_each(|page| went_over(page, world));
    }
}

fn right_people(page: &Page, event: &Event, world: &World) {
    let (Event::Called { at, step, calls, .. } | Event::Rerouted { at, step, calls, .. }) = event
    else {
        return;
    };
    // Of one page one call at most is made in a step, so its steps are those of the event.
    let steps = page.steps.iter().take(*step as usize + 1);
    let Some(own) = page.steps.get(*step as usize) else { return };
    let meant: Vec<&str> = steps.flat_map(|step| world.meant(&step.targets, *at)).collect();
    let called = || calls.iter().map(|call| call.to.contact.name());
    let stranger = called().find(|name| !meant.contains(name));
    assert!(stranger.is_none(), "{meant:?} are meant, and {stranger:?} is called by {event:?}");
    let missed =
        world.meant(&own.targets, *at).into_iter().find(|name| !called().any(|c| c == *name));
    let begins = matches!(event, Event::Called { .. });
    assert!(!begins || missed.is_none(), "{missed:?} is not called by {event:?}");
}

/// A page that rings has called everybody whom its step means now, and nothing is on its way to
/// anybody whom no step means, where it means somebody.
fn went_over(page: &Page, world: &World) {
    let own = page.steps.get(page.step as usize);
    let rings = page.stage == oncall::Stage::Ringing && page.held_until.is_none();
    let Some(own) = own.filter(|own| rings && !own.targets.is_empty()) else { return };
    let meant = world.meant(&own.targets, world.now);
    let here = |step: u32, round: u32| (step, round) == (page.step, page.round);
    let calls = page.calls.iter().filter(|call| here(call.step, call.round));
    let calls = calls.filter(|call| call.purpose == Purpose::Call);
    let means_any = |step: u32| {
        let step = page.steps.get(step as usize);
        step.is_some_and(|step| !world.meant(&step.targets, world.now).is_empty())
    };
    let waiting = page.waiting.iter().filter(|waiting| means_any(waiting.step));
    let waiting: Vec<&str> = waiting.map(|waiting| waiting.to.contact.name()).collect();
    let called = |name: &str| calls.clone().any(|call| call.contact.name() == name);
    let missed = meant.iter().find(|name| !called(name) && !waiting.contains(name));
    assert!(missed.is_none(), "{missed:?} is on call now and not called: {page:?}");
    let open = calls.clone().filter(|call| matches!(call.result, oncall::CallResult::Waiting));
    let coming = open.map(|call| call.contact.name()).chain(waiting.iter().copied());
    let up_to_it = page.steps.iter().take(page.step as usize + 1);
    let known: Vec<&str> =
        up_to_it.flat_map(|step| world.meant(&step.targets, world.now)).collect();
    let stray = coming.into_iter().find(|name| !known.contains(name));
    assert!(meant.is_empty() || stray.is_none(), "{stray:?} is away and called: {page:?}");
}

impl Happening {
    /// Whether it is to who is on call when.
    pub(crate) fn is_on_call(&self) -> bool {
        matches!(self, Happening::OnCall(_))
    }
}
