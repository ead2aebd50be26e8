use kernel::{Impact, ItemRef, Priority, Refusal, TaskId, Time, Urgency};

use super::{Draft, moves, text};
use crate::event::What;
use crate::incident::Role;
use crate::times::{Stamp, TimePoint};
use crate::written::LinkKind;

pub(super) fn comment(
    draft: &mut Draft<'_>,
    text: &str,
    (public, by_consumer): (bool, bool),
) -> Result<(), Refusal> {
    text::room_for_more("comments", draft.record.comments.len())?;
    let text = text::prose("comment", text)?;
    draft.push(What::Commented { text, public, by_consumer });
    Ok(())
}

pub(super) fn add_task(
    draft: &mut Draft<'_>,
    title: &str,
    assignee: Option<&ItemRef>,
) -> Result<(), Refusal> {
    text::room_for_more("tasks", draft.record.tasks.len())?;
    text::item_of_kind("person", assignee)?;
    let title = text::line("title", title)?;
    let task = draft.moment.id();
    draft.push(What::TaskAdded { task, title, assignee: assignee.cloned() });
    Ok(())
}

pub(super) fn finish_task(draft: &mut Draft<'_>, task: TaskId) -> Result<(), Refusal> {
    let known = draft.record.tasks.iter().find(|known| known.id == task);
    let known =
        known.ok_or_else(|| Refusal::unknown(format!("{task} is no task of this incident.")))?;
    if known.done_at.is_none() {
        draft.push(What::TaskFinished { task });
    }
    Ok(())
}

pub(super) fn link(
    draft: &mut Draft<'_>,
    url: &str,
    title: &str,
    kind: LinkKind,
) -> Result<(), Refusal> {
    text::room_for_more("links", draft.record.links.len())?;
    let url = text::web_address(url)?;
    let title = text::line("title", title)?;
    draft.push(What::Linked { url, title, kind });
    Ok(())
}

pub(super) fn set_role(
    draft: &mut Draft<'_>,
    role: Role,
    person: Option<&ItemRef>,
) -> Result<(), Refusal> {
    text::item_of_kind("person", person)?;
    if draft.record.roles.get(&role) != person {
        draft.push(What::RoleSet { role, person: person.cloned() });
    }
    Ok(())
}

pub(super) fn set_impact(
    draft: &mut Draft<'_>,
    impact: Option<Impact>,
    reason: &str,
) -> Result<(), Refusal> {
    let reason = text::prose("reason", reason)?;
    if draft.record.impact_set.as_ref().map(|set| set.value) != impact {
        draft.push(What::ImpactSet { impact, reason });
    }
    Ok(())
}

pub(super) fn set_urgency(
    draft: &mut Draft<'_>,
    urgency: Option<Urgency>,
    reason: &str,
) -> Result<(), Refusal> {
    let reason = text::prose("reason", reason)?;
    if draft.record.urgency_set.as_ref().map(|set| set.value) != urgency {
        draft.push(What::UrgencySet { urgency, reason });
    }
    Ok(())
}

pub(super) fn override_priority(
    draft: &mut Draft<'_>,
    priority: Option<Priority>,
    reason: &str,
) -> Result<(), Refusal> {
    let reason = text::prose("reason", reason)?;
    if draft.record.priority_override.as_ref().map(|set| set.priority) != priority {
        draft.push(What::PriorityOverridden { priority, reason });
    }
    Ok(())
}

pub(super) fn edit(
    draft: &mut Draft<'_>,
    title: Option<&str>,
    description: Option<&str>,
) -> Result<(), Refusal> {
    let title = title.map(|title| text::line("title", title)).transpose()?;
    let description = description.map(|text| text::note("description", Some(text))).transpose()?;
    let title = title.filter(|title| *title != draft.record.title);
    let description = description.filter(|text| *text != draft.record.description);
    if title.is_some() || description.is_some() {
        draft.push(What::Edited { title, description });
    }
    Ok(())
}

pub(super) fn set_time(
    draft: &mut Draft<'_>,
    which: TimePoint,
    at: Time,
    reason: &str,
) -> Result<(), Refusal> {
    let reason = text::prose("reason", reason)?;
    let before = draft.record.times.get(which);
    if before.is_none() && !which.may_be_entered_first() {
        return Err(Refusal::invalid(format!(
            "There is no {which} time to correct yet; it comes about when that happens."
        )));
    }
    if before.is_some_and(|stamp| stamp.at == at) {
        return Ok(());
    }
    let stamp = Stamp::entered(at);
    moves::check_correction(draft, which, stamp)?;
    draft.push(What::TimeSet { which, stamp, before, reason });
    Ok(())
}

pub(super) fn set_affected(
    draft: &mut Draft<'_>,
    users: Option<u64>,
    note: Option<&str>,
) -> Result<(), Refusal> {
    let note = text::note("note", note)?;
    let affected = &draft.record.affected;
    if (affected.users, &affected.note) != (users, &note) {
        draft.push(What::AffectedSet { users, note });
    }
    Ok(())
}

pub(super) fn notified(draft: &mut Draft<'_>, at: Time) {
    if draft.record.times.notified.is_none() {
        let notified_at = at.min(draft.now());
        draft.push(What::Notified { notified_at });
    }
}
