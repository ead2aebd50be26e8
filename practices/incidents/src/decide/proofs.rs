//! What shows that it holds, and what hangs on what.

use kernel::{IncidentId, Refusal};

use super::{Draft, text};
use crate::checks::{self, Evidence};
use crate::clearing;
use crate::codes::{CauseClass, ResolutionCode};
use crate::event::What;
use crate::stage::Stage;
use crate::times::Source;

/// Checks what is back; a second look in the same stage that finds the same says nothing new.
pub(super) fn check(draft: &mut Draft<'_>, evidence: &Evidence) {
    let checks = checks::run(&draft.record, evidence);
    let stage = draft.record.stage;
    if draft.record.checked_stage != Some(stage) || draft.record.checks != checks {
        draft.push(What::Checked { stage, checks });
    }
}

pub(super) fn confirm(draft: &mut Draft<'_>, who: &str, said: &str) -> Result<(), Refusal> {
    let who = text::line("who", who)?;
    let said = text::prose("said", said)?;
    draft.push(What::ConsumerConfirmed { who, said });
    Ok(())
}

pub(super) fn set_parent(
    draft: &mut Draft<'_>,
    parent: Option<IncidentId>,
    number: u64,
) -> Result<(), Refusal> {
    if parent == Some(draft.record.id) {
        return Err(Refusal::invalid("An incident cannot hang on itself."));
    }
    if draft.record.parent != parent {
        draft.push(What::ParentSet { parent, number });
    }
    Ok(())
}

/// Ends with the incident on which it hangs: nothing stays open that nobody looks at any more. What
/// still fires is no orphan: it stays open, says why, and ends when its alerts have cleared.
pub(super) fn end_with_parent(
    draft: &mut Draft<'_>,
    number: u64,
    (cause_class, resolution_code): (CauseClass, ResolutionCode),
    closed: bool,
) -> Result<(), Refusal> {
    let stays_because = stays_because(draft);
    let told = draft.record.parent_ended == Some(closed);
    if !told {
        let (stays_because, again) = (stays_because.clone(), draft.record.parent_ended.is_some());
        draft.push(What::ParentEnded { number, closed, stays_because, again });
    }
    if !stays_because.is_empty() || draft.record.stage == Stage::Merged {
        return Ok(());
    }
    let with = format!("with incident {number}");
    if draft.record.stage == Stage::OnHold {
        draft.push(What::Resumed {});
    }
    if draft.record.stage.is_working() {
        let now = draft.now();
        let cleared = clearing::last_cleared(&draft.record).unwrap_or(now);
        let restored_at = draft.record.outage_start().map_or(cleared, |start| start.max(cleared));
        let (source, because) = (Source::Derived, with.clone());
        draft.push(What::Restored { restored_at, source, because });
    }
    if draft.record.stage == Stage::Restored {
        let note = with.clone();
        draft.push(What::Resolved { cause_class, resolution_code, note });
    }
    if closed && draft.record.stage == Stage::Resolved {
        draft.push(What::Closed { because: with });
    }
    Ok(())
}

/// Why it does not end with its parent; empty when it does.
fn stays_because(draft: &Draft<'_>) -> String {
    let record = &draft.record;
    if !record.is_open() {
        return String::new();
    }
    if !record.policy.end_with_parent {
        return "this one is ended by hand".to_owned();
    }
    match checks::still_firing(record).count() {
        0 => String::new(),
        count => {
            let alerts = if count == 1 { "alert" } else { "alerts" };
            format!("{count} {alerts} still {} here: it ends when they clear", checks::verb(count))
        }
    }
}
