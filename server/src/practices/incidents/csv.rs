//! The list of incidents as a table for spreadsheets (RFC 4180).

use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, header};
use incidents::{Incident, Stamp};
use serde::Serialize;

use super::routes::FilterQuery;
use super::store;
use crate::access::Caller;
use crate::app::App;
use crate::csv::Table;
use crate::extract::Query;
use crate::listing::Page;
use crate::problem::{Answer, Problem};

/// As many incidents as one table holds.
const ROWS_MAX: i64 = 5_000;

const HEAD: [&str; 26] = [
    "number",
    "title",
    "stage",
    "phase",
    "priority",
    "severity",
    "main_item",
    "team",
    "assignee",
    "potential",
    "cause_class",
    "resolution_code",
    "users",
    "services",
    "products",
    "usecases",
    "reopened",
    "opened_at",
    "started",
    "detected",
    "reported",
    "acknowledged",
    "diagnosed",
    "restored",
    "resolved",
    "closed",
];

/// The incidents that match, as a table with a line for each; no more than 5,000.
#[utoipa::path(get, path = "/incidents.csv", tag = "incidents", params(FilterQuery),
    responses((status = 200, description = "The incidents", body = String,
        content_type = "text/csv")))]
pub(super) async fn export(
    State(app): State<App>,
    caller: Caller,
    Query(filter): Query<FilterQuery>,
) -> Answer<([(HeaderName, HeaderValue); 2], String)> {
    let page = Page::first(ROWS_MAX, filter.sorted()?);
    let filter = filter.filter(&app.estate.snapshot(&caller.space).estate);
    let mut conn = app.db.reader().await?;
    let (rows, total) = store::list(&mut conn, &caller.space, &filter, &page).await?;
    if total > ROWS_MAX {
        let text = format!(
            "{total} incidents match, and a table holds {ROWS_MAX}: narrow the filter, such as by \
             `from` and `to`"
        );
        return Err(Problem::refused(text));
    }
    let mut table = Table::default();
    table.row(&HEAD);
    for found in &rows {
        let cells = cells(&found.record);
        let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
        table.row(&cells);
    }
    let kind = HeaderValue::from_static("text/csv; charset=utf-8");
    let file = HeaderValue::from_static("attachment; filename=\"incidents.csv\"");
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, file)], table.text))
}

fn cells(incident: &Incident) -> [String; 26] {
    let (times, affected) = (&incident.times, &incident.affected);
    let at = |stamp: Option<Stamp>| stamp.map(|stamp| stamp.at.to_string()).unwrap_or_default();
    let names = |items: &[kernel::ItemRef]| {
        items.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    };
    [
        incident.number.to_string(),
        incident.title.clone(),
        word(incident.stage),
        word(incident.phase()),
        word(incident.priority),
        word(incident.severity),
        word(&incident.main_item),
        word(&incident.team),
        word(&incident.assignee),
        incident.potential.to_string(),
        word(incident.cause_class),
        word(incident.resolution_code),
        affected.users.map(|users| users.to_string()).unwrap_or_default(),
        names(&affected.services),
        names(&affected.products),
        names(&affected.usecases),
        incident.reopen_count.to_string(),
        incident.opened_at.to_string(),
        at(times.started),
        at(times.detected),
        at(times.reported),
        at(times.acknowledged),
        at(times.diagnosed),
        at(times.restored),
        at(times.resolved),
        at(times.closed),
    ]
}

/// A value as the API writes it; nothing where there is none.
fn word(value: impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}
