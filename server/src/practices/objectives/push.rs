//! Counts that are pushed, for what no source is asked for.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use kernel::{SpaceId, Time};
use objectives::Counts;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::keep::{self, Heard};
use super::live::DAY;
use super::routes::{ObjectivePath, found};
use crate::access::{Action, Caller, may};
use crate::app::App;
use crate::extract::{Json, Path};
use crate::intake::sender;
use crate::problem::{Answer, Problem};

const MINUTE: i64 = 60_000_000;
/// Minutes of one request at most: a week.
const MINUTES_MAX: usize = 10_080;
/// Clocks of senders may be ahead by so many minutes.
const AHEAD: i64 = 5;

/// The route of pushed counts.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(push))
}

/// Counts of minutes.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PushedCounts {
    /// The minutes; each replaces what was known of it.
    #[schema(min_items = 1, max_items = 10080)]
    minutes: Vec<PushedMinute>,
}

/// Counts of one minute.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PushedMinute {
    /// Any moment of the minute.
    at: Time,
    /// How many events were good.
    good: u64,
    /// How many there were.
    total: u64,
}

/// What was taken.
#[derive(Debug, Serialize, ToSchema)]
struct CountsTaken {
    /// How many minutes.
    accepted: usize,
}

/// The space of whoever pushes: somebody who is signed in, or the holder of an integration key.
struct Pusher(SpaceId);

impl FromRequestParts<App> for Pusher {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Answer<Pusher> {
        // Whoever is signed in needs no key.
        let caller = Caller::from_request_parts(parts, app).await;
        if let Ok(caller) = caller
            && !parts.headers.contains_key(header::AUTHORIZATION)
        {
            may(&caller, Action::Respond, &[])?;
            return Ok(Pusher(caller.space));
        }
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0);
        let peer = peer.unwrap_or(SocketAddr::from(([0, 0, 0, 0], 0)));
        let sender = sender(app, &parts.headers, parts.uri.query(), peer, "objectives").await?;
        Ok(Pusher(sender.space))
    }
}

/// Takes counts by the minute. All are taken, or none. Sending a minute again replaces it.
#[utoipa::path(post, path = "/objectives/{name}/counts", tag = "objectives",
    params(ObjectivePath), request_body = PushedCounts, security((), ("integration_key" = [])),
    responses((status = 200, description = "They are on disk", body = CountsTaken),
        (status = 401, description = "The key is not known", body = Problem),
        (status = 409, description = "A source is asked for this objective", body = Problem),
        (status = 422, description = "A minute is wrong; nothing was taken", body = Problem)))]
async fn push(
    State(app): State<App>,
    Pusher(space): Pusher,
    Path(ObjectivePath { name }): Path<ObjectivePath>,
    Json(pushed): Json<PushedCounts>,
) -> Answer<Json<CountsTaken>> {
    let snapshot = app.estate.snapshot(&space);
    let known = found(&snapshot, &name)?;
    if let Some(asked) = &known.spec.indicator.source {
        let message = format!("{} is asked for this objective", asked.item());
        return Err(Problem::new(StatusCode::CONFLICT, "asked", message)
            .remedy("take `source` out of its indicator to push its counts"));
    }
    if !known.spec.indicator.parts.is_empty() {
        let message = "this objective is composed of others";
        return Err(Problem::new(StatusCode::CONFLICT, "composed", message)
            .remedy("push the counts of its parts"));
    }
    let minutes = checked(&app, &pushed.minutes)?;
    if known.spec.indicator.records.is_some() {
        let message = "this objective counts Operate's own records";
        return Err(Problem::new(StatusCode::CONFLICT, "recorded", message)
            .remedy("take `records` out of its indicator to push its counts"));
    }
    let heard = Heard { objective: name, minutes, asked: None };
    keep::keep(&app, &space, vec![heard]).await?;
    Ok(Json(CountsTaken { accepted: pushed.minutes.len() }))
}

fn checked(app: &App, minutes: &[PushedMinute]) -> Answer<Vec<(i64, Counts)>> {
    if minutes.is_empty() || minutes.len() > MINUTES_MAX {
        let message = format!("send from 1 to {MINUTES_MAX} minutes at once");
        return Err(Problem::refused(message).at("minutes"));
    }
    let now = app.world.now().micros().div_euclid(MINUTE);
    let oldest = now - i64::from(app.config.objectives.retention_days) * DAY;
    let one = |(index, pushed): (usize, &PushedMinute)| {
        let wrong = |field: &str, message: String| {
            Err(Problem::refused(message).at(format!("minutes[{index}].{field}")))
        };
        let minute = pushed.at.micros().div_euclid(MINUTE);
        if minute > now + AHEAD {
            return wrong("at", format!("{} lies ahead", pushed.at));
        }
        if minute < oldest {
            return wrong("at", format!("{} is older than counts are kept", pushed.at));
        }
        if pushed.good > pushed.total {
            let message = format!("{} of {} events cannot be good", pushed.good, pushed.total);
            return wrong("good", message);
        }
        if pushed.total > 1 << 40 {
            return wrong("total", format!("{} events are more than a minute holds", pushed.total));
        }
        Ok((minute, Counts::whole(pushed.good, pushed.total)))
    };
    let mut all = minutes.iter().enumerate().map(one).collect::<Answer<Vec<_>>>()?;
    // Of the same minute twice the later one counts.
    all.reverse();
    let mut seen = std::collections::BTreeSet::new();
    all.retain(|(minute, _)| seen.insert(*minute));
    Ok(all)
}
