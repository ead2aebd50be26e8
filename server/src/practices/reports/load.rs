//! How much calling weighs on people.

use std::collections::BTreeMap;

use axum::extract::State;
use estate::{PersonSpec, Spec};
use kernel::{Actor, ItemRef, SpaceId, Time};
use oncall::Page;
use reports::{LoadReport, Period, Ring, load_report};
use serde::Deserialize;
use spine::{Conn, Fault};
use utoipa::IntoParams;

use super::routes::period;
use crate::access::Caller;
use crate::access::store as accounts;
use crate::app::App;
use crate::extract::{Json, Query};
use crate::practices::oncall::store as pages;
use crate::problem::{Answer, Problem};

/// Pages that one report reads.
const PAGES_MAX: usize = 50_000;

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(super) struct LoadQuery {
    /// First moment; 30 days before `to` if not said.
    from: Option<Time>,
    /// First moment after it; now if not said.
    to: Option<Time>,
    /// Only people of this team.
    team: Option<ItemRef>,
    /// Only this person: what called them, and why.
    person: Option<ItemRef>,
}

/// How often people are called, at night, in a row, and whether that is more than can be borne;
/// with what called each of them, and why.
#[utoipa::path(get, path = "/reports/load", tag = "reports", params(LoadQuery),
    responses((status = 200, description = "The report", body = LoadReport)))]
pub(super) async fn load(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<LoadQuery>,
) -> Answer<Json<LoadReport>> {
    let period = period(query.from, query.to, app.world.now())?;
    let snapshot = app.estate.snapshot(&caller.space);
    let wanted = |ring: &Ring| {
        let of_team = |team: &ItemRef| match snapshot.estate.get(&ring.person).map(|of| &of.spec) {
            Some(Spec::Person(spec)) => spec.teams.iter().any(|of| of.item() == team),
            _ => false,
        };
        query.person.as_ref().is_none_or(|one| *one == ring.person)
            && query.team.as_ref().is_none_or(of_team)
    };
    let mut conn = app.db.reader().await?;
    let rings = rings_in(&app, &mut conn, &caller.space, period).await?;
    let Some(mut rings) = rings else {
        return Err(Problem::refused(too_many()).at("from").remedy("ask for a shorter time"));
    };
    rings.retain(wanted);
    Ok(Json(load_report(&rings)))
}

/// Why a report has no calls.
pub(super) fn too_many() -> String {
    format!("people were called more than {PAGES_MAX} times in this time")
}

/// Every call of a period; nothing when there are too many of them.
///
/// # Errors
/// When the database refuses.
pub(super) async fn rings_in(
    app: &App,
    conn: &mut Conn,
    space: &SpaceId,
    period: Period,
) -> Result<Option<Vec<Ring>>, Fault> {
    let most = i64::try_from(PAGES_MAX + 1).unwrap_or(i64::MAX);
    let found = pages::between(conn, space, (period.from, period.to), most).await?;
    if found.len() > PAGES_MAX {
        return Ok(None);
    }
    let persons: BTreeMap<String, ItemRef> =
        accounts::persons(conn, space).await?.into_iter().collect();
    let snapshot = app.estate.snapshot(space);
    let specs: BTreeMap<&ItemRef, &PersonSpec> = snapshot
        .estate
        .resources()
        .filter_map(|resource| match &resource.spec {
            Spec::Person(spec) => Some((resource.item(), spec)),
            _ => None,
        })
        .collect();
    Ok(Some(found.iter().flat_map(|page| rings(page, &specs, &persons)).collect()))
}

/// The calls of a page, each on the clocks of who was called. Calls that never left woke nobody.
fn rings(
    page: &Page,
    specs: &BTreeMap<&ItemRef, &PersonSpec>,
    persons: &BTreeMap<String, ItemRef>,
) -> Vec<Ring> {
    let answerer = page.acknowledged_by.as_ref().and_then(|by| match by {
        Actor::Link(name) => ItemRef::new("person", name),
        Actor::Person(name) => persons.get(name).cloned(),
        _ => None,
    });
    let kept_back = [oncall::CallResult::Dropped, oncall::CallResult::Held];
    let left = page.calls.iter().filter(|call| !kept_back.contains(&call.result));
    let ring = |call: &oncall::Call| {
        let spec = specs.get(&call.contact);
        let (minute, day) =
            spec.map_or_else(|| estate::local_minute(None, call.at), |spec| spec.local(call.at));
        Ring {
            person: call.contact.clone(),
            incident: page.incident,
            number: page.summary.number,
            title: page.summary.title.clone(),
            priority: page.summary.priority,
            because: format!("step {} of {}", call.step + 1, page.policy),
            channel: call.channel.clone(),
            at: call.at,
            minute,
            day,
            answered_at: page.acknowledged_at.filter(|_| answerer.as_ref() == Some(&call.contact)),
        }
    };
    left.map(ring).collect()
}
