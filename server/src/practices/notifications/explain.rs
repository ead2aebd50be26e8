//! The way of an alert as it is told to people: what is stored, and what holds it back now.

use alerts::{Alert, Labels};
use estate::Planned;
use kernel::{AlertId, IncidentId, SilenceId, SpaceId};
use oncall::Page;
use routing::Muted;
use spine::{Conn, Fault, engine};

use super::board::{stamp, time};
use super::broken::Explainer;
use super::digests::store as digests;
use super::held::Planner;
use super::live::Routing;
use super::store::{self, Delivery, Notification};
use super::untold::store as untold;
use super::way::{
    Called, CalledContact, Decided, Explanation, GroupNow, HoldingSilence, Inhibitor, MutedNow,
    Opened, TriedRoute,
};
use crate::app::App;
use crate::practices::incidents::store::INCIDENTS;
use crate::practices::{oncall as pages, silences as shelf};

/// Notifications of one answer.
const SHOWN: i64 = 50;
/// Changes of an interval that are looked through for the one that lets go.
const CHANGES: usize = 64;

/// Gathers the way of an alert.
///
/// # Errors
/// When the database refuses.
pub async fn of(
    app: &App,
    conn: &mut Conn,
    space: &SpaceId,
    alert: &Alert,
) -> Result<Explanation, Fault> {
    let mut notifications = Vec::new();
    for told in store::of_alert(conn, space, alert.id, SHOWN).await? {
        let deliveries = store::deliveries(conn, space, told.message).await?;
        let digest_at = digests::due_of(conn, space, told.message).await?;
        notifications.push(Decided { digest_at, ..decided(alert.id, told, deliveries) });
    }
    let silenced_by = match alert.stage.firing() {
        true => app.silences.silenced_by(space, &alert.labels, app.world.now()),
        false => Vec::new(),
    };
    let silences = holding(conn, space, &silenced_by).await?;
    let inhibited_by = app.board.read(|board| board.map(|board| board.inhibited_by(alert)));
    let inhibited_by = inhibited_by.unwrap_or_default();
    Ok(Explanation {
        alert: alert.id,
        source: alert.source.to_string(),
        mapping_rule: alert
            .origin
            .as_ref()
            .and_then(|origin| Some(origin.rule.as_ref()?.to_string())),
        key: alert.origin.as_ref().and_then(|origin| origin.key.clone()),
        fingerprint: alert.fingerprint.to_string(),
        item: alert.item.clone(),
        matched_by: alert.matched_by.as_deref().map(str::to_owned),
        classification: alert.classification.as_deref().cloned(),
        incident: alert.incident,
        opened: opened(conn, space, alert.incident).await?,
        silenced_by,
        silences,
        inhibitors: inhibitors(app, space, &inhibited_by),
        inhibited_by: inhibited_by.into_iter().map(|source| format!("{source:016x}")).collect(),
        planned: planned(app, space, alert),
        flapping: flapping(app, alert),
        acknowledged_by: alert.acknowledged_by.as_deref().cloned(),
        recorded_only: !alert.is_told(),
        explained_by: explained_by(app, space, alert),
        routing_configured: app.routing.configured(),
        routes: routes_of(app, alert),
        notifications,
        not_told: untold::of_alert(conn, space, alert.id, SHOWN).await?,
        pages: called(conn, space, alert.incident).await?,
    })
}

fn planned(app: &App, space: &SpaceId, alert: &Alert) -> Option<Planned> {
    let snapshot = app.estate.snapshot(space);
    let planner = Planner::new(&snapshot.estate, app.world.now());
    planner.explain(alert).filter(|_| alert.stage.firing())
}

fn flapping(app: &App, alert: &Alert) -> bool {
    let now = stamp(app.world.now());
    let key = alert.fingerprint.bits();
    app.board.read(|board| board.is_some_and(|board| board.is_flapping(key, now)))
}

fn explained_by(app: &App, space: &SpaceId, alert: &Alert) -> Vec<String> {
    let snapshot = app.estate.snapshot(space);
    if !snapshot.notifications.hold_dependants || !alert.stage.firing() {
        return Vec::new();
    }
    let broken = app.board.read(|board| board.map(|board| board.broken())).unwrap_or_default();
    Explainer::new(&snapshot.estate, &broken).explain(alert).unwrap_or_default()
}

async fn opened(
    conn: &mut Conn,
    space: &SpaceId,
    incident: Option<IncidentId>,
) -> Result<Option<Opened>, Fault> {
    let Some(id) = incident else { return Ok(None) };
    let found = engine::load(conn, &INCIDENTS, space, id).await?;
    Ok(found.map(|found| Opened {
        id,
        number: found.record.number,
        title: found.record.title,
        stage: found.record.stage,
        potential: found.record.potential,
        priority: found.record.priority,
    }))
}

async fn holding(
    conn: &mut Conn,
    space: &SpaceId,
    ids: &[SilenceId],
) -> Result<Vec<HoldingSilence>, Fault> {
    let found = shelf::store::by_id(conn, space, ids).await?;
    let shown = |silence: silences::Silence| HoldingSilence {
        id: silence.id,
        matchers: silence.matchers,
        comment: silence.comment,
        created_by: silence.created_by,
        until: silence.window.until,
    };
    Ok(found.into_iter().map(|found| shown(found.record)).collect())
}

fn inhibitors(app: &App, space: &SpaceId, fingerprints: &[u64]) -> Vec<Inhibitor> {
    if fingerprints.is_empty() {
        return Vec::new();
    }
    app.alerts.read(space, |space| {
        let alerts = space.into_iter().flat_map(|space| space.iter());
        let found = alerts.filter(|alert| fingerprints.contains(&alert.record.fingerprint.bits()));
        let shown = |alert: &Alert| Inhibitor {
            alert: alert.id,
            fingerprint: alert.fingerprint.to_string(),
            name: alert.name().to_owned(),
            summary: alert.summary().to_owned(),
        };
        found.map(|alert| shown(&alert.record)).collect()
    })
}

async fn called(
    conn: &mut Conn,
    space: &SpaceId,
    incident: Option<IncidentId>,
) -> Result<Vec<Called>, Fault> {
    let Some(incident) = incident else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for page in pages::store::of_incident(conn, space, incident).await? {
        found.push(one_page(conn, space, page.record).await?);
    }
    Ok(found)
}

async fn one_page(conn: &mut Conn, space: &SpaceId, page: Page) -> Result<Called, Fault> {
    let mut calls = Vec::with_capacity(page.calls.len());
    for call in page.calls {
        calls.push(CalledContact {
            deliveries: store::deliveries(conn, space, call.message).await?,
            contact: call.contact,
            channel: call.channel,
            target: call.target,
            step: call.step,
            round: call.round,
            at: call.at,
            result: call.result,
            detail: call.detail,
        });
    }
    Ok(Called {
        id: page.id,
        policy: page.policy,
        stage: page.stage,
        started_at: page.started_at,
        next_step_at: page.next_step_at,
        acknowledged_by: page.acknowledged_by,
        acknowledged_at: page.acknowledged_at,
        calls,
    })
}

fn routes_of(app: &App, alert: &Alert) -> Vec<TriedRoute> {
    let Some(routing) = app.routing.current() else { return Vec::new() };
    tried(app, &routing, &alert.labels, Some(alert.fingerprint.bits()))
}

/// The routes of a configuration as they are tried for labels; `member` is the alert whose groups
/// are to be shown.
pub fn tried(
    app: &App,
    routing: &Routing,
    labels: &Labels,
    member: Option<u64>,
) -> Vec<TriedRoute> {
    let one = |tried: routing::Tried<'_>| {
        let (verdict, refused_by) = match tried.verdict {
            routing::Verdict::Takes => ("takes", None),
            routing::Verdict::Passes => ("passes", None),
            routing::Verdict::Refused { by } => ("refused", Some(by.to_string())),
        };
        let node = tried.node;
        let takes = verdict == "takes";
        let group_key = takes.then(|| node.group_key(labels).1);
        let group = group_key
            .as_ref()
            .zip(member)
            .and_then(|(key, member)| group_now(app, node.place(), key, member));
        let matchers: Vec<String> = node.matchers().iter().map(ToString::to_string).collect();
        TriedRoute {
            route: node.key().to_string(),
            depth: node.depth(),
            matchers: matchers.join(", "),
            receiver: node.receiver().to_owned(),
            verdict,
            refused_by,
            ends: tried.ends,
            group_key,
            group,
            muted: takes.then(|| muted_now(app, routing, node)).flatten(),
        }
    };
    routing.tree.explain(labels).into_iter().map(one).collect()
}

fn group_now(app: &App, place: usize, key: &str, member: u64) -> Option<GroupNow> {
    app.board.read(|board| {
        let group = board?.group(&(place, key.into()))?;
        group
            .members()
            .contains_key(&member)
            .then(|| GroupNow { alerts: group.members().len(), due_at: time(group.due()) })
    })
}

fn muted_now(app: &App, routing: &Routing, node: &routing::Node) -> Option<MutedNow> {
    let now = stamp(app.world.now());
    let (intervals, mute) = match node.muted_at(&routing.intervals, now)? {
        Muted::Inside(name) => (vec![name], true),
        Muted::Outside(names) => (names, false),
    };
    let mut at = now;
    let mut until = None;
    for _ in 0..CHANGES {
        let Some(change) = node.next_mute_change(&routing.intervals, at) else { break };
        at = change;
        if node.muted_at(&routing.intervals, at).is_none() {
            until = Some(time(at));
            break;
        }
    }
    Some(MutedNow { intervals, mute, until })
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
        route: told.route,
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
