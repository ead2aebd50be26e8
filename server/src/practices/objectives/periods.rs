//! What became of an objective in each period of the past: judged by the target that held then.

use ::contracts::compliance::{Agreement, Performance, Period, PeriodUnit, Seen, figures, periods};
use axum::extract::State;
use estate::{ContractPeriod, ObjectiveSpec};
use kernel::Time;
use objectives::Window;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::routes::{ObjectivePath, found};
use crate::access::Caller;
use crate::app::App;
use crate::extract::{Json, Path};
use crate::listing::Items;
use crate::practices::contracts::gather;
use crate::problem::{Answer, Problem};

/// So far back periods are told: a year.
const BACK_MICROS: i64 = 365 * 86_400_000_000;

/// The route of past periods.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(past))
}

/// What became of an objective in a period.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct ObjectivePeriod {
    /// Which.
    period: Period,
    /// Reached, promised by the target that held then, and whether it was kept.
    #[serde(flatten)]
    performance: Performance,
}

/// What became of an objective in each period of the last year, the newest first: periods of its
/// own window where that is one of the calendar, months otherwise. Each is judged by the target
/// that held then; periods in which nothing was counted are left out.
#[utoipa::path(get, path = "/objectives/{name}/periods", tag = "objectives",
    params(ObjectivePath),
    responses((status = 200, description = "The periods", body = Items<ObjectivePeriod>)))]
async fn past(
    State(app): State<App>,
    caller: Caller,
    Path(ObjectivePath { name }): Path<ObjectivePath>,
) -> Answer<Json<Items<ObjectivePeriod>>> {
    let (snapshot, now) = (app.estate.snapshot(&caller.space), app.world.now());
    let known = found(&snapshot, &name)?;
    let zone = known.spec.window.time_zone.as_deref().unwrap_or("UTC");
    let back = Window::calendar(unit(known.spec).engine(), zone);
    let begin = back.at(now.micros() - BACK_MICROS);
    let begin = begin.map_err(|error| Problem::refused(error.to_string()))?.from;
    let objective = known.resource.item().clone();
    let agreement: Agreement = gather::unpromised(
        (&snapshot.estate, now),
        (&known.spec.item, vec![objective]),
        // Its working time is among what it leaves out, with its reason.
        None,
        (Time::from_micros(begin), unit(known.spec), zone),
    );
    let mut conn = app.db.reader().await?;
    let of = (&snapshot.estate, &[&agreement][..]);
    let times = (agreement.start, now);
    let counted = app.counts.of(&mut conn, &caller.space, of, times).await?;
    let seen = Seen { counted, ..Seen::default() };
    let told = periods(&agreement, now).into_iter().rev().filter_map(|period| {
        let performance = figures(&agreement, &period, &seen, now).performance.pop()?;
        (performance.total > 0.0).then_some(ObjectivePeriod { period, performance })
    });
    Ok(Json(Items { items: told.collect() }))
}

/// Over what periods its past is told.
fn unit(spec: &ObjectiveSpec) -> PeriodUnit {
    match spec.window.calendar {
        Some(ContractPeriod::Week) => PeriodUnit::Week,
        Some(ContractPeriod::Quarter) => PeriodUnit::Quarter,
        Some(ContractPeriod::Year) => PeriodUnit::Year,
        Some(ContractPeriod::Month) | None => PeriodUnit::Month,
    }
}
