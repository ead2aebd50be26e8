//! HTTP faces of planned work.

use std::time::Duration;

use axum::extract::State;
use estate::{Spec, Window};
use incidents::expected::Expected;
use kernel::{AlertId, ItemRef, Time};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::store;
use crate::access::Caller;
use crate::app::App;
use crate::extract::{Json, Query};
use crate::problem::Answer;

/// How far ahead windows are shown.
const AHEAD: Duration = Duration::from_secs(30 * 86_400);

/// Every route of planned work.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(maintenance))
}

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct MaintenanceQuery {
    /// Only what is or was expected of this alert.
    alert: Option<AlertId>,
}

/// Planned work, and what it explains.
#[derive(Debug, Serialize, ToSchema)]
struct Maintenance {
    /// The time of the answer.
    now: Time,
    /// The windows that run now, and those of the next thirty days, the earliest first.
    windows: Vec<PlannedWork>,
    /// The alerts that fire now and are expected; of one alert also those that are over.
    expected: Vec<Expected>,
}

/// One window of planned work.
#[derive(Debug, Serialize, ToSchema)]
struct PlannedWork {
    /// The resource that says so.
    window: ItemRef,
    /// What people call it.
    title: String,
    /// What is done.
    reason: String,
    /// When.
    #[serde(flatten)]
    when: Window,
    /// Whether it runs now.
    running: bool,
    /// The items that are worked on.
    items: Vec<ItemRef>,
}

/// Planned work: the windows that run or come, and the alerts that they explain.
#[utoipa::path(get, path = "/maintenance", tag = "incidents", params(MaintenanceQuery),
    responses((status = 200, description = "Windows and expected alerts", body = Maintenance)))]
async fn maintenance(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<MaintenanceQuery>,
) -> Answer<Json<Maintenance>> {
    let now = app.world.now();
    let snapshot = app.estate.snapshot(&caller.space);
    let estate = &snapshot.estate;
    let mut windows = Vec::new();
    for resource in estate.resources() {
        let Spec::MaintenanceWindow(spec) = &resource.spec else { continue };
        let soon = |when: &&Window| when.until() > now && when.start <= now + AHEAD;
        for when in spec.windows.iter().filter(soon) {
            windows.push(PlannedWork {
                window: resource.item().clone(),
                title: resource.title().to_owned(),
                reason: spec.reason.clone(),
                when: *when,
                running: when.runs(now),
                items: estate.covered(spec).into_iter().collect(),
            });
        }
    }
    windows.sort_by_key(|work| (work.when.start, work.window.clone()));
    let mut conn = app.db.reader().await?;
    let expected = match query.alert {
        Some(alert) => store::of_alert(&mut conn, &caller.space, alert).await?,
        None => store::open(&mut conn, &caller.space).await?,
    };
    Ok(Json(Maintenance { now, windows, expected }))
}
