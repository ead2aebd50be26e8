use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::group::{MemberState, later};

/// A member of a group that is neither silenced, inhibited nor muted, at a flush.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FlushMember {
    /// The hash of its labels.
    pub key: u64,
    /// What it does.
    pub state: MemberState,
    /// Somebody has acknowledged it.
    pub acknowledged: bool,
    /// It changes so often that it is held ([`crate::Flaps`]).
    pub flapping: bool,
}

impl FlushMember {
    /// A member that nobody has acknowledged and that does not flap.
    pub fn new(key: u64, state: MemberState) -> FlushMember {
        FlushMember { key, state, acknowledged: false, flapping: false }
    }
}

/// How a receiver of a route wants to be told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FlushRule {
    /// After how long the same is told again.
    pub repeat_interval: SignedDuration,
    /// Whether the same is told again at all. Alertmanager always does.
    pub repeats: bool,
    /// Whether the receiver is told what is resolved.
    pub send_resolved: bool,
    /// Whether nothing is repeated while every firing member is acknowledged. Alertmanager does
    /// not know acknowledgement.
    pub acknowledgement_stops_repeats: bool,
}

/// What a receiver was last told of a group: the notification log, one entry for each group and
/// receiver.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LogEntry {
    /// The hashes of the members that fired, ascending.
    pub firing: Vec<u64>,
    /// The hashes of those that were resolved, ascending.
    pub resolved: Vec<u64>,
    /// The hashes of those that flapped, ascending; they are among the firing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flapping: Vec<u64>,
    /// The time of the flush.
    pub at: Timestamp,
}

impl LogEntry {
    /// When Alertmanager forgets the entry: after twice `repeat_interval`, at the latest after
    /// `retention` (its `--data.retention`). What is forgotten was never told.
    pub fn forgotten_at(
        &self,
        repeat_interval: SignedDuration,
        retention: SignedDuration,
    ) -> Timestamp {
        later(self.at, repeat_interval.saturating_mul(2).min(retention))
    }

    /// Whether the entry still counts at a flush of these members: until it is forgotten, and
    /// beyond that where nothing is repeated, or while all that fires is acknowledged, for then no
    /// repetition renews it. Else what is known would be told anew, and its end never.
    pub fn stands(
        &self,
        members: &[FlushMember],
        rule: &FlushRule,
        retention: SignedDuration,
        now: Timestamp,
    ) -> bool {
        let acknowledged = rule.acknowledgement_stops_repeats && all_acknowledged(members);
        acknowledged || !rule.repeats || self.forgotten_at(rule.repeat_interval, retention) > now
    }
}

/// What a flush does for one receiver.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Flush {
    /// Tell it, and write the entry once it was told.
    Send {
        /// Why now.
        reason: Reason,
        /// The members to tell as firing, ascending; those that flap are among them.
        firing: Vec<u64>,
        /// The members to tell as resolved, ascending; none when it does not want them.
        resolved: Vec<u64>,
        /// What to write into the log once it was told.
        entry: LogEntry,
    },
    /// Tell nothing and write the entry: all is over, and the receiver does not want to know.
    Record {
        /// What to write into the log.
        entry: LogEntry,
    },
    /// Tell nothing.
    Nothing {
        /// Why not.
        why: Quiet,
    },
}

/// Why something is told.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The receiver was never told of this group.
    First,
    /// Something fires of which it was not told.
    Changed,
    /// Nothing changed, and `repeat_interval` has passed.
    Repeat,
    /// Some or all is resolved, and nothing new fires.
    Resolved,
    /// A member began to flap.
    Flapping,
}

/// Why nothing is told.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quiet {
    /// No member is left that may be told.
    Empty,
    /// All that is left is resolved, and the receiver was not told that it fired.
    NeverTold,
    /// It was told the same, and `repeat_interval` has not passed.
    Unchanged {
        /// When it would be repeated; never where nothing is.
        repeats_at: Timestamp,
    },
    /// It would be repeated, but all that fires is acknowledged.
    Acknowledged,
}

/// Decides what a flush tells one receiver, from the members that may be told and what the
/// receiver was told last.
pub fn decide_flush(
    members: &[FlushMember],
    last: Option<&LogEntry>,
    rule: &FlushRule,
    now: Timestamp,
) -> Flush {
    if members.is_empty() {
        return Flush::Nothing { why: Quiet::Empty };
    }
    let entry = LogEntry {
        firing: keys(members, |m| m.flapping || m.state == MemberState::Firing),
        resolved: keys(members, |m| !m.flapping && m.state == MemberState::Resolved),
        flapping: keys(members, |m| m.flapping),
        at: now,
    };
    let reason = match reason(&entry, last, rule) {
        Ok(Reason::Repeat) if rule.acknowledgement_stops_repeats && all_acknowledged(members) => {
            return Flush::Nothing { why: Quiet::Acknowledged };
        }
        Ok(reason) => reason,
        Err(why) => return Flush::Nothing { why },
    };
    if !rule.send_resolved && entry.firing.is_empty() {
        return Flush::Record { entry };
    }
    Flush::Send {
        reason,
        firing: entry.firing.clone(),
        resolved: if rule.send_resolved { entry.resolved.clone() } else { Vec::new() },
        entry,
    }
}

fn reason(entry: &LogEntry, last: Option<&LogEntry>, rule: &FlushRule) -> Result<Reason, Quiet> {
    let Some(last) = last else {
        return if entry.firing.is_empty() { Err(Quiet::NeverTold) } else { Ok(Reason::First) };
    };
    if !is_subset(&entry.firing, &last.firing) {
        return Ok(Reason::Changed);
    }
    // All is over. This is told or written down even when the receiver wants nothing of it, so
    // that what fires next is new.
    if entry.firing.is_empty() {
        return if last.firing.is_empty() { Err(Quiet::NeverTold) } else { Ok(Reason::Resolved) };
    }
    if rule.send_resolved && !is_subset(&entry.resolved, &last.resolved) {
        return Ok(Reason::Resolved);
    }
    if !is_subset(&entry.flapping, &last.flapping) {
        return Ok(Reason::Flapping);
    }
    let repeats_at =
        if rule.repeats { later(last.at, rule.repeat_interval) } else { Timestamp::MAX };
    if repeats_at <= entry.at { Ok(Reason::Repeat) } else { Err(Quiet::Unchanged { repeats_at }) }
}

fn all_acknowledged(members: &[FlushMember]) -> bool {
    let firing = |m: &&FlushMember| m.flapping || m.state == MemberState::Firing;
    members.iter().filter(firing).all(|member| member.acknowledged)
}

fn keys(members: &[FlushMember], wanted: impl Fn(&FlushMember) -> bool) -> Vec<u64> {
    let wanted = members.iter().filter(|member| wanted(member));
    let mut keys: Vec<u64> = wanted.map(|member| member.key).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// Whether every key of the first list is in the second; both ascend.
fn is_subset(part: &[u64], whole: &[u64]) -> bool {
    let mut rest = whole.iter();
    part.iter().all(|key| rest.find(|other| *other >= key) == Some(key))
}
