//! Whom a policy calls for an incident, when, and in which ways: what pages are made of, and what
//! a preview shows.

use std::collections::BTreeMap;
use std::time::Duration;

use calendar::{Calendar, Span, Years};
use kernel::{ItemRef, Priority, Time};

use crate::spec::{
    AbsenceSpec, CalendarSpec, ContactMethod, EscalationHours, EscalationPolicySpec,
    EscalationStep, EscalationVariant, Spec, Wait,
};
use crate::{Estate, Kind, Resource, person_named};

/// In microseconds. Wishes go by the minutes of a day.
const MINUTE: i64 = 60_000_000;
const MINUTES_OF_A_DAY: i64 = 24 * 60;

/// What decides whom a policy calls, and in which ways.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct About {
    /// Of the incident.
    pub priority: Priority,
    /// Whose turn it is, where one of several is called: see [`Turns`].
    pub turn: u64,
}

/// Whose turn comes next by each policy that calls one of several in turn. Each page takes one, so
/// that what other policies call for changes nothing.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Turns(BTreeMap<ItemRef, u64>);

impl Turns {
    /// The next turn of a policy.
    pub fn next(&self, policy: &ItemRef) -> u64 {
        self.0.get(policy).copied().unwrap_or_default()
    }
}

impl FromIterator<(ItemRef, u64)> for Turns {
    fn from_iter<I: IntoIterator<Item = (ItemRef, u64)>>(next: I) -> Turns {
        Turns(next.into_iter().collect())
    }
}

/// What a policy says for a priority at a moment.
#[derive(Clone, PartialEq, Debug)]
pub struct Says<'a> {
    /// Nobody is called before; at once when nothing.
    pub begin_at: Option<Time>,
    /// Which variant it is, from 0; nothing: the steps beside them.
    pub variant: Option<usize>,
    /// The steps, in order.
    pub steps: &'a [EscalationStep],
    /// How often to begin again after the last step.
    pub repeat: u32,
}

/// One way in which one person is called in a step.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Way<'a> {
    /// Who.
    pub person: &'a ItemRef,
    /// How.
    pub method: ContactMethod,
    /// The address.
    pub target: &'a str,
    /// How long after the step began, unless somebody answers.
    pub after: Wait,
}

impl Says<'_> {
    /// Each step with the moment at which it begins in the first round.
    pub fn schedule(&self, now: Time) -> impl Iterator<Item = (Time, &EscalationStep)> {
        let mut at = self.begin_at.unwrap_or(now);
        self.steps.iter().map(move |step| {
            let start = at;
            at = at + Duration::from_secs(step.wait.seconds().into());
            (start, step)
        })
    }
}

impl Estate {
    /// What a policy says for an incident of a priority at a moment; `None`: there is no such
    /// policy.
    pub fn says(&self, policy: &ItemRef, priority: Priority, now: Time) -> Option<Says<'_>> {
        let Spec::EscalationPolicy(policy) = &self.get(policy)?.spec else { return None };
        let begin_at = self.calling_begins(policy, priority, now);
        let at = begin_at.unwrap_or(now);
        let fits =
            |variant: &&EscalationVariant| variant.is_for(priority) && self.holds(variant, at);
        let found = policy.variants.iter().find(fits).or_else(|| {
            // Checks leave no hole, but a calendar may have changed since: somebody is called.
            let own = || policy.variants.iter().find(|variant| variant.is_for(priority));
            let holes = policy.steps.is_empty();
            holes.then(|| own().or(policy.variants.first())).flatten()
        });
        Some(Says {
            begin_at,
            variant: found.and_then(|found| {
                policy.variants.iter().position(|variant| std::ptr::eq(variant, found))
            }),
            steps: found.map_or(&policy.steps, |variant| &variant.steps),
            repeat: found.and_then(|variant| variant.repeat).unwrap_or(policy.repeat),
        })
    }

    /// When the calling may begin; `None` at once.
    fn calling_begins(
        &self,
        policy: &EscalationPolicySpec,
        priority: Priority,
        now: Time,
    ) -> Option<Time> {
        let waits = policy.waits.as_ref().filter(|waits| waits.priorities.contains(&priority))?;
        let open = self.worked_out(&waits.calendar, now)?.next_open(now.micros())?;
        (open > now.micros()).then(|| Time::from_micros(open))
    }

    /// Whether the hours of a variant hold at a moment. Those that cannot be worked out keep nobody
    /// from being called.
    fn holds(&self, variant: &EscalationVariant, at: Time) -> bool {
        let Some((field, hours)) = variant.hours() else { return true };
        let calendar = self.worked_out(hours, at);
        calendar.is_none_or(|calendar| calendar.is_open(at.micros()) == (field == "during"))
    }

    /// Hours as they are in the years around a moment.
    fn worked_out(&self, hours: &EscalationHours, at: Time) -> Option<Calendar> {
        self.hours_of(hours)?.compile(Years::near(at.micros())).ok()
    }

    fn hours_of<'a>(&'a self, hours: &'a EscalationHours) -> Option<&'a CalendarSpec> {
        match hours {
            EscalationHours::These(these) => Some(these),
            EscalationHours::Of(calendar) => match &self.get(calendar.item())?.spec {
                Spec::Calendar(calendar) => Some(calendar),
                _ => None,
            },
        }
    }

    /// The people who are called when the turn of a step with these targets comes: each person,
    /// everybody in a team, whoever a schedule has on call. Whoever is away is left out, unless
    /// nobody else is meant: rather somebody than nobody. With a turn one of them is called, and
    /// the next one with the next turn.
    pub fn meant<'a>(
        &self,
        targets: impl IntoIterator<Item = &'a ItemRef>,
        turn: Option<u64>,
        at: Time,
    ) -> Vec<&ItemRef> {
        let mut people = self.named(targets, at);
        if let Some(turn) = turn.filter(|_| !people.is_empty()) {
            // Whoever is away leaves the turns of the others as they are.
            let first = usize::try_from(turn).unwrap_or(0) % people.len();
            people.rotate_left(first);
        }
        let there = |person: &&ItemRef| self.away(person, at).is_none();
        let some = people.iter().copied().filter(there).collect::<Vec<_>>();
        let mut called = if some.is_empty() { people } else { some };
        if turn.is_some() {
            called.truncate(1);
        }
        called
    }

    /// Everybody whom the targets of a step name at a time, each once, also those who are away:
    /// where everybody of its schedules is, whoever would be on call.
    pub(crate) fn named<'a>(
        &self,
        targets: impl IntoIterator<Item = &'a ItemRef>,
        at: Time,
    ) -> Vec<&ItemRef> {
        let targets: Vec<&ItemRef> = targets.into_iter().collect();
        let mut people: Vec<&ItemRef> = Vec::new();
        let mut name = |person| {
            if !people.contains(&person) {
                people.push(person);
            }
        };
        targets.iter().flat_map(|target| self.people(target, at)).for_each(&mut name);
        if people.is_empty() {
            let would = targets.iter().filter_map(|target| self.would_be_on_call(target, at));
            return would.collect();
        }
        people
    }

    /// Whom a schedule would have on call if nobody were away.
    fn would_be_on_call(&self, schedule: &ItemRef, at: Time) -> Option<&ItemRef> {
        let moment = Span::new(at.micros(), at.micros().saturating_add(1));
        let mut rota = self.rota(schedule).ok()?;
        rota.absences.clear();
        let turn = rota.roster(moment).ok()?.at(at.micros())?.person.clone();
        self.get(&person_named(&turn)).map(Resource::item)
    }

    /// When the first of those whom steps name wants to be called, where none of them does now: by
    /// their own wishes, within a day.
    pub fn wished_from<'a>(
        &self,
        steps: impl IntoIterator<Item = &'a EscalationStep>,
        about: About,
        now: Time,
    ) -> Option<Time> {
        let targets = steps.into_iter().flat_map(|step| &step.contacts);
        let people = self.meant(targets.map(|target| target.item()), None, now);
        let this_minute = now.micros() - now.micros().rem_euclid(MINUTE);
        (1..=MINUTES_OF_A_DAY)
            .map(|count| Time::from_micros(this_minute + count * MINUTE))
            .find(|at| people.iter().any(|person| !self.ways(person, about, *at).is_empty()))
    }

    /// The absence of somebody who is away at a time; of several that which ends last.
    pub fn away(&self, person: &ItemRef, at: Time) -> Option<&AbsenceSpec> {
        let holds = |absence: &&AbsenceSpec| {
            absence.person.item() == person
                && absence.start <= at
                && absence.end.is_none_or(|end| end > at)
        };
        let absences = self.absences().filter(holds);
        absences.max_by_key(|absence| absence.end.map_or(i64::MAX, Time::micros))
    }

    /// The ways to a person, as they want to be called when their turn comes; none where they do
    /// not, and for who is not known.
    pub fn ways(&self, who: &ItemRef, about: About, at: Time) -> Vec<Way<'_>> {
        let Some(found) = self.get(who).filter(|found| found.kind() == Kind::Person) else {
            return Vec::new();
        };
        let Spec::Person(person) = &found.spec else { return Vec::new() };
        let calls = person.calls(self.devices(who), about.priority, person.minute_of_day(at));
        let way = |(after, method, target)| Way { person: found.item(), method, target, after };
        calls.into_iter().map(way).collect()
    }
}
