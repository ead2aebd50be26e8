//! Why an alert was told, or was not.

use alerts::Alert;
use axum::extract::State;
use kernel::{AlertId, ItemRef, SilenceId, SpaceId, Time};
use serde::{Deserialize, Serialize};
use spine::engine;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::board::Held;
use super::broken::Explainer;
use super::digests::store as digests;
use super::store::{self, Delivery, Notification};
use crate::access::Caller;
use crate::app::App;
use crate::extract::{Json, Path};
use crate::practices::alerts::store::ALERTS;
use crate::problem::{Answer, Problem};

/// Notifications of one answer.
const SHOWN: i64 = 50;

/// The routes of notifications.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(explain))
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct AlertPath {
    /// Its id (`alr_…`).
    id: AlertId,
}

/// The way of an alert, from its source to everybody who was told.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct Explanation {
    /// The alert.
    #[schema(value_type = String)]
    alert: AlertId,
    /// The integration it came through.
    source: String,
    /// The hash of its labels, by which it is known again.
    fingerprint: String,
    /// The item that was found for it.
    #[schema(value_type = Option<String>)]
    item: Option<ItemRef>,
    /// The rule that found the item.
    matched_by: Option<String>,
    /// The incident that it belongs to.
    #[schema(value_type = Option<String>)]
    incident: Option<kernel::IncidentId>,
    /// The silences that hold it back now.
    #[schema(value_type = Vec<String>)]
    silenced_by: Vec<SilenceId>,
    /// The fingerprints of the alerts that inhibit it now.
    inhibited_by: Vec<String>,
    /// The items from a broken one to its own, when that holds it back now.
    explained_by: Vec<String>,
    /// The routes of the configuration in force as they were tried, in their order.
    routes: Vec<TriedRoute>,
    /// What was decided about its groups, the newest first.
    notifications: Vec<Decided>,
}

/// A route that was tried.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct TriedRoute {
    /// The route, as matchers from the root.
    route: String,
    /// Its receiver.
    receiver: String,
    /// `takes`, `passes` (a route below takes it) or `refused`.
    verdict: &'static str,
    /// The matcher that the alert does not fit.
    refused_by: Option<String>,
    /// The key of the group that it is in, where the route takes it.
    group_key: Option<String>,
}

/// A decision to tell a receiver, and what came of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct Decided {
    /// When.
    at: Time,
    /// The receiver and its way: `ops/webhook[0]`.
    receiver: String,
    /// The group.
    group_key: String,
    /// Why then: `first`, `changed`, `repeat`, `resolved` or `flapping`.
    #[schema(value_type = String)]
    reason: routing::Reason,
    /// `firing` or `resolved` as it was told, `held` when this alert was held back.
    told: &'static str,
    /// What held this alert back.
    #[schema(value_type = Option<Object>)]
    held: Option<Held>,
    /// How many alerts were told as firing.
    firing: usize,
    /// How many were told as resolved.
    resolved: usize,
    /// When the digest is sent that tells it, while it waits for that.
    digest_at: Option<Time>,
    /// The attempts to deliver, in their order; none yet when it waits.
    deliveries: Vec<Delivery>,
}

/// Explains why an alert was told to somebody, or was not.
#[utoipa::path(get, path = "/alerts/{id}/explanation", tag = "alerts", params(AlertPath),
    responses((status = 200, description = "The way of the alert", body = Explanation)))]
async fn explain(
    State(app): State<App>,
    caller: Caller,
    Path(AlertPath { id }): Path<AlertPath>,
) -> Answer<Json<Explanation>> {
    let mut conn = app.db.reader().await?;
    let warm =
        app.alerts.read(&caller.space, |space| space.and_then(|space| space.by_id(id)).cloned());
    let alert = match warm {
        Some(alert) => alert.record.clone(),
        None => engine::load(&mut conn, &ALERTS, &caller.space, id)
            .await?
            .map(|found| found.record)
            .ok_or_else(|| Problem::not_found("alert"))?,
    };
    let mut notifications = Vec::new();
    for told in store::of_alert(&mut conn, &caller.space, id, SHOWN).await? {
        let deliveries = store::deliveries(&mut conn, &caller.space, told.message).await?;
        let digest_at = digests::due_of(&mut conn, &caller.space, told.message).await?;
        notifications.push(Decided { digest_at, ..decided(id, told, deliveries) });
    }
    let inhibited_by = app.board.read(|board| board.map(|board| board.inhibited_by(&alert)));
    Ok(Json(Explanation {
        alert: id,
        source: alert.source.to_string(),
        fingerprint: alert.fingerprint.to_string(),
        item: alert.item.clone(),
        matched_by: alert.matched_by.as_deref().map(str::to_owned),
        incident: alert.incident,
        silenced_by: app.silences.silenced_by(&caller.space, &alert.labels, app.world.now()),
        inhibited_by: inhibited_by
            .unwrap_or_default()
            .into_iter()
            .map(|source| format!("{source:016x}"))
            .collect(),
        explained_by: explained_by(&app, &caller.space, &alert),
        routes: tried(&app, &alert),
        notifications,
    }))
}

fn explained_by(app: &App, space: &SpaceId, alert: &Alert) -> Vec<String> {
    let snapshot = app.estate.snapshot(space);
    if !snapshot.notifications.hold_dependants || !alert.stage.firing() {
        return Vec::new();
    }
    let broken = app.board.read(|board| board.map(|board| board.broken())).unwrap_or_default();
    Explainer::new(&snapshot.estate, &broken).explain(alert).unwrap_or_default()
}

fn tried(app: &App, alert: &Alert) -> Vec<TriedRoute> {
    let Some(routing) = app.routing.current() else { return Vec::new() };
    let one = |tried: routing::Tried<'_>| {
        let (verdict, refused_by) = match tried.verdict {
            routing::Verdict::Takes => ("takes", None),
            routing::Verdict::Passes => ("passes", None),
            routing::Verdict::Refused { by } => ("refused", Some(by.to_string())),
        };
        TriedRoute {
            route: tried.node.key().to_string(),
            receiver: tried.node.receiver().to_owned(),
            verdict,
            refused_by,
            group_key: (verdict == "takes").then(|| tried.node.group_key(&alert.labels).1),
        }
    };
    routing.tree.explain(&alert.labels).into_iter().map(one).collect()
}

fn decided(alert: AlertId, told: Notification, deliveries: Vec<Delivery>) -> Decided {
    let held = told.held.iter().find(|(id, _)| *id == alert).map(|(_, held)| held.clone());
    let word = match &held {
        Some(_) => "held",
        None if told.firing.contains(&alert) => "firing",
        None => "resolved",
    };
    Decided {
        at: told.at,
        receiver: told.receiver,
        group_key: told.group_key,
        reason: told.reason,
        told: word,
        held,
        firing: told.firing.len(),
        resolved: told.resolved.len(),
        digest_at: None,
        deliveries,
    }
}
