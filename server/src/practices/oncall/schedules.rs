//! HTTP faces of schedules: who is on call, when, and when nobody is.

use std::time::Duration;

use axum::extract::State;
use calendar::Span;
use estate::{Cover, CoverError, Estate, Resource, ScheduleSpec, Spec};
use kernel::{ItemRef, Time};
use schedule::{Breach, Roster, Turn, Why};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::leave;
use super::overrides::{self, OverrideView};
use super::{away, feeds, handover, mine, preview, uncovered};
use crate::access::{Action, Caller, may};
use crate::app::App;
use crate::extract::{Json, Path, Query};
use crate::listing::Items;
use crate::problem::{Answer, Problem};

/// How far ahead cover is looked at.
const AHEAD: Duration = Duration::from_secs(8 * 7 * 86_400);
/// The longest time for which a schedule is shown.
pub(super) const SHOWN_MAX: Duration = Duration::from_secs(370 * 86_400);

/// Every route of schedules.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(one))
        .routes(routes!(overrides::take_over))
        .routes(routes!(overrides::take_back))
        .routes(routes!(away::shifts))
        .routes(routes!(away::absent))
        .routes(routes!(away::back))
        .routes(routes!(away::cancel))
        .routes(routes!(mine::mine))
        .routes(routes!(preview::preview))
        .routes(routes!(uncovered::uncovered))
        .routes(routes!(handover::hand_over))
        .routes(routes!(handover::add_note))
        .routes(routes!(feeds::of_person))
        .routes(routes!(feeds::make_of_person))
        .routes(routes!(feeds::revoke_of_person))
        .routes(routes!(feeds::of_schedule))
        .routes(routes!(feeds::make_of_schedule))
        .routes(routes!(feeds::revoke_of_schedule))
}

/// A schedule and who is on call by it now.
#[derive(Debug, Serialize, ToSchema)]
struct ScheduleLine {
    /// The schedule.
    schedule: ItemRef,
    /// What people call it.
    title: String,
    /// The team whose it is.
    team: Option<ItemRef>,
    /// The zone in which people hand over.
    time_zone: String,
    /// Who is on call now; nobody: nobody is.
    now: Option<TurnView>,
    /// Who follows.
    next: Option<TurnView>,
    /// Minutes of the next eight weeks in which somebody has to be on call and nobody is.
    uncovered_minutes: i64,
    /// Why it cannot be worked out; empty: it can.
    problem: String,
}

/// A stretch of time in which one person is on call.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub(super) struct TurnView {
    /// Its first moment.
    pub(super) from: Time,
    /// The first moment after it.
    until: Time,
    /// Who.
    person: ItemRef,
    /// How people call them.
    name: String,
    /// Why they: their turn, in whose stead, what was changed.
    why: String,
    /// Whether it is not by the rotation: somebody stands in, or it was changed.
    changed: bool,
}

/// A schedule over some time.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ScheduleView {
    /// The schedule.
    schedule: ItemRef,
    /// What people call it.
    title: String,
    /// The team whose it is.
    team: Option<ItemRef>,
    /// The zone in which people hand over.
    time_zone: String,
    /// The beginning of what is shown.
    from: Time,
    /// Its end.
    until: Time,
    /// Who is on call, in order; between two turns may be time with nobody.
    turns: Vec<TurnView>,
    /// When somebody has to be on call and nobody is.
    gaps: Vec<GapView>,
    /// Who of its people is away in this time.
    away: Vec<AwayView>,
    /// What was changed by hand in this time, besides what files say.
    overrides: Vec<OverrideView>,
    /// How much each person has of it.
    shares: Vec<ShareView>,
    /// What goes beyond what people may be asked for.
    breaches: Vec<BreachView>,
    /// Whether you may change who is on call.
    may_change: bool,
}

/// More than the schedule may ask of somebody.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ShiftBreach)]
struct BreachView {
    /// Which limit: `rest`, `stretch` or `load`.
    limit: &'static str,
    /// Of whom it is asked.
    person: ItemRef,
    /// How people call them.
    name: String,
    /// The beginning of the time off, of the stretch, or of the time that is looked at.
    from: Time,
    /// Its end.
    until: Time,
    /// How long they are off, or on call, in it.
    seconds: i64,
}

/// Time in which somebody has to be on call and nobody is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CoverGap)]
struct GapView {
    /// Its first moment.
    from: Time,
    /// The first moment after it.
    until: Time,
    /// What asks for it: a contract, or a calendar of the schedule.
    asked_by: ItemRef,
}

/// Somebody who is away.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AwayView {
    /// The absence.
    absence: ItemRef,
    /// Who.
    person: ItemRef,
    /// Since when.
    from: Time,
    /// Until when; open when nothing is said.
    until: Option<Time>,
    /// Leave, sickness or something else.
    kind: String,
    /// Whether it comes from a calendar that is read, and has to be taken out there.
    from_calendar: bool,
}

/// How much one person has of a schedule.
#[derive(Debug, Serialize, ToSchema)]
struct ShareView {
    /// Who.
    person: ItemRef,
    /// Hours on call.
    hours: f64,
    /// Nights that they are on call in, at least in part.
    nights: usize,
    /// Weekends.
    weekends: usize,
    /// Holidays of the calendar that the schedule covers.
    holidays: usize,
}

/// The schedule that an address names.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct SchedulePath {
    /// The name in the estate.
    pub(super) name: String,
}

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(super) struct WindowQuery {
    /// The first moment; now when not said.
    pub(super) from: Option<Time>,
    /// The first moment after it; four weeks later when not said.
    pub(super) until: Option<Time>,
}

/// Every schedule with who is on call now, who follows, and how much of the next eight weeks is not
/// covered.
#[utoipa::path(get, path = "/schedules", tag = "on-call",
    responses((status = 200, description = "The schedules", body = Items<ScheduleLine>)))]
async fn list(State(app): State<App>, caller: Caller) -> Answer<Json<Items<ScheduleLine>>> {
    let snapshot = app.estate.snapshot(&caller.space);
    let (estate, now) = (&snapshot.estate, app.world.now());
    let schedules = estate.resources().filter_map(|resource| match &resource.spec {
        Spec::Schedule(spec) => Some(line(estate, resource.item(), spec, now)),
        _ => None,
    });
    Ok(Json(Items { items: schedules.collect() }))
}

fn line(estate: &Estate, item: &ItemRef, spec: &ScheduleSpec, now: Time) -> ScheduleLine {
    let window = Span::new(now.micros(), (now + AHEAD).micros());
    let mut line = ScheduleLine {
        schedule: item.clone(),
        title: estate.get(item).map_or(item.name(), |found| found.title()).to_owned(),
        team: spec.team.as_ref().map(|team| team.item().clone()),
        time_zone: spec.time_zone.clone(),
        now: None,
        next: None,
        uncovered_minutes: 0,
        problem: String::new(),
    };
    match rostered(estate, item, window) {
        Err(error) => line.problem = error.to_string(),
        Ok((roster, cover)) => {
            let views = |turn: &Turn| turn_view(estate, item, turn);
            let at = roster.at(now.micros());
            let after = at.map_or(now.micros(), |turn| turn.span.until);
            line.now = at.map(views);
            let person = at.map(|turn| turn.person.clone());
            let follows = roster.turns().iter().filter(|turn| turn.span.from >= after);
            let mut others = follows.filter(|turn| Some(&turn.person) != person.as_ref());
            line.next = others.next().map(views);
            line.uncovered_minutes =
                cover.iter().map(|cover| cover.gaps.total()).sum::<i64>() / 60_000_000;
        }
    }
    line
}

/// One schedule over some time: who is on call, when nobody is, who is away.
#[utoipa::path(get, path = "/schedules/{name}", tag = "on-call",
    params(SchedulePath, WindowQuery),
    responses((status = 200, description = "The schedule", body = ScheduleView)))]
pub(super) async fn one(
    State(app): State<App>,
    caller: Caller,
    Path(SchedulePath { name }): Path<SchedulePath>,
    Query(query): Query<WindowQuery>,
) -> Answer<Json<ScheduleView>> {
    let snapshot = app.estate.snapshot(&caller.space);
    let estate = &snapshot.estate;
    let (item, spec) = find(estate, &name)?;
    let from = query.from.unwrap_or_else(|| app.world.now());
    let until = query.until.unwrap_or(from + Duration::from_secs(28 * 86_400));
    if until <= from || until.since(from) > SHOWN_MAX {
        let problem = Problem::refused("a schedule is shown for at most a year");
        return Err(problem.at("until").remedy("ask for a later `until`, up to 370 days"));
    }
    let window = Span::new(from.micros(), until.micros());
    let said = |error: CoverError| Problem::refused(error.to_string());
    let (roster, cover) = rostered(estate, &item, window).map_err(said)?;
    let team = spec.team.as_ref().map(|team| team.item().clone());
    let teams: Vec<ItemRef> = team.iter().cloned().collect();
    let gaps = cover.iter().flat_map(|cover| {
        let gap = |span: Span| GapView {
            from: Time::from_micros(span.from),
            until: Time::from_micros(span.until),
            asked_by: cover.by.clone(),
        };
        cover.gaps.iter().map(gap)
    });
    let people = spec.people();
    let breaches = estate.breaches(&item, window).map_err(said)?;
    Ok(Json(ScheduleView {
        title: estate.get(&item).map_or(item.name(), |found| found.title()).to_owned(),
        may_change: may(&caller, Action::Respond, &teams).is_ok(),
        time_zone: spec.time_zone.clone(),
        turns: roster.turns().iter().map(|turn| turn_view(estate, &item, turn)).collect(),
        gaps: gaps.collect(),
        away: away_in(estate, &people, (from, until)),
        overrides: overrides::between(estate, &item, (from, until)),
        shares: shares(estate, &item, &roster, window),
        breaches: breaches.iter().map(|breach| breach_view(estate, breach)).collect(),
        schedule: item,
        team,
        from,
        until,
    }))
}

pub(super) fn find(estate: &Estate, name: &str) -> Answer<(ItemRef, ScheduleSpec)> {
    let missing = || Problem::not_found("schedule");
    let item = ItemRef::new("schedule", name).ok_or_else(missing)?;
    match estate.get(&item).map(|found| &found.spec) {
        Some(Spec::Schedule(spec)) => Ok((item, spec.clone())),
        _ => Err(missing()),
    }
}

/// Who is on call in a window, and what of it is not covered.
fn rostered(
    estate: &Estate,
    item: &ItemRef,
    window: Span,
) -> Result<(Roster, Vec<Cover>), CoverError> {
    let roster = estate.roster(item, window)?;
    let cover = estate.cover(item, &roster)?;
    Ok((roster, cover))
}

pub(super) fn turn_view(estate: &Estate, schedule: &ItemRef, turn: &Turn) -> TurnView {
    let person = estate::person_named(&turn.person);
    TurnView {
        from: Time::from_micros(turn.span.from),
        until: Time::from_micros(turn.span.until),
        name: estate.get(&person).map_or(person.name(), |found| found.title()).to_owned(),
        person,
        why: estate.because(schedule, &turn.why),
        changed: !matches!(turn.why, Why::Layer(_)),
    }
}

fn breach_view(estate: &Estate, breach: &Breach) -> BreachView {
    let person = estate::person_named(breach.person());
    BreachView {
        limit: breach.limit(),
        name: estate.get(&person).map_or(person.name(), |found| found.title()).to_owned(),
        person,
        from: Time::from_micros(breach.span().from),
        until: Time::from_micros(breach.span().until),
        seconds: breach.micros() / 1_000_000,
    }
}

/// The absences of some people in some time.
pub(super) fn away_in(
    estate: &Estate,
    people: &[ItemRef],
    (from, until): (Time, Time),
) -> Vec<AwayView> {
    let away = estate.resources().filter_map(|resource| match &resource.spec {
        Spec::Absence(absence) => Some((resource, absence)),
        _ => None,
    });
    let here = away.filter(|(_, absence)| {
        absence.start < until
            && absence.end.is_none_or(|end| end > from)
            && people.contains(absence.person.item())
    });
    let view = |(resource, absence): (&Resource, &estate::AbsenceSpec)| AwayView {
        absence: resource.item().clone(),
        from_calendar: resource.metadata.labels.contains_key(leave::FROM),
        person: absence.person.item().clone(),
        from: absence.start,
        until: absence.end,
        kind: crate::practices::incidents::store::word(absence.absence_type),
    };
    here.map(view).collect()
}

fn shares(estate: &Estate, item: &ItemRef, roster: &Roster, window: Span) -> Vec<ShareView> {
    let Ok(occasions) = estate.occasions(item, window) else { return Vec::new() };
    let shares = schedule::fairness(&roster.by_person(), &occasions);
    let view = |share: schedule::Share| ShareView {
        person: estate::person_named(&share.person),
        hours: share.micros as f64 / 3.6e9,
        nights: share.nights,
        weekends: share.weekends,
        holidays: share.holidays,
    };
    shares.into_iter().map(view).collect()
}
