//! The operational state of items: a documented rule over alerts and incidents.
//!
//! An item is **down** while a critical alert that names it fires; **degraded** while another
//! alert of severity error or warning does, while an open incident touches it, or while something
//! that it needs without redundancy is down, by an alert or by a critical incident; otherwise
//! **up**. Items that are not operated have none.

use std::collections::HashMap;

use alerts::Severity;
use kernel::{ItemRef, SpaceId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::practices::incidents;
use crate::problem::Answer;

/// The operational state of an item. Ordered: `Up < Down`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// Nothing says otherwise.
    #[default]
    Up,
    /// It works, but not as agreed.
    Degraded,
    /// It does not work.
    Down,
}

/// The state of every item that is not up.
///
/// # Errors
/// When the database refuses.
pub async fn of_items(app: &App, space: &SpaceId) -> Answer<HashMap<ItemRef, Health>> {
    let mut found: HashMap<ItemRef, Health> = HashMap::new();
    let mut worsen = |item: ItemRef, health: Health| {
        let known = found.entry(item).or_default();
        *known = (*known).max(health);
    };
    let mut down = Vec::new();
    app.alerts.read(space, |alerts| {
        for alert in alerts.into_iter().flat_map(|alerts| alerts.iter()) {
            let Some(item) = alert.record.item.clone().filter(|_| alert.record.stage.firing())
            else {
                continue;
            };
            match alert.record.severity {
                Severity::Critical => {
                    down.push(item.clone());
                    worsen(item, Health::Down);
                }
                Severity::Error | Severity::Warning => worsen(item, Health::Degraded),
                Severity::Info | Severity::None => {}
            }
        }
    });
    let mut conn = app.db.reader().await?;
    for broken in incidents::store::broken_items(&mut conn, space).await? {
        if broken.stage != ::incidents::Stage::Restored {
            if broken.critical {
                down.push(broken.item.clone());
            }
            worsen(broken.item, Health::Degraded);
        }
    }
    let snapshot = app.estate.snapshot(space);
    for hit in snapshot.estate.impact(&down) {
        worsen(hit.item, Health::Degraded);
    }
    Ok(found)
}
