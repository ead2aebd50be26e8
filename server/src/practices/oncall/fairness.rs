//! How being on call was shared, and will be: hours, nights, weekends and holidays of each person.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::extract::State;
use calendar::{Span, Spans};
use estate::{Estate, History, ON_CALL, Resource, Spec, Version};
use kernel::{ItemRef, SpaceId, Time};
use schedule::{Occasions, Person};
use serde::{Deserialize, Serialize};
use spine::{Conn, Fault};
use utoipa::{IntoParams, ToSchema};

use super::schedules::{SHOWN_MAX, ShareView, share_views, shares};
use crate::access::Caller;
use crate::app::App;
use crate::extract::{Json, Query};
use crate::practices::estate::store;
use crate::problem::{Answer, Problem};

/// How far back is looked when nothing is said.
const BACK: Duration = Duration::from_secs(12 * 7 * 86_400);

/// The time that is looked at, and of which schedule.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(super) struct FairnessQuery {
    /// The first moment; twelve weeks before its end when not said.
    from: Option<Time>,
    /// The first moment after it; now when not said.
    until: Option<Time>,
    /// Only this schedule: `schedule/payments`.
    schedule: Option<ItemRef>,
    /// Only this person, `person/ada`: what they had by each schedule, and by all together.
    person: Option<ItemRef>,
}

/// How being on call was shared over some time.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Fairness {
    /// The beginning of the time.
    from: Time,
    /// Its end.
    until: Time,
    /// Each schedule by itself.
    schedules: Vec<ScheduleShares>,
    /// Of the person that was asked for: what they had by all schedules together, each moment,
    /// night, weekend and holiday once. Nights and weekends are those of their own zone.
    together: Option<ShareView>,
}

/// How one schedule was shared.
#[derive(Debug, Serialize, ToSchema)]
struct ScheduleShares {
    /// The schedule.
    schedule: ItemRef,
    /// What people call it.
    title: String,
    /// The team whose it is.
    team: Option<ItemRef>,
    /// Since when it is known, where that is within the time: before it nothing counts.
    known_since: Option<Time>,
    /// Why some of the time could not be worked out; empty: it could.
    problem: String,
    /// What each person had, those with most time first.
    shares: Vec<ShareView>,
}

/// How being on call was shared over a time that is past, by schedule and person. What counts is
/// who was on call at each moment by what was known at that moment, overrides and absences
/// included; what is still to come counts as it is planned now.
#[utoipa::path(get, path = "/on-call/fairness", tag = "on-call", params(FairnessQuery),
    responses((status = 200, description = "What each person had", body = Fairness)))]
pub(super) async fn fairness(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<FairnessQuery>,
) -> Answer<Json<Fairness>> {
    let until = query.until.unwrap_or_else(|| app.world.now());
    let from = query.from.unwrap_or(until - BACK);
    if until <= from || until.since(from) > SHOWN_MAX {
        let problem = Problem::refused("at most a year is looked at");
        return Err(problem.at("from").remedy("ask for a time of up to 370 days"));
    }
    let snapshot = app.estate.snapshot(&caller.space);
    if query.schedule.as_ref().is_some_and(|schedule| !snapshot.knows(schedule)) {
        return Err(Problem::not_found("schedule"));
    }
    if query.person.as_ref().is_some_and(|person| !snapshot.knows(person)) {
        return Err(Problem::not_found("person"));
    }
    let versions = versions(&mut app.db.reader().await?, &caller.space, (from, until)).await?;
    let window = Span::new(from.micros(), until.micros());
    // A year with many changes takes a while.
    let work = tokio::task::spawn_blocking(move || {
        let wanted = |resource: &&Resource| match &query.schedule {
            Some(schedule) => resource.item() == schedule,
            None => true,
        };
        let estate = &snapshot.estate;
        let found = estate.of_kind(estate::Kind::Schedule).filter(wanted);
        let told = found.map(|resource| shared(estate, resource, &versions, window));
        match &query.person {
            None => (told.map(|(shares, _)| shares).collect(), None),
            Some(person) => of_person(estate, person, told.collect(), window),
        }
    });
    let work = work.await.map_err(|_| Fault::Other("a schedule broke off".to_owned()))?;
    let (schedules, together) = work;
    Ok(Json(Fairness { from, until, schedules, together }))
}

async fn versions(
    conn: &mut Conn,
    space: &SpaceId,
    (from, until): (Time, Time),
) -> Result<Vec<Version>, Fault> {
    let mut found = Vec::new();
    for kind in ON_CALL {
        found.extend(store::held_between(conn, space, kind.prefix(), (from, until)).await?);
    }
    Ok(found)
}

/// What one person had by each schedule that had them on call, and by all of them together.
fn of_person(
    estate: &Estate,
    person: &ItemRef,
    told: Vec<(ScheduleShares, BTreeMap<Person, Spans>)>,
    window: Span,
) -> (Vec<ScheduleShares>, Option<ShareView>) {
    let mut time = Spans::EMPTY;
    let mut holidays: Vec<Span> = Vec::new();
    let mut schedules = Vec::new();
    for (mut shares, mut people) in told {
        shares.shares.retain(|share| share.person() == person);
        if let Some(theirs) = people.remove(person.name()) {
            time = time.union(&theirs);
            let occasions = estate.occasions(&shares.schedule, window).unwrap_or_default();
            // The same day is a holiday of many calendars.
            let fresh = |day: &Span| {
                let mut known = holidays.iter();
                !known.any(|known| known.from < day.until && known.until > day.from)
            };
            let fresh: Vec<Span> = occasions.holidays.into_iter().filter(fresh).collect();
            holidays.extend(fresh);
        }
        // Of one that cannot be worked out nobody knows whether they were on call.
        if !shares.shares.is_empty() || !shares.problem.is_empty() {
            schedules.push(shares);
        }
    }
    let zone = match estate.get(person).map(|found| &found.spec) {
        Some(Spec::Person(spec)) => spec.time_zone.clone(),
        _ => None,
    };
    let zone = zone.as_deref().unwrap_or("UTC");
    let occasions = Occasions::of(zone, None, window).unwrap_or_default();
    let occasions = Occasions { holidays, ..occasions };
    let people = BTreeMap::from([(Person::from(person.name()), time)]);
    let together = share_views(estate, schedule::fairness(&people, &occasions)).into_iter().next();
    (schedules, together)
}

fn shared(
    estate: &Estate,
    resource: &Resource,
    versions: &[Version],
    window: Span,
) -> (ScheduleShares, BTreeMap<Person, Spans>) {
    let history = History::of(resource.item(), versions, estate.fed(), window);
    let team = match &resource.spec {
        Spec::Schedule(spec) => spec.team.as_ref().map(|team| team.item().clone()),
        _ => None,
    };
    let shares = ScheduleShares {
        schedule: resource.item().clone(),
        title: resource.title().to_owned(),
        team,
        known_since: history.known_since.map(Time::from_micros),
        problem: history.problem.map(|error| error.to_string()).unwrap_or_default(),
        shares: shares(estate, resource.item(), &history.people, window),
    };
    (shares, history.people)
}
