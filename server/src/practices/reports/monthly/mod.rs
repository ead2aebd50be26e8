//! The operations report of a month: one page of a product or service, as JSON, as a table, and in
//! mails. It reckons nothing itself: every figure is that of another report.

mod changes;
mod csv;
mod gather;
mod key;
mod told;
pub mod views;

use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, header};
use kernel::ItemRef;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use gather::{Wanted, draw, name_of};
pub use told::lines;
use views::MonthlyReport;

use crate::access::Caller;
use crate::app::App;
use crate::extract::{Json, Query};
use crate::problem::{Answer, Problem};

/// The routes of the report.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(monthly)).routes(routes!(monthly_csv))
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct MonthlyQuery {
    /// The product, or another item that can break: `product/shop`.
    item: ItemRef,
    /// The month: `2026-10`; the last one that is over and was watched if not said.
    #[serde(default)]
    #[param(max_length = 16)]
    month: Option<String>,
    /// The zone in whose midnights months begin, by its IANA name; UTC when not said.
    #[serde(default)]
    time_zone: Option<String>,
}

impl MonthlyQuery {
    fn wanted(self) -> Wanted {
        let said = |text: Option<String>| text.filter(|text| !text.is_empty());
        let zone = said(self.time_zone).unwrap_or_else(|| "UTC".to_owned());
        Wanted { item: self.item, month: said(self.month), zone }
    }
}

/// The operations report of a month: incidents and how long they took, availability, objectives
/// and contracts, the noisiest alerts, on-call load, planned work and changes; each figure beside
/// that of the month before. What contracts closed is shown as it was closed.
#[utoipa::path(get, path = "/reports/monthly", tag = "reports", params(MonthlyQuery),
    responses((status = 200, description = "The report", body = MonthlyReport)))]
async fn monthly(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<MonthlyQuery>,
) -> Answer<Json<MonthlyReport>> {
    Ok(Json(draw(&app, &caller.space, &query.wanted()).await?))
}

/// The same as a table: figures first, then what stands behind them.
#[utoipa::path(get, path = "/reports/monthly.csv", tag = "reports", params(MonthlyQuery),
    responses((status = 200, description = "The report", body = String,
        content_type = "text/csv")))]
async fn monthly_csv(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<MonthlyQuery>,
) -> Answer<([(HeaderName, HeaderValue); 2], String)> {
    let report = draw(&app, &caller.space, &query.wanted()).await?;
    let file = format!("attachment; filename=\"{}-{}.csv\"", report.item.name(), report.month.name);
    let file = HeaderValue::from_str(&file).map_err(|_| Problem::not_found("report"))?;
    let kind = HeaderValue::from_static("text/csv; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, file)], csv::of(&report)))
}
