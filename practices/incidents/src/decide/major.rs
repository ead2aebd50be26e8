//! Proposing and declaring a major incident, what becomes of it, and looking back at it.

use kernel::{Actor, ItemRef, Refusal};

use super::{Draft, text};
use crate::event::What;
use crate::incident::Role;
use crate::major::MajorStage;
use crate::verb::Verb;

/// As many things as are kept that spoke for a major incident.
const GROUNDS_MAX: usize = 100;

/// Says that it may be a major incident, where something speaks for it that was not known when it
/// was proposed last, whatever people decided then.
pub(super) fn propose(draft: &mut Draft<'_>, because: &str, grounds: &[ItemRef]) {
    if !draft.record.major_allows(Verb::ProposeMajor) {
        return;
    }
    let known = draft.record.major.as_ref().map_or(&[][..], |major| &major.grounds);
    let room = GROUNDS_MAX.saturating_sub(known.len());
    let news = grounds.iter().filter(|ground| !known.contains(ground));
    let grounds: Vec<ItemRef> = news.take(room).cloned().collect();
    if !grounds.is_empty() {
        draft.push(What::MajorProposed { because: text::clipped(because), grounds });
    }
}

pub(super) fn declare(draft: &mut Draft<'_>, reason: Option<&str>) -> Result<(), Refusal> {
    draft.record.check_major(Verb::DeclareMajor)?;
    let said = text::note("reason", reason)?;
    let proposed = draft.record.major.as_ref().filter(|m| m.stage == MajorStage::Proposed);
    let reason = match proposed {
        Some(major) if said.is_empty() => major.because.clone(),
        _ => text::prose("reason", &said)?,
    };
    draft.push(What::MajorDeclared { reason });
    Ok(())
}

pub(super) fn dismiss(draft: &mut Draft<'_>, reason: &str) -> Result<(), Refusal> {
    draft.record.check_major(Verb::DismissMajor)?;
    let reason = text::prose("reason", reason)?;
    draft.push(What::MajorDismissed { reason });
    Ok(())
}

pub(super) fn stabilise(draft: &mut Draft<'_>, reason: &str) -> Result<(), Refusal> {
    draft.record.check_major(Verb::StabiliseMajor)?;
    let reason = text::prose("reason", reason)?;
    draft.push(What::MajorStabilised { reason });
    Ok(())
}

pub(super) fn review(draft: &mut Draft<'_>, outcome: &str) -> Result<(), Refusal> {
    draft.record.check_major(Verb::ReviewMajor)?;
    let outcome = text::prose("outcome", outcome)?;
    draft.push(What::MajorReviewed { outcome });
    Ok(())
}

pub(super) fn stand_down(draft: &mut Draft<'_>, reason: &str) -> Result<(), Refusal> {
    draft.record.check_major(Verb::StandDownMajor)?;
    let reason = text::prose("reason", reason)?;
    draft.push(What::MajorStoodDown { reason });
    Ok(())
}

/// Whoever answers for the team leads, unless somebody does already.
pub(super) fn answered(draft: &mut Draft<'_>, by: &Actor, person: Option<&ItemRef>) {
    if !draft.record.major_allows(Verb::MajorAnswered) {
        return;
    }
    draft.push(What::MajorAnswered { answered_by: by.clone() });
    let person = person.filter(|person| person.kind() == "person");
    if person.is_some() && !draft.record.roles.contains_key(&Role::Commander) {
        draft.push(What::RoleSet { role: Role::Commander, person: person.cloned() });
    }
}

pub(super) fn uncalled(draft: &mut Draft<'_>, because: &str) {
    if draft.record.major_allows(Verb::MajorUncalled) {
        draft.push(What::MajorUncalled { because: text::clipped(because) });
    }
}

/// What is over needs no team, and what works again needs nobody to say whether it is one.
pub(super) fn end_with_incident(draft: &mut Draft<'_>) {
    let (over, back) = (!draft.record.is_open(), draft.record.service_is_back());
    let reason = format!("the incident is {}", draft.record.stage);
    match draft.record.major_stage() {
        Some(MajorStage::Declared | MajorStage::Stabilised) if over => {
            draft.push(What::MajorStoodDown { reason });
        }
        Some(MajorStage::Proposed) if over || back => draft.push(What::MajorDismissed { reason }),
        _ => {}
    }
}
