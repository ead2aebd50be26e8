use std::collections::BTreeMap;

use kernel::{Impact, IncidentId, ItemRef, Time, Urgency};

use crate::beginning::Opened;
use crate::checks::Confirmation;
use crate::event::{Event, What};
use crate::incident::{Affected, Hold, Incident, Outage, PriorityOverride, SetByHand};
use crate::member::Member;
use crate::pace::{Pace, PaceTold};
use crate::past::{Comeback, Past, PastHold};
use crate::service::ServiceMark;
use crate::stage::Stage;
use crate::times::{Stamp, Times};
use crate::written::{Comment, LinkEntry, Task};

impl Incident {
    /// The record that an opening makes.
    pub(crate) fn begin(id: IncidentId, at: Time, opened: &Opened) -> Incident {
        let (impact, urgency) = (Impact::default(), Urgency::default());
        let priority = opened.policy.matrix.priority(impact, urgency);
        Incident {
            id,
            number: opened.number,
            title: opened.title.clone(),
            titled_by_hand: opened.titled_by_hand,
            description: opened.description.clone(),
            stage: Stage::New,
            hold: None,
            impact,
            urgency,
            priority,
            severity: opened.severity,
            stated_severity: opened.stated_severity,
            priority_lines: Vec::new(),
            impact_set: None,
            urgency_set: None,
            priority_override: None,
            hits: Vec::new(),
            stakes: Vec::new(),
            main_item: opened.item.clone(),
            main_because: String::new(),
            reported_item: opened.item.clone(),
            items: opened.item.iter().cloned().collect(),
            affected: Affected::default(),
            members: Vec::new(),
            proven_by_alerts: false,
            reporter: opened.reporter.clone(),
            team: None,
            assignee: None,
            assigned_because: String::new(),
            roles: BTreeMap::new(),
            times: Times::begin(opened),
            acknowledged_by: None,
            taken_by_human: false,
            restored_from: None,
            relapsed_at: None,
            absorbed_items: Vec::new(),
            earlier_outages: Vec::new(),
            service_marks: Vec::new(),
            cause_class: None,
            resolution_code: None,
            resolution_note: String::new(),
            potential: opened.potential,
            boundary_at: None,
            comments: Vec::new(),
            tasks: Vec::new(),
            links: Vec::new(),
            merged_into: None,
            parent: None,
            parent_ended: None,
            unassigned_too_long: None,
            pace_told: None,
            taken_at: None,
            lapsed_at: None,
            checks: Vec::new(),
            checked_stage: None,
            consumer_confirmed: None,
            major: None,
            past: Past::first(at, priority),
            reopen_count: 0,
            policy: opened.policy.clone(),
            stage_since: at,
            opened_at: at,
            updated_at: at,
        }
    }

    /// Takes an event in. Decides nothing: whatever was decided once is taken.
    pub(crate) fn take_in(&mut self, event: &Event) {
        let stage_before = self.stage;
        self.take_in_move(event);
        self.take_in_members(event);
        self.take_in_notes(event);
        self.take_in_proofs(event);
        self.take_in_major(event);
        self.recount_boundary();
        self.updated_at = event.at;
        if self.stage != stage_before {
            self.stage_since = event.at;
            self.unassigned_too_long = None;
            self.pace_told = None;
        }
    }

    fn take_in_move(&mut self, event: &Event) {
        let at = event.at;
        match &event.what {
            What::Acknowledged { acknowledged_by, acknowledged_at } => {
                if !self.taken_by_human {
                    self.times.acknowledged = Some(Stamp::measured(*acknowledged_at));
                    self.taken_by_human = acknowledged_by.human();
                }
                self.acknowledged_by = Some(acknowledged_by.clone());
                self.taken_at = Some(*acknowledged_at);
                self.leave_new();
            }
            What::Assigned { team, assignee, because } => {
                self.team.clone_from(team);
                self.assignee.clone_from(assignee);
                self.assigned_because.clone_from(because);
                self.leave_new();
            }
            What::DiagnosisStarted { .. } => self.stage = Stage::Diagnosing,
            What::ActionChosen { .. } => {
                self.stage = Stage::ActionReady;
                self.times.diagnosed = Some(Stamp::measured(at));
            }
            What::ResolvingStarted { .. } => self.stage = Stage::Resolving,
            What::Restored { restored_at, source, .. } => {
                self.restored_from = Some(self.stage);
                self.stage = Stage::Restored;
                self.times.restored = Some(Stamp { at: *restored_at, source: *source });
            }
            What::Relapsed { relapsed_at, to, .. } => {
                self.begin_outage_again(*relapsed_at, *to, false);
            }
            What::Reopened { relapsed_at, .. } => self.reopen(*relapsed_at),
            What::AcknowledgementLapsed { .. } => {
                self.forget_acknowledgement();
                self.lapsed_at = Some(at);
            }
            What::Occurred { started, .. } => self.occur(*started, at),
            What::Resolved { cause_class, resolution_code, note } => {
                self.stage = Stage::Resolved;
                self.cause_class = Some(*cause_class);
                self.resolution_code = Some(*resolution_code);
                self.resolution_note.clone_from(note);
                self.times.resolved = Some(Stamp::measured(at));
            }
            What::Closed { .. } => {
                self.stage = Stage::Closed;
                self.times.closed = Some(Stamp::measured(at));
            }
            What::Held { reason, note } => {
                let (reason, previous) = (*reason, self.stage);
                self.hold = Some(Hold { reason, note: note.clone(), since: at, previous });
                self.stage = Stage::OnHold;
            }
            What::Resumed {} => {
                self.end_hold(at);
            }
            What::Cancelled { .. } => self.stage = Stage::Cancelled,
            What::Merged { into } => {
                self.end_hold(at);
                self.stage = Stage::Merged;
                self.merged_into = Some(*into);
            }
            _ => {}
        }
    }

    fn reopen(&mut self, relapsed_at: Time) {
        self.begin_outage_again(relapsed_at, Stage::Diagnosing, true);
        self.reopen_count = self.reopen_count.saturating_add(1);
        // What comes back after its parent has ended stands on its own.
        if self.parent_ended.take().is_some() {
            self.parent = None;
        }
        self.forget_acknowledgement();
    }

    fn take_in_members(&mut self, event: &Event) {
        match &event.what {
            What::Attached { member } => self.take_in_member(member.clone()),
            What::Absorbed { members, beginning, reported_items, stated_severity, .. } => {
                self.stated_severity = self.stated_severity.max(*stated_severity);
                let new: Vec<ItemRef> = reported_items
                    .iter()
                    .filter(|item| !self.reported_items().any(|known| known == *item))
                    .cloned()
                    .collect();
                self.absorbed_items.extend(new);
                for member in members {
                    self.take_in_member(member.clone());
                }
                self.recount_items();
                self.recount_severity();
                self.times.absorb_beginning(beginning);
                self.realign_first_outage();
            }
            What::Detached { alert, .. } => {
                for member in self.members.iter_mut().filter(|member| member.alert == *alert) {
                    member.detached = true;
                }
                self.recount_items();
                self.recount_severity();
            }
            What::MemberCleared { alert, cleared_at, .. } => {
                for member in self.members.iter_mut().filter(|member| member.alert == *alert) {
                    member.cleared_at = Some(*cleared_at);
                }
            }
            What::MemberReturned { alert, returned_at, potential, boundary_at, .. } => {
                for member in self.members.iter_mut().filter(|member| member.alert == *alert) {
                    member.fire_again(*returned_at);
                    (member.potential, member.boundary_at) = (*potential, *boundary_at);
                }
                self.proven_by_alerts = true;
            }
            What::MainItemChosen { item, because, title } => {
                self.main_item = Some(item.clone());
                self.main_because.clone_from(because);
                self.recount_items();
                if let Some(title) = title {
                    self.title.clone_from(title);
                }
            }
            What::Weighed { stakes } => self.stakes.clone_from(stakes),
            What::Assessed { hits, usecases, products, services } => {
                self.hits.clone_from(hits);
                self.affected.usecases.clone_from(usecases);
                self.affected.products.clone_from(products);
                self.affected.services.clone_from(services);
            }
            _ => {}
        }
    }

    fn take_in_notes(&mut self, event: &Event) {
        let (at, by) = (event.at, &event.by);
        let set = |reason: &str| (reason.to_owned(), by.clone());
        match &event.what {
            What::Prioritised { impact, urgency, priority, lines } => {
                (self.impact, self.urgency, self.priority) = (*impact, *urgency, *priority);
                self.priority_lines.clone_from(lines);
                self.past.prioritised(at, self.priority);
            }
            What::ImpactSet { impact, reason } => {
                let (reason, by) = set(reason);
                self.impact_set = impact.map(|value| SetByHand { value, reason, by, at });
            }
            What::UrgencySet { urgency, reason } => {
                let (reason, by) = set(reason);
                self.urgency_set = urgency.map(|value| SetByHand { value, reason, by, at });
            }
            What::PriorityOverridden { priority, reason } => {
                let (reason, by) = set(reason);
                self.priority_override =
                    priority.map(|priority| PriorityOverride { priority, reason, by, at });
            }
            What::Commented { text, public, by_consumer } => {
                let (public, by_consumer) = (*public, *by_consumer);
                let (by, text) = (by.clone(), text.clone());
                self.comments.push(Comment { at, by, text, public, by_consumer });
            }
            What::TaskAdded { task, title, assignee } => self.tasks.push(Task {
                id: *task,
                title: title.clone(),
                assignee: assignee.clone(),
                done_at: None,
            }),
            What::TaskFinished { task } => {
                for task in self.tasks.iter_mut().filter(|known| known.id == *task) {
                    task.done_at = Some(at);
                }
            }
            What::Linked { url, title, kind } => {
                self.links.push(LinkEntry { url: url.clone(), title: title.clone(), kind: *kind });
            }
            What::RoleSet { role, person: Some(person) } => {
                self.roles.insert(*role, person.clone());
            }
            What::RoleSet { role, person: None } => {
                self.roles.remove(role);
            }
            What::Edited { title, description } => {
                if let Some(title) = title {
                    self.title.clone_from(title);
                    self.titled_by_hand = true;
                }
                if let Some(description) = description {
                    self.description.clone_from(description);
                }
            }
            other => self.take_in_facts(event, other),
        }
    }

    /// What people found out about it.
    fn take_in_facts(&mut self, event: &Event, what: &What) {
        match what {
            What::TimeSet { which, stamp, .. } => {
                self.times.set(*which, *stamp);
                self.realign_first_outage();
            }
            What::AffectedSet { users, note } => {
                self.affected.users = *users;
                self.affected.note.clone_from(note);
            }
            What::ServiceSet { service, from, reason } => {
                let (reason, by, at) = (reason.clone(), event.by.clone(), event.at);
                let (service, from) = (*service, *from);
                self.mark_service(ServiceMark { from, service, reason, by, at });
            }
            _ => {}
        }
    }

    /// What shows that it holds, on what it hangs, and what is overdue.
    fn take_in_proofs(&mut self, event: &Event) {
        match &event.what {
            What::Notified { notified_at } => {
                self.times.notified = Some(Stamp::measured(*notified_at));
            }
            What::UnassignedTooLong { .. } => self.unassigned_too_long = Some(event.at),
            What::StageDueSoon { target_minutes, .. } => {
                let (target_minutes, pace) = (*target_minutes, Pace::DueSoon);
                self.pace_told = Some(PaceTold { target_minutes, pace });
            }
            What::StageOverdue { target_minutes } => {
                let (target_minutes, pace) = (*target_minutes, Pace::Overdue);
                self.pace_told = Some(PaceTold { target_minutes, pace });
            }
            What::Checked { stage, checks } => {
                self.checks.clone_from(checks);
                self.checked_stage = Some(*stage);
            }
            What::ConsumerConfirmed { who, said } => {
                let (who, said, by) = (who.clone(), said.clone(), event.by.clone());
                self.consumer_confirmed = Some(Confirmation { who, said, by, at: event.at });
            }
            What::ParentSet { parent, .. } => {
                self.parent = *parent;
                self.parent_ended = None;
            }
            What::ParentEnded { closed, .. } => self.parent_ended = Some(*closed),
            _ => {}
        }
    }

    /// It waits no more, and goes on where it was.
    fn end_hold(&mut self, until: Time) {
        if let Some(Hold { reason, since: from, previous, .. }) = self.hold.take() {
            self.past.holds.push(PastHold { reason, from, until });
            self.stage = previous;
        }
    }

    fn leave_new(&mut self) {
        match &mut self.hold {
            Some(hold) if hold.previous == Stage::New => hold.previous = Stage::Assigned,
            None if self.stage == Stage::New => self.stage = Stage::Assigned,
            _ => {}
        }
    }

    /// The service is away again: the outage so far is put away, a new one runs.
    fn begin_outage_again(&mut self, at: Time, to: Stage, reopened: bool) {
        if let (Some(from), Some(back)) = (self.outage_start(), self.times.restored) {
            self.earlier_outages.push(Outage { from, to: back.at });
        }
        let restored = self.times.restored.map(|stamp| stamp.at);
        let resolved = self.times.resolved.map(|stamp| stamp.at);
        self.past.returns.push(Comeback { restored, resolved, at, reopened });
        self.times.restored = None;
        self.times.resolved = None;
        self.times.closed = None;
        self.relapsed_at = Some(at);
        self.restored_from = None;
        // What was proven then holds no longer.
        self.checks.clear();
        self.checked_stage = None;
        self.consumer_confirmed = None;
        let firing = self.attached().any(|member| member.cleared_at.is_none());
        self.proven_by_alerts = firing;
        match &mut self.hold {
            Some(hold) => hold.previous = to,
            None => self.stage = to,
        }
    }

    /// The first outage begins where the times say, also after they were corrected.
    fn realign_first_outage(&mut self) {
        if let (Some(start), Some(first)) =
            (self.times.outage_start(), self.earlier_outages.first_mut())
        {
            first.from = start.min(first.to);
        }
    }

    /// Somebody has to take it again. The first human taking keeps its time; a program's does not.
    fn forget_acknowledgement(&mut self) {
        (self.acknowledged_by, self.taken_at) = (None, None);
        if !self.taken_by_human {
            self.times.acknowledged = None;
        }
    }

    fn take_in_member(&mut self, member: Member) {
        if member.cleared_at.is_none() {
            self.proven_by_alerts = true;
        }
        self.members.push(member);
        self.recount_items();
        self.recount_severity();
    }

    /// As grave as the gravest of its alerts, and no less than the reporter said.
    fn recount_severity(&mut self) {
        let of_alerts = self.attached().map(|member| member.severity).max();
        self.severity = of_alerts.max(self.stated_severity).unwrap_or(self.severity);
    }

    fn mark_primary(&mut self) {
        let main = self.main_item.as_ref();
        let first = self
            .members
            .iter()
            .position(|member| !member.detached && main.is_some() && member.item.as_ref() == main);
        for (place, member) in self.members.iter_mut().enumerate() {
            member.primary = Some(place) == first;
        }
    }

    /// The main item first, then in the order in which they were hit.
    fn recount_items(&mut self) {
        let mut items: Vec<ItemRef> = Vec::new();
        let of_members = self.members.iter().filter(|member| !member.detached);
        let named = of_members.filter_map(|member| member.item.as_ref());
        for item in self.reported_items().chain(named) {
            if !items.contains(item) {
                items.push(item.clone());
            }
        }
        match items.iter().position(|item| Some(item) == self.main_item.as_ref()) {
            Some(place) => items[..=place].rotate_right(1),
            None => {
                self.main_item = items.first().cloned();
                self.main_because = "the first item that was hit".to_owned();
            }
        }
        self.items = items;
        self.mark_primary();
    }
}
