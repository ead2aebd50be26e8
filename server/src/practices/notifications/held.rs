//! What keeps an alert from being told.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use alerts::Alert;
use estate::{Estate, Planned};
use kernel::{Actor, AlertId, ItemRef, SilenceId, Time};
use routing::{Inhibitor, Muted};
use serde::{Deserialize, Serialize};
use spine::engine::Versioned;
use utoipa::ToSchema;

use crate::practices::silences::live::Silenced;

/// Why a member of a group is not told.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Held {
    /// People asked for silence.
    Silence {
        /// The silences.
        #[schema(value_type = Vec<String>)]
        silences: Vec<SilenceId>,
        /// When the last of them was to end, as was known then.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Time>,
    },
    /// Another alert says all there is to say.
    Inhibition {
        /// The fingerprint of that alert.
        source: String,
        /// The same alert, where it was known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<String>)]
        alert: Option<AlertId>,
        /// Its name.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        name: String,
        /// The place of the rule in the configuration, from 0.
        rule: usize,
    },
    /// The route tells nothing at this time.
    Interval {
        /// The mute interval that holds, or the active ones of which none does.
        intervals: Vec<String>,
    },
    /// Its item is worked on, as was planned.
    Maintenance {
        /// The window.
        #[schema(value_type = String)]
        window: ItemRef,
        /// When the window ends.
        until: Time,
    },
    /// What its item depends on is broken, and that is told.
    Dependency {
        /// The items from the broken one to its own.
        path: Vec<String>,
    },
    /// Somebody looks at it: it was told, and is not told again.
    Acknowledged {
        /// Who.
        #[schema(value_type = Option<String>)]
        who: Option<Actor>,
    },
    /// It comes and goes, and that was told.
    Flapping,
    /// It was over before anybody was told.
    Over,
}

/// What the board asks of the outside at a flush.
pub struct Around<'a> {
    /// The record as it is now, when it is still in memory.
    pub latest: &'a dyn Fn(&Alert) -> Option<Arc<Versioned<Alert>>>,
    /// The silences that hold an alert back.
    pub silenced: &'a dyn Fn(&Alert) -> Silenced,
    /// The maintenance window that explains an alert.
    pub planned: &'a dyn Fn(&Alert) -> Option<Planned>,
    /// The path from a broken item to that of an alert.
    pub explained_by: &'a dyn Fn(&Alert) -> Option<Vec<String>>,
}

impl Around<'_> {
    /// What holds an alert back, whatever its route says; `known` finds the alert that inhibits it.
    pub fn holds<'s>(
        &self,
        inhibitor: &Inhibitor<u64>,
        alert: &Alert,
        known: impl Fn(&u64) -> Option<&'s Alert>,
    ) -> Option<Held> {
        if let Some(found) = inhibitor.inhibited_by(&alert.labels) {
            let source = known(&found.source);
            return Some(Held::Inhibition {
                source: format!("{:016x}", found.source),
                alert: source.map(|source| source.id),
                name: source.map_or_else(String::new, |source| source.name().to_owned()),
                rule: found.rule,
            });
        }
        let Silenced { by: silences, until } = (self.silenced)(alert);
        if !silences.is_empty() {
            return Some(Held::Silence { silences, until });
        }
        // What is over is told to whoever was told that it fires.
        if !alert.stage.firing() {
            return None;
        }
        if let Some(Planned { window, until, .. }) = (self.planned)(alert) {
            return Some(Held::Maintenance { window, until });
        }
        (self.explained_by)(alert).map(|path| Held::Dependency { path })
    }
}

impl From<&Muted> for Held {
    fn from(muted: &Muted) -> Held {
        let intervals = match muted {
            Muted::Inside(name) => vec![name.clone()],
            Muted::Outside(names) => names.clone(),
        };
        Held::Interval { intervals }
    }
}

/// Says of alerts which maintenance window explains them, asking the estate once for each item.
pub struct Planner<'a> {
    estate: &'a Estate,
    now: Time,
    any: bool,
    known: RefCell<HashMap<ItemRef, Option<Planned>>>,
}

impl<'a> Planner<'a> {
    /// Knows no answer yet.
    pub fn new(estate: &'a Estate, now: Time) -> Planner<'a> {
        let any = estate.running(now).next().is_some();
        Planner { estate, now, any, known: RefCell::default() }
    }

    /// The window that explains why the alert fires; as with incidents, what came before any window
    /// was not planned.
    pub fn explain(&self, alert: &Alert) -> Option<Planned> {
        let item = alert.item.as_ref().filter(|_| self.any)?;
        let mut known = self.known.borrow_mut();
        let known = known.entry(item.clone());
        let planned = known.or_insert_with(|| self.estate.planned(item, self.now)).clone()?;
        let expected = planned.since <= alert.received_at
            || self.estate.planned(item, alert.received_at).is_some();
        expected.then_some(planned)
    }
}
