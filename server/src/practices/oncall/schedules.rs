//! HTTP faces of schedules: who is on call, when, and when nobody is.

use std::collections::BTreeMap;
use std::time::Duration;

use ::oncall::gaps as rules;
use axum::extract::State;
use calendar::{Span, Spans};
use estate::{Cover, CoverError, Estate, Resource, ScheduleSpec, Spec};
use kernel::{ItemRef, Time};
use schedule::{Breach, Person, Roster, Turn, Why};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::fed::{self, LayerCalendarView};
use super::leave;
use super::overrides::{self, OverrideView};
use super::{away, fairness, feeds, handover, mandate, mine, presence, preview, trial, uncovered};
use crate::access::Caller;
use crate::app::App;
use crate::extract::{Json, Path, Query};
use crate::listing::Items;
use crate::practices::estate::live::Snapshot;
use crate::problem::{Answer, Problem};

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
        .routes(routes!(presence::people))
        .routes(routes!(preview::preview))
        .routes(routes!(trial::try_out))
        .routes(routes!(fairness::fairness))
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
    /// What asks for somebody: contracts, a calendar, or the policies that call it. Nothing does
    /// where it is empty, and then nobody knows whether hours without anybody are a gap.
    asked_by: Vec<ItemRef>,
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
    /// What asks for somebody: contracts, a calendar, or the policies that call it.
    asked_by: Vec<ItemRef>,
    /// Who of its people is away in this time.
    away: Vec<AwayView>,
    /// What was changed by hand in this time, besides what files say.
    overrides: Vec<OverrideView>,
    /// How much each person has of it.
    shares: Vec<ShareView>,
    /// What goes beyond what people may be asked for.
    breaches: Vec<BreachView>,
    /// The calendars elsewhere that say who is on call by some of its layers.
    calendars: Vec<LayerCalendarView>,
    /// Whether you may change who is on call: you are in its team, or administer.
    may_change: bool,
    /// Whether you may take a stretch of it yourself.
    may_take: bool,
    /// The file that says what it is: it is changed there, while overrides and absences are made
    /// here. `null` when it is changed here.
    kept_in: Option<String>,
}

/// More than the schedule may ask of somebody.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ShiftBreach)]
pub(super) struct BreachView {
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
    /// By which other schedules they are on call in that time, or right before or after it: all
    /// schedules count together.
    others: Vec<ItemRef>,
}

/// Time in which somebody has to be on call and nobody is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CoverGap)]
pub(super) struct GapView {
    /// Its first moment.
    from: Time,
    /// The first moment after it.
    until: Time,
    /// What asks for it: a contract, a calendar of the schedule, or a policy that calls it.
    asked_by: ItemRef,
}

/// Somebody who is away.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AwayView {
    /// The absence.
    absence: ItemRef,
    /// Who.
    person: ItemRef,
    /// How people call them.
    name: String,
    /// Since when.
    from: Time,
    /// Until when; open when nothing is said.
    until: Option<Time>,
    /// Leave, sickness or something else.
    kind: String,
    /// Whether it comes from a calendar that is read, and has to be taken out there.
    from_calendar: bool,
    /// The file that says so: it is changed there. `null` when it was entered here.
    kept_in: Option<String>,
}

/// How much one person has of a schedule.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ShareView {
    /// Who.
    person: ItemRef,
    /// How people call them.
    name: String,
    /// Hours on call.
    hours: f64,
    /// Nights, from 22 to 7 o'clock where they are, that they are on call in, at least in part.
    nights: usize,
    /// Weekends.
    weekends: usize,
    /// Holidays of the calendar that the schedule covers.
    holidays: usize,
}

impl ShareView {
    /// Whose it is.
    pub(super) fn person(&self) -> &ItemRef {
        &self.person
    }
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
    // The same eight weeks as in the list of gaps, so that both have one figure.
    let window = Span::new(now.micros(), rules::window(now).until);
    let mut line = ScheduleLine {
        schedule: item.clone(),
        title: estate.get(item).map_or(item.name(), |found| found.title()).to_owned(),
        team: spec.team.as_ref().map(|team| team.item().clone()),
        time_zone: spec.time_zone.clone(),
        now: None,
        next: None,
        uncovered_minutes: 0,
        asked_by: Vec::new(),
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
            line.asked_by = cover.iter().map(|cover| cover.by.clone()).collect();
            line.uncovered_minutes = uncovered_minutes(&cover);
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
    let window = window_of(query.from, query.until, app.world.now())?;
    let (from, until) = (Time::from_micros(window.from), Time::from_micros(window.until));
    let (roster, cover) = rostered(estate, &item, window).map_err(unknown)?;
    let team = spec.team.as_ref().map(|team| team.item().clone());
    let teams: Vec<ItemRef> = team.iter().cloned().collect();
    let people = estate.takes_turns(&item);
    let oneself = caller.person();
    let oneself = oneself.as_ref();
    let mut conn = app.db.reader().await?;
    let named = (&item, &spec);
    let calendars = fed::views(&mut conn, &caller.space, named, app.world.now()).await?;
    drop(conn);
    Ok(Json(ScheduleView {
        title: estate.get(&item).map_or(item.name(), |found| found.title()).to_owned(),
        may_change: mandate::of_teams(&caller, estate, &teams).is_ok(),
        may_take: oneself
            .is_some_and(|person| mandate::of_shift(&caller, estate, (&item, person)).is_ok()),
        kept_in: snapshot.kept_in(&item).map(str::to_owned),
        time_zone: spec.time_zone.clone(),
        turns: roster.turns().iter().map(|turn| turn_view(estate, &item, turn)).collect(),
        gaps: gaps_since(estate.begins(&item), app.world.now(), gap_views(&cover)),
        asked_by: cover.iter().map(|cover| cover.by.clone()).collect(),
        away: away_in(&snapshot, &people, (from, until)),
        overrides: overrides::between(&snapshot, &caller, &item, (from, until)),
        shares: shares(estate, &item, &roster.by_person(), window),
        breaches: breaches_of(estate, &item, window)?,
        calendars,
        schedule: item,
        team,
        from,
        until,
    }))
}

/// The time that is asked for: from now on, and four weeks, where nothing is said.
///
/// # Errors
/// When it is too long, or none.
pub(super) fn window_of(from: Option<Time>, until: Option<Time>, now: Time) -> Answer<Span> {
    let from = from.unwrap_or(now);
    let until = until.unwrap_or(from + Duration::from_secs(28 * 86_400));
    if until <= from || until.since(from) > SHOWN_MAX {
        let problem = Problem::refused("a schedule is shown for at most a year");
        return Err(problem.at("until").remedy("ask for a later `until`, up to 370 days"));
    }
    Ok(Span::new(from.micros(), until.micros()))
}

/// A schedule that cannot be worked out.
pub(super) fn unknown(error: CoverError) -> Problem {
    Problem::refused(error.to_string())
}

/// For how long nobody is there, in minutes; hours for which several ask count once.
pub(super) fn uncovered_minutes(cover: &[Cover]) -> i64 {
    let all = cover.iter().fold(Spans::EMPTY, |all, cover| all.union(&cover.gaps));
    all.total() / 60_000_000
}

/// What nobody covers, as it is shown.
pub(super) fn gap_views(cover: &[Cover]) -> Vec<GapView> {
    let gaps = cover.iter().flat_map(|cover| {
        let gap = |span: Span| GapView {
            from: Time::from_micros(span.from),
            until: Time::from_micros(span.until),
            asked_by: cover.by.clone(),
        };
        cover.gaps.iter().map(gap)
    });
    gaps.collect()
}

/// Without those from before there was anybody in the schedule: a gap of the past is one that was
/// there.
fn gaps_since(begins: Option<Time>, now: Time, gaps: Vec<GapView>) -> Vec<GapView> {
    let Some(begins) = begins.map(|begins| begins.min(now)) else { return gaps };
    let since = |gap: GapView| GapView { from: gap.from.max(begins), ..gap };
    gaps.into_iter().filter(|gap| gap.until > begins).map(since).collect()
}

/// What a schedule asks beyond its limits, as it is shown.
///
/// # Errors
/// When it cannot be worked out.
pub(super) fn breaches_of(
    estate: &Estate,
    item: &ItemRef,
    window: Span,
) -> Answer<Vec<BreachView>> {
    let breaches = estate.breaches(item, window).map_err(unknown)?;
    Ok(breaches.iter().map(|(breach, others)| breach_view(estate, breach, others)).collect())
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
pub(super) fn rostered(
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
        name: named(estate, &person),
        person,
        why: estate.because(schedule, &turn.why),
        changed: !matches!(turn.why, Why::Layer(_)),
    }
}

fn named(estate: &Estate, person: &ItemRef) -> String {
    estate.get(person).map_or(person.name(), |found| found.title()).to_owned()
}

fn breach_view(estate: &Estate, breach: &Breach, others: &[ItemRef]) -> BreachView {
    let person = estate::person_named(breach.person());
    BreachView {
        limit: breach.limit(),
        name: named(estate, &person),
        person,
        from: Time::from_micros(breach.span().from),
        until: Time::from_micros(breach.span().until),
        seconds: breach.micros() / 1_000_000,
        others: others.to_vec(),
    }
}

/// The absences of some people in some time.
pub(super) fn away_in(
    snapshot: &Snapshot,
    people: &[ItemRef],
    (from, until): (Time, Time),
) -> Vec<AwayView> {
    let away = snapshot.estate.resources().filter_map(|resource| match &resource.spec {
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
        kept_in: snapshot.kept_in(resource.item()).map(str::to_owned),
        person: absence.person.item().clone(),
        name: named(&snapshot.estate, absence.person.item()),
        from: absence.start,
        until: absence.end,
        kind: crate::practices::incidents::store::word(absence.absence_type),
    };
    here.map(view).collect()
}

pub(super) fn shares(
    estate: &Estate,
    item: &ItemRef,
    people: &BTreeMap<Person, Spans>,
    window: Span,
) -> Vec<ShareView> {
    share_views(estate, estate.shares(item, people, window).unwrap_or_default())
}

/// What people have of some time on call, as it is shown.
pub(super) fn share_views(estate: &Estate, shares: Vec<schedule::Share>) -> Vec<ShareView> {
    let view = |share: schedule::Share| ShareView {
        name: named(estate, &estate::person_named(&share.person)),
        person: estate::person_named(&share.person),
        hours: share.micros as f64 / 3.6e9,
        nights: share.nights,
        weekends: share.weekends,
        holidays: share.holidays,
    };
    shares.into_iter().map(view).collect()
}
