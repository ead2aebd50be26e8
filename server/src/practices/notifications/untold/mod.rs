//! Why receivers were not told: noted for each alert of a flush that is not told, and again
//! whenever the reason is another one.

pub mod store;

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher as _};

use kernel::{AlertId, SpaceId, Time};
use routing::{LogEntry, MemberState, Quiet};
use spine::{Fault, Tx};

use super::board::Due;
use super::held::Held;
use store::NotTold;

/// What is noted of a group, so that the same is not noted again: the hash of the reason by the
/// hash of alert and receiver. Lost with the process; then the database is asked.
pub type Noted = HashMap<u64, u64>;

/// The notes of a flush of many groups.
#[derive(Default)]
pub(super) struct Notes {
    /// The notes of each group, in the order of the groups.
    pub noted: Vec<Noted>,
    fresh: Vec<Fresh>,
}

struct Fresh {
    note: NotTold,
    /// Whether nothing was known of this alert and receiver.
    first: bool,
}

/// The members that a receiver is not told of, when it is told nothing.
pub(super) fn unsaid(due: &Due, last: Option<&LogEntry>, why: Quiet) -> Vec<(u64, Held)> {
    let because = |member: &routing::FlushMember| match why {
        Quiet::Acknowledged if member.state == MemberState::Firing => {
            let who = due.alerts.get(&member.key)?.record.acknowledged_by.as_deref();
            Some(Held::Acknowledged { who: who.cloned() })
        }
        Quiet::NeverTold if last.is_none() => Some(Held::Over),
        Quiet::Unchanged { .. } if member.flapping => Some(Held::Flapping),
        _ => None,
    };
    let mut unsaid = due.held.clone();
    unsaid.extend(due.members.iter().filter_map(|member| Some((member.key, because(member)?))));
    unsaid
}

impl Notes {
    /// Begins with the next group.
    pub fn begin(&mut self) {
        self.noted.push(Noted::new());
    }

    /// A receiver is told nothing now, and nothing was decided: what was noted stands.
    pub fn keep(&mut self, due: &Due, receiver: &str) {
        let Some(noted) = self.noted.last_mut() else { return };
        for key in due.alerts.keys() {
            let place = place(receiver, *key);
            noted.extend(due.noted.get(&place).map(|reason| (place, *reason)));
        }
    }

    /// A receiver is told, which says of the others what holds them back.
    pub fn told(&mut self, due: &Due, receiver: &str) {
        let Some(noted) = self.noted.last_mut() else { return };
        noted.extend(due.held.iter().map(|(key, held)| (place(receiver, *key), hash(held))));
    }

    /// A receiver is not told of these members.
    pub fn not_told(&mut self, due: &Due, receiver: &str, unsaid: Vec<(u64, Held)>, at: Time) {
        let Some(noted) = self.noted.last_mut() else { return };
        for (key, held) in unsaid {
            let (place, reason) = (place(receiver, key), hash(&held));
            noted.insert(place, reason);
            let before = due.noted.get(&place);
            if before == Some(&reason) {
                continue;
            }
            let Some(alert) = due.alerts.get(&key) else { continue };
            let (receiver, group_key) = (receiver.to_owned(), due.slot.1.to_string());
            let note = NotTold { alert: alert.record.id, receiver, at, group_key, held };
            self.fresh.push(Fresh { note, first: before.is_none() });
        }
    }

    /// Writes down what is new.
    pub async fn write(&self, tx: &mut Tx, space: &SpaceId) -> Result<(), Fault> {
        let firsts: Vec<AlertId> =
            self.fresh.iter().filter(|fresh| fresh.first).map(|fresh| fresh.note.alert).collect();
        let stored = store::last(tx, space, &firsts).await?;
        let is_new = |fresh: &&Fresh| {
            let last = stored.get(&(fresh.note.alert, fresh.note.receiver.clone()));
            !fresh.first || last != Some(&fresh.note.held)
        };
        let notes: Vec<&NotTold> =
            self.fresh.iter().filter(is_new).map(|fresh| &fresh.note).collect();
        store::note(tx, space, &notes).await
    }
}

fn place(receiver: &str, key: u64) -> u64 {
    hash(&(receiver, key))
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
