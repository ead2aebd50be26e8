//! HTTP faces of reports.

use std::time::Duration;

use axum::Json;
use axum::extract::{Query, State};
use incidents::{Incident, Stage};
use reports::{Case, Outcome, Period, times_report};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::Caller;
use crate::app::App;
use crate::listing::words;
use crate::practices::incidents::routes::time;
use crate::practices::incidents::store::{self, word};
use crate::problem::{Answer, Problem};

/// Every route of reports.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(times))
}

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct TimesQuery {
    /// First moment (RFC 3339); 30 days before `to` if not said.
    from: Option<String>,
    /// First moment after it (RFC 3339); now if not said.
    to: Option<String>,
    /// Only these priorities, separated by commas.
    priority: Option<String>,
    /// Only incidents that touch this item.
    item: Option<String>,
    /// Only incidents of this team.
    team: Option<String>,
}

/// How long it took to detect, acknowledge, restore and resolve; each figure names the incidents
/// behind it.
#[utoipa::path(get, path = "/reports/times", tag = "reports", params(TimesQuery),
    responses((status = 200, description = "The report", body = Value)))]
async fn times(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<TimesQuery>,
) -> Answer<Json<Value>> {
    let to = time("to", query.to.as_deref())?.unwrap_or_else(|| app.world.now());
    let month = Duration::from_secs(30 * 86_400);
    let from = time("from", query.from.as_deref())?.unwrap_or(to - month);
    if from >= to {
        return Err(Problem::invalid("the period ends before it begins").at("to"));
    }
    if to.since(from) > Duration::from_secs(5 * 366 * 86_400) {
        return Err(Problem::invalid("a report covers at most five years").at("from"));
    }
    let priorities = words(query.priority.as_deref());
    let mut conn = app.db.reader().await?;
    let incidents = store::in_period(&mut conn, &caller.space, from, to).await?;
    let wanted = |incident: &&Incident| {
        let item = |item: &kernel::ItemRef| query.item.as_deref() == Some(item.as_str());
        let team = incident.team.as_ref().map(kernel::ItemRef::as_str);
        (priorities.is_empty() || priorities.contains(&incident.priority.to_string()))
            && (query.item.is_none()
                || incident.items.iter().any(item)
                || incident.main_item.as_ref().is_some_and(item))
            && (query.team.is_none() || query.team.as_deref() == team)
    };
    let cases: Vec<Case> = incidents.iter().filter(wanted).map(case).collect();
    Ok(Json(json!(times_report(&cases, Period { from, to }))))
}

/// An incident as reports ask about it.
fn case(incident: &Incident) -> Case {
    let times = &incident.times;
    let at = |stamp: Option<incidents::Stamp>| stamp.map(|stamp| stamp.at);
    Case {
        id: incident.id,
        number: incident.number,
        title: incident.title.clone(),
        priority: incident.priority,
        item: incident.main_item.clone(),
        outcome: match incident.stage {
            Stage::Cancelled => Outcome::Cancelled { at: incident.stage_since },
            Stage::Merged => Outcome::Merged { at: incident.stage_since },
            _ => Outcome::Incident,
        },
        cause_class: incident.cause_class.map(word),
        reopen_count: incident.reopen_count,
        opened_at: incident.opened_at,
        started: at(times.started),
        detected: at(times.detected),
        notified: at(times.notified),
        acknowledged: at(times.acknowledged),
        acknowledged_by_human: incident.taken_by_human,
        restored: at(times.restored),
        resolved: at(times.resolved),
        earlier_outages: incident
            .earlier_outages
            .iter()
            .map(|outage| (outage.from, outage.to))
            .collect(),
        relapsed_at: incident.relapsed_at,
    }
}
