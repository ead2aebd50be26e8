//! Alerts that fire find their items anew when the estate or its rules have changed.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use alerts::Command;
use kernel::{Actor, SpaceId};
use spine::Denied;
use spine::engine::{self, Versioned};

use super::store::ALERTS;
use crate::app::App;
use crate::problem::Problem;
use crate::rounds::{self, Again};

/// How often to look whether something has changed.
const EVERY: Duration = Duration::from_secs(10);
/// So many alerts are looked at before others get their turn.
const AT_ONCE: usize = 256;

/// Places alerts after each change of what finds their items, until the process stops.
pub async fn run(app: App) {
    let seen = Mutex::new(HashMap::new());
    rounds::run(app, "alerts_placed", Again::AfterOrCommit(EVERY), |app| round(app, &seen)).await;
}

async fn round(app: App, seen: &Mutex<HashMap<SpaceId, u64>>) -> Result<(), Problem> {
    for (space, estate) in app.estate.all() {
        let placed = lock(seen).get(&space).copied();
        if placed == Some(estate.finds) {
            continue;
        }
        place(&app, &space, &Actor::system("placing")).await?;
        lock(seen).insert(space, estate.finds);
    }
    Ok(())
}

/// Asks the rules again for every alert that fires; how many belong to another item now.
pub(super) async fn place(app: &App, space: &SpaceId, actor: &Actor) -> Result<usize, Problem> {
    let estate = app.estate.snapshot(space);
    let mut changed = 0;
    for (count, alert) in app.alerts.all(space).into_iter().enumerate() {
        if count % AT_ONCE == AT_ONCE - 1 {
            tokio::task::yield_now().await;
        }
        let record = &alert.record;
        if !record.stage.firing() {
            continue;
        }
        let Some(found) = estate.find_for(record) else { continue };
        if record.item.as_ref() == Some(&found.item) {
            continue;
        }
        let matched_by = Some(found.rule.to_string());
        let command = Command::Match { item: Some(found.item), matched_by };
        let order = app.order(space, actor.clone());
        match engine::execute(&app.db, &ALERTS, record.id, command, order).await {
            Ok(done) => {
                let now = Versioned { record: done.record, version: done.version };
                app.alerts.put(space, [now]);
                changed += 1;
            }
            Err(Denied::Fault(fault)) => return Err(fault.into()),
            // It has ended meanwhile.
            Err(_) => {}
        }
    }
    Ok(changed)
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
