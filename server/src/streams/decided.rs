//! What people decided about alerts that recur together, for one fact.

use std::collections::BTreeMap;

use ::streams::Fact;
use ::streams::companions::{DecidedOn, key_of};
use alerts::Alert;
use kernel::{AlertId, AlertKey};

use super::{Loaded, Shell};

impl Shell<'_> {
    /// The decisions about the alerts of a fact and the incidents that were loaded for it. Which
    /// rule a member comes from, memory knows while it is not closed: later it decides nothing.
    pub(super) fn decided(&self, fact: &Fact<'_>, loaded: &Loaded) -> DecidedOn {
        let companions = &self.estate.companions;
        if companions.is_empty() || loaded.incidents.is_empty() {
            return DecidedOn::new();
        }
        let own = match fact {
            Fact::Alert(alert, _) | Fact::Unsilenced(alert) => Some(*alert),
            _ => None,
        };
        let alerts: Vec<&Alert> = own.into_iter().chain(&loaded.alerts).collect();
        let keys = self.keys(loaded);
        let mut decided = DecidedOn::new();
        for alert in alerts {
            let key = key_of(alert);
            for incident in &loaded.incidents {
                if let Some(found) = companions.judge(&key, incident, &keys) {
                    decided.insert((alert.id, incident.id), found);
                }
            }
        }
        decided
    }

    fn keys(&self, loaded: &Loaded) -> BTreeMap<AlertId, AlertKey> {
        let members = loaded.incidents.iter().flat_map(|incident| incident.attached());
        self.hot.read(self.space, |hot| {
            let Some(hot) = hot else { return BTreeMap::new() };
            let key = |id: AlertId| Some((id, key_of(&hot.by_id(id)?.record)));
            members.filter_map(|member| key(member.alert)).collect()
        })
    }
}
