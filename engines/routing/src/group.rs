use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::tree::{GroupLabels, Node, Timings};

/// What an alert of a group does.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MemberState {
    /// It is there.
    Firing,
    /// It is over.
    Resolved,
}

/// An alert of a group.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Member {
    /// What it does.
    pub state: MemberState,
    /// When it began to fire.
    pub started: Timestamp,
    /// When it was last received; a later one than at a flush keeps it from being forgotten.
    pub received_at: Timestamp,
}

/// Alerts of one route that are told together.
///
/// It holds what came in and says when to flush. What is told then is [`crate::decide_flush`]'s.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Group {
    node: Arc<str>,
    key: String,
    labels: GroupLabels,
    created: Timestamp,
    flushed: Option<Timestamp>,
    due: Timestamp,
    members: BTreeMap<u64, Member>,
}

impl Group {
    /// A group for an alert at a route, still without the alert: [`Node::group_key`] says which.
    pub fn new(node: &Node, group_key: (GroupLabels, String), now: Timestamp) -> Group {
        let (labels, key) = group_key;
        let due = later(now, node.timings().group_wait);
        Group {
            node: Arc::clone(node.id()),
            key,
            labels,
            created: now,
            flushed: None,
            due,
            members: BTreeMap::new(),
        }
    }

    /// [`Node::id`] of its route.
    pub fn node(&self) -> &Arc<str> {
        &self.node
    }

    /// The group key as Alertmanager prints it.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The labels by which it came together.
    pub fn labels(&self) -> &GroupLabels {
        &self.labels
    }

    /// When it came to be.
    pub fn created(&self) -> Timestamp {
        self.created
    }

    /// When it was last flushed.
    pub fn flushed(&self) -> Option<Timestamp> {
        self.flushed
    }

    /// When to flush next.
    pub fn due(&self) -> Timestamp {
        self.due
    }

    /// The alerts by the hash of their labels.
    pub fn members(&self) -> &BTreeMap<u64, Member> {
        &self.members
    }

    /// Whether nothing is left; such a group is to be dropped.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Takes in an alert or its change, and says whether the group is now due earlier: the first
    /// flush does not wait for an alert that has been firing longer than `group_wait`.
    pub fn put(&mut self, key: u64, member: Member, timings: &Timings, now: Timestamp) -> bool {
        self.members.insert(key, member);
        let waited = later(member.started, timings.group_wait) < now;
        let earlier = self.flushed.is_none() && waited && now < self.due;
        if earlier {
            self.due = now;
        }
        earlier
    }

    /// A flush begins: the next is `group_interval` later, whatever comes of this one.
    pub fn begin_flush(&mut self, timings: &Timings, now: Timestamp) {
        self.flushed = Some(now);
        self.due = later(now, timings.group_interval);
    }

    /// A flush went well for every receiver, even when there was nothing to tell: forgets the
    /// resolved alerts that it saw, but those that came in again since.
    ///
    /// `seen` are the members as they were when the flush began; `keep` holds back those that are
    /// flapping and therefore were not told as resolved.
    pub fn settle(&mut self, seen: &BTreeMap<u64, Member>, keep: impl Fn(u64) -> bool) {
        self.members.retain(|key, member| {
            let same = seen.get(key).is_some_and(|seen| seen == member);
            !same || member.state == MemberState::Firing || keep(*key)
        });
    }

    /// Puts an alert out of the group, when its labels or the routes lead elsewhere now.
    pub fn drop_member(&mut self, key: u64) -> Option<Member> {
        self.members.remove(&key)
    }

    /// A changed configuration has other waits: moves the next flush to where it would be.
    pub fn retime(&mut self, timings: &Timings) {
        self.due = match self.flushed {
            Some(flushed) => later(flushed, timings.group_interval),
            None => later(self.created, timings.group_wait),
        };
    }
}

/// Adds a wait; what lies beyond the end of time is the end of time.
pub(crate) fn later(at: Timestamp, wait: jiff::SignedDuration) -> Timestamp {
    at.saturating_add(wait).unwrap_or(Timestamp::MAX)
}
