//! When the alerts say that the service is back, and when they say that it is away again.

use kernel::{AlertId, Time};

use crate::incident::{Incident, Outage};
use crate::pace;
use crate::stage::Stage;

/// When the record next wants to be woken: to be restored, to be closed, or to warn.
pub(crate) fn next_due(incident: &Incident) -> Option<Time> {
    let dues =
        [restore_due(incident), close_due(incident), warning_due(incident), pace::due(incident)];
    dues.into_iter().flatten().min()
}

/// When it warns that nobody is charged with it: once for each time that it is new.
pub(crate) fn warning_due(incident: &Incident) -> Option<Time> {
    let delay = incident.policy.unassigned_warning()?;
    let waits = incident.stage == Stage::New && incident.unassigned_too_long.is_none();
    waits.then(|| incident.stage_since + delay)
}

/// When the incident counts as restored because all its alerts are clear, if that is so.
///
/// Nothing while it waits for somebody else: people parked it, people take it up again.
pub(crate) fn restore_due(incident: &Incident) -> Option<Time> {
    let delay = incident.policy.restore_after_clear()?;
    (incident.stage.is_working() && incident.proven_by_alerts).then_some(())?;
    last_cleared(incident).map(|cleared| cleared + delay)
}

/// When a resolved incident closes by itself.
pub(crate) fn close_due(incident: &Incident) -> Option<Time> {
    let delay = incident.policy.close_after_resolved()?;
    (incident.stage == Stage::Resolved).then_some(())?;
    incident.times.resolved.map(|resolved| resolved.at + delay)
}

/// When the last alert cleared that says whether the service is away; nothing while one fires or
/// when there is none.
pub(crate) fn last_cleared(incident: &Incident) -> Option<Time> {
    let all: Option<Vec<Time>> = incident.telling().map(|member| member.cleared_at).collect();
    all.and_then(|times| times.into_iter().max())
}

/// As many alerts as one incident takes, so that it stays small enough to be one row.
pub(crate) const MEMBERS_MAX: usize = 1_000;

impl Incident {
    /// Whether a cleared alert that fires again belongs to this incident: yes while the service
    /// is away, and within the reopen window after it came back. Outside, a new incident is due.
    pub fn takes_back(&self, alert: AlertId, at: Time) -> bool {
        let known = self.attached().any(|member| member.alert == alert);
        known && !matches!(self.stage, Stage::Cancelled | Stage::Merged) && self.within_window(at)
    }

    /// Whether a new related alert may join: while the service is away, and within the reopen
    /// window after it came back, as long as the incident is not resolved.
    pub fn takes_new(&self, at: Time) -> bool {
        self.is_open() && self.within_window(at)
    }

    /// Whether it holds as many alerts as it takes. What comes after belongs to another incident,
    /// which hangs on this one.
    pub fn is_full(&self) -> bool {
        self.members.len() >= MEMBERS_MAX
    }

    /// Whether the service is away, or came back no longer ago than the reopen window.
    pub(crate) fn within_window(&self, at: Time) -> bool {
        match self.times.restored {
            Some(back) if self.service_is_back() => at <= back.at + self.policy.reopen_window(),
            _ => true,
        }
    }

    /// Whether a person may reopen it now: a closed one only for as long as the policy says.
    pub fn may_be_reopened(&self, now: Time) -> bool {
        match self.stage {
            Stage::Restored | Stage::Resolved => true,
            Stage::Closed => self
                .times
                .closed
                .is_none_or(|closed| now <= closed.at + self.policy.reopen_within()),
            _ => false,
        }
    }

    /// When the present or last outage began.
    pub fn outage_start(&self) -> Option<Time> {
        self.relapsed_at.or_else(|| self.times.outage_start())
    }

    /// Every outage of the incident; the last one runs until `now` while the service is away.
    pub fn outages(&self, now: Time) -> Vec<Outage> {
        let end = self.times.restored.map_or(now, |stamp| stamp.at);
        let present = self.outage_start().map(|from| Outage { from, to: end.max(from) });
        self.earlier_outages.iter().copied().chain(present).collect()
    }
}
