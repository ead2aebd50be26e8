//! HTTP faces of the calendars in which people keep their leave.

use ::oncall::hits::Told;
use ::oncall::leave::Counts;
use axum::extract::State;
use axum::http::StatusCode;
use calendar::Spans;
use kernel::{LeaveCalendarId, Refusal};
use serde::{Deserialize, Serialize};
use spine::{Denied, Fault};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Calendar, EVERY, MOST, follow, said, store};
use crate::access::Caller;
use crate::access::token::hash;
use crate::app::App;
use crate::extract::{Json, Path};
use crate::practices::oncall::people::{PersonPath, find, may_try};
use crate::problem::{Answer, Problem};

/// Longest title, in characters.
const TITLE_CHARS_MAX: usize = 60;

/// Every route of calendars with leave.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(calendars, add_calendar))
        .routes(routes!(remove_calendar))
        .routes(routes!(read_calendar))
}

/// The calendar that an address names.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct CalendarPath {
    /// The person.
    name: String,
    /// The calendar (`lvc_…`).
    calendar: LeaveCalendarId,
}

/// The calendars in which a person keeps their leave.
#[derive(Debug, Serialize, ToSchema)]
struct LeaveCalendars {
    /// The oldest first.
    items: Vec<Calendar>,
    /// How many one person may have.
    most: usize,
    /// Whether you may add and remove them.
    may_change: bool,
}

/// A calendar to be read from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewLeaveCalendar {
    /// Its secret address in iCal format, which is shown to nobody afterwards.
    #[schema(max_length = 2048, example = "https://calendar.example.org/ada/secret.ics")]
    address: String,
    /// What to call it.
    #[schema(min_length = 1, max_length = 60)]
    title: String,
    /// Which of its events mean that the person is away.
    #[serde(default)]
    counts: Counts,
}

/// The calendars in which a person keeps their leave.
#[utoipa::path(get, path = "/people/{name}/calendars", tag = "on-call",
    params(PersonPath),
    responses((status = 200, description = "Their calendars", body = LeaveCalendars)))]
async fn calendars(
    State(app): State<App>,
    caller: Caller,
    Path(PersonPath { name }): Path<PersonPath>,
) -> Answer<Json<LeaveCalendars>> {
    let (person, _) = find(&app, &caller, &name)?;
    let items = store::of_person(&mut app.db.reader().await?, &caller.space, &person).await?;
    let may_change = may_try(&caller, &person).is_ok();
    Ok(Json(LeaveCalendars { items, most: MOST, may_change }))
}

/// Reads leave from a calendar from now on: at once, and then every quarter of an hour. What it
/// says becomes absences, as if somebody had entered them. You may add your own; administrators may
/// add everybody's.
#[utoipa::path(post, path = "/people/{name}/calendars", tag = "on-call",
    request_body = NewLeaveCalendar, params(PersonPath),
    responses((status = 201, description = "The calendar, read", body = Calendar)))]
async fn add_calendar(
    State(app): State<App>,
    caller: Caller,
    Path(PersonPath { name }): Path<PersonPath>,
    Json(asked): Json<NewLeaveCalendar>,
) -> Answer<(StatusCode, Json<Calendar>)> {
    let (person, _) = find(&app, &caller, &name)?;
    may_try(&caller, &person)?;
    let title = asked.title.trim().to_owned();
    if !(1..=TITLE_CHARS_MAX).contains(&title.chars().count()) {
        let message = format!("a title has 1 to {TITLE_CHARS_MAX} characters");
        return Err(Problem::refused(message).at("title"));
    }
    let at_address = |why: String| Problem::refused(why).at("address");
    let url = app.calendars.address(&asked.address).map_err(|error| at_address(error.detail))?;
    let now = app.world.now();
    let calendar = Calendar {
        space: caller.space.clone(),
        id: app.moment(caller.actor()).id(),
        person,
        title,
        counts: asked.counts,
        print: hash(url.as_str()),
        sealed: app.keys.seal(url.as_str().as_bytes(), &app.world)?,
        absences: 0,
        made_by: caller.actor(),
        made_at: now,
        read_at: None,
        failing_since: None,
        failure: None,
        told: Told::default(),
    };
    // What cannot be read now is not kept: the mistake is told to whoever made it.
    let first = said(&app, &calendar).await.map_err(at_address)?;
    let kept = calendar.clone();
    let work = app.db.write::<_, Denied, _>(move |tx| {
        Box::pin(async move {
            let known = store::of_person(tx, &kept.space, &kept.person).await?;
            if known.len() >= MOST {
                let message = format!("there are {MOST} calendars; remove one of them first");
                return Err(Refusal::not_allowed(message).into());
            }
            if !store::insert(tx, &kept, now + EVERY).await? {
                let message = "leave is read from this calendar already";
                return Err(Refusal::not_allowed(message).into());
            }
            kept.tell(tx, "added", &kept.made_by, now).await?;
            Ok(())
        })
    });
    work.await?;
    let id = calendar.id;
    follow(&app, &calendar, &first).await?;
    Ok((StatusCode::CREATED, Json(found(&app, &caller, &name, id).await?)))
}

/// Reads a calendar now.
#[utoipa::path(post, path = "/people/{name}/calendars/{calendar}/read", tag = "on-call",
    params(CalendarPath),
    responses((status = 200, description = "The calendar, read", body = Calendar)))]
async fn read_calendar(
    State(app): State<App>,
    caller: Caller,
    Path(CalendarPath { name, calendar }): Path<CalendarPath>,
) -> Answer<Json<Calendar>> {
    let kept = found(&app, &caller, &name, calendar).await?;
    may_try(&caller, &kept.person)?;
    match said(&app, &kept).await {
        Ok(said) => follow(&app, &kept, &said).await?,
        Err(why) => super::failed(&app, kept, why).await?,
    }
    Ok(Json(found(&app, &caller, &name, calendar).await?))
}

/// Reads a calendar no longer: absences to come that it made are taken back, and one that runs ends
/// now. What is over stays.
#[utoipa::path(delete, path = "/people/{name}/calendars/{calendar}", tag = "on-call",
    params(CalendarPath),
    responses((status = 204, description = "It is not read any more")))]
async fn remove_calendar(
    State(app): State<App>,
    caller: Caller,
    Path(CalendarPath { name, calendar }): Path<CalendarPath>,
) -> Answer<StatusCode> {
    let kept = found(&app, &caller, &name, calendar).await?;
    may_try(&caller, &kept.person)?;
    let (actor, now, gone) = (caller.actor(), app.world.now(), kept.clone());
    let work = app.db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move {
            let found = store::delete(tx, &gone.space, gone.id).await?;
            if found {
                gone.tell(tx, "removed", &actor, now).await?;
            }
            Ok(())
        })
    });
    work.await?;
    follow(&app, &kept, &Spans::EMPTY).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The calendar of that person.
async fn found(
    app: &App,
    caller: &Caller,
    name: &str,
    calendar: LeaveCalendarId,
) -> Answer<Calendar> {
    let (person, _) = find(app, caller, name)?;
    let kept = store::one(&mut app.db.reader().await?, &caller.space, calendar).await?;
    let own = kept.filter(|kept| kept.person == person);
    own.ok_or_else(|| Problem::not_found("calendar"))
}
