//! Shifts for calendar programs: a secret address for each person and each schedule, which the
//! program reads again and again. It needs no session; whoever knows it sees the shifts.

use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Router, extract};
use calendar::{Entry, Span};
use estate::{Estate, Spec};
use kernel::{Actor, Fact, ItemRef, Time};
use serde::Serialize;
use serde_json::json;
use spine::journal::{self, Stamp};
use spine::{Denied, Fault};
use utoipa::ToSchema;

use super::away::{self, PersonPath};
use super::schedules::{self, SchedulePath};
use super::store::{self, Feed};
use crate::access::token::{Secret, fits, hash};
use crate::access::{Action, Address, Caller, may};
use crate::app::App;
use crate::extract::{Json, Path};
use crate::practices::estate::store as resources;
use crate::problem::{Answer, Problem};

/// How far back shifts are shown.
const BACK: Duration = Duration::from_secs(4 * 7 * 86_400);
/// How far ahead they are.
const AHEAD: Duration = Duration::from_secs(26 * 7 * 86_400);
/// The window moves once a day, so that in between what is unchanged reads the same.
const DAY: i64 = 86_400_000_000;
/// What secrets of feeds begin with.
const SECRET_PREFIX: &str = "opf_";
/// How often it is written down that a feed is read.
const USED_EVERY: Duration = Duration::from_secs(3600);
/// What shifts follow from.
const KINDS: [&str; 4] = ["absence", "person", "schedule", "shiftoverride"];

/// The route of the feeds themselves, for programs that have nothing but the address.
pub fn public_routes() -> Router<App> {
    Router::new().route("/feeds/{id}/{file}", get(read))
}

/// A feed as people see it: its address was shown once.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FeedView {
    /// The feed; none: there is none yet.
    feed: Option<MadeAt>,
    /// Whether you may make, replace and revoke it.
    may_change: bool,
}

/// When a feed was made, and whether it is read.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ShiftFeed)]
struct MadeAt {
    /// Who made it.
    #[schema(value_type = String)]
    made_by: Actor,
    /// When.
    made_at: Time,
    /// When a program last read it, to the hour.
    used_at: Option<Time>,
}

/// A new feed.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MadeFeed {
    /// The address, which is shown this once: whoever knows it sees the shifts.
    url: String,
}

/// Whether a person's shifts can be read by a calendar program.
#[utoipa::path(get, path = "/people/{name}/feed", tag = "on-call", params(PersonPath),
    responses((status = 200, description = "The feed", body = FeedView)))]
pub(super) async fn of_person(
    State(app): State<App>,
    caller: Caller,
    Path(PersonPath { name }): Path<PersonPath>,
) -> Answer<Json<FeedView>> {
    let person = away::find(&app.estate.snapshot(&caller.space).estate, &name)?;
    let allowed = may_have(&caller, &person).is_ok();
    shown(&app, &caller, &person, allowed).await
}

/// Makes an address under which a calendar program reads a person's shifts. It is shown this once
/// and takes the place of the one before.
#[utoipa::path(post, path = "/people/{name}/feed", tag = "on-call", params(PersonPath),
    responses((status = 200, description = "The address", body = MadeFeed)))]
pub(super) async fn make_of_person(
    State(app): State<App>,
    caller: Caller,
    Path(PersonPath { name }): Path<PersonPath>,
) -> Answer<Json<MadeFeed>> {
    let person = away::find(&app.estate.snapshot(&caller.space).estate, &name)?;
    may_have(&caller, &person)?;
    make(&app, &caller, person).await
}

/// Revokes the address under which a person's shifts are read.
#[utoipa::path(delete, path = "/people/{name}/feed", tag = "on-call", params(PersonPath),
    responses((status = 204, description = "It does not work any more")))]
pub(super) async fn revoke_of_person(
    State(app): State<App>,
    caller: Caller,
    Path(PersonPath { name }): Path<PersonPath>,
) -> Answer<StatusCode> {
    let person = away::find(&app.estate.snapshot(&caller.space).estate, &name)?;
    may_have(&caller, &person)?;
    revoke(&app, &caller, person).await
}

/// Whether the shifts of a schedule can be read by a calendar program.
#[utoipa::path(get, path = "/schedules/{name}/feed", tag = "on-call", params(SchedulePath),
    responses((status = 200, description = "The feed", body = FeedView)))]
pub(super) async fn of_schedule(
    State(app): State<App>,
    caller: Caller,
    Path(SchedulePath { name }): Path<SchedulePath>,
) -> Answer<Json<FeedView>> {
    let (schedule, teams) = schedule_of(&app, &caller, &name)?;
    let allowed = may(&caller, Action::Respond, &teams).is_ok();
    shown(&app, &caller, &schedule, allowed).await
}

/// Makes an address under which a calendar program reads the shifts of a schedule. It is shown
/// this once and takes the place of the one before.
#[utoipa::path(post, path = "/schedules/{name}/feed", tag = "on-call", params(SchedulePath),
    responses((status = 200, description = "The address", body = MadeFeed)))]
pub(super) async fn make_of_schedule(
    State(app): State<App>,
    caller: Caller,
    Path(SchedulePath { name }): Path<SchedulePath>,
) -> Answer<Json<MadeFeed>> {
    let (schedule, teams) = schedule_of(&app, &caller, &name)?;
    may(&caller, Action::Respond, &teams)?;
    make(&app, &caller, schedule).await
}

/// Revokes the address under which the shifts of a schedule are read.
#[utoipa::path(delete, path = "/schedules/{name}/feed", tag = "on-call", params(SchedulePath),
    responses((status = 204, description = "It does not work any more")))]
pub(super) async fn revoke_of_schedule(
    State(app): State<App>,
    caller: Caller,
    Path(SchedulePath { name }): Path<SchedulePath>,
) -> Answer<StatusCode> {
    let (schedule, teams) = schedule_of(&app, &caller, &name)?;
    may(&caller, Action::Respond, &teams)?;
    revoke(&app, &caller, schedule).await
}

fn schedule_of(app: &App, caller: &Caller, name: &str) -> Answer<(ItemRef, Vec<ItemRef>)> {
    let snapshot = app.estate.snapshot(&caller.space);
    let (item, spec) = schedules::find(&snapshot.estate, name)?;
    Ok((item, spec.team.iter().map(|team| team.item().clone()).collect()))
}

/// Your own, whatever your role; those of others are for administrators.
fn may_have(caller: &Caller, person: &ItemRef) -> Result<(), kernel::Refusal> {
    match caller.person().as_ref() == Some(person) {
        true => Ok(()),
        false => may(caller, Action::Administer, &[]),
    }
}

async fn shown(
    app: &App,
    caller: &Caller,
    owner: &ItemRef,
    may_change: bool,
) -> Answer<Json<FeedView>> {
    let found = store::feed_of(&mut app.db.reader().await?, &caller.space, owner).await?;
    let feed = found.map(|feed| MadeAt {
        made_by: feed.made_by,
        made_at: feed.made_at,
        used_at: feed.used_at,
    });
    Ok(Json(FeedView { feed, may_change }))
}

async fn make(app: &App, caller: &Caller, owner: ItemRef) -> Answer<Json<MadeFeed>> {
    let secret = Secret::fresh(SECRET_PREFIX, &app.world);
    let feed = Feed {
        owner,
        id: format!("{:032x}", app.world.seed()),
        secret_hash: secret.hash(),
        made_by: caller.actor(),
        made_at: app.world.now(),
        used_at: None,
    };
    let url = format!("{}/feeds/{}/{}.ics", app.config.base_url(), feed.id, secret.reveal());
    let space = caller.space.clone();
    let work = app.db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move {
            store::put_feed(tx, &space, &feed).await?;
            let stamp =
                Stamp { space: &space, at: feed.made_at, actor: &feed.made_by, cause: None };
            journal::append(tx, &stamp, &[fact(&feed.owner, "shift_feed.made")]).await
        })
    });
    work.await?;
    Ok(Json(MadeFeed { url }))
}

async fn revoke(app: &App, caller: &Caller, owner: ItemRef) -> Answer<StatusCode> {
    let (space, actor, at) = (caller.space.clone(), caller.actor(), app.world.now());
    let work = app.db.write::<_, Denied, _>(move |tx| {
        Box::pin(async move {
            if !store::delete_feed(tx, &space, &owner).await? {
                return Err(Denied::Missing("feed"));
            }
            let stamp = Stamp { space: &space, at, actor: &actor, cause: None };
            Ok(journal::append(tx, &stamp, &[fact(&owner, "shift_feed.revoked")]).await?)
        })
    });
    work.await?;
    Ok(StatusCode::NO_CONTENT)
}

fn fact(owner: &ItemRef, kind: &str) -> Fact {
    Fact { subject: format!("item:{owner}"), kind: kind.to_owned(), data: json!({}).into() }
}

/// The shifts, for whoever knows the address.
async fn read(
    State(app): State<App>,
    address: Address,
    extract::Path((id, file)): extract::Path<(String, String)>,
    headers: HeaderMap,
) -> Answer<Response> {
    let now = app.world.now();
    app.access.reads_feed(&address, now)?;
    let missing = || Problem::not_found("feed");
    let secret = file.strip_suffix(".ics").ok_or_else(missing)?;
    let mut conn = app.db.reader().await?;
    let (space, feed) = store::feed_by_id(&mut conn, &id).await?.ok_or_else(missing)?;
    if !fits(secret, &feed.secret_hash) {
        return Err(missing());
    }
    let changed = resources::changed_at(&mut conn, &space, &KINDS).await?.unwrap_or(feed.made_at);
    drop(conn);
    let snapshot = app.estate.snapshot(&space);
    let text = written(&snapshot.estate, &feed.owner, (now, changed))?.ok_or_else(missing)?;
    note_use(&app, &feed, now).await?;
    let tag = format!("\"{}\"", &hash(&text)[..32]);
    let same = |known: &str| known.split(',').any(|known| known.trim() == tag);
    let known = headers.get(header::IF_NONE_MATCH).and_then(|known| known.to_str().ok());
    let unchanged = known.is_some_and(same);
    let told = [
        (header::ETAG, tag),
        (header::CACHE_CONTROL, "private, no-cache".to_owned()),
        (header::CONTENT_TYPE, "text/calendar; charset=utf-8".to_owned()),
    ];
    Ok(match unchanged {
        true => (StatusCode::NOT_MODIFIED, told).into_response(),
        false => (told, text).into_response(),
    })
}

/// The file; none when its owner is not there any more.
fn written(
    estate: &Estate,
    owner: &ItemRef,
    (now, changed): (Time, Time),
) -> Answer<Option<String>> {
    let Some(resource) = estate.get(owner) else { return Ok(None) };
    let today = now.micros() - now.micros().rem_euclid(DAY);
    let today = Time::from_micros(today);
    let window = Span::new((today - BACK).micros(), (today + AHEAD).micros());
    let entries: Vec<Entry> = match &resource.spec {
        Spec::Schedule(_) => estate
            .schedule_entries(owner, window, changed.micros())
            .map_err(|error| Problem::refused(error.to_string()))?,
        Spec::Person(_) => estate.person_entries(owner, window, changed.micros()),
        _ => return Ok(None),
    };
    let name = match owner.kind() {
        "schedule" => resource.title().to_owned(),
        _ => format!("On call: {}", resource.title()),
    };
    Ok(Some(calendar::ical_file(&name, &entries)))
}

async fn note_use(app: &App, feed: &Feed, now: Time) -> Result<(), Fault> {
    if feed.used_at.is_some_and(|last| now.since(last) < USED_EVERY) {
        return Ok(());
    }
    let id = feed.id.clone();
    app.db
        .write::<_, Fault, _>(move |tx| {
            Box::pin(async move { store::use_feed(tx, &id, now).await })
        })
        .await
}
