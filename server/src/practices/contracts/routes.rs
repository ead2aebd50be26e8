//! HTTP faces of contracts.

use ::contracts::compliance::{ClockReport, ClockRun, Period, clock_report};
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, header};
use kernel::{IncidentId, ItemRef, SpaceId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::close::{self, Closing};
use super::gather::{Book, Deal};
use super::store::Closed;
use super::underpinning::{Underpinning, promised};
use super::views::{ComplianceReport, ContractRow, ContractView};
use super::words;
use super::{csv, observed};
use crate::access::{Action, Caller, may};
use crate::app::App;
use crate::extract::{Json, Path, Query};
use crate::listing::Items;
use crate::practices::clocks::store as clock_store;
use crate::problem::{Answer, Problem};

/// Incidents whose clocks one statement asks for.
const CLOCKS_AT_ONCE: usize = 200;

/// Every route of contracts.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(one))
        .routes(routes!(report))
        .routes(routes!(report_csv))
        .routes(routes!(close_period))
        .routes(routes!(super::verify::verify))
        .routes(routes!(super::release::release))
        .routes(routes!(super::standing::standing))
        .routes(routes!(super::standing::standings))
        .routes(routes!(super::consumers::consumer))
        .merge(super::desk::routes())
        .routes(routes!(super::preview::preview))
        .routes(routes!(super::coverage::coverage))
        .routes(routes!(super::mails::report_mails, super::mails::put_report_mails))
}

/// The contract that an address names.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct ContractPath {
    /// Its name.
    #[param(pattern = "^[A-Za-z0-9_.-]+$", max_length = 180)]
    name: String,
}

impl ContractPath {
    pub(super) fn item(&self) -> Answer<ItemRef> {
        ItemRef::new("servicecontract", &self.name).ok_or_else(|| Problem::not_found("contract"))
    }
}

/// What a list of contracts can be narrowed to.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Only contracts about this item.
    item: Option<ItemRef>,
    /// Only what is promised to this consumer.
    consumer: Option<ItemRef>,
}

/// Lists contracts by name, each with its promise, how it stands, and how it ended in the past.
#[utoipa::path(get, path = "/contracts", tag = "contracts", params(ListQuery),
    responses((status = 200, description = "The contracts", body = Items<ContractRow>)))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Answer<Json<Items<ContractRow>>> {
    let book = Book::all(&app, &caller.space).await?;
    let wanted = |deal: &&Deal| {
        query.item.as_ref().is_none_or(|item| deal.spec.scope_at(book.now).contains(item))
            && query.consumer.as_ref().is_none_or(|consumer| deal.spec.consumer == *consumer)
    };
    let rows = book.deals.iter().filter(wanted).map(|deal| ContractRow::of(&book, deal));
    Ok(Json(Items { items: rows.collect() }))
}

/// Shows a contract: its promise in words, how it stands, and every past period.
#[utoipa::path(get, path = "/contracts/{name}", tag = "contracts", params(ContractPath),
    responses((status = 200, description = "The contract", body = ContractView)))]
async fn one(
    State(app): State<App>,
    caller: Caller,
    Path(path): Path<ContractPath>,
) -> Answer<Json<ContractView>> {
    let contract = path.item()?;
    // What it rests on is shown as it stands, too.
    let book = Book::all(&app, &caller.space).await?;
    let deal = book.deals.iter().find(|deal| deal.item == contract);
    let deal = deal.ok_or_else(|| Problem::not_found("contract"))?;
    let closed = close::newest_of_each(&app, &caller.space, &contract).await?;
    let mut view = ContractView::of(&book, deal, &closed);
    let scope = deal.spec.scope_at(book.now);
    let mut conn = app.db.reader().await?;
    let estate = &book.snapshot.estate;
    view.unobserved = observed::unobserved(&mut conn, &caller.space, estate, scope).await?;
    view.underpinned_by = underpinned_by(&book, deal);
    Ok(Json(view))
}

fn underpinned_by(book: &Book, deal: &Deal) -> Vec<Underpinning> {
    let named = deal.spec.underpinned_by.iter();
    let found = named.filter_map(|name| book.deals.iter().find(|deal| deal.item == *name.item()));
    let told = found.map(|below| Underpinning {
        contract: below.item.clone(),
        title: below.title.clone(),
        provider: below.spec.provider.clone(),
        target_percent: promised(&below.spec, book.now),
        outlook: book.stakes(below).and_then(|figures| Some(figures.forecast?.outlook)),
    });
    told.collect()
}

/// Which period of a contract.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(super) struct PeriodQuery {
    /// Its name: `2026-10`, `2026-W41`, `2026-Q4`, `2026`; the one that runs if not said.
    #[param(max_length = 16)]
    pub(super) period: Option<String>,
}

/// The period of a contract that a name means.
pub(super) fn named(book: &Book, deal: &Deal, name: Option<&str>) -> Answer<Period> {
    let periods = book.periods(deal);
    let found = match name.filter(|name| !name.is_empty()) {
        None => periods.last(),
        Some(name) => periods.iter().find(|period| period.name == name),
    };
    found.cloned().ok_or_else(|| {
        let known = match (periods.first(), periods.last()) {
            (Some(first), Some(last)) => format!("from {} to {}", first.name, last.name),
            _ => "none yet: it has not begun".to_owned(),
        };
        Problem::refused("the contract has no such period")
            .at("period")
            .remedy(format!("its periods are {known}"))
    })
}

async fn drawn(
    app: &App,
    caller: &Caller,
    deal_of: &ItemRef,
    name: Option<&str>,
) -> Answer<ComplianceReport> {
    if !app.estate.snapshot(&caller.space).estate.contains(deal_of) {
        return super::kept::report(app, &caller.space, deal_of, name).await;
    }
    let (book, deal) = Book::one(app, &caller.space, deal_of).await?;
    let period = named(&book, &deal, name)?;
    let figures = book.figures(&deal, &period);
    let closed = close::newest_of_each(app, &caller.space, deal_of).await?;
    let closed = close::newest(closed, &period.name);
    let counted = clocks(app, &caller.space, (&book, &deal), &period).await?;
    let whole = |closed: &Closed| close::restated_whole(&closed.frozen, &figures, &counted);
    let restated = closed.as_ref().and_then(whole);
    let refusal = close::refusal(&figures, closed.as_ref(), restated.as_ref(), book.now)
        .or_else(|| may(caller, Action::Administer, &[]).err().map(|refusal| refusal.reason));
    let periods = book.periods(&deal);
    let place = periods.iter().position(|known| known.name == period.name).unwrap_or(0);
    let name_at = |place: usize| periods.get(place).map(|period| period.name.clone());
    let (before, after) = (place.checked_sub(1).and_then(name_at), name_at(place + 1));
    let terms = deal.spec.terms_at(period.from.max(deal.spec.start)).map(|(_, terms)| terms);
    let (figures, clocks) = match &closed {
        Some(closed) => (closed.frozen.figures.clone(), closed.frozen.clocks.clone()),
        None => (figures, counted),
    };
    Ok(ComplianceReport {
        contract: deal.item.clone(),
        title: deal.title.clone(),
        provider: deal.spec.provider.clone(),
        consumer: deal.spec.consumer.clone(),
        scope: deal.spec.scope_at(period.from.max(deal.spec.start)).to_vec(),
        words: terms.map(|t| words::of_terms(&book.snapshot.estate, t)).unwrap_or_default(),
        figures,
        clocks,
        closed: closed.as_ref().map(Closing::of),
        restated,
        drawn_at: book.now,
        allowed: if refusal.is_none() { vec!["close"] } else { Vec::new() },
        not_closed_because: refusal,
        before,
        after,
    })
}

/// What became of the clocks of a contract in a period.
///
/// # Errors
/// When the database refuses.
pub async fn clocks(
    app: &App,
    space: &SpaceId,
    (book, deal): (&Book, &Deal),
    period: &Period,
) -> Answer<ClockReport> {
    let ids: Vec<IncidentId> = book.facts.iter().map(|facts| facts.incident.id).collect();
    let mut conn = app.db.reader().await?;
    let mut runs = Vec::new();
    for part in ids.chunks(CLOCKS_AT_ONCE) {
        for clocks in clock_store::of_incidents(&mut conn, space, part).await? {
            let facts = book.facts.iter().find(|facts| facts.incident.id == clocks.incident);
            let own = facts.map(|facts| ClockRun::of(&clocks, &deal.item, &facts.incident));
            runs.extend(own.into_iter().flatten());
        }
    }
    Ok(clock_report(&runs, period, book.now))
}

/// The compliance report of a contract and a period: target, reached, verdict, and the incidents
/// that cost the difference. A closed period is shown as it was frozen, with what it comes to now
/// where that differs.
#[utoipa::path(get, path = "/contracts/{name}/report", tag = "contracts",
    params(ContractPath, PeriodQuery),
    responses((status = 200, description = "The report", body = ComplianceReport)))]
async fn report(
    State(app): State<App>,
    caller: Caller,
    Path(path): Path<ContractPath>,
    Query(query): Query<PeriodQuery>,
) -> Answer<Json<ComplianceReport>> {
    Ok(Json(drawn(&app, &caller, &path.item()?, query.period.as_deref()).await?))
}

/// The same as a table: figures first, then the intervals behind them, then the clocks.
#[utoipa::path(get, path = "/contracts/{name}/report.csv", tag = "contracts",
    params(ContractPath, PeriodQuery),
    responses((status = 200, description = "The report", body = String,
        content_type = "text/csv")))]
async fn report_csv(
    State(app): State<App>,
    caller: Caller,
    Path(path): Path<ContractPath>,
    Query(query): Query<PeriodQuery>,
) -> Answer<([(HeaderName, HeaderValue); 2], String)> {
    let report = drawn(&app, &caller, &path.item()?, query.period.as_deref()).await?;
    let file = format!("attachment; filename=\"{}-{}.csv\"", path.name, report.figures.period.name);
    let file = HeaderValue::from_str(&file).map_err(|_| Problem::not_found("contract"))?;
    let kind = HeaderValue::from_static("text/csv; charset=utf-8");
    let headers = [(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, file)];
    Ok((headers, csv::of(&report)))
}

/// Which period to close.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ClosePeriod {
    /// Its name.
    period: String,
    /// Anything to add; why, when it is closed again.
    #[serde(default)]
    note: String,
}

/// That a period is closed.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct PeriodClosed {
    /// The contract.
    contract: ItemRef,
    /// The period.
    period: String,
    /// Counts how often it was closed, from 1.
    revision: i64,
}

/// Freezes the figures of a period that is over. What changes later is shown beside them.
#[utoipa::path(post, path = "/contracts/{name}/close", tag = "contracts",
    request_body = ClosePeriod, params(ContractPath),
    responses((status = 200, description = "It is closed", body = PeriodClosed)))]
async fn close_period(
    State(app): State<App>,
    caller: Caller,
    Path(path): Path<ContractPath>,
    Json(asked): Json<ClosePeriod>,
) -> Answer<Json<PeriodClosed>> {
    may(&caller, Action::Administer, &[])?;
    let (book, deal) = Book::one(&app, &caller.space, &path.item()?).await?;
    let period = named(&book, &deal, Some(&asked.period))?;
    let by = (&caller.space, caller.actor());
    let revision = close::close(&app, by, (&book, &deal), (&period, &asked.note)).await?;
    Ok(Json(PeriodClosed { contract: deal.item, period: period.name, revision }))
}
