//! HTTP faces of the calendars of layers.

use ::oncall::fed::LeftOut;
use axum::extract::State;
use estate::ScheduleSpec;
use kernel::{ItemRef, SpaceId, Time};
use serde::{Deserialize, Serialize};
use spine::Conn;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{LayerRef, read, settle, store};
use crate::access::Caller;
use crate::app::App;
use crate::extract::{Json, Path};
use crate::practices::oncall::{mandate, schedules};
use crate::problem::{Answer, Problem};

/// Every route of calendars of layers.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(read_now))
}

/// A calendar elsewhere that says who is on call by a layer.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ScheduleCalendar)]
pub struct LayerCalendarView {
    /// The layer.
    pub layer: String,
    /// When it was last read; what it said then holds. `null` before the first time.
    pub read_at: Option<Time>,
    /// Since when it cannot be read.
    pub failing_since: Option<Time>,
    /// Why not, and what to do.
    pub failure: Option<String>,
    /// How many shifts from now on it says there are.
    pub shifts: usize,
    /// What of it makes no shift, such as events that name nobody who is known; the first hundred.
    pub left_out: Vec<LeftOut>,
    /// How much of it makes no shift.
    pub left_out_count: usize,
}

/// The layer that an address names.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct LayerPath {
    /// The name of the schedule in the estate.
    name: String,
    /// The name of the layer.
    layer: String,
}

/// The calendars that a schedule names now, as they were last read.
///
/// # Errors
/// When the database refuses.
pub async fn views(
    conn: &mut Conn,
    space: &SpaceId,
    (schedule, spec): (&ItemRef, &ScheduleSpec),
    now: Time,
) -> Answer<Vec<LayerCalendarView>> {
    let named: Vec<&str> = spec
        .layers
        .iter()
        .filter(|layer| layer.calendar.is_some())
        .map(|layer| layer.name.as_str())
        .collect();
    if named.is_empty() {
        return Ok(Vec::new());
    }
    let known = store::of_schedule(conn, space, schedule).await?;
    let view = |layer: &str| {
        let found = known.iter().find(|known| known.of.layer == layer);
        let kept = found.map(|known| known.kept.clone()).unwrap_or_default();
        LayerCalendarView {
            layer: layer.to_owned(),
            read_at: found.and_then(|known| known.read_at),
            failing_since: found.and_then(|known| known.failing_since),
            failure: found.and_then(|known| known.failure.clone()),
            shifts: kept.shifts.iter().filter(|shift| shift.end > now).count(),
            left_out: kept.left_out,
            left_out_count: kept.left_out_count,
        }
    };
    Ok(named.into_iter().map(view).collect())
}

/// Reads the calendar of a layer now. For members of the schedule's team.
#[utoipa::path(post, path = "/schedules/{name}/calendars/{layer}/read", tag = "on-call",
    params(LayerPath),
    responses((status = 200, description = "The calendar, read", body = LayerCalendarView)))]
async fn read_now(
    State(app): State<App>,
    caller: Caller,
    Path(LayerPath { name, layer }): Path<LayerPath>,
) -> Answer<Json<LayerCalendarView>> {
    let snapshot = app.estate.snapshot(&caller.space);
    let (schedule, spec) = schedules::find(&snapshot.estate, &name)?;
    let teams = mandate::of_item(&snapshot.estate, &schedule);
    mandate::of_teams(&caller, &snapshot.estate, &teams)?;
    let missing = || Problem::not_found("layer with a calendar");
    let of = LayerRef { schedule: schedule.clone(), layer };
    settle(&app, &caller.space, &super::addresses(&snapshot.estate)).await?;
    let known = store::of_schedule(&mut app.db.reader().await?, &caller.space, &schedule).await?;
    let known = known.into_iter().find(|known| known.of == of).ok_or_else(missing)?;
    read(&app, &caller.space, known).await?;
    let mut conn = app.db.reader().await?;
    let views = views(&mut conn, &caller.space, (&schedule, &spec), app.world.now()).await?;
    let found = views.into_iter().find(|view| view.layer == of.layer);
    found.map(Json).ok_or_else(missing)
}
