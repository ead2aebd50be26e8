//! Whether operation can go on like this: limits of load, toil, and what waits.

use std::collections::BTreeSet;

use axum::extract::State;
use axum::http::HeaderMap;
use incidents::{Incident, ResolutionCode};
use kernel::{IncidentId, ItemRef, SpaceId, Time};
use reports::{Ended, LoadLimits, TeamBacklog, Toil, Waiting, backlog, toil};
use spine::{Conn, Fault};

use super::routes::counts;
use crate::access::{Action, Caller, may};
use crate::app::App;
use crate::commands::Call;
use crate::extract::Json;
use crate::practices::incidents::routes::etag;
use crate::practices::incidents::store::{self as incident_store, word};
use crate::problem::{Answer, Problem};
use crate::settings;

/// Name of the setting.
const NAME: &str = "load-limits";

/// Above what reports warn of load.
///
/// # Errors
/// When the database refuses.
pub(super) async fn limits(conn: &mut Conn, space: &SpaceId) -> Result<LoadLimits, Fault> {
    Ok(settings::get(conn, space, NAME).await?.0)
}

/// Above what reports warn of load.
#[utoipa::path(get, path = "/settings/load-limits", tag = "settings",
    responses((status = 200, description = "The limits", body = LoadLimits,
        headers(("ETag", description = "Their version")))))]
pub(super) async fn get_limits(
    State(app): State<App>,
    caller: Caller,
) -> Answer<(HeaderMap, Json<LoadLimits>)> {
    let mut conn = app.db.reader().await?;
    let (limits, version) = settings::get(&mut conn, &caller.space, NAME).await?;
    Ok((etag(version), Json(limits)))
}

/// Says above what reports warn of load.
#[utoipa::path(put, path = "/settings/load-limits", tag = "settings",
    request_body = LoadLimits, params(Call),
    responses((status = 200, description = "The limits", body = LoadLimits,
        headers(("ETag", description = "Their version")))))]
pub(super) async fn put_limits(
    State(app): State<App>,
    caller: Caller,
    call: Call,
    Json(limits): Json<LoadLimits>,
) -> Answer<(HeaderMap, Json<LoadLimits>)> {
    may(&caller, Action::Administer, &[])?;
    if let Some((field, message)) = limits.wrong() {
        return Err(Problem::refused(message).at(field));
    }
    let version = settings::put(&app, &caller, NAME, &limits, call.expected).await?;
    Ok((etag(version), Json(limits)))
}

/// The toil in what people were called to and what has ended.
pub(super) async fn toil_of(
    conn: &mut Conn,
    space: &SpaceId,
    called_to: &BTreeSet<IncidentId>,
    (from, to): (Time, Time),
    limits: &LoadLimits,
) -> Result<Toil, Fault> {
    let found = incident_store::in_period(conn, space, from, to).await?;
    let called = found.iter().filter(|incident| called_to.contains(&incident.id));
    Ok(toil(&called.filter_map(ended).collect::<Vec<_>>(), limits))
}

fn ended(incident: &Incident) -> Option<Ended> {
    let code = incident.resolution_code?;
    Some(Ended { code: word(code), lasting: code == ResolutionCode::Fixed })
}

/// What waits, of a team or of all, by team.
pub(super) async fn backlog_of(
    conn: &mut Conn,
    space: &SpaceId,
    team: Option<&ItemRef>,
    limits: &LoadLimits,
    now: Time,
) -> Result<Vec<TeamBacklog>, Fault> {
    let open = incident_store::open(conn, space).await?;
    // What is resolved waits for nobody.
    let open = open.into_iter().map(|found| found.record).filter(|one| one.stage.is_open());
    let theirs = open.filter(|one| team.is_none_or(|team| one.team.as_ref() == Some(team)));
    let waiting = theirs.filter(counts).map(|incident| {
        let waiting = Waiting {
            incident: incident.id,
            number: incident.number,
            title: incident.title,
            opened_at: incident.opened_at,
        };
        (incident.team, waiting)
    });
    Ok(backlog(waiting, limits, now))
}
