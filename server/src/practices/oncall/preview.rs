//! What would happen, had something broken at some time.

use axum::extract::State;
use estate::CallingPreview;
use kernel::{ItemRef, Priority, Time};
use serde::Deserialize;
use utoipa::IntoParams;

use super::store;
use crate::access::Caller;
use crate::app::App;
use crate::extract::{Json, Query};
use crate::problem::{Answer, Problem};

/// What is asked.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PreviewQuery {
    /// What breaks (`service/orders`, `team/shop`), or an escalation policy.
    item: ItemRef,
    /// The priority of the incident.
    #[param(inline)]
    priority: Priority,
    /// When it is opened; now when not said.
    at: Option<Time>,
}

/// Whom an incident would call, when, and how, if nobody answered.
#[utoipa::path(get, path = "/on-call/preview", tag = "on-call", params(PreviewQuery),
    responses((status = 200, description = "What would happen", body = CallingPreview)))]
pub(super) async fn preview(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<PreviewQuery>,
) -> Answer<Json<CallingPreview>> {
    let snapshot = app.estate.snapshot(&caller.space);
    let at = query.at.unwrap_or_else(|| app.world.now());
    let turns = store::turns(&mut app.db.reader().await?, &caller.space).await?;
    let found = snapshot.estate.preview(&query.item, query.priority, at, &turns);
    found.map(Json).ok_or_else(|| Problem::not_found("escalation policy for this item"))
}
