use kernel::{Actor, IncidentId, ItemRef, Refusal, RefusalCode, Time};

use super::{Draft, check_times, text};
use crate::clearing;
use crate::codes::{CauseClass, HoldReason, ResolutionCode};
use crate::event::What;
use crate::pace;
use crate::stage::Stage;
use crate::times::{Source, Stamp, TimePoint};

pub(super) fn acknowledge(
    draft: &mut Draft<'_>,
    by: Option<&Actor>,
    at: Option<Time>,
    person: Option<&ItemRef>,
) -> Result<(), Refusal> {
    let system = matches!(draft.moment.actor, Actor::System(_));
    if (by.is_some() || at.is_some()) && !system {
        let reason = "Only Operate itself may pass on somebody else's acknowledgement.".to_owned();
        return Err(Refusal { code: RefusalCode::Forbidden, reason });
    }
    text::item_of_kind("person", person)?;
    let by = by.unwrap_or(&draft.moment.actor).clone();
    let at = at.unwrap_or(draft.now()).min(draft.now());
    // Whoever had it before it lapsed has it no longer.
    let takes = draft.record.acknowledged_by.as_ref().is_none_or(|has| *has == by);
    let lapsed = takes && draft.record.lapsed_at.is_some();
    take(draft, by, at);
    let has = draft.record.assignee.as_ref().filter(|has| !lapsed || person == Some(has));
    if let (Some(person), None) = (person, has) {
        let (team, assignee) = (draft.record.team.clone(), Some(person.clone()));
        draft.push(What::Assigned { team, assignee, because: "acknowledged it".to_owned() });
    }
    Ok(())
}

/// Records who took it. A program that took it gives way to the first human being.
fn take(draft: &mut Draft<'_>, by: Actor, at: Time) {
    let open = match &draft.record.acknowledged_by {
        None => true,
        Some(earlier) => by.human() && !earlier.human(),
    };
    if open {
        let detected = draft.record.times.detected.map_or(at, |stamp| stamp.at);
        let acknowledged_at = at.max(detected);
        draft.push(What::Acknowledged { acknowledged_by: by, acknowledged_at });
    }
}

/// Nobody holds it any more, though somebody did.
pub(super) fn lapse(draft: &mut Draft<'_>, because: &str) {
    if draft.record.acknowledged_by.is_some() {
        draft.push(What::AcknowledgementLapsed { because: text::clipped(because) });
    }
}

/// Who works on it has taken it, also without saying so.
fn take_by_working(draft: &mut Draft<'_>) {
    if draft.moment.actor.human() {
        take(draft, draft.moment.actor.clone(), draft.now());
    }
}

pub(super) fn assign(
    draft: &mut Draft<'_>,
    team: Option<&ItemRef>,
    assignee: Option<&ItemRef>,
    because: Option<&str>,
) -> Result<(), Refusal> {
    text::item_of_kind("team", team)?;
    text::item_of_kind("person", assignee)?;
    if team.is_none() && assignee.is_none() {
        return Err(Refusal::invalid("Name a team or a person."));
    }
    let record = &draft.record;
    let same_team = team.is_none() || team == record.team.as_ref();
    let kept = record.assignee.as_ref().filter(|_| same_team);
    let assignee = assignee.or(kept).cloned();
    let team = team.or(record.team.as_ref()).cloned();
    if (&team, &assignee) == (&record.team, &record.assignee) {
        return Ok(());
    }
    let because = match because {
        Some(because) => text::clipped(because),
        None => format!("assigned by {}", draft.moment.actor),
    };
    draft.push(What::Assigned { team, assignee, because });
    Ok(())
}

pub(super) fn diagnose(draft: &mut Draft<'_>, note: Option<&str>) -> Result<(), Refusal> {
    let note = text::note("note", note)?;
    take_by_working(draft);
    draft.push(What::DiagnosisStarted { note });
    Ok(())
}

pub(super) fn ready(draft: &mut Draft<'_>, action: &str) -> Result<(), Refusal> {
    let action = text::prose("action", action)?;
    take_by_working(draft);
    draft.push(What::ActionChosen { action });
    Ok(())
}

pub(super) fn begin(draft: &mut Draft<'_>, note: Option<&str>) -> Result<(), Refusal> {
    let note = text::note("note", note)?;
    take_by_working(draft);
    draft.push(What::ResolvingStarted { note });
    Ok(())
}

pub(super) fn restore(
    draft: &mut Draft<'_>,
    at: Option<Time>,
    note: Option<&str>,
) -> Result<(), Refusal> {
    let because = text::note("note", note)?;
    let (restored_at, source) = match at {
        Some(at) => (at, Source::Entered),
        None => (draft.now(), Source::Measured),
    };
    check_correction(draft, TimePoint::Restored, Stamp { at: restored_at, source })?;
    take_by_working(draft);
    draft.push(What::Restored { restored_at, source, because });
    Ok(())
}

/// All alerts are clear and stayed so for as long as the policy asks.
pub(super) fn restore_by_alerts(draft: &mut Draft<'_>) {
    let due = clearing::restore_due(&draft.record).is_some_and(|due| due <= draft.now());
    if let (true, Some(cleared)) = (due, clearing::last_cleared(&draft.record)) {
        let start = draft.record.outage_start().unwrap_or(cleared);
        draft.push(What::Restored {
            restored_at: cleared.max(start),
            source: Source::Measured,
            because: "all its alerts cleared".to_owned(),
        });
    }
}

pub(super) fn correct_outage_end(
    draft: &mut Draft<'_>,
    outage_end: Option<Time>,
) -> Result<(), Refusal> {
    let Some(at) = outage_end else { return Ok(()) };
    let before = draft.record.times.restored;
    if before.is_some_and(|stamp| stamp.at == at) {
        return Ok(());
    }
    let stamp = Stamp::entered(at);
    check_correction(draft, TimePoint::Restored, stamp)?;
    let reason = "said when it was resolved".to_owned();
    draft.push(What::TimeSet { which: TimePoint::Restored, stamp, before, reason });
    Ok(())
}

pub(super) fn resolve(
    draft: &mut Draft<'_>,
    cause_class: CauseClass,
    resolution_code: ResolutionCode,
    note: Option<&str>,
) -> Result<(), Refusal> {
    let note = text::note("note", note)?;
    take_by_working(draft);
    draft.push(What::Resolved { cause_class, resolution_code, note });
    Ok(())
}

pub(super) fn close(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    draft.push(What::Closed { because: String::new() });
    Ok(())
}

pub(super) fn hold(
    draft: &mut Draft<'_>,
    reason: HoldReason,
    note: Option<&str>,
) -> Result<(), Refusal> {
    let note = text::note("note", note)?;
    take_by_working(draft);
    draft.push(What::Held { reason, note });
    Ok(())
}

pub(super) fn resume(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    draft.push(What::Resumed {});
    restore_by_alerts(draft);
    Ok(())
}

pub(super) fn reopen(draft: &mut Draft<'_>, reason: &str, at: Option<Time>) -> Result<(), Refusal> {
    let reason = text::prose("reason", reason)?;
    let now = draft.now();
    let relapsed_at = at.unwrap_or(now);
    if relapsed_at > now {
        return Err(Refusal::invalid("It cannot break again in the future."));
    }
    if let Some(back) = draft.record.times.restored.filter(|back| relapsed_at < back.at) {
        return Err(Refusal::invalid(format!(
            "It was away until {} in any case: name that time if it never was back.",
            back.at
        )));
    }
    if draft.record.stage == Stage::Restored {
        let to = Stage::Diagnosing;
        draft.push(What::Relapsed { relapsed_at, to, because: reason });
        return Ok(());
    }
    if !draft.record.may_be_reopened(now) {
        return Err(Refusal::invalid(format!(
            "It was closed more than {} days ago: open a new incident and link this one.",
            draft.record.policy.reopen_within_days
        )));
    }
    draft.push(What::Reopened { relapsed_at, reason });
    Ok(())
}

pub(super) fn cancel(draft: &mut Draft<'_>, reason: &str) -> Result<(), Refusal> {
    let reason = text::prose("reason", reason)?;
    draft.push(What::Cancelled { reason });
    Ok(())
}

pub(super) fn merge(draft: &mut Draft<'_>, into: IncidentId) -> Result<(), Refusal> {
    if into == draft.record.id {
        return Err(Refusal::invalid("An incident cannot be merged into itself."));
    }
    if draft.record.is_declared_major() {
        return Err(Refusal::invalid(
            "It is a declared major incident: merge the other one into it, or stand it down first.",
        ));
    }
    draft.push(What::Merged { into });
    Ok(())
}

pub(super) fn tick(draft: &mut Draft<'_>) {
    restore_by_alerts(draft);
    if clearing::warning_due(&draft.record).is_some_and(|due| due <= draft.now()) {
        let minutes = draft.record.policy.unassigned_minutes.unwrap_or_default();
        draft.push(What::UnassignedTooLong { minutes });
    }
    if clearing::close_due(&draft.record).is_some_and(|due| due <= draft.now()) {
        let days = draft.record.policy.close_after_resolved_days.unwrap_or_default();
        draft.push(What::Closed { because: format!("resolved {days} days ago") });
    }
    if let Some(what) = pace::said(&draft.record, draft.now()) {
        draft.push(what);
    }
}

/// Whether this value may stand in the record: not in the future, and in order with the others.
pub(super) fn check_correction(
    draft: &Draft<'_>,
    which: TimePoint,
    stamp: Stamp,
) -> Result<(), Refusal> {
    if stamp.at > draft.now() {
        return Err(Refusal::invalid(format!("{which} must not lie in the future.")));
    }
    let mut times = draft.record.times;
    times.set(which, stamp);
    check_times(&draft.record, &times)
}
