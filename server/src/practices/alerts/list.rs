//! The list of alerts, read from memory: of a hundred thousand only one page is put in order.

use std::cmp::Reverse;

use alerts::{Alert, Severity, Stage, View};
use axum::extract::State;
use kernel::{AlertId, SpaceId, Time};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::filter::{Filter, Sieve, apart};
use super::hot::Known;
use super::mandate::Mandate;
use super::routes::shown;
use super::store;
use crate::access::Caller;
use crate::app::App;
use crate::extract::{Json, Query};
use crate::listing::{LIMIT_DEFAULT, LIMIT_MAX, PageQuery};
use crate::problem::{Answer, Problem};

/// Closed alerts that one statement reads when they are looked through.
const CHUNK: i64 = 500;
/// Closed alerts that one request looks through at most; the next page goes on behind them.
const LOOKED_THROUGH: usize = 10_000;

/// The route of the list.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list))
}

/// In which order a list comes.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct SortQuery {
    /// A field to sort by; with `-` before it, the largest first. Closed alerts come newest first
    /// whatever is asked for.
    #[param(pattern = "^-?(severity|starts_at|last_seen|name)$")]
    sort: Option<String>,
}

/// One page of alerts.
#[derive(Debug, Serialize, ToSchema)]
struct AlertList {
    /// The rows.
    #[schema(value_type = Vec<View>)]
    items: Vec<Value>,
    /// Ask with `after=` this for the next page; absent on the last one. A page may hold fewer rows
    /// than asked for, or none, and still not be the last.
    next: Option<String>,
    /// Rows on all pages together; absent where closed alerts are narrowed, which are not counted.
    total: Option<usize>,
}

/// Lists alerts, those that fire worst and longest first. Sorted on request by `starts_at`,
/// `last_seen` or `severity`.
#[utoipa::path(get, path = "/alerts", tag = "alerts", params(PageQuery, SortQuery, Filter),
    responses((status = 200, description = "One page of alerts", body = AlertList)))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(page): Query<PageQuery>,
    Query(SortQuery { sort }): Query<SortQuery>,
    Query(filter): Query<Filter>,
) -> Answer<Json<AlertList>> {
    let sieve = filter.sieve(&app, &caller.space)?;
    let sort = Sort::parse(sort.as_deref())?;
    let limit = limit(&page)?;
    if only_open(&filter.state.0)? {
        return Ok(Json(open(&app, &caller, (sieve, sort), (offset(&page)?, limit)).await?));
    }
    let before = page.after.unwrap_or_default();
    Ok(Json(closed(&app, &caller, (&filter, sieve), (before, limit)).await?))
}

/// Whether memory has all that is asked for.
///
/// # Errors
/// When closed alerts are asked for together with others: they have an order of their own.
pub fn only_open(states: &[Stage]) -> Answer<bool> {
    match states {
        [Stage::Closed] => Ok(false),
        states if states.contains(&Stage::Closed) => {
            Err(Problem::refused("closed alerts are listed on their own")
                .at("state")
                .remedy("ask for state=closed alone, or leave it out"))
        }
        _ => Ok(true),
    }
}

async fn open(
    app: &App,
    caller: &Caller,
    (sieve, sort): (Sieve, Sort),
    (offset, limit): (usize, usize),
) -> Answer<AlertList> {
    let (inner, space) = (app.clone(), caller.space.clone());
    let look = move || found(&inner, &space, &sieve, (&sort, offset, limit));
    let (page, total) = apart(look).await?;
    let mandate = Mandate::over(app, caller, page.iter().map(|alert| &alert.record)).await?;
    let row = |alert: &Known| shown(app, (caller, &mandate), &alert.record, alert.version);
    let items: Vec<Value> = page.iter().map(row).collect();
    let next = (offset + items.len() < total).then(|| (offset + items.len()).to_string());
    Ok(AlertList { items, next, total: Some(total) })
}

/// One page of what is wanted, and how much there is.
fn found(
    app: &App,
    space: &SpaceId,
    sieve: &Sieve,
    (sort, offset, limit): (&Sort, usize, usize),
) -> (Vec<Known>, usize) {
    if sieve.silenced().is_some() {
        let all = sieve.all(app, space);
        let total = all.len();
        return (sort.page(all.iter().collect(), offset, limit), total);
    }
    // Most lists do not ask about silences: then only the rows of the page leave the lock.
    app.alerts.read(space, |alerts| {
        let alerts = alerts.into_iter().flat_map(|alerts| alerts.iter());
        let wanted: Vec<&Known> = alerts.filter(|alert| sieve.holds(&alert.record)).collect();
        let total = wanted.len();
        (sort.page(wanted, offset, limit), total)
    })
}

fn limit(page: &PageQuery) -> Answer<usize> {
    let limit = page.limit.unwrap_or(LIMIT_DEFAULT);
    if !(1..=LIMIT_MAX).contains(&limit) {
        return Err(Problem::invalid(format!("limit is between 1 and {LIMIT_MAX}")).at("limit"));
    }
    Ok(usize::try_from(limit).unwrap_or_default())
}

fn offset(page: &PageQuery) -> Answer<usize> {
    match page.after.as_deref().filter(|after| !after.is_empty()) {
        None => Ok(0),
        Some(text) => text.parse().map_err(|_| {
            Problem::refused("this cursor does not belong to this list")
                .at("after")
                .remedy("pass on the `next` of the page before")
        }),
    }
}

/// Which rows of a list from memory are wanted: the first, and how many.
///
/// # Errors
/// When limit or cursor is wrong.
pub fn window(page: &PageQuery) -> Answer<(usize, usize)> {
    Ok((offset(page)?, limit(page)?))
}

/// The order of a list.
pub struct Sort {
    by: By,
    reversed: bool,
}

#[derive(Clone, Copy)]
enum By {
    Severity,
    StartsAt,
    LastSeen,
    Name,
}

/// What a row stands by.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Key<'a> {
    /// What fires comes first, then the worst, then the longest.
    Severity(bool, Reverse<Severity>, Time, AlertId),
    Time(Time, AlertId),
    Name(&'a str, AlertId),
}

impl Sort {
    /// The worst and longest first.
    pub fn worst_first() -> Sort {
        Sort { by: By::Severity, reversed: false }
    }

    fn parse(asked: Option<&str>) -> Answer<Sort> {
        let (name, descending) = match asked.unwrap_or("-severity") {
            text if text.starts_with('-') => (&text[1..], true),
            text => (text, false),
        };
        let by = match name {
            "severity" => By::Severity,
            "starts_at" => By::StartsAt,
            "last_seen" => By::LastSeen,
            "name" => By::Name,
            other => {
                return Err(Problem::invalid(format!("this list cannot be sorted by `{other}`"))
                    .at("sort")
                    .remedy("sort by one of: severity, starts_at, last_seen, name"));
            }
        };
        // The order by severity already has the worst first.
        Ok(Sort { by, reversed: descending != matches!(by, By::Severity) })
    }

    fn key<'a>(&self, alert: &'a Alert) -> Key<'a> {
        match self.by {
            By::Severity => Key::Severity(
                !alert.stage.firing(),
                Reverse(alert.severity),
                alert.starts_at,
                alert.id,
            ),
            By::StartsAt => Key::Time(alert.starts_at, alert.id),
            By::LastSeen => Key::Time(alert.last_seen, alert.id),
            By::Name => Key::Name(alert.name(), alert.id),
        }
    }

    /// The rows of one page in their order; what comes before and after is only told apart.
    pub fn page(&self, found: Vec<&Known>, offset: usize, limit: usize) -> Vec<Known> {
        let mut rows: Vec<(Key<'_>, &Known)> =
            found.into_iter().map(|alert| (self.key(&alert.record), alert)).collect();
        let compare = |a: &(Key<'_>, &Known), b: &(Key<'_>, &Known)| {
            if self.reversed { b.0.cmp(&a.0) } else { a.0.cmp(&b.0) }
        };
        if offset >= rows.len() {
            return Vec::new();
        }
        let end = offset.saturating_add(limit);
        if end < rows.len() {
            rows.select_nth_unstable_by(end, compare);
            rows.truncate(end);
        }
        if offset > 0 {
            rows.select_nth_unstable_by(offset, compare);
        }
        let page = &mut rows[offset..];
        page.sort_unstable_by(compare);
        page.iter().map(|(_, alert)| (*alert).clone()).collect()
    }
}

/// Closed alerts are on disk only. Where they are narrowed, a request looks through so many and
/// says where to go on.
async fn closed(
    app: &App,
    caller: &Caller,
    (filter, sieve): (&Filter, Sieve),
    (mut before, limit): (String, usize),
) -> Answer<AlertList> {
    let mut conn = app.db.reader().await?;
    let total = match filter.only_states() {
        true => Some(store::count_closed(&mut conn, &caller.space).await?),
        false => None,
    };
    let total = total.map(|total| usize::try_from(total).unwrap_or_default());
    let (mut items, mut looked) = (Vec::new(), 0);
    loop {
        let rows = store::closed(&mut conn, &caller.space, &before, CHUNK).await?;
        let mandate = Mandate::over(app, caller, rows.iter().map(|alert| &alert.record)).await?;
        for alert in &rows {
            before = alert.record.id.to_string();
            // A closed alert is held back by nothing.
            if sieve.holds(&alert.record) && sieve.silenced() != Some(true) {
                let teams = mandate.teams(&alert.record);
                items.push(caller.sees(json!(alert.record.view(alert.version)), &teams));
            }
            if items.len() == limit {
                return Ok(AlertList { items, next: Some(before), total });
            }
        }
        looked += rows.len();
        if rows.len() < usize::try_from(CHUNK).unwrap_or_default() {
            return Ok(AlertList { items, next: None, total });
        }
        if looked >= LOOKED_THROUGH {
            return Ok(AlertList { items, next: Some(before), total });
        }
    }
}
