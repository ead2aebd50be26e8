//! What Alertmanager's API v2 shows: alerts, groups, receivers, status.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::Arc;

use alerts::Alert;
use axum::extract::{ConnectInfo, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use connectors::alertmanager::{self, AlertsBody, Query, ShownAlert, Status, Told};
use kernel::{SilenceId, SpaceId, Time};
use routing::{Muted, Node};
use spine::engine::Versioned;

use super::alertmanager::{json, reader, refusal, wrong};
use crate::app::App;
use crate::practices::notifications::board::stamp;
use crate::practices::notifications::live::Routing;

/// The one receiver that Operate is to clients of this API without a routing configuration.
const RECEIVER: &str = "operate";

/// `GET /api/v2/alerts`.
pub(super) async fn list(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    answer(app, peer, query, headers, alerts_body).await
}

/// `GET /api/v2/alerts/groups`.
pub(super) async fn groups(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    answer(app, peer, query, headers, groups_body).await
}

async fn answer(
    app: App,
    peer: SocketAddr,
    query: Option<String>,
    headers: HeaderMap,
    body: fn(&App, &SpaceId, &Query) -> Vec<u8>,
) -> Response {
    let space = match reader(&app, &headers, query.as_deref(), peer).await {
        Ok(space) => space,
        Err(problem) => return refusal(&problem),
    };
    let query = match Query::parse(query.as_deref().unwrap_or_default()) {
        Ok(query) => query,
        Err(error) => return wrong(&error.to_string()),
    };
    // A hundred thousand alerts are written: not on a thread that others wait for.
    match tokio::task::spawn_blocking(move || body(&app, &space, &query)).await {
        Ok(body) => json(StatusCode::OK, body),
        Err(_) => json(StatusCode::INTERNAL_SERVER_ERROR, alertmanager::error_body("failed")),
    }
}

fn alerts_body(app: &App, space: &SpaceId, query: &Query) -> Vec<u8> {
    let look = Look::new(app, space);
    let fits = |alert: &Alert| alert.stage.firing() && query.matches(|name| alert.labels.get(name));
    // Taken out first: what is asked below has locks of its own, of which none may be waited for
    // while this one is held.
    let equal: Vec<(&str, &str)> = query.equalities().collect();
    let mut fitting = app.alerts.find(space, &equal, fits);
    // In the order of Alertmanager; each is asked once, since they lie all over memory.
    fitting.sort_by_cached_key(|alert| alert.record.fingerprint);
    let mut body = AlertsBody::new(RECEIVER, fitting.len());
    for alert in &fitting {
        let receivers = look.receivers(&alert.record);
        if receivers.iter().any(|name| query.wants(name)) {
            look.push(&mut body, &alert.record, (&receivers, &[]), query);
        }
    }
    body.finish()
}

/// How many alerts fire that nothing holds back, and how many that something does.
pub(super) fn counted(app: &App, space: &SpaceId) -> (usize, usize) {
    let look = Look::new(app, space);
    let firing = app.alerts.find(space, &[], |alert| alert.stage.firing());
    let held =
        |alert: &Alert| !look.silenced_by(alert).is_empty() || !look.inhibited_by(alert).is_empty();
    let suppressed = firing.iter().filter(|alert| held(&alert.record)).count();
    (firing.len() - suppressed, suppressed)
}

/// The groups in the order of their labels and receivers, as Alertmanager gives them.
fn groups_body(app: &App, space: &SpaceId, query: &Query) -> Vec<u8> {
    type Members = Vec<Arc<Versioned<Alert>>>;
    type Found = (Members, BTreeSet<String>);
    let look = Look::new(app, space);
    let mut found: BTreeMap<(BTreeMap<String, String>, String), Found> = BTreeMap::new();
    app.board.read(|board| {
        for (group, node, alerts) in board.iter().flat_map(|board| board.groups()) {
            let (receiver, muted) = (node.receiver(), look.muted_by(node));
            let fits = |record: &Alert| {
                record.stage.firing() && query.matches(|name| record.labels.get(name))
            };
            let fitting: Members =
                alerts.into_iter().filter(|alert| fits(&alert.record)).cloned().collect();
            let shown = muted.is_empty() || query.shows_muted();
            if shown && query.wants(receiver) && !fitting.is_empty() {
                let key = (group.labels().clone(), receiver.to_owned());
                let found = found.entry(key).or_default();
                found.0.extend(fitting);
                found.1.extend(muted);
            }
        }
    });
    let mut body = AlertsBody::new(RECEIVER, 0);
    for ((labels, receiver), (mut members, muted)) in found {
        let muted: Vec<String> = muted.into_iter().collect();
        members.sort_by_key(|alert| alert.record.fingerprint);
        members.retain(|alert| look.shows(&alert.record, query));
        if members.is_empty() {
            continue;
        }
        body.begin_group(&receiver, labels.iter().map(|(name, value)| (&**name, &**value)));
        for alert in &members {
            // The annotations of the last refresh are in memory, not in the group.
            let fingerprint = alert.record.fingerprint;
            let latest = app.alerts.read(space, |alerts| alerts?.get(fingerprint).cloned());
            let record = &latest.as_ref().unwrap_or(alert).record;
            look.push(&mut body, record, (&look.receivers(record), &muted), query);
        }
        body.end_group();
    }
    body.finish()
}

/// What is asked about every alert that is shown.
struct Look<'a> {
    app: &'a App,
    space: &'a SpaceId,
    routing: Option<Arc<Routing>>,
    silences: bool,
    inhibitions: bool,
    now: Time,
}

impl<'a> Look<'a> {
    fn new(app: &'a App, space: &'a SpaceId) -> Look<'a> {
        let silences = app.silences.read(space, |all| all.is_some_and(|all| !all.is_empty()));
        let routing = app.routing.current();
        let inhibitions =
            routing.as_ref().is_some_and(|routing| !routing.config.inhibit_rules.is_empty());
        Look { app, space, routing, silences, inhibitions, now: app.world.now() }
    }

    fn receivers(&self, alert: &Alert) -> Vec<&str> {
        match &self.routing {
            Some(routing) => routing.receivers_of(&alert.labels),
            None => vec![RECEIVER],
        }
    }

    fn silenced_by(&self, alert: &Alert) -> Vec<SilenceId> {
        if !self.silences {
            return Vec::new();
        }
        self.app.silences.silenced_by(self.space, &alert.labels, self.now)
    }

    fn inhibited_by(&self, alert: &Alert) -> Vec<u64> {
        if !self.inhibitions {
            return Vec::new();
        }
        self.app.board.read(|board| board.map_or_else(Vec::new, |board| board.inhibited_by(alert)))
    }

    fn shows(&self, alert: &Alert, query: &Query) -> bool {
        query.shows(!self.silenced_by(alert).is_empty(), !self.inhibited_by(alert).is_empty())
    }

    /// The time intervals by which a route is told nothing now.
    fn muted_by(&self, node: &Node) -> Vec<String> {
        let intervals = self.routing.as_ref().map(|routing| &routing.intervals);
        let muted = intervals.and_then(|all| node.muted_at(all, stamp(self.now)));
        match muted {
            Some(Muted::Inside(name)) => vec![name],
            Some(Muted::Outside(names)) => names,
            None => Vec::new(),
        }
    }

    /// Adds an alert with its receivers and what mutes its group.
    fn push(
        &self,
        body: &mut AlertsBody,
        alert: &Alert,
        (receivers, muted_by): (&[&str], &[String]),
        query: &Query,
    ) {
        let (silenced_by, inhibited_by) = (self.silenced_by(alert), self.inhibited_by(alert));
        if !query.shows(!silenced_by.is_empty(), !inhibited_by.is_empty()) {
            return;
        }
        let shown = ShownAlert {
            fingerprint: alert.fingerprint.bits(),
            starts_at: alert.starts_at,
            ends_at: alert.expires_at,
            updated_at: alert.last_seen,
            generator_url: &alert.generator_url,
        };
        let told =
            Told { receivers, inhibited_by: &inhibited_by, silenced_by: &silenced_by, muted_by };
        body.push_told(&shown, &told, alert.labels.iter(), alert.annotations.iter());
    }
}

/// `GET /api/v2/status`.
pub(super) async fn status(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    if let Err(problem) = reader(&app, &headers, query.as_deref(), peer).await {
        return refusal(&problem);
    }
    let routing = app.routing.current();
    let config = match &routing {
        Some(routing) => routing.config.redacted_for_tools(),
        None => "# Operate answers here; its routes are part of the estate.\n",
    };
    let status = Status { started: app.started_at, version: env!("CARGO_PKG_VERSION"), config };
    json(StatusCode::OK, status.body())
}

/// `GET /api/v2/receivers`.
pub(super) async fn receivers(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    if let Err(problem) = reader(&app, &headers, query.as_deref(), peer).await {
        return refusal(&problem);
    }
    let routing = app.routing.current();
    let names: Vec<&str> = match &routing {
        Some(routing) => {
            routing.config.receivers.iter().map(|receiver| receiver.name.as_str()).collect()
        }
        None => vec![RECEIVER],
    };
    json(StatusCode::OK, alertmanager::receivers_body(&names))
}
