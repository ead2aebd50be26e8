//! HTTP faces of reports.

use std::time::Duration;

use axum::extract::State;
use incidents::{Incident, Stage};
use kernel::{ItemRef, Priority, SpaceId, Time};
use reports::{Case, DEGRADED_FACTOR, Outcome, Period, TimesReport, times_report};
use serde::Deserialize;
use spine::{Conn, Fault};
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::wanted::Wanted;
use crate::access::Caller;
use crate::app::App;
use crate::extract::{Json, Query};
use crate::listing::Words;
use crate::practices::incidents::store::{self, word};
use crate::problem::{Answer, Problem};

/// Every route of reports.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(times))
        .routes(routes!(super::alerts::alerts))
        .routes(routes!(super::companions::companions, super::companions::decide_companions))
        .routes(routes!(super::companions::decide_group))
        .routes(routes!(super::patterns::patterns))
        .routes(routes!(super::patterns::expect))
        .routes(routes!(super::load::load))
        .routes(routes!(super::bearable::get_limits, super::bearable::put_limits))
        .routes(routes!(super::series::series))
        .merge(super::monthly::routes())
}

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct TimesQuery {
    /// First moment; 30 days before `to` if not said.
    from: Option<Time>,
    /// First moment after it; now if not said.
    to: Option<Time>,
    /// Only these priorities, separated by commas.
    #[param(value_type = Option<Vec<Priority>>, style = Form, explode = false)]
    priority: Words<Priority>,
    /// Only incidents that take this item away, itself or through what it needs.
    item: Option<ItemRef>,
    /// Only incidents of this team.
    team: Option<ItemRef>,
}

/// How long it took to detect, acknowledge, restore and resolve; each figure names the incidents
/// behind it.
#[utoipa::path(get, path = "/reports/times", tag = "reports", params(TimesQuery),
    responses((status = 200, description = "The report", body = TimesReport)))]
async fn times(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<TimesQuery>,
) -> Answer<Json<TimesReport>> {
    let period = period(query.from, query.to, app.world.now())?;
    let priorities = &query.priority.0;
    let mut conn = app.db.reader().await?;
    let incidents = around(&mut conn, &caller.space, period).await?;
    let estate = &app.estate.snapshot(&caller.space).estate;
    let (item, team) = (query.item.as_ref(), query.team.as_ref());
    let wanted = Wanted { estate, priorities, item, team };
    let fits = |incident: &&Incident| counts(incident) && wanted.holds(incident);
    let incidents = incidents.iter().filter(fits);
    let cases: Vec<Case> = incidents.map(case).collect();
    Ok(Json(times_report(&cases, period, app.world.now())))
}

/// Whether how long it took is asked of an incident: where nothing failed, nothing was detected or
/// restored.
pub(super) fn counts(incident: &Incident) -> bool {
    !incident.potential
}

/// The incidents that a report of a period counts, with those of the time before that it is held
/// against.
///
/// # Errors
/// When the database refuses or an incident does not read back.
pub(super) async fn around(
    conn: &mut Conn,
    space: &SpaceId,
    period: Period,
) -> Result<Vec<Incident>, Fault> {
    store::in_period(conn, space, period.from - period.held_against(), period.to).await
}

/// The period that was asked for: the last 30 days where nothing is said.
///
/// # Errors
/// When it ends before it begins, or is too long.
pub(super) fn period(from: Option<Time>, to: Option<Time>, now: Time) -> Answer<Period> {
    let to = to.unwrap_or(now);
    let from = from.unwrap_or(to - Duration::from_secs(30 * 86_400));
    if from >= to {
        return Err(Problem::refused("the period ends before it begins").at("to"));
    }
    if to.since(from) > Duration::from_secs(5 * 366 * 86_400) {
        return Err(Problem::refused("a report covers at most five years").at("from"));
    }
    Ok(Period { from, to })
}

/// An incident as reports ask about it.
pub(super) fn case(incident: &Incident) -> Case {
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
        checks_failed: incident
            .checked_stage
            .map(|_| incident.checks.iter().filter(|check| !check.passed).count()),
        confirmed: incident.consumer_confirmed.is_some(),
        reopen_count: incident.reopen_count,
        opened_at: incident.opened_at,
        started: at(times.started),
        detected: at(times.detected),
        reported: at(times.reported),
        notified: at(times.notified),
        acknowledged: at(times.acknowledged),
        acknowledged_by_human: incident.taken_by_human,
        diagnosed: at(times.diagnosed),
        restored: at(times.restored),
        resolved: at(times.resolved),
        closed: at(times.closed),
        users: incident.affected.users,
        lost_micros: incident.lost_micros(DEGRADED_FACTOR),
        consumer_facing: {
            let of = &incident.affected;
            !of.usecases.is_empty() || !of.products.is_empty() || of.users.is_some_and(|n| n > 0)
        },
        earlier_outages: incident
            .earlier_outages
            .iter()
            .map(|outage| (outage.from, outage.to))
            .collect(),
        relapsed_at: incident.relapsed_at,
    }
}
