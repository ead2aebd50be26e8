//! What is usual at each hour of the week, the hours that are not, and what people expect.

use std::time::Duration;

use axum::extract::State;
use jiff::tz::TimeZone;
use kernel::{ItemRef, Time};
use reports::{
    Anomaly, AnomalyKind, Asked, Expected, ExpectedHour, HourCount, Known, Marks, Period,
    RuleSeries, WeekHour, patterns as found_in, reads_from,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::routes::period;
use super::store::{self, BehindAlert};
use crate::access::{Action, Caller, may};
use crate::app::App;
use crate::extract::{Json, Query};
use crate::listing::Items;
use crate::practices::alerts::history::store::Filter;
use crate::problem::{Answer, Problem};
use crate::settings;

/// Counts of a rule in a quarter of an hour that one report reads.
const QUARTERS_MAX: usize = 400_000;
/// Alerts that are named behind an anomaly.
const BEHIND_MAX: usize = 5;

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(super) struct PatternsQuery {
    /// First moment; 30 days before `to` if not said. The last eight weeks are judged at most.
    from: Option<Time>,
    /// First moment after it; now if not said.
    to: Option<Time>,
    /// Only alerts whose item this team answered for.
    team: Option<ItemRef>,
    /// Only alerts on this item.
    item: Option<ItemRef>,
    /// Only alerts of this integration.
    source: Option<String>,
    /// Only the rule of this name; the integration has to be said too.
    name: Option<String>,
    /// On whose clocks hours and days of the week are; UTC if not said.
    time_zone: Option<String>,
}

/// Hours of the week, what is usual at each, and what is not.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PatternsReport {
    /// The first hour that was judged begins here …
    from: Time,
    /// … and what begins here or later was not.
    to: Time,
    /// On whose clocks hours and days of the week are.
    time_zone: String,
    /// How much history there is, and how much is needed.
    history: Known,
    /// The rules, those that fire most first, at most 200.
    rules: Vec<RuleSeries>,
    /// The 168 hours of the week, of the rule that was asked for, else of all together.
    week: Vec<WeekHour>,
    /// Every hour that was judged, of the same.
    line: Vec<HourCount>,
    /// Hours that are far from usual and not expected, the newest first, at most 50.
    anomalies: Vec<AnomalyView>,
    /// How many there are.
    found: usize,
    /// What people expect.
    expected: Vec<ExpectedView>,
}

/// An hour that is far from usual.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AnomalyView {
    /// The hour and the evidence.
    #[serde(flatten)]
    anomaly: Anomaly,
    /// The alerts that fired most in it, at most five.
    behind: Vec<BehindAlert>,
    /// What the asker may decide now: `expect`.
    allowed: &'static [&'static str],
}

/// A decision of a person, and what it hides.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ExpectedView {
    /// The decision.
    #[serde(flatten)]
    decision: Expected,
    /// Hours that are not shown because of it.
    hidden: usize,
    /// What the asker may decide now: `take_back`.
    allowed: &'static [&'static str],
}

/// A decision about an hour of the week.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ExpectedAsked {
    /// The rule, the hour, and in which way it is unusual.
    what: ExpectedHour,
    /// Whether it is expected; otherwise the decision is taken back.
    expected: bool,
    /// Why; may be left out.
    #[serde(default)]
    note: String,
}

/// What is usual at each hour of the week, by the weeks before, and the hours that are far from it,
/// each with the evidence.
#[utoipa::path(get, path = "/reports/alerts/patterns", tag = "reports", params(PatternsQuery),
    responses((status = 200, description = "The patterns", body = PatternsReport)))]
pub(super) async fn patterns(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<PatternsQuery>,
) -> Answer<Json<PatternsReport>> {
    let now = app.world.now();
    let period = judged(period(query.from, query.to, now)?, now)?;
    let time_zone = query.time_zone.clone().unwrap_or_else(|| "UTC".to_owned());
    let zone = TimeZone::get(&time_zone).map_err(|_| {
        let problem = Problem::refused("no such time zone").at("time_zone");
        problem.remedy("write it like Europe/Berlin")
    })?;
    let filter = filter(&query, period)?;
    let mut conn = app.db.reader().await?;
    let rows = store::quarters(&mut conn, &caller.space, &filter, QUARTERS_MAX + 1).await?;
    if rows.len() > QUARTERS_MAX {
        let message = "more fired in these weeks than can be compared at once";
        return Err(Problem::refused(message).remedy("ask for one integration, team or item"));
    }
    let (marks, _): (Marks, i64) =
        settings::get(&mut conn, &caller.space, settings::EXPECTED).await?;
    let days = u64::from(app.config.history.retention_days);
    let asked = Asked {
        period,
        zone,
        rule: query.source.zip(query.name),
        kept_since: now - Duration::from_secs(days * 86_400),
    };
    let found = found_in(&rows, &asked, &marks);
    let decides = may(&caller, Action::Administer, &[]).is_ok();
    let mut anomalies = Vec::with_capacity(found.anomalies.len());
    for anomaly in found.anomalies {
        let behind = match anomaly.kind {
            AnomalyKind::Silence => Vec::new(),
            AnomalyKind::More => {
                let hour = within(&filter, &anomaly);
                store::behind(&mut conn, &caller.space, &hour, BEHIND_MAX).await?
            }
        };
        let allowed: &[&str] = if decides { &["expect"] } else { &[] };
        anomalies.push(AnomalyView { anomaly, behind, allowed });
    }
    let allowed: &[&str] = if decides { &["take_back"] } else { &[] };
    let expected = marks.0.into_iter().zip(found.hidden);
    let expected = expected.map(|(decision, hidden)| ExpectedView { decision, hidden, allowed });
    Ok(Json(PatternsReport {
        from: found.from,
        to: found.to,
        time_zone,
        history: found.history,
        rules: found.rules,
        week: found.week,
        line: found.line,
        anomalies,
        found: found.found,
        expected: expected.collect(),
    }))
}

/// What was asked for without what has not happened yet.
fn judged(period: Period, now: Time) -> Answer<Period> {
    if period.from >= now {
        return Err(Problem::refused("the period has not begun").at("from"));
    }
    Ok(Period { to: period.to.min(now), ..period })
}

/// What is read: the period and the weeks that it is compared with.
fn filter(query: &PatternsQuery, period: Period) -> Answer<Filter> {
    if query.name.is_some() && query.source.is_none() {
        let problem = Problem::refused("a rule has both an integration and a name");
        return Err(problem.at("source"));
    }
    let text = |item: &Option<ItemRef>| item.as_ref().map(ToString::to_string);
    Ok(Filter {
        from: Some(reads_from(period)),
        to: Some(period.to),
        team: text(&query.team),
        item: text(&query.item),
        source: query.source.clone(),
        ..Filter::default()
    })
}

/// The firings of one anomaly.
fn within(filter: &Filter, anomaly: &Anomaly) -> Filter {
    Filter {
        from: Some(anomaly.at),
        to: Some(anomaly.until),
        source: anomaly.source.clone().or_else(|| filter.source.clone()),
        name: anomaly.name.clone(),
        ..filter.clone()
    }
}

/// Decides whether an hour of the week is expected to be unusual: it is not shown from now on.
#[utoipa::path(put, path = "/reports/alerts/expected", tag = "reports",
    request_body = ExpectedAsked,
    responses((status = 200, description = "Everything that is expected",
        body = Items<Expected>)))]
pub(super) async fn expect(
    State(app): State<App>,
    caller: Caller,
    Json(asked): Json<ExpectedAsked>,
) -> Answer<Json<Items<Expected>>> {
    may(&caller, Action::Administer, &[])?;
    let (by, at) = (caller.actor(), app.world.now());
    let change = |marks: Marks| {
        let ExpectedAsked { what, expected, note } = asked.clone();
        match expected {
            true => marks.with(Expected { what, by: by.clone(), at, note: note.trim().to_owned() }),
            false => marks.without(&what),
        }
    };
    let changed = settings::change(&app, &caller, settings::EXPECTED, change).await?;
    Ok(Json(Items { items: changed.0 }))
}
