//! Why an alert was told, or was not.

use axum::extract::State;
use kernel::AlertId;
use serde::Deserialize;
use spine::engine;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::explain;
use super::way::Explanation;
use crate::access::Caller;
use crate::app::App;
use crate::extract::{Json, Path};
use crate::practices::alerts::store::ALERTS;
use crate::problem::{Answer, Problem};

/// The routes of notifications.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(explain))
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct AlertPath {
    /// Its id (`alr_…`).
    id: AlertId,
}

/// Explains why an alert was told to somebody, or was not.
#[utoipa::path(get, path = "/alerts/{id}/explanation", tag = "alerts", params(AlertPath),
    responses((status = 200, description = "The way of the alert", body = Explanation)))]
async fn explain(
    State(app): State<App>,
    caller: Caller,
    Path(AlertPath { id }): Path<AlertPath>,
) -> Answer<Json<Explanation>> {
    let mut conn = app.db.reader().await?;
    let warm =
        app.alerts.read(&caller.space, |space| space.and_then(|space| space.by_id(id)).cloned());
    let alert = match warm {
        Some(alert) => alert.record.clone(),
        None => engine::load(&mut conn, &ALERTS, &caller.space, id)
            .await?
            .map(|found| found.record)
            .ok_or_else(|| Problem::not_found("alert"))?,
    };
    Ok(Json(explain::of(&app, &mut conn, &caller.space, &alert).await?))
}
