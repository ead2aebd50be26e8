//! Who is on call, as the whole of an estate says it, and the hours that ask for somebody.

use std::collections::BTreeMap;
use std::fmt;

use calendar::{Calendar, Definition, Span, Spans, Years};
use kernel::{ItemRef, Time};
use schedule::{Change, Occasions, Person, Planned, Roster, Schedule, Share, Why};

use crate::reference::{CalendarRef, TurnRef};
use crate::rota::{HOLIDAY, person, span};
use crate::spec::{
    AbsenceSpec, CalendarSpec, ContractStatus, EscalationHours, ScheduleSpec, ServiceContractSpec,
    ShiftOverrideSpec, Spec,
};
use crate::{Estate, FedShift, Kind};

/// Hours in which somebody has to be on call by a schedule, and those of them with nobody.
#[derive(Clone, PartialEq, Debug)]
pub struct Cover {
    /// What asks for them: a contract of the team, or the calendar that the schedule names.
    pub by: ItemRef,
    /// When somebody has to be there.
    pub required: Spans,
    /// When nobody is.
    pub gaps: Spans,
}

/// Why it cannot be worked out who is on call, or has to be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CoverError {
    /// The schedule or calendar that is wrong.
    pub item: ItemRef,
    /// Its field; empty when it does not exist.
    pub field: String,
    /// What is wrong, and after a semicolon what to write.
    pub what: String,
}

impl fmt::Display for CoverError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.field.as_str() {
            "" => write!(f, "{} {}", self.item, self.what),
            field => write!(f, "{}, {field}: {}", self.item, self.what),
        }
    }
}

impl std::error::Error for CoverError {}

impl CoverError {
    /// What the engine of schedules refused of one.
    pub fn of(schedule: &ItemRef, error: schedule::ScheduleError) -> CoverError {
        CoverError::at(schedule, error.field, error.what)
    }

    fn at(item: &ItemRef, field: String, what: String) -> CoverError {
        CoverError { item: item.clone(), field, what }
    }

    fn missing(item: &ItemRef) -> CoverError {
        CoverError::at(item, String::new(), "is not there".to_owned())
    }
}

impl Estate {
    /// A schedule ready to be asked: with everybody's absences, and with what was changed by hand
    /// outside of it.
    ///
    /// # Errors
    /// When there is no such schedule, or what of it cannot be read.
    pub fn rota(&self, schedule: &ItemRef) -> Result<Schedule, CoverError> {
        let spec = self.schedule(schedule)?;
        let said = |(field, what)| CoverError::at(schedule, field, what);
        let mut rota = spec.rota(self.absences()).map_err(said)?;
        let fed = self.fed().get(schedule);
        for (layer, said) in rota.layers.iter_mut().zip(&spec.layers) {
            let shifts =
                fed.filter(|_| said.calendar.is_some()).and_then(|fed| fed.get(&said.name));
            let planned = |shift: &FedShift| Planned {
                span: span(shift.start, Some(shift.end)),
                person: shift.person.name().into(),
            };
            layer.planned = shifts.into_iter().flatten().map(planned).collect();
            if let Some(calendar) = said.during.as_ref().and_then(EscalationHours::calendar) {
                layer.open = Some(self.definition(calendar)?);
            }
        }
        rota.changes.extend(self.overrides(schedule).map(|(_, made)| {
            let (span, person) = (span(made.start, Some(made.end)), person(&made.person));
            match &made.instead_of {
                Some(of) => Change::Instead { span, person, of: self::person(of) },
                None => Change::Cover { span, person },
            }
        }));
        Ok(rota)
    }

    /// A calendar for the engine.
    fn definition(&self, named: &CalendarRef) -> Result<Definition, CoverError> {
        let Some(Spec::Calendar(spec)) = self.get(named).map(|found| &found.spec) else {
            return Err(CoverError::missing(named));
        };
        spec.definition().map_err(|place| {
            CoverError::at(named, format!("holidays[{place}]"), HOLIDAY.to_owned())
        })
    }

    pub(crate) fn schedule(&self, schedule: &ItemRef) -> Result<&ScheduleSpec, CoverError> {
        match self.get(schedule).map(|found| &found.spec) {
            Some(Spec::Schedule(spec)) => Ok(spec),
            _ => Err(CoverError::missing(schedule)),
        }
    }

    /// What was changed by hand outside of a schedule, by name; a later one lies over those before
    /// it.
    pub fn overrides<'a>(
        &'a self,
        schedule: &'a ItemRef,
    ) -> impl Iterator<Item = (&'a ItemRef, &'a ShiftOverrideSpec)> {
        self.of_kind(Kind::ShiftOverride).filter_map(move |resource| match &resource.spec {
            Spec::ShiftOverride(made) if made.schedule.item() == schedule => {
                Some((resource.item(), made))
            }
            _ => None,
        })
    }

    /// Who is on call by a schedule in a window.
    ///
    /// # Errors
    /// What of the schedule cannot be worked out.
    pub fn roster(&self, schedule: &ItemRef, window: Span) -> Result<Roster, CoverError> {
        let roster = self.rota(schedule)?.roster(window);
        roster.map_err(|error| CoverError::of(schedule, error))
    }

    /// Who would be on call by a schedule in a window if somebody were not away.
    ///
    /// # Errors
    /// What of the schedule cannot be worked out.
    pub fn roster_if_there(
        &self,
        schedule: &ItemRef,
        person: &ItemRef,
        window: Span,
    ) -> Result<Roster, CoverError> {
        let mut rota = self.rota(schedule)?;
        rota.absences.retain(|absence| *absence.person != *person.name());
        rota.roster(window).map_err(|error| CoverError::of(schedule, error))
    }

    /// Why somebody is on call by a schedule, for people.
    pub fn because(&self, schedule: &ItemRef, why: &Why) -> String {
        let Ok(spec) = self.schedule(schedule) else { return String::new() };
        let layer = |place: usize| spec.layers.get(place).map_or("", |layer| layer.name.as_str());
        let read = |place: usize| spec.layers.get(place).is_some_and(|of| of.calendar.is_some());
        match why {
            Why::Layer(place) if read(*place) => {
                format!("by the calendar of layer {}", layer(*place))
            }
            Why::Layer(place) => format!("turn in layer {}", layer(*place)),
            Why::Backup { layer: place, away } => {
                format!("stands in for {away}, who is away, in layer {}", layer(*place))
            }
            Why::Change(place) if *place < spec.swaps.len() => "swapped".to_owned(),
            Why::Change(place) => {
                let within = spec.overrides.iter().map(|change| &change.reason);
                let mut reasons =
                    within.chain(self.overrides(schedule).map(|(_, made)| &made.reason));
                match reasons.nth(place - spec.swaps.len()) {
                    Some(Some(reason)) => format!("override: {reason}"),
                    _ => "override".to_owned(),
                }
            }
        }
    }

    /// Whom a schedule has on call at a time; nobody by one that cannot be worked out.
    pub fn on_call(&self, schedule: &ItemRef, at: Time) -> Option<ItemRef> {
        let moment = Span::new(at.micros(), at.micros().saturating_add(1));
        let roster = self.roster(schedule, moment).ok()?;
        roster.at(at.micros()).map(|turn| person_named(&turn.person))
    }

    /// When the first rotation of a schedule begins; nothing where a calendar may say who is on
    /// call before.
    pub fn begins(&self, schedule: &ItemRef) -> Option<Time> {
        let spec = self.schedule(schedule).ok()?;
        let rota = self.rota(schedule).ok()?;
        if rota.layers.iter().any(|layer| !layer.planned.is_empty())
            || spec.layers.iter().any(|layer| layer.calendar.is_some())
        {
            return None;
        }
        let begins = rota.layers.iter().zip(&spec.layers).flat_map(|(layer, said)| {
            let zone = said.time_zone.as_deref().unwrap_or(&spec.time_zone);
            let zone = jiff::tz::TimeZone::get(zone).unwrap_or(jiff::tz::TimeZone::UTC);
            let instant = move |start| zone.to_timestamp(start).ok();
            layer.rotations.iter().filter_map(move |of| instant(of.start))
        });
        let first = begins.map(jiff::Timestamp::as_microsecond).min()?;
        Some(Time::from_micros(first))
    }

    /// Everybody's absences.
    pub fn absences(&self) -> impl Iterator<Item = &AbsenceSpec> {
        self.of_kind(Kind::Absence).filter_map(|resource| match &resource.spec {
            Spec::Absence(absence) => Some(absence),
            _ => None,
        })
    }

    /// What asks for somebody to be on call by a schedule in the window of its roster: the hours of
    /// the contracts in which its team is the provider, and those of its own calendar. Contract
    /// hours count as covered when any schedule of the team has somebody. Where neither is said,
    /// the policies that call it ask for somebody at whatever time they may do so.
    ///
    /// # Errors
    /// What cannot be worked out.
    pub fn cover(&self, schedule: &ItemRef, roster: &Roster) -> Result<Vec<Cover>, CoverError> {
        let spec = self.schedule(schedule)?;
        let (window, mut asked) = (roster.window(), Vec::new());
        if let Some(team) = &spec.team {
            let covered = self.covered_by(team.item(), window)?;
            for resource in self.of_kind(Kind::ServiceContract) {
                let Spec::ServiceContract(contract) = &resource.spec else { continue };
                if contract.provider == *team.item() && contract.status == ContractStatus::Agreed {
                    let required = self.hours(contract, window)?;
                    let gaps = required.difference(&covered);
                    asked.push(Cover { by: resource.item().clone(), required, gaps });
                }
            }
        }
        if let Some(calendar) = &spec.cover_calendar {
            let required = self.open(Some(calendar), window)?;
            let gaps = roster.gaps(&required);
            asked.push(Cover { by: calendar.item().clone(), required, gaps });
        }
        if asked.is_empty() {
            asked = self.called_by(schedule, window)?;
        }
        Ok(asked)
    }

    /// When any schedule of a team has somebody on call.
    fn covered_by(&self, team: &ItemRef, window: Span) -> Result<Spans, CoverError> {
        let mut covered = Spans::EMPTY;
        for resource in self.of_kind(Kind::Schedule) {
            let Spec::Schedule(spec) = &resource.spec else { continue };
            if spec.team.as_ref().is_some_and(|of| of.item() == team) {
                covered = covered.union(&self.roster(resource.item(), window)?.covered());
            }
        }
        Ok(covered)
    }

    /// The hours in which a contract asks for somebody: those of its clocks, and where it has none
    /// those of its terms.
    pub(crate) fn hours(
        &self,
        contract: &ServiceContractSpec,
        window: Span,
    ) -> Result<Spans, CoverError> {
        let mut hours = Spans::EMPTY;
        for (place, terms) in contract.terms.iter().enumerate() {
            let (from, until) = contract.holds(place);
            let holds = span(from, until).clip(window);
            let own = terms.calendar.as_ref();
            let mut calendars: Vec<Option<&CalendarRef>> =
                terms.clocks.iter().map(|clock| clock.calendar.as_ref().or(own)).collect();
            if calendars.is_empty() {
                calendars.push(own);
            }
            for calendar in calendars {
                hours = hours.union(&self.open(calendar, holds)?);
            }
        }
        Ok(hours)
    }

    /// When a calendar is open; always without one.
    fn open(&self, calendar: Option<&CalendarRef>, window: Span) -> Result<Spans, CoverError> {
        if window.from >= window.until {
            return Ok(Spans::EMPTY);
        }
        let Some(named) = calendar else { return Ok(Spans::one(window.from, window.until)) };
        Ok(self.compiled(named, window)?.open_within(window))
    }

    pub(crate) fn compiled(
        &self,
        named: &CalendarRef,
        window: Span,
    ) -> Result<Calendar, CoverError> {
        let Some(Spec::Calendar(spec)) = self.get(named).map(|found| &found.spec) else {
            return Err(CoverError::missing(named));
        };
        self.compile(named, spec, window)
    }

    /// The hours of a calendar in the years of a window.
    pub(crate) fn compile(
        &self,
        named: &ItemRef,
        spec: &CalendarSpec,
        window: Span,
    ) -> Result<Calendar, CoverError> {
        let year = |micros: i64| {
            let at = jiff::Timestamp::from_microsecond(micros).unwrap_or_default();
            jiff::tz::TimeZone::UTC.to_datetime(at).year()
        };
        let years = Years { first: year(window.from) - 1, last: year(window.until) + 1 };
        let compiled = spec.compile(years);
        compiled.map_err(|error| CoverError::at(named, error.field, error.what))
    }

    /// What people have of some time on call by a schedule, those with most first. Nights are those
    /// where the person is; of the schedule where they have not said their zone.
    ///
    /// # Errors
    /// What cannot be worked out.
    pub fn shares(
        &self,
        schedule: &ItemRef,
        people: &BTreeMap<Person, Spans>,
        window: Span,
    ) -> Result<Vec<Share>, CoverError> {
        let common = self.occasions(schedule, window)?;
        let mut nights: BTreeMap<&str, Spans> = BTreeMap::new();
        let mut shares = Vec::new();
        for (person, times) in people {
            let mut own = common.clone();
            let found = self.get(&person_named(person)).map(|found| &found.spec);
            if let Some(Spec::Person(spec)) = found
                && let Some(zone) = &spec.time_zone
            {
                if !nights.contains_key(zone.as_str()) {
                    let there = Occasions::of(zone, None, window);
                    let there = there.map_err(|error| CoverError::of(schedule, error))?;
                    nights.insert(zone, there.nights);
                }
                own.nights = nights.get(zone.as_str()).cloned().unwrap_or_default();
            }
            let one = BTreeMap::from([(person.clone(), times.clone())]);
            shares.extend(schedule::fairness(&one, &own));
        }
        shares.sort_by(|a, b| b.micros.cmp(&a.micros).then_with(|| a.person.cmp(&b.person)));
        Ok(shares)
    }

    /// The nights, weekends and holidays of a schedule.
    ///
    /// # Errors
    /// What cannot be worked out.
    pub fn occasions(&self, schedule: &ItemRef, window: Span) -> Result<Occasions, CoverError> {
        let spec = self.schedule(schedule)?;
        let calendar = match &spec.cover_calendar {
            Some(named) => Some(self.compiled(named, window)?),
            None => None,
        };
        let occasions = Occasions::of(&spec.time_zone, calendar.as_ref(), window);
        occasions.map_err(|error| CoverError::of(schedule, error))
    }
}

impl Estate {
    /// Everybody who has a part in a schedule, by what it says and by its calendars, each once.
    pub fn takes_turns(&self, schedule: &ItemRef) -> Vec<ItemRef> {
        let Ok(spec) = self.schedule(schedule) else { return Vec::new() };
        let fed = self.fed().get(schedule).into_iter().flat_map(|layers| layers.values().flatten());
        let mut people = spec.people();
        people.extend(fed.map(|shift| shift.person.clone()));
        people.sort();
        people.dedup();
        people
    }
}

impl ScheduleSpec {
    /// Everybody who has a part in it by what it says itself, each once.
    pub fn people(&self) -> Vec<ItemRef> {
        let rotations = self.layers.iter().flat_map(|layer| &layer.rotations);
        let turns = rotations.flat_map(|rotation| &rotation.people).filter_map(TurnRef::person);
        let backups = self.layers.iter().filter_map(|layer| layer.backup_person.as_ref());
        let overrides = self.overrides.iter().map(|change| &change.person);
        let named = turns.chain(backups).chain(overrides).map(|person| person.item().clone());
        let mut people: Vec<ItemRef> = named.collect();
        people.sort();
        people.dedup();
        people
    }
}

/// The person whom the engine calls by a name.
pub fn person_named(name: &str) -> ItemRef {
    let named = ItemRef::new("person", name);
    named.expect("the names that the engine was given are those of references")
}
