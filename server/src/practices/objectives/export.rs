//! The raw minutes behind every figure, as CSV or JSON.

use std::fmt::Write as _;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use calendar::Span;
use kernel::Time;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::live::{self, DAY};
use super::routes::{ObjectivePath, found};
use crate::access::Caller;
use crate::app::App;
use crate::extract::{Json, Path, Query};
use crate::problem::{Answer, Problem};

const MINUTE: i64 = 60_000_000;
/// Minutes of one answer at most: a year and a bit.
const MINUTES_MAX: i64 = 400 * DAY;

/// The route of raw minutes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(minutes))
}

/// Which form is wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum MinutesFormat {
    /// A list of objects.
    #[default]
    Json,
    /// Lines with commas.
    Csv,
}

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct MinutesQuery {
    /// From when on; the last day if not said.
    from: Option<Time>,
    /// Until when; now if not said.
    to: Option<Time>,
    /// `json` or `csv`.
    #[param(inline)]
    format: MinutesFormat,
}

/// What was counted in a minute.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
struct RawMinute {
    /// When it began.
    at: Time,
    /// How many events were good.
    good: f64,
    /// How many there were.
    total: f64,
}

/// Minutes, as they were counted.
#[derive(Debug, Serialize, ToSchema)]
struct RawMinutes {
    /// The minutes of which something is known, in order; all others are unknown.
    minutes: Vec<RawMinute>,
    /// How many minutes of the time are unknown.
    unknown: i64,
}

/// The minutes that figures are reckoned from. What is not among them is unknown.
#[utoipa::path(get, path = "/objectives/{name}/minutes", tag = "objectives",
    params(ObjectivePath, MinutesQuery),
    responses((status = 200, description = "The minutes; as CSV where that was asked for",
        content((RawMinutes = "application/json"), (String = "text/csv")))))]
async fn minutes(
    State(app): State<App>,
    caller: Caller,
    Path(ObjectivePath { name }): Path<ObjectivePath>,
    Query(asked): Query<MinutesQuery>,
) -> Answer<Response> {
    let snapshot = app.estate.snapshot(&caller.space);
    found(&snapshot, &name)?;
    let now = app.world.now().micros().div_euclid(MINUTE);
    let until = asked.to.map_or(now, |to| to.micros().div_euclid(MINUTE));
    let from = asked.from.map_or(until - DAY, |from| from.micros().div_euclid(MINUTE));
    if from >= until || until - from > MINUTES_MAX {
        let message = "the time ends before it begins, or is longer than 400 days";
        return Err(Problem::refused(message).at("from"));
    }
    let first = from.div_euclid(DAY) * DAY;
    let buckets = live::stored(&app.db, &caller.space, &name, (first, until)).await?;
    let known: Vec<RawMinute> = (from..until)
        .filter_map(|minute| {
            let counts = buckets.minute(minute)?;
            let at = Time::from_micros(minute * MINUTE);
            Some(RawMinute { at, good: counts.good(), total: counts.total() })
        })
        .collect();
    let sum = buckets.sum(Span::new(from * MINUTE, until * MINUTE));
    let unknown = sum.unknown_micros / MINUTE;
    if asked.format == MinutesFormat::Json {
        return Ok(Json(RawMinutes { minutes: known, unknown }).into_response());
    }
    let mut text = String::from("at,good,total\n");
    for minute in &known {
        let RawMinute { at, good, total } = minute;
        // Writing to a text cannot fail.
        let _ = writeln!(text, "{at},{good},{total}");
    }
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}-minutes.csv\"")),
    ];
    Ok((headers, text).into_response())
}
