//! Who is away: entering leave, marking somebody ill, and who has their shifts then.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use calendar::Span;
use estate::{AbsenceSpec, AbsenceType, Estate, Resource, Spec};
use kernel::{ItemRef, SpaceId, SwapId, Time};
use schedule::Roster;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::overrides::{end, resource};
use super::schedules::{AwayView, TurnView, away_in, turn_view};
use super::{leave, mandate};
use crate::access::Caller;
use crate::app::App;
use crate::extract::{Json, Path};
use crate::practices::estate::changes;
use crate::practices::swaps;
use crate::problem::{Answer, Problem};

/// How far ahead shifts of somebody who is away without an end are shown.
const AHEAD: Duration = Duration::from_secs(8 * 7 * 86_400);
/// How far ahead shifts that have to be replaced are shown.
const REPLACED_AHEAD: Duration = Duration::from_secs(26 * 7 * 86_400);

/// The person that an address names.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct PersonPath {
    /// The name in the estate.
    pub(super) name: String,
}

/// An absence of a person.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct AbsencePath {
    /// The name of the person in the estate.
    name: String,
    /// The name of the absence in the estate.
    absence: String,
}

/// Somebody will be away, or is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Away {
    /// Leave, sickness or something else.
    #[serde(rename = "type", default)]
    kind: AbsenceType,
    /// Since when; now when not said.
    from: Option<Time>,
    /// Until when; open when not said.
    until: Option<Time>,
}

/// Somebody is back.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Back {
    /// Since when; now when not said.
    at: Option<Time>,
}

/// An absence, and what becomes of the shifts that it hits.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AwayResult {
    /// The absence.
    absence: ItemRef,
    /// Every shift that it hits.
    shifts: Vec<HitShift>,
}

/// A shift of somebody who is away.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct HitShift {
    /// The schedule.
    pub(super) schedule: ItemRef,
    /// What people call it.
    pub(super) title: String,
    /// Its first moment.
    pub(super) from: Time,
    /// The first moment after it.
    pub(super) until: Time,
    /// Who has it now; nobody: it has to be filled.
    pub(super) person: Option<ItemRef>,
    /// The offer of it that waits for somebody who takes it.
    offer: Option<SwapId>,
    /// Whether it can be offered to others: it is not yet, and has not begun.
    may_offer: bool,
}

/// When a person is on call, and when they are away.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PersonShifts {
    /// The shifts of the next eight weeks, in order.
    shifts: Vec<PersonShift>,
    /// Absences that run or are to come.
    away: Vec<AwayView>,
    /// The shifts of the next half year that these hit, and who has them instead.
    to_replace: Vec<HitShift>,
    /// Whether you may say that they are away.
    may_say_away: bool,
}

/// A shift of one person.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PersonShift {
    /// The schedule.
    schedule: ItemRef,
    /// What people call it.
    title: String,
    /// The zone in which people hand over.
    time_zone: String,
    /// The shift.
    #[serde(flatten)]
    turn: TurnView,
}

impl PersonShift {
    /// Whether it has begun.
    pub(super) fn began(&self, now: Time) -> bool {
        self.turn.from <= now
    }
}

/// The shifts of somebody that reach into a window, in order.
pub(super) fn shifts_of(estate: &Estate, person: &ItemRef, window: Span) -> Vec<PersonShift> {
    let view = |shift: estate::Shift| PersonShift {
        turn: turn_view(estate, &shift.schedule, &shift.turn),
        schedule: shift.schedule,
        title: shift.title,
        time_zone: shift.time_zone,
    };
    estate.shifts(person, window).into_iter().map(view).collect()
}

/// When a person is on call in the next eight weeks, and when they are away.
#[utoipa::path(get, path = "/people/{name}/shifts", tag = "on-call",
    params(PersonPath),
    responses((status = 200, description = "Shifts and absences", body = PersonShifts)))]
pub(super) async fn shifts(
    State(app): State<App>,
    caller: Caller,
    Path(PersonPath { name }): Path<PersonPath>,
) -> Answer<Json<PersonShifts>> {
    let snapshot = app.estate.snapshot(&caller.space);
    let (estate, now) = (&snapshot.estate, app.world.now());
    let person = find(estate, &name)?;
    let window = Span::new(now.micros(), (now + AHEAD).micros());
    Ok(Json(PersonShifts {
        shifts: shifts_of(estate, &person, window),
        away: away_in(&snapshot, std::slice::from_ref(&person), (now, Time::MAX)),
        to_replace: to_replace_now(&app, &caller.space, estate, &person).await?,
        may_say_away: allowed(estate, &caller, &name).is_ok(),
    }))
}

/// Notes that somebody is away: their shifts pass to the back-up by the rule of each schedule at
/// once, and pages that ring call whoever is on call now. You may note it for yourself, for people
/// of your teams, and for those who take turns for your teams.
#[utoipa::path(post, path = "/people/{name}/away", tag = "on-call",
    params(PersonPath), request_body = Away,
    responses((status = 200, description = "The shifts that it hits", body = AwayResult)))]
pub(super) async fn absent(
    State(app): State<App>,
    caller: Caller,
    Path(PersonPath { name }): Path<PersonPath>,
    Json(asked): Json<Away>,
) -> Answer<Json<AwayResult>> {
    let snapshot = app.estate.snapshot(&caller.space);
    let person = allowed(&snapshot.estate, &caller, &name)?;
    let start = asked.from.unwrap_or_else(|| app.world.now());
    if asked.until.is_some_and(|until| until <= start) {
        return Err(Problem::refused("this ends before it begins").at("until"));
    }
    let absence = AbsenceSpec {
        person: estate::Ref::new(person.as_str())
            .ok_or_else(|| Problem::refused("this is no person"))?,
        absence_type: asked.kind,
        start,
        end: asked.until,
    };
    let resource = resource(&app, &caller, &person, Spec::Absence(absence))?;
    let item = resource.item().clone();
    changes::put(&app, &caller.asker(), resource, Some(0)).await?;
    let after = app.estate.snapshot(&caller.space);
    let until = asked.until.unwrap_or(start + AHEAD).min(start + AHEAD);
    let mut shifts = to_replace_now(&app, &caller.space, &after.estate, &person).await?;
    shifts.retain(|shift| shift.from < until && shift.until > start);
    Ok(Json(AwayResult { absence: item, shifts }))
}

/// Notes that somebody is back: absences that run end now, those to come stay.
#[utoipa::path(post, path = "/people/{name}/back", tag = "on-call",
    params(PersonPath), request_body = Back,
    responses((status = 204, description = "They are on call again as their schedules say")))]
pub(super) async fn back(
    State(app): State<App>,
    caller: Caller,
    Path(PersonPath { name }): Path<PersonPath>,
    Json(asked): Json<Back>,
) -> Answer<StatusCode> {
    let snapshot = app.estate.snapshot(&caller.space);
    let person = allowed(&snapshot.estate, &caller, &name)?;
    let at = asked.at.unwrap_or_else(|| app.world.now());
    let running: Vec<ItemRef> = snapshot
        .estate
        .resources()
        .filter(|resource| match &resource.spec {
            Spec::Absence(absence) => {
                *absence.person.item() == person
                    && absence.start <= at
                    && absence.end.is_none_or(|end| end > at)
            }
            _ => false,
        })
        .map(|resource| resource.item().clone())
        .collect();
    if running.is_empty() {
        return Err(Problem::refused(format!("{person} is not away")));
    }
    for item in running {
        end(&app, &caller, &item, at).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Takes back an absence: one that is to come will not be, one that runs ends now.
#[utoipa::path(delete, path = "/people/{name}/away/{absence}", tag = "on-call",
    params(AbsencePath),
    responses((status = 204, description = "They are on call as their schedules say")))]
pub(super) async fn cancel(
    State(app): State<App>,
    caller: Caller,
    Path(AbsencePath { name, absence }): Path<AbsencePath>,
) -> Answer<StatusCode> {
    let snapshot = app.estate.snapshot(&caller.space);
    let person = allowed(&snapshot.estate, &caller, &name)?;
    let missing = || Problem::not_found("absence");
    let item = ItemRef::new("absence", &absence).ok_or_else(missing)?;
    let found = snapshot.estate.get(&item).ok_or_else(missing)?;
    match &found.spec {
        Spec::Absence(spec) if *spec.person.item() == person => {}
        _ => return Err(missing()),
    }
    if found.metadata.labels.contains_key(leave::FROM) {
        return Err(Problem::refused("this comes from a calendar and would come again")
            .remedy("take it out of the calendar; it is read every quarter of an hour"));
    }
    end(&app, &caller, &item, app.world.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The person of a name.
pub(super) fn find(estate: &Estate, name: &str) -> Answer<ItemRef> {
    let person = ItemRef::new("person", name).filter(|person| estate.contains(person));
    person.ok_or_else(|| Problem::not_found("person"))
}

/// The person, when the caller may say of them that they are away.
fn allowed(estate: &Estate, caller: &Caller, name: &str) -> Answer<ItemRef> {
    let person = find(estate, name)?;
    mandate::of_person(caller, estate, &person)?;
    Ok(person)
}

/// The shifts that a person has or would have in a window, with who has them instead while they are
/// away; those that they have themselves are not among them.
pub(super) fn to_replace(estate: &Estate, person: &ItemRef, window: Span) -> Vec<HitShift> {
    let away = |absence: &&AbsenceSpec| {
        let until = absence.end.map_or(i64::MAX, Time::micros);
        let within = absence.start.micros() < window.until && until > window.from;
        absence.person.item() == person && within
    };
    if estate.absences().find(away).is_none() {
        return Vec::new();
    }
    let mut hit = Vec::new();
    for resource in estate.resources() {
        if !matches!(resource.spec, Spec::Schedule(_)) {
            continue;
        }
        let schedule = resource.item();
        let took = || estate.overrides(schedule).any(|(_, made)| made.person.item() == person);
        if !estate.takes_turns(schedule).contains(person) && !took() {
            continue;
        }
        let would_have = estate.roster_if_there(schedule, person, window);
        let (Ok(had), Ok(has)) = (would_have, estate.roster(schedule, window)) else { continue };
        hit.extend(lost(resource, person, (&had, &has)));
    }
    hit.sort_by_key(|shift| shift.from);
    hit
}

/// The same with the offers that wait for somebody who takes them.
pub(super) async fn to_replace_now(
    app: &App,
    space: &SpaceId,
    estate: &Estate,
    person: &ItemRef,
) -> Answer<Vec<HitShift>> {
    let now = app.world.now();
    let window = Span::new(now.micros(), (now + REPLACED_AHEAD).micros());
    let mut shifts = to_replace(estate, person, window);
    if shifts.is_empty() {
        return Ok(shifts);
    }
    let open = swaps::store::open(&mut app.db.reader().await?, space).await?;
    for shift in &mut shifts {
        let offer = open.iter().map(|found| &found.record).find(|swap| {
            let gives = &swap.offer.gives;
            let whole = gives.start <= shift.from && shift.until <= gives.end;
            gives.person == *person && swap.offer.schedule == shift.schedule && whole
        });
        shift.offer = offer.map(|swap| swap.id);
        shift.may_offer = offer.is_none() && shift.from > now;
    }
    Ok(shifts)
}

/// What a person had of a schedule and has no longer, with who has it.
fn lost(schedule: &Resource, person: &ItemRef, (had, has): (&Roster, &Roster)) -> Vec<HitShift> {
    let shift = |(from, until): (i64, i64), person: Option<ItemRef>| {
        (from < until).then(|| HitShift {
            schedule: schedule.item().clone(),
            title: schedule.title().to_owned(),
            from: Time::from_micros(from),
            until: Time::from_micros(until),
            person,
            offer: None,
            may_offer: false,
        })
    };
    let mut hit = Vec::new();
    for turn in had.turns().iter().filter(|turn| *turn.person == *person.name()) {
        let mut at = turn.span.from;
        let inside = has.turns().iter().filter(|now| now.span.from < turn.span.until);
        for now in inside.filter(|now| now.span.until > turn.span.from) {
            let part = now.span.clip(turn.span);
            hit.extend(shift((at, part.from), None));
            if *now.person != *person.name() {
                hit.extend(shift((part.from, part.until), Some(estate::person_named(&now.person))));
            }
            at = part.until;
        }
        hit.extend(shift((at, turn.span.until), None));
    }
    hit
}
