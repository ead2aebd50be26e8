//! The groups of alerts in memory, and when each is to be flushed. Rebuilt from the alerts at start
//! and whenever the configuration changes: what was told stands in the notification log.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use alerts::{Alert, Stage};
use jiff::Timestamp;
use kernel::{SilenceId, Time};
use routing::{FlushMember, Group, Inhibitor, Member, MemberState, Muted, Wheel};
use serde::{Deserialize, Serialize};
use spine::engine::Versioned;

use super::live::Routing;

/// A group of a route: the route's place in the tree, and the group's key.
pub type Slot = (usize, Arc<str>);

type Known = Arc<Versioned<Alert>>;

/// All groups.
pub struct Board {
    routing: Arc<Routing>,
    groups: HashMap<Slot, Group>,
    wheel: Wheel<Slot>,
    seen: HashMap<u64, Seen>,
    inhibitor: Inhibitor<u64>,
}

struct Seen {
    alert: Known,
    slots: Vec<Slot>,
}

/// Why a member of a group is not told.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Held {
    /// People asked for silence.
    Silence {
        /// The silences.
        silences: Vec<SilenceId>,
    },
    /// Another alert says all there is to say.
    Inhibition {
        /// The fingerprint of that alert.
        source: String,
        /// The place of the rule in the configuration, from 0.
        rule: usize,
    },
    /// The route tells nothing at this time.
    Interval {
        /// The mute interval that holds, or the active ones of which none does.
        intervals: Vec<String>,
    },
}

/// A group at a flush.
pub struct Due {
    /// Which group.
    pub slot: Slot,
    /// Since when it waits to be flushed.
    pub since: Timestamp,
    /// Its route.
    pub route: String,
    /// The receiver of the route.
    pub receiver: String,
    /// What the group came together by.
    pub labels: BTreeMap<String, String>,
    /// After how long the same is told again.
    pub repeat_interval: jiff::SignedDuration,
    /// The members that may be told.
    pub members: Vec<FlushMember>,
    /// The members that may not, with the reason.
    pub held: Vec<(u64, Held)>,
    /// The alerts behind the members.
    pub alerts: HashMap<u64, Known>,
    seen: BTreeMap<u64, Member>,
}

/// What the board asks of the outside at a flush.
pub struct Around<'a> {
    /// The record as it is now, when it is still in memory.
    pub latest: &'a dyn Fn(&Alert) -> Option<Known>,
    /// The silences that hold an alert back.
    pub silenced_by: &'a dyn Fn(&Alert) -> Vec<SilenceId>,
}

impl Board {
    /// No groups yet.
    pub fn new(routing: Arc<Routing>) -> Board {
        let inhibitor = routing.inhibitor();
        Board {
            routing,
            groups: HashMap::new(),
            wheel: Wheel::new(),
            seen: HashMap::new(),
            inhibitor,
        }
    }

    /// The configuration that it was made for.
    pub fn routing(&self) -> &Arc<Routing> {
        &self.routing
    }

    /// How many groups there are.
    pub fn len(&self) -> usize {
        self.groups.len()
    }

    /// Whether there is no group.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// Takes in an alert, or its change.
    pub fn take(&mut self, alert: &Known, now: Timestamp) {
        let record = &alert.record;
        let key = record.fingerprint.bits();
        if record.stage == Stage::Closed {
            return;
        }
        if record.stage.firing() {
            self.inhibitor.add(key, &record.labels);
        } else {
            self.inhibitor.remove(&key);
        }
        let routing = self.routing.clone();
        let before = self.seen.remove(&key).map_or_else(Vec::new, |seen| seen.slots);
        let mut slots = Vec::new();
        for node in routing.tree.matching(&record.labels) {
            let group_key = node.group_key(&record.labels);
            let slot: Slot = (node.place(), group_key.1.as_str().into());
            let (timings, new) = (node.timings(), !self.groups.contains_key(&slot));
            let group =
                self.groups.entry(slot.clone()).or_insert_with(|| Group::new(node, group_key, now));
            if group.put(key, member(record), &timings, now) || new {
                self.wheel.schedule(slot.clone(), group.due());
            }
            slots.push(slot);
        }
        for slot in before.iter().filter(|slot| !slots.contains(slot)) {
            if let Some(group) = self.groups.get_mut(slot) {
                group.drop_member(key);
            }
        }
        self.seen.insert(key, Seen { alert: alert.clone(), slots });
    }

    /// When the next group is due.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.wheel.next()
    }

    /// Takes the groups that are due, at most so many. Each goes on with [`Board::settle`] or
    /// [`Board::again`].
    pub fn due(&mut self, now: Timestamp, most: usize, around: &Around<'_>) -> Vec<Due> {
        let slots = self.wheel.pop_due(now, most);
        slots.into_iter().filter_map(|timer| self.flush(timer, now, around)).collect()
    }

    fn flush(
        &mut self,
        (since, slot): (Timestamp, Slot),
        now: Timestamp,
        around: &Around<'_>,
    ) -> Option<Due> {
        let node = self.routing.tree.nodes().get(slot.0)?;
        let group = self.groups.get_mut(&slot)?;
        group.begin_flush(&node.timings(), now);
        let muted = node.muted_at(&self.routing.intervals, now);
        let mut due = Due {
            route: node.id().to_string(),
            receiver: node.receiver().to_owned(),
            labels: group.labels().clone().into_iter().collect(),
            repeat_interval: node.timings().repeat_interval,
            members: Vec::new(),
            held: Vec::new(),
            alerts: HashMap::new(),
            seen: group.members().clone(),
            since,
            slot,
        };
        for (key, member) in group.members() {
            let Some(seen) = self.seen.get(key) else { continue };
            let alert = (around.latest)(&seen.alert.record).unwrap_or_else(|| seen.alert.clone());
            let held = match &muted {
                Some(muted) => Some(out_of_hours(muted)),
                None => held(&self.inhibitor, &alert.record, around),
            };
            match held {
                Some(held) => due.held.push((*key, held)),
                None => due.members.push(FlushMember {
                    acknowledged: alert.record.stage == Stage::Acknowledged,
                    ..FlushMember::new(*key, member.state)
                }),
            }
            due.alerts.insert(*key, alert);
        }
        Some(due)
    }

    /// The flush is done: forgets what is over, and sets the next one.
    pub fn settle(&mut self, due: &Due) {
        let Some(group) = self.groups.get_mut(&due.slot) else { return };
        group.settle(&due.seen, |_| false);
        for key in due.seen.keys().filter(|key| !group.members().contains_key(key)) {
            if let Some(seen) = self.seen.get_mut(key) {
                seen.slots.retain(|slot| *slot != due.slot);
                if seen.slots.is_empty() {
                    self.seen.remove(key);
                }
            }
        }
        if group.is_empty() {
            self.groups.remove(&due.slot);
            self.wheel.cancel(&due.slot);
        } else {
            self.wheel.schedule(due.slot.clone(), group.due());
        }
    }

    /// The flush could not be done now: it is due again at `at`.
    pub fn again(&mut self, slot: &Slot, at: Timestamp) {
        if self.groups.contains_key(slot) {
            self.wheel.schedule(slot.clone(), at);
        }
    }

    /// Every group with the alerts in it, in no order.
    pub fn groups(&self) -> impl Iterator<Item = (&Group, &str, Vec<&Known>)> {
        self.groups.iter().filter_map(|(slot, group)| {
            let node = self.routing.tree.nodes().get(slot.0)?;
            let alerts = group.members().keys().filter_map(|key| Some(&self.seen.get(key)?.alert));
            Some((group, node.receiver(), alerts.collect()))
        })
    }

    /// A group by its route's place and its key.
    pub fn group(&self, slot: &Slot) -> Option<&Group> {
        self.groups.get(slot)
    }

    /// What inhibits an alert: the fingerprints of the alerts that do.
    pub fn inhibited_by(&self, alert: &Alert) -> Vec<u64> {
        if !alert.stage.firing() {
            return Vec::new();
        }
        let all = self.inhibitor.every_inhibition(&alert.labels);
        let mut sources: Vec<u64> = all.into_iter().map(|found| found.source).collect();
        sources.sort_unstable();
        sources.dedup();
        sources
    }
}

fn member(alert: &Alert) -> Member {
    let firing = alert.stage.firing();
    Member {
        state: if firing { MemberState::Firing } else { MemberState::Resolved },
        started: stamp(alert.starts_at),
        received_at: stamp(alert.received_at),
    }
}

fn held(inhibitor: &Inhibitor<u64>, alert: &Alert, around: &Around<'_>) -> Option<Held> {
    if let Some(found) = inhibitor.inhibited_by(&alert.labels) {
        let source = format!("{:016x}", found.source);
        return Some(Held::Inhibition { source, rule: found.rule });
    }
    let silences = (around.silenced_by)(alert);
    (!silences.is_empty()).then_some(Held::Silence { silences })
}

fn out_of_hours(muted: &Muted) -> Held {
    let intervals = match muted {
        Muted::Inside(name) => vec![name.clone()],
        Muted::Outside(names) => names.clone(),
    };
    Held::Interval { intervals }
}

/// A time as the engine takes it.
pub fn stamp(time: Time) -> Timestamp {
    Timestamp::from_microsecond(time.micros()).unwrap_or(Timestamp::MAX)
}

/// A time as the rest of the house takes it.
pub fn time(stamp: Timestamp) -> Time {
    Time::from_micros(stamp.as_microsecond())
}
