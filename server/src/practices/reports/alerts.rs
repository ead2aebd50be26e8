//! The report over alert rules: which are noise, and how much of what comes in reaches a person.

use std::time::Duration;

use alerts::Why;
use axum::extract::State;
use kernel::{ItemRef, SpaceId, Time};
use reports::{AlertReport, Around, Firing, Period, RuleTuning, alert_report};
use serde::{Deserialize, Serialize};
use spine::{Conn, Fault};
use utoipa::{IntoParams, ToSchema};

use super::routes::period;
use crate::access::Caller;
use crate::app::App;
use crate::extract::{Json, Query};
use crate::practices::alerts::history::store::{self as history, Filter, Placed};
use crate::practices::incidents::store::{self as incidents, word};
use crate::practices::notifications::store as notifications;
use crate::practices::oncall::store as pages;
use crate::practices::tuning::store as tunings;
use crate::problem::{Answer, Problem};

/// Firings that one report reads.
pub(super) const FIRINGS_MAX: usize = 200_000;

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(super) struct AlertsQuery {
    /// First moment; 30 days before `to` if not said.
    from: Option<Time>,
    /// First moment after it; now if not said.
    to: Option<Time>,
    /// Only alerts whose item this team answered for. Signals are not counted then: before an
    /// alert is found they belong to nobody.
    team: Option<ItemRef>,
    /// Only alerts of this integration.
    source: Option<String>,
    /// Only alerts on this item; signals are not counted then.
    item: Option<ItemRef>,
}

/// The report, and how far back what it is drawn from goes.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RulesReport {
    /// The figures.
    #[serde(flatten)]
    report: AlertReport,
    /// From how many votes on a rule is noise.
    noise_votes: u32,
    /// Firings are known from here on.
    kept_since: Time,
    /// Notifications of groups are known from here on.
    notified_since: Time,
}

/// Which alert rules fire most, which nobody looks at, which flap, and what came of it.
#[utoipa::path(get, path = "/reports/alerts", tag = "reports", params(AlertsQuery),
    responses((status = 200, description = "The report", body = RulesReport)))]
pub(super) async fn alerts(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<AlertsQuery>,
) -> Answer<Json<RulesReport>> {
    let now = app.world.now();
    let period = period(query.from, query.to, now)?;
    let text = |item: &Option<ItemRef>| item.as_ref().map(ToString::to_string);
    let filter = Filter {
        from: Some(period.from),
        to: Some(period.to),
        team: text(&query.team),
        source: query.source.filter(|source| !source.is_empty()),
        item: text(&query.item),
        ..Filter::default()
    };
    let noise_votes = app.estate.snapshot(&caller.space).policy.noise_votes;
    let of = (&filter, period);
    let report = drawn(&app, &caller.space, of, noise_votes, |_| true).await?;
    let days = u64::from(app.config.history.retention_days);
    Ok(Json(RulesReport {
        report,
        noise_votes,
        kept_since: now - Duration::from_secs(days * 86_400),
        notified_since: now - Duration::from_secs(app.config.routing.retention_seconds),
    }))
}

/// The report over the firings of a filter that are wanted.
///
/// # Errors
/// When there are too many of them, or the database refuses.
pub(super) async fn drawn(
    app: &App,
    space: &SpaceId,
    (filter, period): (&Filter, Period),
    noise_votes: u32,
    wanted: impl Fn(&Firing) -> bool,
) -> Answer<AlertReport> {
    let mut conn = app.db.reader().await?;
    let most = i64::try_from(FIRINGS_MAX + 1).unwrap_or(i64::MAX);
    let placed = history::begun_between(&mut conn, space, filter, most).await?;
    if placed.len() > FIRINGS_MAX {
        let message = format!("more than {FIRINGS_MAX} firings began in this time");
        return Err(Problem::refused(message).at("from").remedy("ask for a shorter time"));
    }
    let around = around(&mut conn, space, filter, (period, noise_votes)).await?;
    let firings: Vec<Firing> = placed.into_iter().map(firing).filter(wanted).collect();
    Ok(alert_report(&firings, &around, period))
}

async fn around(
    conn: &mut Conn,
    space: &SpaceId,
    filter: &Filter,
    (period, noise_votes): (Period, u32),
) -> Result<Around, Fault> {
    let Period { from, to } = period;
    let narrowed = filter.team.is_some() || filter.item.is_some();
    let signals =
        if narrowed { Vec::new() } else { history::signals_between(conn, space, filter).await? };
    let opened = incidents::in_period(conn, space, from, to).await?;
    let opened = opened.iter().filter(|incident| period.holds(incident.opened_at));
    let opened = opened.map(|incident| incident.id).collect();
    let notified = notifications::named_between(conn, space, from, to).await?;
    let pages = pages::started_between(conn, space, from, to).await?;
    let tuning = tunings::all(conn, space).await?;
    let tuning = tuning.into_iter().map(|task| RuleTuning {
        task: task.id,
        open: task.stage.open(),
        votes: task.votes.len(),
        noisy: task.noisy(noise_votes),
        source: task.rule.source,
        name: task.rule.name,
    });
    Ok(Around { signals, opened, notified, pages, tuning: tuning.collect() })
}

/// A spell as reports ask about it.
pub(super) fn firing(placed: Placed) -> Firing {
    let Placed { alert, source, name, item, team, spell } = placed;
    let impacts = spell.classification.iter().flat_map(|given| &given.impacts);
    Firing {
        source,
        name,
        alert,
        item,
        team,
        began_at: spell.began_at,
        started_at: spell.started_at,
        ended_at: spell.ended_at,
        acknowledged: spell.acknowledged_at.is_some(),
        class: spell.classification.as_ref().map(|given| word(given.class)),
        impacts: impacts.map(|impact| impact.as_str().to_owned()).collect(),
        cleared_by_person: spell.cleared_why == Some(Why::Person),
        incident: spell.incident,
    }
}
