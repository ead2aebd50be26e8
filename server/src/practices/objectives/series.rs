//! The way of an error budget through its window, for charts: with what happened meanwhile.

use axum::extract::State;
use budgets::Moving;
use kernel::{SpaceId, Time};
use serde::{Deserialize, Serialize};
use spine::Fault;
use spine::journal;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::evaluate;
use super::routes::{ObjectivePath, found};
use super::store;
use super::terms::Known;
use crate::access::Caller;
use crate::app::App;
use crate::extract::{Json, Path, Query};
use crate::listing::{Page, Sort};
use crate::practices::incidents;
use crate::problem::{Answer, Problem};
use crate::sentences::sentence;

const DAY: i64 = 86_400_000_000;
/// Happenings that are shown at most.
const EVENTS_MAX: i64 = 200;

/// The route of series.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(series))
}

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct SeriesQuery {
    /// How many points at most: 240 if not said.
    #[param(minimum = 1, maximum = 2000)]
    points: Option<usize>,
}

/// A step of the window.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct BudgetPoint {
    /// When it began.
    from: Time,
    /// When it ended.
    until: Time,
    /// The good share in it; absent when nothing was counted.
    sli: Option<f64>,
    /// How fast the budget went.
    burn: Option<f64>,
    /// What was left of the window's budget at its end.
    remaining: Option<f64>,
    /// Which share of the step is unknown.
    unknown_share: f64,
    /// What was counted: events, or seconds.
    total: f64,
    /// What of it was bad.
    bad: f64,
}

/// Something that happened meanwhile.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct BudgetHappening {
    /// When it began.
    at: Time,
    /// When it ended, if it lasted and is over.
    until: Option<Time>,
    /// `incident`, `change`, `objective`.
    kind: String,
    /// What it was.
    title: String,
    /// Its page in the web app, if it has one.
    path: Option<String>,
}

/// How an objective stood at the end of a day.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct DayPast {
    /// When the day ended, in UTC.
    at: Time,
    /// The good share over the window.
    sli: Option<f64>,
    /// What was left of the budget.
    remaining: Option<f64>,
    /// Which share was unknown.
    unknown_share: f64,
}

/// The way of a budget.
#[derive(Debug, Serialize, ToSchema)]
struct BudgetSeries {
    /// The steps of the window, in order.
    points: Vec<BudgetPoint>,
    /// What happened meanwhile, the newest first.
    events: Vec<BudgetHappening>,
    /// How it stood at the end of each day, of its own window then.
    days: Vec<DayPast>,
}

/// The budget through the present window: what was left after each step, how fast it went, and
/// what happened meanwhile.
#[utoipa::path(get, path = "/objectives/{name}/series", tag = "objectives",
    params(ObjectivePath, SeriesQuery),
    responses((status = 200, description = "The way of the budget", body = BudgetSeries)))]
async fn series(
    State(app): State<App>,
    caller: Caller,
    Path(ObjectivePath { name }): Path<ObjectivePath>,
    Query(asked): Query<SeriesQuery>,
) -> Answer<Json<BudgetSeries>> {
    let steps = asked.points.unwrap_or(240);
    if !(1..=2_000).contains(&steps) {
        return Err(Problem::invalid("points is between 1 and 2000").at("points"));
    }
    let snapshot = app.estate.snapshot(&caller.space);
    let known = found(&snapshot, &name)?;
    let now = app.world.now();
    let standing = evaluate::look(&app, &caller.space, &snapshot, known, now).await?;
    let standing = standing.map_err(Problem::refused)?;
    let (terms, figures) = (&standing.terms, &standing.figures);
    let points = app
        .objectives
        .with(&caller.space, &name, |buckets| budgets::series(terms, buckets, figures, steps));
    let scale = if terms.counts_time() { 1e-6 } else { 1.0 };
    let points = points.unwrap_or_default().iter().map(|moving| point(moving, scale)).collect();
    let from = Time::from_micros(figures.window.from);
    let events = events(&app, &caller.space, known, from).await?;
    let mut conn = app.db.reader().await?;
    let first_day = (figures.window.from - 60 * DAY).div_euclid(DAY);
    let past = store::past(&mut conn, &caller.space, &name, first_day).await?;
    let days = past
        .into_iter()
        .map(|(day, past)| DayPast {
            at: Time::from_micros((day + 1) * DAY),
            sli: past.sli,
            remaining: past.remaining,
            unknown_share: past.unknown_share,
        })
        .collect();
    Ok(Json(BudgetSeries { points, events, days }))
}

fn point(moving: &Moving, scale: f64) -> BudgetPoint {
    BudgetPoint {
        from: moving.from,
        until: moving.until,
        sli: moving.tally.ratio(),
        burn: moving.burn,
        remaining: moving.remaining,
        unknown_share: moving.tally.unknown_share().unwrap_or_default(),
        total: moving.tally.total * scale,
        bad: moving.tally.bad() * scale,
    }
}

/// Incidents that touch the item, changes that were reported of it, and what was decided.
async fn events(
    app: &App,
    space: &SpaceId,
    known: Known<'_>,
    from: Time,
) -> Result<Vec<BudgetHappening>, Fault> {
    let mut conn = app.db.reader().await?;
    let item = known.spec.item.to_string();
    let filter = incidents::store::Filter {
        item: Some(item.clone()),
        from: Some(from),
        ..incidents::store::Filter::default()
    };
    let page = Page::first(EVENTS_MAX, Sort::descending("opened_at", true));
    let (found, _) = incidents::store::list(&mut conn, space, &filter, &page).await?;
    let mut all: Vec<BudgetHappening> = found
        .iter()
        .map(|found| BudgetHappening {
            at: found.record.opened_at,
            until: found.record.times.restored.map(|stamp| stamp.at),
            kind: "incident".to_owned(),
            title: found.record.title.clone(),
            path: Some(format!("/incidents/{}", found.record.id)),
        })
        .collect();
    for (subject, kind, prefix) in [
        (format!("item:{item}"), "change", "change."),
        (format!("item:objective/{}", known.name), "objective", "objective."),
    ] {
        let filter = journal::Filter {
            subject: Some(subject),
            kind_prefix: Some(prefix.to_owned()),
            from: Some(from),
            limit: EVENTS_MAX,
            ..journal::Filter::default()
        };
        let entries = journal::list(&mut conn, space, &filter).await?;
        all.extend(entries.iter().map(|entry| {
            let (title, path) = (sentence(entry), None);
            BudgetHappening { at: entry.at, until: None, kind: kind.to_owned(), title, path }
        }));
    }
    all.sort_by_key(|event| std::cmp::Reverse(event.at));
    Ok(all)
}
