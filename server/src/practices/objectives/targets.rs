//! What an objective promised and when, from the past of the estate; with what was decided, and
//! why.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use kernel::{Actor, IncidentId, ItemRef, SpaceId, Time};
use serde::{Deserialize, Serialize};
use spine::journal::{self, Stamp};
use spine::{Conn, Fault};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::decision::{self, Decision, promised};
use super::routes::{ObjectivePath, found};
use super::store::{self as objective_store, Said};
use crate::access::{Action, Caller, may};
use crate::app::App;
use crate::extract::{Json, Path};
use crate::listing::{Items, Page, Sort};
use crate::practices::estate::live::Snapshot;
use crate::practices::estate::store;
use crate::practices::incidents::store as incidents;
use crate::problem::{Answer, Problem};

/// The routes of targets.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(targets)).routes(routes!(explain))
}

/// What an objective promised from a time on.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct TargetHeld {
    /// Since when.
    from: Time,
    /// Until when; absent for what holds now.
    until: Option<Time>,
    /// The target, in percent.
    target: f64,
    /// Over what time.
    window: String,
    /// Who changed it so, if that is known.
    by: Option<String>,
    /// What was decided, by whom or where; empty where nobody said.
    decided: String,
    /// Why; empty where nobody said.
    reason: String,
    /// What was or will be improved by it.
    improvements: Vec<Improvement>,
    /// Who said why, where somebody did.
    said_by: Option<Actor>,
    /// When.
    said_at: Option<Time>,
}

/// What was or will be improved.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = TargetImprovement)]
struct Improvement {
    /// As it was written: an address, or an incident as `#12`.
    link: String,
    /// What it is called.
    title: String,
    /// The incident, where it names one.
    incident: Option<IncidentId>,
}

/// Its target and window, from a time on.
#[derive(Clone, PartialEq, Debug)]
struct Held {
    from: Time,
    until: Option<Time>,
    target: f64,
    window: String,
}

/// The targets of an objective, the newest first, each with what was decided and why.
#[utoipa::path(get, path = "/objectives/{name}/targets", tag = "objectives",
    params(ObjectivePath),
    responses((status = 200, description = "What was promised when", body = Items<TargetHeld>)))]
async fn targets(
    State(app): State<App>,
    caller: Caller,
    Path(ObjectivePath { name }): Path<ObjectivePath>,
) -> Answer<Json<Items<TargetHeld>>> {
    let snapshot = app.estate.snapshot(&caller.space);
    let mut conn = app.db.reader().await?;
    let held = held(&mut conn, &caller.space, (&snapshot, &name)).await?;
    let said = objective_store::decisions(&mut conn, &caller.space, &name).await?;
    let filter = journal::Filter {
        subject: Some(format!("item:objective/{name}")),
        kind_prefix: Some("item.".to_owned()),
        limit: 500,
        ..journal::Filter::default()
    };
    let entries = journal::list(&mut conn, &caller.space, &filter).await?;
    let mut items = Vec::with_capacity(held.len());
    for held in held.into_iter().rev() {
        let why = said.iter().find(|(from, _)| *from == held.from).map(|(_, said)| said);
        let by = entries.iter().find(|entry| entry.at == held.from);
        let by = by.map(|entry| entry.actor.to_string());
        items.push(told(&mut conn, &caller.space, (held, by), why).await?);
    }
    Ok(Json(Items { items }))
}

async fn told(
    conn: &mut Conn,
    space: &SpaceId,
    (held, by): (Held, Option<String>),
    said: Option<&Said>,
) -> Result<TargetHeld, Fault> {
    let decision = said.map(|said| said.decision.clone()).unwrap_or_default();
    let mut improvements = Vec::with_capacity(decision.improvements.len());
    for link in decision.improvements {
        let incident = incident(conn, space, &link).await?;
        let title = incident.as_ref().map(|(_, title)| format!("{link} {title}"));
        let title = title.unwrap_or_else(|| link.clone());
        improvements.push(Improvement { incident: incident.map(|(id, _)| id), title, link });
    }
    Ok(TargetHeld {
        from: held.from,
        until: held.until,
        target: held.target,
        window: held.window,
        by,
        decided: decision.decided,
        reason: decision.reason,
        improvements,
        said_by: said.map(|said| said.by.clone()),
        said_at: said.map(|said| said.at),
    })
}

/// The incident that `#12` names, with its title.
async fn incident(
    conn: &mut Conn,
    space: &SpaceId,
    link: &str,
) -> Result<Option<(IncidentId, String)>, Fault> {
    if decision::number(link).is_none() {
        return Ok(None);
    }
    let filter = incidents::Filter { text: Some(link.to_owned()), ..incidents::Filter::default() };
    let page = Page::first(1, Sort::descending("opened_at", true));
    let (found, _) = incidents::list(conn, space, &filter, &page).await?;
    Ok(found.into_iter().next().map(|found| (found.record.id, found.record.title)))
}

/// The targets of an objective, the oldest first.
async fn held(
    conn: &mut Conn,
    space: &SpaceId,
    (snapshot, name): (&Arc<Snapshot>, &str),
) -> Answer<Vec<Held>> {
    let item: ItemRef = found(snapshot, name)?.resource.item().clone();
    let mut held: Vec<Held> = Vec::new();
    for (from, resource) in store::versions(conn, space, &item).await? {
        let Some((target, window)) = promised(&resource) else { continue };
        if let Some(last) = held.last_mut() {
            if last.target == target && last.window == window {
                continue;
            }
            last.until = Some(from);
        }
        held.push(Held { from, until: None, target, window });
    }
    Ok(held)
}

/// The target that an address names.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct TargetPath {
    /// The name of the objective.
    name: String,
    /// From when on it holds, as the list of targets says.
    from: Time,
}

/// Says what was decided about a target, and why: also long afterwards, and in the place of what
/// was said before.
#[utoipa::path(put, path = "/objectives/{name}/targets/{from}", tag = "objectives",
    request_body = Decision, params(TargetPath),
    responses((status = 204, description = "It is kept")))]
async fn explain(
    State(app): State<App>,
    caller: Caller,
    Path(TargetPath { name, from }): Path<TargetPath>,
    Json(decision): Json<Decision>,
) -> Answer<StatusCode> {
    may(&caller, Action::Administer, &[])?;
    let decision = decision.checked()?;
    let snapshot = app.estate.snapshot(&caller.space);
    let mut conn = app.db.reader().await?;
    let held = held(&mut conn, &caller.space, (&snapshot, &name)).await?;
    if !held.iter().any(|held| held.from == from) {
        let remedy = "take `from` of one of its targets";
        return Err(Problem::refused("no target began then").at("from").remedy(remedy));
    }
    for link in &decision.improvements {
        let named = incident(&mut conn, &caller.space, link).await?;
        if decision::number(link).is_some() && named.is_none() {
            return Err(Problem::refused(format!("there is no incident {link}")).at("improvements"));
        }
    }
    drop(conn);
    let (asker, now) = (caller.asker(), app.world.now());
    let work = app.db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move {
            let stamp = Stamp { space: &asker.space, at: now, actor: &asker.actor, cause: None };
            decision::explain(tx, &stamp, (&name, from), &decision).await
        })
    });
    work.await?;
    Ok(StatusCode::NO_CONTENT)
}
