//! What an objective promised before, from the past of the estate.

use axum::extract::State;
use estate::{Resource, Spec};
use kernel::{ItemRef, Time};
use serde::Serialize;
use spine::journal;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::routes::{ObjectivePath, found};
use super::views::window;
use crate::access::Caller;
use crate::app::App;
use crate::extract::{Json, Path};
use crate::listing::Items;
use crate::practices::estate::store;
use crate::problem::Answer;

/// The route of former targets.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(targets))
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
    /// Why, where its description said so.
    reason: Option<String>,
}

/// The targets of an objective, the newest first.
#[utoipa::path(get, path = "/objectives/{name}/targets", tag = "objectives",
    params(ObjectivePath),
    responses((status = 200, description = "What was promised when", body = Items<TargetHeld>)))]
async fn targets(
    State(app): State<App>,
    caller: Caller,
    Path(ObjectivePath { name }): Path<ObjectivePath>,
) -> Answer<Json<Items<TargetHeld>>> {
    let snapshot = app.estate.snapshot(&caller.space);
    let item: ItemRef = found(&snapshot, &name)?.resource.item().clone();
    let mut conn = app.db.reader().await?;
    let versions = store::versions(&mut conn, &caller.space, &item).await?;
    let filter = journal::Filter {
        subject: Some(format!("item:{item}")),
        limit: 500,
        ..journal::Filter::default()
    };
    let entries = journal::list(&mut conn, &caller.space, &filter).await?;
    let by = |at: Time| {
        let mut changes = entries.iter().filter(|entry| entry.kind.starts_with("item."));
        changes.find(|entry| entry.at == at).map(|entry| entry.actor.to_string())
    };
    let mut held: Vec<TargetHeld> = Vec::new();
    for (from, resource) in versions {
        let Some((target, window)) = promised(&resource) else { continue };
        if let Some(last) = held.last_mut() {
            if last.target == target && last.window == window {
                continue;
            }
            last.until = Some(from);
        }
        let reason = resource.metadata.labels.get("reason").cloned();
        held.push(TargetHeld { from, until: None, target, window, by: by(from), reason });
    }
    held.reverse();
    Ok(Json(Items { items: held }))
}

fn promised(resource: &Resource) -> Option<(f64, String)> {
    match &resource.spec {
        Spec::Objective(spec) => Some((spec.target, window(spec))),
        _ => None,
    }
}
