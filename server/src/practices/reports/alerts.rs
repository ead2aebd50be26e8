//! The report over alert rules: which are noise, and how much of what comes in reaches a person.

use std::time::Duration;

use alerts::Why;
use axum::extract::State;
use kernel::{ItemRef, SpaceId, Time};
use reports::{AlertReport, Around, Firing, Kept, Period, RuleTuning, alert_report};
use serde::{Deserialize, Serialize};
use spine::{Conn, Fault};
use utoipa::{IntoParams, ToSchema};

use super::routes::period;
use super::store;
use super::wanted::About;
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
    let mut conn = app.db.reader().await?;
    let of = Asked { filter: &filter, about: None, period };
    let read = read(&app, &mut conn, &caller.space, of).await?;
    let Some(Read { firings, around }) = read else {
        return Err(Problem::refused(too_many()).at("from").remedy("ask for a shorter time"));
    };
    let kept = around.kept;
    Ok(Json(RulesReport {
        report: alert_report(&firings, &around, period),
        noise_votes,
        kept_since: kept.firings_since,
        notified_since: kept.notified_since,
    }))
}

/// Which alerts a report is drawn from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    /// Which columns they have; its times are those of the period.
    pub filter: &'a Filter,
    /// Only those about an item; then signals are not counted.
    pub about: Option<&'a About>,
    /// When they began.
    pub period: Period,
}

/// What a report over alerts is drawn from.
#[derive(Clone, Debug)]
pub(super) struct Read {
    /// The firings, the oldest first.
    pub firings: Vec<Firing>,
    /// What else is known.
    pub around: Around,
}

/// Why a report has no alerts.
pub(super) fn too_many() -> String {
    format!("more than {FIRINGS_MAX} firings began in this time")
}

/// Reads what a report over alerts is drawn from; nothing when there are too many firings.
///
/// # Errors
/// When the database refuses.
pub(super) async fn read(
    app: &App,
    conn: &mut Conn,
    space: &SpaceId,
    asked: Asked<'_>,
) -> Result<Option<Read>, Fault> {
    let placed = match asked.about {
        None => {
            let most = i64::try_from(FIRINGS_MAX + 1).unwrap_or(i64::MAX);
            let placed = history::begun_between(conn, space, asked.filter, most).await?;
            Some(placed).filter(|placed| placed.len() <= FIRINGS_MAX)
        }
        Some(about) => {
            let about = (&about.items, &about.alerts);
            store::begun_about(conn, space, asked.filter, about, FIRINGS_MAX).await?
        }
    };
    let Some(placed) = placed else { return Ok(None) };
    let around = around(app, conn, space, asked).await?;
    let wanted = |firing: &Firing| asked.about.is_none_or(|about| about.holds(firing));
    Ok(Some(Read { firings: placed.into_iter().map(firing).filter(wanted).collect(), around }))
}

/// How far back is known what reports over alerts are drawn from.
pub(super) fn kept(app: &App) -> Kept {
    let now = app.world.now();
    let days = u64::from(app.config.history.retention_days);
    Kept {
        firings_since: now - Duration::from_secs(days * 86_400),
        notified_since: now - notifications::KEPT,
    }
}

async fn around(
    app: &App,
    conn: &mut Conn,
    space: &SpaceId,
    Asked { filter, about, period }: Asked<'_>,
) -> Result<Around, Fault> {
    let Period { from, to } = period;
    let narrowed = filter.team.is_some() || filter.item.is_some() || about.is_some();
    let signals =
        if narrowed { Vec::new() } else { history::signals_between(conn, space, filter).await? };
    let opened = incidents::in_period(conn, space, from, to).await?;
    let opened = opened.iter().filter(|incident| period.holds(incident.opened_at));
    let opened = opened.map(|incident| (incident.id, incident.opened_at)).collect();
    let notified = notifications::named_between(conn, space, from, to).await?;
    let pages = pages::started_between(conn, space, from, to).await?;
    let noise_votes = app.estate.snapshot(space).policy.noise_votes;
    let tuning = tunings::all(conn, space).await?;
    let tuning = tuning.into_iter().map(|task| RuleTuning {
        task: task.id,
        open: task.stage.open(),
        votes: task.votes.len(),
        noisy: task.noisy(noise_votes),
        source: task.rule.source,
        name: task.rule.name,
    });
    let (tuning, kept) = (tuning.collect(), kept(app));
    Ok(Around { signals, opened, notified, pages, tuning, kept })
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
