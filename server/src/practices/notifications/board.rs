//! The groups of alerts in memory, and when each is to be flushed. Rebuilt from the alerts at start
//! and whenever the configuration changes: what was told stands in the notification log.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use alerts::{Alert, Stage};
use jiff::Timestamp;
use kernel::Time;
use routing::{FlapRule, Flaps, FlushMember, Group, Inhibitor, Member, MemberState, Node, Wheel};
use spine::engine::Versioned;

use super::broken::Broken;
use super::held::{Around, Held};
use super::live::Routing;
use super::policy::{LEAST_URGENT, priority_of};
use super::untold::Noted;

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
    flap_rule: Option<FlapRule>,
    flaps: HashMap<u64, Flaps>,
    broken: Broken,
    noted: HashMap<Slot, Noted>,
}

struct Seen {
    alert: Known,
    slots: Vec<Slot>,
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
    /// How urgent the most urgent member is that may be told, from 1 to 5.
    pub priority: u8,
    /// The members that may be told.
    pub members: Vec<FlushMember>,
    /// The members that may not, with the reason.
    pub held: Vec<(u64, Held)>,
    /// The alerts behind the members.
    pub alerts: HashMap<u64, Known>,
    /// Why members were not told, as it was noted last.
    pub noted: Noted,
    seen: BTreeMap<u64, Member>,
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
            flap_rule: None,
            flaps: HashMap::new(),
            broken: Broken::default(),
            noted: HashMap::new(),
        }
    }

    /// Says from when on an alert counts as flapping. Changes are counted from now on: a restart
    /// forgets them, and then one too many is told.
    pub fn set_flap_rule(&mut self, rule: Option<FlapRule>) {
        if self.flap_rule != rule {
            self.flap_rule = rule;
            self.flaps.clear();
        }
    }

    /// The configuration that it was made for.
    pub fn routing(&self) -> &Arc<Routing> {
        &self.routing
    }

    /// The items with an alert of severity error or worse, and since when.
    pub fn broken(&self) -> Vec<(String, i64)> {
        self.broken.items()
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
        // Who closes a firing alert ends it for its groups too; they know nothing of others.
        if record.stage == Stage::Closed && !self.seen.contains_key(&key) {
            return;
        }
        self.put(alert, now);
    }

    /// Takes in what was closed and not settled in the groups of before.
    pub fn take_over(&mut self, before: &Board, now: Timestamp) {
        let alerts = before.seen.values().map(|seen| &seen.alert);
        for alert in alerts.filter(|alert| alert.record.stage == Stage::Closed) {
            self.put(alert, now);
        }
    }

    fn put(&mut self, alert: &Known, now: Timestamp) {
        let record = &alert.record;
        let key = record.fingerprint.bits();
        if !record.is_told() {
            return self.forget(key, record);
        }
        if record.stage.firing() {
            self.inhibitor.add(key, &record.labels);
        } else {
            self.inhibitor.remove(&key);
        }
        let routing = self.routing.clone();
        let before = self.seen.remove(&key);
        self.count_changes(key, before.as_ref(), record, now);
        self.broken.take(key, before.as_ref().map(|seen| &seen.alert.record), record);
        let before = before.map_or_else(Vec::new, |seen| seen.slots);
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

    /// What a rule only records is in no group and says nothing of others.
    fn forget(&mut self, key: u64, now: &Alert) {
        self.inhibitor.remove(&key);
        let Some(seen) = self.seen.remove(&key) else { return };
        for slot in &seen.slots {
            if let Some(group) = self.groups.get_mut(slot) {
                group.drop_member(key);
            }
        }
        self.broken.take(key, Some(&seen.alert.record), now);
    }

    fn count_changes(&mut self, key: u64, before: Option<&Seen>, now: &Alert, at: Timestamp) {
        let Some(rule) = &self.flap_rule else { return };
        let fired = before.is_some_and(|seen| seen.alert.record.stage.firing());
        if fired != now.stage.firing() {
            self.flaps.entry(key).or_default().changed(at, rule);
        }
        // Now and then, so that it costs nothing for each alert.
        if self.flaps.len() > 2 * self.seen.len() + 1024 {
            self.flaps.retain(|_, flaps| !flaps.are_over(at, rule));
        }
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
            priority: LEAST_URGENT,
            labels: group.labels().clone().into_iter().collect(),
            repeat_interval: node.timings().repeat_interval,
            members: Vec::new(),
            held: Vec::new(),
            alerts: HashMap::new(),
            noted: self.noted.remove(&slot).unwrap_or_default(),
            seen: group.members().clone(),
            since,
            slot,
        };
        for (key, member) in group.members() {
            let Some(seen) = self.seen.get(key) else { continue };
            let alert = (around.latest)(&seen.alert.record).unwrap_or_else(|| seen.alert.clone());
            let held = match &muted {
                Some(muted) => Some(muted.into()),
                None => around.holds(&self.inhibitor, &alert.record, |key| {
                    Some(&self.seen.get(key)?.alert.record)
                }),
            };
            match held {
                Some(held) => due.held.push((*key, held)),
                None => {
                    due.priority = due.priority.min(priority_of(&alert.record));
                    due.members.push(FlushMember {
                        key: *key,
                        state: member.state,
                        acknowledged: alert.record.stage == Stage::Acknowledged,
                        flapping: flapping(&self.flaps, self.flap_rule.as_ref(), *key, now),
                    });
                }
            }
            due.alerts.insert(*key, alert);
        }
        Some(due)
    }

    /// The flush is done: forgets what is over, and sets the next one.
    pub fn settle(&mut self, due: &Due, noted: Noted) {
        let Some(group) = self.groups.get_mut(&due.slot) else { return };
        let flaps = due.members.iter().filter(|member| member.flapping).map(|member| member.key);
        let flaps: BTreeSet<u64> = flaps.collect();
        group.settle(&due.seen, |key| flaps.contains(&key));
        for key in due.seen.keys().filter(|key| !group.members().contains_key(key)) {
            leave(&mut self.seen, *key, &due.slot);
        }
        if group.is_empty() {
            self.groups.remove(&due.slot);
            self.wheel.cancel(&due.slot);
        } else {
            self.wheel.schedule(due.slot.clone(), group.due());
            self.note(&due.slot, noted);
        }
    }

    /// The groups with members that are over.
    pub fn with_ends(&self) -> Vec<&str> {
        let over = |group: &Group| group.members().values().any(is_over);
        let found = self.groups.iter().filter(|(_, group)| over(group));
        found.map(|(slot, _)| slot.1.as_ref()).collect()
    }

    /// Forgets the members that are over, but for those of which somebody may think that they
    /// fire: asked by group and hash of the labels.
    pub fn forget_ends(&mut self, thought_firing: impl Fn(&str, u64) -> bool) {
        let mut empty = Vec::new();
        for (slot, group) in &mut self.groups {
            let over = group.members().iter().filter(|(_, member)| is_over(member));
            let over: Vec<u64> =
                over.map(|(key, _)| *key).filter(|key| !thought_firing(&slot.1, *key)).collect();
            for key in over {
                group.drop_member(key);
                leave(&mut self.seen, key, slot);
            }
            if group.is_empty() {
                empty.push(slot.clone());
            }
        }
        for slot in empty {
            self.groups.remove(&slot);
            self.wheel.cancel(&slot);
        }
    }

    fn note(&mut self, slot: &Slot, noted: Noted) {
        if !noted.is_empty() {
            self.noted.insert(slot.clone(), noted);
        }
    }

    /// The flush could not be done now: it is due again at `at`, at the latest when it would be in
    /// any case.
    pub fn again(&mut self, slot: &Slot, at: Timestamp, noted: Noted) {
        if let Some(group) = self.groups.get(slot) {
            self.wheel.schedule(slot.clone(), at.min(group.due()));
            self.note(slot, noted);
        }
    }

    /// Whether an alert comes and goes, so that only that is told.
    pub fn is_flapping(&self, key: u64, now: Timestamp) -> bool {
        flapping(&self.flaps, self.flap_rule.as_ref(), key, now)
    }

    /// Every group with its route and the alerts in it, in no order.
    pub fn groups(&self) -> impl Iterator<Item = (&Group, &Node, Vec<&Known>)> {
        self.groups.iter().filter_map(|(slot, group)| {
            let node = self.routing.tree.nodes().get(slot.0)?;
            let alerts = group.members().keys().filter_map(|key| Some(&self.seen.get(key)?.alert));
            Some((group, node, alerts.collect()))
        })
    }

    /// A group by its route's place and its key.
    pub fn group(&self, slot: &Slot) -> Option<&Group> {
        self.groups.get(slot)
    }

    /// What inhibits an alert: the fingerprints of the alerts that do.
    pub fn inhibited_by(&self, alert: &Alert) -> Vec<u64> {
        if alert.stage.firing() { self.inhibiting(&alert.labels) } else { Vec::new() }
    }

    /// The fingerprints of the alerts that would inhibit one with these labels.
    pub fn inhibiting(&self, labels: &alerts::Labels) -> Vec<u64> {
        let all = self.inhibitor.every_inhibition(labels);
        let mut sources: Vec<u64> = all.into_iter().map(|found| found.source).collect();
        sources.sort_unstable();
        sources.dedup();
        sources
    }
}

/// An alert is in this group no longer; in no group it is forgotten.
fn leave(seen: &mut HashMap<u64, Seen>, key: u64, slot: &Slot) {
    let Some(found) = seen.get_mut(&key) else { return };
    found.slots.retain(|other| other != slot);
    if found.slots.is_empty() {
        seen.remove(&key);
    }
}

fn is_over(member: &Member) -> bool {
    member.state == MemberState::Resolved
}

fn member(alert: &Alert) -> Member {
    let firing = alert.stage.firing();
    Member {
        state: if firing { MemberState::Firing } else { MemberState::Resolved },
        started: stamp(alert.starts_at),
        received_at: stamp(alert.received_at),
    }
}

fn flapping(
    flaps: &HashMap<u64, Flaps>,
    rule: Option<&FlapRule>,
    key: u64,
    now: Timestamp,
) -> bool {
    rule.is_some_and(|rule| flaps.get(&key).is_some_and(|flaps| flaps.is_flapping(now, rule)))
}

/// A time as the engine takes it.
pub fn stamp(time: Time) -> Timestamp {
    Timestamp::from_microsecond(time.micros()).unwrap_or(Timestamp::MAX)
}

/// A time as the rest of the house takes it.
pub fn time(stamp: Timestamp) -> Time {
    Time::from_micros(stamp.as_microsecond())
}
