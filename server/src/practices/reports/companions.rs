//! Alerts that recur together, and what people decide about them.

use axum::extract::State;
use kernel::{AlertKey, ItemRef, Time};
use reports::{Firing, GroupEvidence, Pair, Period, evidence, groups, together};
use serde::{Deserialize, Serialize};
use streams::companions::{Companion, Companions, Fellowship, GroupDecision};
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

/// Pairs that are shown.
const PAIRS_SHOWN: usize = 50;

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

/// Three rules on their items or more, of which every two recur together, or that were decided on
/// at once.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct GroupView {
    /// The rules, in the order of their names.
    members: Vec<AlertKey>,
    /// What the history says; nothing when no two met in this period.
    evidence: Option<GroupEvidence>,
    /// What was decided about all of them at once; nothing yet.
    decision: Option<GroupDecision>,
    /// What the asker may decide now: `together`, `apart`, `take_back`.
    allowed: &'static [&'static str],
}

/// What recurs together.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Recurring {
    /// Groups of three and more.
    groups: Vec<GroupView>,
    /// Pairs that are in no group.
    items: Vec<CompanionView>,
}

/// A decision about every pair of a group.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = GroupAsked)]
pub(super) struct Asked {
    /// The rules on their items, three to eight.
    members: Vec<AlertKey>,
    /// Whether they belong together; without a value the decisions about them are taken back.
    verdict: Option<Fellowship>,
    /// Why; may be left out.
    #[serde(default)]
    note: String,
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

/// The rules on items that fire within minutes of each other far more often than by chance, as
/// groups and pairs, with the evidence, and everything that was decided about them.
#[utoipa::path(get, path = "/reports/companions", tag = "reports", params(CompanionsQuery),
    responses((status = 200, description = "Groups and pairs", body = Recurring)))]
pub(super) async fn companions(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<CompanionsQuery>,
) -> Answer<Json<Recurring>> {
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
    let mut pairs = together(&firings, period);
    let mut groups = grouped(&pairs, &known, (&firings, period));
    let within = |a: &AlertKey, b: &AlertKey| {
        groups.iter().any(|group| group.members.contains(a) && group.members.contains(b))
    };
    pairs.retain(|pair| !within(&pair.a, &pair.b));
    pairs.truncate(PAIRS_SHOWN);
    let mut items = shown(pairs, &known);
    items.retain(|pair| !within(&pair.a, &pair.b));
    if may(&caller, Action::Administer, &[]).is_err() {
        items.iter_mut().for_each(|pair| pair.allowed = &[]);
        groups.iter_mut().for_each(|group| group.allowed = &[]);
    }
    if let Some(team) = &query.team {
        let of_team = |key: &AlertKey| {
            firings
                .iter()
                .any(|firing| firing.team.as_ref() == Some(team) && firing.item == key.item)
        };
        items.retain(|pair| of_team(&pair.a) || of_team(&pair.b));
        groups.retain(|group| group.members.iter().any(of_team));
    }
    Ok(Json(Recurring { groups, items }))
}

/// The groups that the pairs suggest, then those that were decided on. A pair that was rejected on
/// its own keeps its two in different groups.
fn grouped(
    pairs: &[Pair],
    known: &Companions,
    (firings, period): (&[Firing], Period),
) -> Vec<GroupView> {
    let decided = known.groups();
    let open = |pair: &&Pair| {
        let both = |group: &GroupDecision| {
            group.members.contains(&pair.a) && group.members.contains(&pair.b)
        };
        let rejected = known
            .about(&pair.a, &pair.b)
            .is_some_and(|decision| decision.verdict == Fellowship::Apart);
        !rejected && !decided.iter().any(both)
    };
    let left: Vec<Pair> = pairs.iter().filter(open).cloned().collect();
    let view = |members: Vec<AlertKey>, decision: Option<GroupDecision>| GroupView {
        evidence: evidence(&members, firings, pairs, period),
        allowed: if decision.is_some() { &["take_back"] } else { &["together", "apart"] },
        members,
        decision,
    };
    let suggested = groups(&left).into_iter().map(|members| view(members, None));
    let mut all: Vec<GroupView> = suggested.collect();
    all.extend(decided.into_iter().map(|group| view(group.members.clone(), Some(group))));
    all
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
    let (by, at) = (caller.actor(), app.world.now());
    let change = |known: Companions| {
        let Decision { a, b, verdict, note } = asked.clone();
        let Some(verdict) = verdict else { return Ok(known.without(&a, &b)) };
        let note = note.trim().to_owned();
        known.with(Companion { a, b, verdict, by: by.clone(), at, note })
    };
    let changed = settings::change(&app, &caller, settings::COMPANIONS, change).await?;
    Ok(Json(Items { items: changed.0 }))
}

/// Decides at once about every pair of a group: alerts that fire from now on are grouped by it.
#[utoipa::path(put, path = "/reports/companions/group", tag = "reports", request_body = Asked,
    responses((status = 200, description = "Everything that was decided",
        body = Items<Companion>)))]
pub(super) async fn decide_group(
    State(app): State<App>,
    caller: Caller,
    Json(asked): Json<Asked>,
) -> Answer<Json<Items<Companion>>> {
    may(&caller, Action::Administer, &[])?;
    let (by, at) = (caller.actor(), app.world.now());
    let change = |known: Companions| {
        let Asked { members, verdict, note } = asked.clone();
        let Some(verdict) = verdict else { return Ok(known.without_group(&members)) };
        let note = note.trim().to_owned();
        known.with_group(GroupDecision { members, verdict, by: by.clone(), at, note })
    };
    let changed = settings::change(&app, &caller, settings::COMPANIONS, change).await?;
    Ok(Json(Items { items: changed.0 }))
}
