//! Which alerts a silence would hold back, before it is made.

use std::cmp::Reverse;

use alerts::Alert;
use kernel::{AlertId, ItemRef, SpaceId, Time};
use serde::{Deserialize, Serialize};
use silences::Conditions;
use utoipa::ToSchema;

use crate::app::App;
use crate::practices::alerts::hot::Known;

/// Alerts that a preview shows at most.
const SHOWN: usize = 50;

/// What to look for.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// Conditions on labels, all of which have to hold.
    pub matchers: Conditions,
}

/// The alerts that fire and match.
#[derive(Debug, Serialize, ToSchema)]
pub struct SilencePreview {
    /// How many.
    pub total: usize,
    /// How many of them another silence holds back already.
    pub silenced: usize,
    /// How many of them belong to an incident, which stays as it is.
    pub in_incident: usize,
    /// The worst fifty.
    pub alerts: Vec<SilencedAlert>,
    /// The conditions hold for an alert without any label: no silence may have them alone.
    pub too_wide: bool,
}

/// An alert that a silence would hold back.
#[derive(Debug, Serialize, ToSchema)]
pub struct SilencedAlert {
    /// Its id.
    pub id: AlertId,
    /// Its name.
    pub name: String,
    /// What it says.
    pub summary: String,
    /// How grave it is.
    pub severity: alerts::Severity,
    /// The item it speaks of.
    pub item: Option<ItemRef>,
    /// What identifies it.
    pub labels: alerts::Labels,
    /// When the firing began.
    pub starts_at: Time,
}

impl SilencedAlert {
    fn of(alert: &Alert) -> SilencedAlert {
        SilencedAlert {
            id: alert.id,
            name: alert.name().to_owned(),
            summary: alert.summary().to_owned(),
            severity: alert.severity,
            item: alert.item.clone(),
            labels: alert.labels.clone(),
            starts_at: alert.starts_at,
        }
    }
}

/// The alerts that fire and match, in no order.
pub fn matching(app: &App, space: &SpaceId, conditions: &Conditions) -> Vec<Known> {
    let mut found = app.alerts.all(space);
    found.retain(|alert| {
        alert.record.stage.firing() && conditions.match_labels(&alert.record.labels)
    });
    found
}

/// Looks through the alerts that fire.
pub fn preview(app: &App, space: &SpaceId, conditions: &Conditions) -> SilencePreview {
    let now = app.world.now();
    let mut found = matching(app, space, conditions);
    found.sort_by_key(|alert| {
        (Reverse(alert.record.severity), alert.record.starts_at, alert.record.id)
    });
    let silenced = app.silences.read(space, |live| {
        let held = |alert: &Alert| {
            live.is_some_and(|live| !live.silenced_by(&alert.labels, now).is_empty())
        };
        found.iter().filter(|alert| held(&alert.record)).count()
    });
    SilencePreview {
        total: found.len(),
        silenced,
        in_incident: found.iter().filter(|alert| alert.record.incident.is_some()).count(),
        alerts: found.iter().take(SHOWN).map(|alert| SilencedAlert::of(&alert.record)).collect(),
        too_wide: conditions.match_everything(),
    }
}
