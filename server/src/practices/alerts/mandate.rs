//! Whose alerts are: on which of them somebody may act whose account is limited to their teams.

use std::collections::{HashMap, HashSet};

use alerts::Alert;
use kernel::{IncidentId, ItemRef, Refusal};
use spine::{Fault, engine};

use crate::access::{Action, Caller, may};
use crate::app::App;
use crate::practices::incidents::routes::teams_of;
use crate::practices::incidents::store::INCIDENTS;

/// What somebody may ask of certain alerts.
pub struct Mandate {
    caller: Caller,
    items: HashMap<ItemRef, Vec<ItemRef>>,
    incidents: HashMap<IncidentId, Vec<ItemRef>>,
}

impl Mandate {
    /// Looks up to which teams these alerts belong, where that limits the caller.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn over<'a>(
        app: &App,
        caller: &Caller,
        alerts: impl Iterator<Item = &'a Alert>,
    ) -> Result<Mandate, Fault> {
        let (items, incidents) = (HashMap::new(), HashMap::new());
        let mut mandate = Mandate { caller: caller.clone(), items, incidents };
        if !caller.limited() {
            return Ok(mandate);
        }
        let (mut items, mut incidents) = (HashSet::new(), HashSet::new());
        for alert in alerts {
            items.extend(alert.item.clone());
            incidents.extend(alert.incident);
        }
        let snapshot = app.estate.snapshot(&caller.space);
        let estate = &snapshot.estate;
        for item in items {
            let teams = estate.duties(&item).into_iter().map(|duty| duty.to).collect();
            mandate.items.insert(item, teams);
        }
        let mut conn = app.db.reader().await?;
        for id in incidents {
            if let Some(found) = engine::load(&mut conn, &INCIDENTS, &caller.space, id).await? {
                mandate.incidents.insert(id, teams_of(&found.record, estate));
            }
        }
        Ok(mandate)
    }

    /// The teams to whom an alert belongs: owner and operator of its item, and those of its
    /// incident.
    pub fn teams(&self, alert: &Alert) -> Vec<ItemRef> {
        let of_item = alert.item.as_ref().and_then(|item| self.items.get(item));
        let of_incident = alert.incident.and_then(|id| self.incidents.get(&id));
        of_item.into_iter().chain(of_incident).flatten().cloned().collect()
    }

    /// Whether the caller may act on an alert.
    ///
    /// # Errors
    /// Why not.
    pub fn allows(&self, alert: &Alert) -> Result<(), Refusal> {
        may(&self.caller, Action::Respond, &self.teams(alert))
    }
}
