//! The list of incidents as a table for spreadsheets (RFC 4180).

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, header};
use futures::stream;
use incidents::{Incident, Stamp};
use serde::Serialize;

use super::store::{self, Filter};
use super::wanted::{FilterQuery, cursor};
use crate::access::Caller;
use crate::app::App;
use crate::csv::Table;
use crate::extract::Query;
use crate::listing::{Page, PageQuery, Sort};
use crate::practices::clocks::routes::next_of;
use crate::problem::{Answer, Problem};

/// Rows that are read and sent at once: a table of any length takes no more memory.
const ROWS: i64 = 500;

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

/// The incidents that match, as a table with a line for each, however many.
#[utoipa::path(get, path = "/incidents.csv", tag = "incidents", params(FilterQuery),
    responses((status = 200, description = "The incidents", body = String,
        content_type = "text/csv")))]
pub(super) async fn export(
    State(app): State<App>,
    caller: Caller,
    Query(filter): Query<FilterQuery>,
) -> Answer<([(HeaderName, HeaderValue); 2], Body)> {
    let sort = filter.sorted()?;
    let filter = filter.filter(&app.estate.snapshot(&caller.space).estate);
    let export = Export { app, caller, filter, sort };
    let mut table = Table::default();
    table.row(&HEAD);
    // The first rows are there before the answer begins, so that what is wrong is told as such.
    let after = export.add(&mut table, None).await?;
    let rest = stream::try_unfold(after, move |after| {
        let export = export.clone();
        async move {
            let Some(after) = after else { return Ok(None) };
            let mut table = Table::default();
            let after = export.add(&mut table, Some(after)).await.map_err(broken_off)?;
            Ok::<_, std::io::Error>(Some((table.text, after)))
        }
    });
    let first = stream::iter([Ok(table.text)]);
    let kind = HeaderValue::from_static("text/csv; charset=utf-8");
    let file = HeaderValue::from_static("attachment; filename=\"incidents.csv\"");
    let body = Body::from_stream(stream::StreamExt::chain(first, rest));
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, file)], body))
}

/// What is exported for whom.
#[derive(Clone)]
struct Export {
    app: App,
    caller: Caller,
    filter: Filter,
    sort: Sort,
}

impl Export {
    /// Adds the next rows; returns where those after them begin.
    async fn add(&self, table: &mut Table, after: Option<String>) -> Answer<Option<String>> {
        let query = PageQuery { after, limit: Some(ROWS) };
        let page = Page::of(&query, self.sort.clone())?;
        let mut conn = self.app.db.reader().await?;
        let (rows, _) = store::list(&mut conn, &self.caller.space, &self.filter, &page).await?;
        for found in &rows {
            let cells = cells(&found.record);
            let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
            table.row(&cells);
        }
        let Some(last) = rows.last().map(|last| &last.record) else { return Ok(None) };
        let due = next_of(&mut conn, &self.caller, &[last.id], self.app.world.now()).await?;
        let last = cursor(&page, last, due.first().map(|(_, next)| next));
        Ok(page.next(rows.len(), Some(last)))
    }
}

/// Ends a table that cannot be told whole, so that nobody takes it for the whole.
fn broken_off(problem: Problem) -> std::io::Error {
    std::io::Error::other(problem.detail)
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
