//! Alerts that recur together, and what people decide about them.

use axum::extract::State;
use kernel::{AlertKey, ItemRef, Time};
use reports::{Firing, Pair, together};
use serde::{Deserialize, Serialize};
use streams::companions::{Companion, Companions, Fellowship};
use utoipa::{IntoParams, ToSchema};

use super::alerts::{FIRINGS_MAX, firing};
use super::routes::period;
use crate::access::{Action, Caller, may};
use crate::app::App;
use crate::extract::{Json, Query};
use crate::listing::Items;
use crate::practices::alerts::history::store::{self as history, Filter};
use crate::problem::{Answer, Problem};
use crate::settings;

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(super) struct CompanionsQuery {
    /// First moment; 30 days before `to` if not said.
    from: Option<Time>,
    /// First moment after it; now if not said.
    to: Option<Time>,
    /// Only pairs of which one is on an item of this team.
    team: Option<ItemRef>,
}

/// Two rules on their items that recur together, or that were decided on.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CompanionView {
    /// The one …
    a: AlertKey,
    /// … and the other.
    b: AlertKey,
    /// What the history says; nothing when they did not recur together in this period.
    evidence: Option<Pair>,
    /// What was decided; nothing yet.
    decision: Option<Companion>,
    /// What the asker may decide now: `together`, `apart`, `take_back`.
    allowed: &'static [&'static str],
}

/// A decision about two.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Decision {
    /// The one …
    a: AlertKey,
    /// … and the other.
    b: AlertKey,
    /// Whether they belong together; without a value the decision is taken back.
    verdict: Option<Fellowship>,
    /// Why; may be left out.
    #[serde(default)]
    note: String,
}

/// The rules on items that fire within minutes of each other far more often than by chance, with
/// the evidence, and everything that was decided about such pairs.
#[utoipa::path(get, path = "/reports/companions", tag = "reports", params(CompanionsQuery),
    responses((status = 200, description = "The pairs", body = Items<CompanionView>)))]
pub(super) async fn companions(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<CompanionsQuery>,
) -> Answer<Json<Items<CompanionView>>> {
    let period = period(query.from, query.to, app.world.now())?;
    let filter = Filter { from: Some(period.from), to: Some(period.to), ..Filter::default() };
    let mut conn = app.db.reader().await?;
    let most = i64::try_from(FIRINGS_MAX + 1).unwrap_or(i64::MAX);
    let placed = history::begun_between(&mut conn, &caller.space, &filter, most).await?;
    if placed.len() > FIRINGS_MAX {
        let message = format!("more than {FIRINGS_MAX} firings began in this time");
        return Err(Problem::refused(message).at("from").remedy("ask for a shorter time"));
    }
    let firings: Vec<Firing> = placed.into_iter().map(firing).collect();
    let (known, _): (Companions, i64) =
        settings::get(&mut conn, &caller.space, settings::COMPANIONS).await?;
    let mut items = shown(together(&firings, period), &known);
    if may(&caller, Action::Administer, &[]).is_err() {
        items.iter_mut().for_each(|pair| pair.allowed = &[]);
    }
    if let Some(team) = &query.team {
        let of_team = |key: &AlertKey| {
            firings
                .iter()
                .any(|firing| firing.team.as_ref() == Some(team) && firing.item == key.item)
        };
        items.retain(|pair| of_team(&pair.a) || of_team(&pair.b));
    }
    Ok(Json(Items { items }))
}

/// What recurs together with what was decided about it, then the other decisions.
fn shown(pairs: Vec<Pair>, known: &Companions) -> Vec<CompanionView> {
    let mut items: Vec<CompanionView> = pairs
        .into_iter()
        .map(|pair| CompanionView {
            a: pair.a.clone(),
            b: pair.b.clone(),
            decision: known.about(&pair.a, &pair.b).cloned(),
            allowed: if known.about(&pair.a, &pair.b).is_some() {
                &["take_back"]
            } else {
                &["together", "apart"]
            },
            evidence: Some(pair),
        })
        .collect();
    for decision in &known.0 {
        if !items.iter().any(|item| item.decision.as_ref() == Some(decision)) {
            let (a, b) = (decision.a.clone(), decision.b.clone());
            let decision = Some(decision.clone());
            items.push(CompanionView { a, b, evidence: None, decision, allowed: &["take_back"] });
        }
    }
    items
}

/// Decides whether two belong together: alerts that fire from now on are grouped by it.
#[utoipa::path(put, path = "/reports/companions", tag = "reports", request_body = Decision,
    responses((status = 200, description = "Everything that was decided",
        body = Items<Companion>)))]
pub(super) async fn decide_companions(
    State(app): State<App>,
    caller: Caller,
    Json(asked): Json<Decision>,
) -> Answer<Json<Items<Companion>>> {
    may(&caller, Action::Administer, &[])?;
    let mut conn = app.db.reader().await?;
    let (known, version): (Companions, i64) =
        settings::get(&mut conn, &caller.space, settings::COMPANIONS).await?;
    drop(conn);
    let Decision { a, b, verdict, note } = asked;
    let changed = match verdict {
        None => known.without(&a, &b),
        Some(verdict) => {
            let (by, at) = (caller.actor(), app.world.now());
            let note = note.trim().to_owned();
            known.with(Companion { a, b, verdict, by, at, note })?
        }
    };
    settings::put(&app, &caller, settings::COMPANIONS, &changed, Some(version)).await?;
    Ok(Json(Items { items: changed.0 }))
}
