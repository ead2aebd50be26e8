//! HTTP faces of the history of alerts.

use std::time::Duration;

use alerts::{Classed, Classification, ImpactClass, Severity, Spell, Stage};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use kernel::{ItemRef, Time};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::export::csv;
use super::silenced::{SilencedSpan, spans};
use super::store::{self, Filter, Remembered};
use crate::access::Caller;
use crate::app::App;
use crate::extract::{Json, Query};
use crate::listing::{Listed, Page, PageQuery, Sort, Words};
use crate::practices::silences::store as silence_store;
use crate::problem::{Answer, Problem};

/// Spells that are shown of one alert; how many there were is told beside.
const SPELLS_MAX: i64 = 100;
/// Alerts of one export.
const EXPORT_MAX: i64 = 1_000;
/// Labels that one question names.
const LABELS_MAX: usize = 20;
/// How far back silences are shown where no beginning is asked for.
const SILENCED_BACK: Duration = Duration::from_secs(30 * 86_400);

/// Every route of the history.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(history)).routes(routes!(history_csv))
}

/// What the history can be narrowed to.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct HistoryQuery {
    /// Only alerts that fired at this time or later …
    from: Option<Time>,
    /// … and before this one.
    to: Option<Time>,
    /// Only these states as they are now, separated by commas.
    #[param(value_type = Option<Vec<Stage>>, style = Form, explode = false)]
    state: Words<Stage>,
    /// Only these severities, separated by commas.
    #[param(value_type = Option<Vec<Severity>>, style = Form, explode = false)]
    severity: Words<Severity>,
    /// Only these classes, separated by commas; `unclassified`: those that no rule fitted.
    #[param(value_type = Option<Vec<Classed>>, style = Form, explode = false)]
    class: Words<Classed>,
    /// Only those that put one of these at risk, separated by commas.
    #[param(value_type = Option<Vec<ImpactClass>>, style = Form, explode = false)]
    impact: Words<ImpactClass>,
    /// Only alerts with exactly this name.
    name: Option<String>,
    /// Only those on this item.
    item: Option<ItemRef>,
    /// Only those whose item this team answered for when it last fired.
    team: Option<ItemRef>,
    /// Only those of this integration.
    source: Option<String>,
    /// `true`: only those that somebody looked at in that time, on their own or through their
    /// incident; `false`: only those that nobody looked at.
    acknowledged: Option<bool>,
    /// Only those with these labels, each `name=value`, separated by commas.
    label: Option<String>,
    /// Only those with this text in name, summary or a label.
    q: Option<String>,
    /// A field to sort by; with `-` before it, the largest first.
    #[param(pattern = "^-?(began_at|first_seen|fired_count|severity|name)$")]
    sort: Option<String>,
}

impl HistoryQuery {
    fn filter(&self) -> Answer<Filter> {
        if let (Some(from), Some(to)) = (self.from, self.to)
            && from >= to
        {
            return Err(Problem::refused("the time ends before it begins").at("to"));
        }
        let labels = self.label.as_deref().unwrap_or_default();
        let labels = labels.split(',').map(str::trim).filter(|label| !label.is_empty());
        let labels: Vec<String> = labels.map(str::to_owned).collect();
        if labels.len() > LABELS_MAX || labels.iter().any(|label| !label.contains('=')) {
            let message = format!("labels are written name=value, at most {LABELS_MAX} of them");
            return Err(Problem::refused(message).at("label"));
        }
        let text = |item: &Option<ItemRef>| item.as_ref().map(ToString::to_string);
        let said = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        Ok(Filter {
            from: self.from,
            to: self.to,
            states: self.state.texts(),
            severities: self.severity.texts(),
            classes: self.class.texts(),
            impacts: self.impact.texts(),
            name: said(&self.name),
            item: text(&self.item),
            team: text(&self.team),
            source: said(&self.source),
            acknowledged: self.acknowledged,
            labels,
            text: said(&self.q),
        })
    }

    fn sort(&self) -> Answer<Sort> {
        Sort::parse(self.sort.as_deref(), store::SORTS, Sort::descending("began_at", true))
    }
}

/// An alert with what it went through in the time that was asked for.
#[derive(Debug, Serialize, ToSchema)]
struct AlertHistory {
    /// Its id.
    id: kernel::AlertId,
    /// The name of its rule.
    name: String,
    /// One line for people.
    summary: String,
    /// Technical gravity.
    severity: Severity,
    /// What a rule said of it when it last began to fire; absent where none fitted.
    classification: Option<Classification>,
    /// Its state now.
    state: Stage,
    /// The integration through which it came.
    source: String,
    /// The item it speaks of.
    item: Option<ItemRef>,
    /// The team that answered for the item when it last began to fire.
    team: Option<ItemRef>,
    /// What identifies it.
    labels: alerts::Labels,
    /// When it first fired.
    first_seen: Time,
    /// When it last began to fire.
    began_at: Time,
    /// When that ended; absent while it fires.
    ended_at: Option<Time>,
    /// How often it fired in all its life.
    fired_count: u32,
    /// Whether somebody looked at one of the spells shown.
    acknowledged: bool,
    /// Its firings with every change of state, the newest first, at most 100.
    spells: Vec<Spell>,
    /// When silences held it back.
    silenced: Vec<SilencedSpan>,
}

/// The alerts of all times, also closed ones, with every change of state; those that fired last
/// come first. What is older than the retention of history is gone.
#[utoipa::path(get, path = "/alerts/history", tag = "alerts", params(PageQuery, HistoryQuery),
    responses((status = 200, description = "One page of history", body = Listed<AlertHistory>)))]
async fn history(
    State(app): State<App>,
    caller: Caller,
    Query(page): Query<PageQuery>,
    Query(asked): Query<HistoryQuery>,
) -> Answer<Json<Listed<AlertHistory>>> {
    let (filter, page) = (asked.filter()?, Page::of(&page, asked.sort()?)?);
    let mut conn = app.db.reader().await?;
    let (rows, total) = store::list(&mut conn, &caller.space, &filter, &page).await?;
    let ids: Vec<kernel::AlertId> = rows.iter().map(|row| row.id).collect();
    let mut spells = store::spells(&mut conn, &caller.space, &ids, &filter, SPELLS_MAX).await?;
    let now = app.world.now();
    let to = filter.to.unwrap_or(now).min(now);
    let from = filter.from.unwrap_or(to - SILENCED_BACK);
    let silences = silence_store::between(&mut conn, &caller.space, from, to).await?;
    let last = rows
        .last()
        .map(|last| (store::sort_value(last, page.sort().column()), last.id.to_string()));
    let next = page.next(rows.len(), last);
    let items = rows
        .into_iter()
        .map(|row| {
            let spells = spells.remove(&row.id).unwrap_or_default();
            let silenced = spans(&silences, &row.labels, from, to);
            shown(row, spells, silenced)
        })
        .collect();
    Ok(Json(Listed { items, next, total }))
}

fn shown(row: Remembered, spells: Vec<Spell>, silenced: Vec<SilencedSpan>) -> AlertHistory {
    AlertHistory {
        id: row.id,
        name: row.name,
        summary: row.summary,
        severity: row.severity,
        classification: row.classification,
        state: row.state,
        source: row.source,
        item: row.item,
        team: row.team,
        labels: row.labels,
        first_seen: row.first_seen,
        began_at: row.spell.began_at,
        ended_at: row.spell.ended_at,
        fired_count: row.fired_count,
        acknowledged: spells.iter().any(|spell| spell.acknowledged_at.is_some()),
        spells,
        silenced,
    }
}

/// The same as comma-separated values: one line for each firing, of at most 1000 alerts. The
/// header `x-operate-left-out` says how many alerts there are beyond those.
#[utoipa::path(get, path = "/alerts/history.csv", tag = "alerts", params(HistoryQuery),
    responses((status = 200, description = "The firings", body = String,
        content_type = "text/csv")))]
async fn history_csv(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<HistoryQuery>,
) -> Answer<Response> {
    let (filter, page) = (asked.filter()?, Page::first(EXPORT_MAX, asked.sort()?));
    let mut conn = app.db.reader().await?;
    let (rows, total) = store::list(&mut conn, &caller.space, &filter, &page).await?;
    let ids: Vec<kernel::AlertId> = rows.iter().map(|row| row.id).collect();
    let spells = store::spells(&mut conn, &caller.space, &ids, &filter, SPELLS_MAX).await?;
    let left_out = total - i64::try_from(rows.len()).unwrap_or(total);
    let headers = [
        (header::CONTENT_TYPE.as_str(), "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION.as_str(), "attachment; filename=alerts.csv".to_owned()),
        ("x-operate-left-out", left_out.to_string()),
    ];
    let empty = Vec::new();
    let lines = rows.iter().flat_map(|row| {
        spells.get(&row.id).unwrap_or(&empty).iter().map(move |spell| (row, spell))
    });
    Ok((headers, csv(lines)).into_response())
}

/// The words of a value that JSON writes as text, for a table.
pub(super) fn word(value: impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(text)) => text,
        _ => String::new(),
    }
}
