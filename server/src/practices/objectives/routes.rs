//! HTTP faces of objectives.

use std::collections::BTreeMap;
use std::sync::Arc;

use ::contracts::compliance::LeftOut;
use axum::extract::State;
use axum::http::StatusCode;
use budgets::Asked;
use calendar::Span;
use estate::{Combine, Indicator};
use kernel::{ItemRef, SpaceId, Time};
use serde::Deserialize;
use spine::Fault;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::evaluate::{self, Standing};
use super::store::{self, Decided, Status};
use super::terms::{self, Known};
use super::views::{BudgetState, ObjectivePart, ObjectiveRow, ObjectiveView, Related, Shown};
use super::{export, periods, push, series, sources, targets, whatif};
use crate::access::{Action, Caller, may};
use crate::app::App;
use crate::extract::{Json, Path, Query};
use crate::listing::{Listed, Page, PageQuery, Sort, Words};
use crate::practices::estate::live::Snapshot;
use crate::problem::{Answer, Problem};

const MINUTE: i64 = 60_000_000;

/// Every route of objectives under `/api/v1`.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(one))
        .routes(routes!(ask_anew))
        .merge(push::routes())
        .merge(series::routes())
        .merge(export::routes())
        .merge(targets::routes())
        .merge(periods::routes())
        .merge(whatif::routes())
        .merge(sources::routes())
        .merge(super::openslo::routes())
}

/// The objective that an address names.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ObjectivePath {
    /// Its name.
    pub name: String,
}

/// What a list of objectives can be narrowed to.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct FilterQuery {
    /// Only these states of the budget, separated by commas.
    #[param(value_type = Option<Vec<BudgetState>>, style = Form, explode = false)]
    state: Words<BudgetState>,
    /// Only those about this item: `service/checkout`.
    item: Option<ItemRef>,
    /// Only those that this team answers for: `team/payments`.
    team: Option<ItemRef>,
    /// `true`: only those whose burn somebody is told of.
    burning: Option<bool>,
    /// Only those with this text in name or title.
    q: Option<String>,
    /// A field to sort by; with `-` before it, the largest first.
    #[param(pattern = "^-?(name|remaining|burn|target)$")]
    sort: Option<String>,
}

const SORTS: &[(&str, &str, bool)] = &[
    ("name", "name", true),
    ("remaining", "remaining", true),
    ("burn", "burn", true),
    ("target", "target", true),
];

/// What is known of all objectives beside their figures.
pub struct Beside {
    decided: BTreeMap<String, Decided>,
    asked: BTreeMap<String, Asked>,
    statuses: BTreeMap<String, Status>,
}

impl Beside {
    /// Reads it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn read(app: &App, space: &SpaceId) -> Result<Beside, Fault> {
        let mut conn = app.db.reader().await?;
        let decided = store::decided(&mut conn, space).await?;
        Ok(Beside {
            decided: decided.into_iter().map(|one| (one.objective.clone(), one)).collect(),
            asked: store::asked(&mut conn, space).await?.into_iter().collect(),
            statuses: store::sources(&mut conn, space).await?.into_iter().collect(),
        })
    }

    /// An objective as it is shown.
    pub fn shown<'a>(
        &self,
        snapshot: &'a Snapshot,
        known: Known<'a>,
        standing: &'a Result<Standing, String>,
        now: Time,
    ) -> Shown<'a> {
        let window = standing.as_ref().ok().map(|standing| standing.figures.window.from);
        let measured = terms::measured(snapshot, known);
        let asked = measured.iter().filter_map(|one| {
            terms::source(snapshot, one.spec).map(|(source, _)| (one.name, source))
        });
        let asked: Vec<(&str, &str)> = asked.collect();
        let provisional = window.is_some_and(|from| {
            let lacks = |asked: Option<&Asked>| asked.is_none_or(|a| a.from > from / MINUTE + 1);
            asked.iter().any(|(name, _)| lacks(self.asked.get(*name)))
        });
        let note = asked.iter().find_map(|(name, source)| {
            let status = self.statuses.get(*source)?;
            let note = status.notes.get(*name).or(status.error.as_ref())?;
            let own = *name == known.name;
            Some(if own { note.clone() } else { format!("{name}: {note}") })
        });
        Shown {
            snapshot,
            known,
            standing: standing.as_ref().map_err(String::as_str),
            state: self
                .decided
                .get(known.name)
                .map(|decided| decided.state.clone())
                .unwrap_or_default(),
            provisional,
            note,
            now,
        }
    }
}

/// Lists objectives and how they stand, those with the least budget left first.
#[utoipa::path(get, path = "/objectives", tag = "objectives", params(PageQuery, FilterQuery),
    responses((status = 200, description = "One page of objectives",
        body = Listed<ObjectiveRow>)))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(page): Query<PageQuery>,
    Query(asked): Query<FilterQuery>,
) -> Answer<Json<Listed<ObjectiveRow>>> {
    let default = Sort::ascending("remaining", true);
    let page = Page::of(&page, Sort::parse(asked.sort.as_deref(), SORTS, default)?)?;
    let (snapshot, now) = (app.estate.snapshot(&caller.space), app.world.now());
    let beside = Beside::read(&app, &caller.space).await?;
    let text = asked.q.unwrap_or_default().to_lowercase();
    let mut rows = Vec::new();
    for known in terms::all(&snapshot) {
        let named = known.name.to_lowercase().contains(&text)
            || known.resource.title().to_lowercase().contains(&text);
        if !named || asked.item.as_ref().is_some_and(|item| *item != known.spec.item) {
            continue;
        }
        let standing = evaluate::look(&app, &caller.space, &snapshot, known, now).await?;
        let row = beside.shown(&snapshot, known, &standing, now).row();
        let fits = (asked.state.0.is_empty() || asked.state.0.contains(&row.state))
            && asked.team.as_ref().is_none_or(|team| row.team.as_ref() == Some(team))
            && asked.burning.is_none_or(|burning| row.burning.is_some() == burning);
        if fits {
            rows.push((rank(&row, page.sort().column()), row));
        }
    }
    let total = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    rows.sort_by(|a, b| {
        let order = (a.0, &a.1.name).cmp(&(b.0, &b.1.name));
        if page.descending() { order.reverse() } else { order }
    });
    let mut rows: Vec<(i64, ObjectiveRow)> =
        rows.into_iter().filter(|(rank, row)| page.reaches(*rank, &row.name)).collect();
    rows.truncate(page.rows());
    let last = rows.last().map(|(rank, row)| (spine::Value::from(*rank), row.name.clone()));
    let next = page.next(rows.len(), last);
    Ok(Json(Listed { items: rows.into_iter().map(|(_, row)| row).collect(), next, total }))
}

/// What a row is sorted by. What is not known comes last.
fn rank(row: &ObjectiveRow, column: &str) -> i64 {
    const MILLIONTH: f64 = 1e6;
    let number = |number: f64| (number * MILLIONTH) as i64;
    match column {
        "remaining" => match (row.state, row.remaining) {
            (BudgetState::Freeze, None) => i64::MIN,
            (_, Some(remaining)) => number(remaining),
            (_, None) => i64::MAX,
        },
        "burn" => row.burn.map_or(-1, number),
        "target" => number(row.target),
        _ => 0,
    }
}

/// An objective of the estate, with the estate that it is in.
///
/// # Errors
/// 404 when there is no such objective.
pub fn found<'a>(snapshot: &'a Arc<Snapshot>, name: &str) -> Answer<Known<'a>> {
    terms::one(snapshot, name).ok_or_else(|| Problem::not_found("objective"))
}

/// Shows an objective: what it means, how it stands, and why.
#[utoipa::path(get, path = "/objectives/{name}", tag = "objectives", params(ObjectivePath),
    responses((status = 200, description = "The objective", body = ObjectiveView)))]
async fn one(
    State(app): State<App>,
    caller: Caller,
    Path(ObjectivePath { name }): Path<ObjectivePath>,
) -> Answer<Json<ObjectiveView>> {
    let (snapshot, now) = (app.estate.snapshot(&caller.space), app.world.now());
    let known = found(&snapshot, &name)?;
    let beside = Beside::read(&app, &caller.space).await?;
    let standing = evaluate::look(&app, &caller.space, &snapshot, known, now).await?;
    let excluded =
        standing.as_ref().map(|standing| excluded(&app, (&caller.space, &name), standing));
    let excluded = excluded.unwrap_or_default();
    let related = related(&app, &caller.space, (&snapshot, &beside), (known, now)).await?;
    Ok(Json(beside.shown(&snapshot, known, &standing, now).whole(excluded, related)))
}

/// What an objective is composed of, and what is composed of it.
async fn related(
    app: &App,
    space: &SpaceId,
    (snapshot, beside): (&Arc<Snapshot>, &Beside),
    (known, now): (Known<'_>, Time),
) -> Answer<Related> {
    let part = async |other: Known<'_>, of: &Indicator, named: &str| {
        let standing = evaluate::look(app, space, snapshot, other, now).await?;
        let row = beside.shown(snapshot, other, &standing, now).row();
        let named = of.parts.iter().find(|part| part.objective.item().name() == named);
        let weight = named.map_or(1.0, |part| part.weight);
        let all: f64 = of.parts.iter().map(|part| part.weight).sum();
        let weighs = of.combine == Combine::Weighted;
        let weight_share = weighs.then_some(weight / all);
        Ok::<_, Fault>(ObjectivePart { weight, weight_share, row })
    };
    let mut related = Related::default();
    for named in &known.spec.indicator.parts {
        let name = named.objective.item().name();
        if let Some(other) = terms::one(snapshot, name) {
            related.parts.push(part(other, &known.spec.indicator, name).await?);
        }
    }
    let names = |other: &Known<'_>| {
        let mut parts = other.spec.indicator.parts.iter();
        parts.any(|part| part.objective.item() == known.resource.item())
    };
    for other in terms::all(snapshot).filter(names) {
        related.part_of.push(part(other, &other.spec.indicator, known.name).await?);
    }
    Ok(related)
}

/// What was left out of the present window.
fn excluded(app: &App, (space, name): (&SpaceId, &str), standing: &Standing) -> Vec<LeftOut> {
    let (terms, figures) = (&standing.terms, &standing.figures);
    let passed = Span::new(figures.window.from, figures.at.micros().min(figures.window.until));
    let found = app.objectives.with(space, name, |buckets| terms.excluded(buckets, passed));
    found.unwrap_or_default().into_iter().map(LeftOut::from).collect()
}

/// Asks the source of an objective for all of its window anew, as after its query was mended.
#[utoipa::path(post, path = "/objectives/{name}/ask-anew", tag = "objectives",
    params(ObjectivePath),
    responses((status = 202, description = "It is asked within minutes"),
        (status = 409, description = "Its counts are pushed", body = Problem)))]
async fn ask_anew(
    State(app): State<App>,
    caller: Caller,
    Path(ObjectivePath { name }): Path<ObjectivePath>,
) -> Answer<StatusCode> {
    may(&caller, Action::Administer, &[])?;
    let snapshot = app.estate.snapshot(&caller.space);
    let known = found(&snapshot, &name)?;
    if !known.spec.indicator.parts.is_empty() {
        let message = "nobody is asked for this objective: it is composed of others";
        return Err(Problem::new(StatusCode::CONFLICT, "composed", message)
            .remedy("ask the sources of its parts anew; it follows them"));
    }
    if known.spec.indicator.source.is_none() {
        let message = "nobody is asked for this objective: its counts are pushed";
        return Err(Problem::new(StatusCode::CONFLICT, "pushed", message)
            .remedy("push the counts of its minutes again; they replace those before"));
    }
    let space = caller.space.clone();
    let work = app.db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move { store::forget_asked(tx, &space, &name).await })
    });
    work.await?;
    Ok(StatusCode::ACCEPTED)
}
