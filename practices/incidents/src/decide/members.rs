use kernel::{AlertId, ItemRef, Refusal, Time};

use super::{Draft, moves, text};
use crate::beginning::{Absorb, Attach};
use crate::clearing::MEMBERS_MAX;
use crate::event::What;
use crate::incident::Incident;
use crate::member::Member;
use crate::priority::{self, Assessment, Main, Stake};
use crate::stage::Stage;
use crate::times::{Beginning, Stamp};

/// As many hits as the record keeps; the estate can tell all of them at any time.
const HITS_MAX: usize = 20;
/// Contracts whose stakes are kept.
pub const STAKES_MAX: usize = 20;
/// As many affected items of one kind as the record keeps.
const AFFECTED_MAX: usize = 100;

pub(super) fn attach(draft: &mut Draft<'_>, attach: &Attach) -> Result<(), Refusal> {
    match draft.record.members.iter().find(|member| member.alert == attach.alert) {
        Some(member) if member.detached => return Err(taken_out()),
        Some(member) if member.cleared_at.is_some() => {
            let foreseen = (attach.potential, attach.boundary_at);
            return returned(draft, attach.alert, draft.now(), foreseen);
        }
        // It says more than before: what it foresaw has happened.
        Some(_) => {
            occur(draft, attach);
            return Ok(());
        }
        None => {}
    }
    if draft.record.is_full() {
        return Err(Refusal::invalid(format!(
            "This incident holds {MEMBERS_MAX} alerts already; that is as many as it takes."
        )));
    }
    if !draft.record.takes_new(draft.now()) {
        return Err(too_late(&draft.record));
    }
    let member = Member {
        alert: attach.alert,
        title: text::clipped(&attach.title),
        item: attach.item.clone(),
        severity: attach.severity,
        reason: text::clipped(&attach.reason),
        primary: false,
        joined_at: draft.now(),
        since: attach.started_at.map(|at| at.min(draft.now())),
        spells: Vec::new(),
        cleared_at: None,
        detached: false,
        potential: attach.potential,
        boundary_at: attach.boundary_at,
        burn: attach.burn,
    };
    occur(draft, attach);
    draft.push(What::Attached { member });
    if draft.record.tells_of_outage(attach.burn) {
        let because = format!("a related alert fired: {}", text::clipped(&attach.title));
        relapse(draft, draft.now(), because);
    }
    if let Some(assessment) = &attach.assessment {
        assess(draft, &grown(draft, assessment));
    }
    Ok(())
}

pub(super) fn detach(draft: &mut Draft<'_>, alert: AlertId, reason: &str) -> Result<(), Refusal> {
    let reason = text::prose("reason", reason)?;
    if !member(draft, alert)?.detached {
        draft.push(What::Detached { alert, reason });
        moves::restore_by_alerts(draft);
    }
    Ok(())
}

pub(super) fn cleared(draft: &mut Draft<'_>, alert: AlertId, at: Time) -> Result<(), Refusal> {
    let member = member(draft, alert)?;
    if !member.detached && member.cleared_at.is_none() {
        let (title, cleared_at) = (member.title.clone(), at.min(draft.now()));
        draft.push(What::MemberCleared { alert, title, cleared_at });
        moves::restore_by_alerts(draft);
    }
    Ok(())
}

pub(super) fn returned(
    draft: &mut Draft<'_>,
    alert: AlertId,
    at: Time,
    (potential, boundary_at): (bool, Option<Time>),
) -> Result<(), Refusal> {
    let member = member(draft, alert)?;
    if member.detached {
        return Err(taken_out());
    }
    if member.cleared_at.is_none() {
        return Ok(());
    }
    let because = format!("the alert returned: {}", member.title);
    let (burn, title) = (member.burn, member.title.clone());
    let returned_at = at.min(draft.now());
    if !draft.record.within_window(returned_at) {
        return Err(too_late(&draft.record));
    }
    if draft.record.potential && !potential {
        draft.push(What::Occurred {
            started: Some(Stamp::measured(returned_at)),
            because: because.clone(),
        });
    }
    draft.push(What::MemberReturned { alert, title, returned_at, potential, boundary_at });
    if draft.record.tells_of_outage(burn) {
        relapse(draft, returned_at, because);
    }
    Ok(())
}

/// An alert that says that something has failed takes the mark of what was only potential away.
fn occur(draft: &mut Draft<'_>, attach: &Attach) {
    if draft.record.potential && !attach.potential {
        let since = attach.started_at.map(|at| Stamp::measured(at.min(draft.now())));
        let because = format!("it has happened: {}", text::clipped(&attach.title));
        draft.push(What::Occurred { started: since, because });
    }
}

pub(super) fn absorb(draft: &mut Draft<'_>, absorb: &Absorb) -> Result<(), Refusal> {
    let held = &draft.record.members;
    let new = |member: &&Member| !held.iter().any(|known| known.alert == member.alert);
    let members: Vec<Member> =
        absorb.members.iter().filter(|member| !member.detached).filter(new).cloned().collect();
    // An alert that was in both may be history here and fire in the child. Whoever merged them said
    // that they are one: no window asks how long ago that was.
    let again = |member: &&Member| {
        let same = |known: &&Member| known.alert == member.alert && !known.detached;
        member.cleared_at.is_none()
            && held.iter().find(same).is_some_and(|k| k.cleared_at.is_some())
    };
    let returned: Vec<&Member> = absorb.members.iter().filter(again).collect();
    // Who restored it after the merge knew of both.
    let back = draft.record.times.restored.map(|back| back.at);
    let tells = |member: &Member| draft.record.tells_of_outage(member.burn);
    let away = absorb.away_at.is_some_and(|at| back.is_none_or(|back| at > back))
        || members.iter().any(|member| member.cleared_at.is_none() && tells(member))
        || returned.iter().any(|member| tells(member));
    if draft.record.potential && !absorb.potential {
        let because = format!("incident {}, where it has happened, is the same", absorb.number);
        draft.push(What::Occurred { started: absorb.beginning.started, because });
    }
    // Nothing had failed yet when something potential began.
    let foreseen = absorb.potential && !draft.record.potential;
    let beginning = if foreseen { Beginning::default() } else { absorb.beginning };
    draft.push(What::Absorbed {
        child: absorb.child,
        number: absorb.number,
        members,
        beginning,
        reported_items: absorb.reported_items.clone(),
        stated_severity: absorb.stated_severity,
    });
    for member in returned {
        draft.push(What::MemberReturned {
            alert: member.alert,
            title: member.title.clone(),
            returned_at: draft.now(),
            potential: absorb.potential,
            boundary_at: None,
        });
    }
    if away {
        let number = absorb.number;
        let because = format!("incident {number}, where the service is away, was merged into it");
        relapse(draft, draft.now(), because);
    }
    if let Some(assessment) = &absorb.assessment {
        assess(draft, &grown(draft, assessment));
    }
    moves::restore_by_alerts(draft);
    Ok(())
}

/// More items take nothing less down: what was lost stays lost, also where whoever assessed them
/// did not see the other incident that redundancy was lost with.
fn grown(draft: &Draft<'_>, assessment: &Assessment) -> Assessment {
    let mut grown = assessment.clone();
    for lost in draft.record.hits.iter().filter(|hit| !hit.softened) {
        match grown.hits.iter_mut().find(|hit| hit.item == lost.item) {
            Some(hit) if hit.softened => *hit = lost.clone(),
            Some(_) => {}
            None => grown.hits.push(lost.clone()),
        }
    }
    grown
}

pub(super) fn assess(draft: &mut Draft<'_>, assessment: &Assessment) {
    let mut hits = assessment.hits.clone();
    priority::worst_first(&mut hits);
    let of_kind = |kind: &str| -> Vec<ItemRef> {
        let mut items: Vec<ItemRef> = Vec::new();
        for hit in hits.iter().filter(|hit| hit.item.kind() == kind) {
            if items.len() < AFFECTED_MAX && !items.contains(&hit.item) {
                items.push(hit.item.clone());
            }
        }
        items
    };
    let (usecases, products, services) =
        (of_kind("usecase"), of_kind("product"), of_kind("service"));
    hits.truncate(HITS_MAX);
    let affected = &draft.record.affected;
    let same = draft.record.hits == hits
        && affected.usecases == usecases
        && affected.products == products
        && affected.services == services;
    if !same {
        draft.push(What::Assessed { hits, usecases, products, services });
    }
    if let Some(main) = &assessment.main {
        choose_main(draft, main);
    }
}

/// Takes in what contracts have at stake, where it is something new.
pub(super) fn weigh(draft: &mut Draft<'_>, stakes: &[Stake]) {
    let stakes = &stakes[..stakes.len().min(STAKES_MAX)];
    if draft.record.stakes != stakes {
        draft.push(What::Weighed { stakes: stakes.to_vec() });
    }
}

/// Names the likely cause, and lets the title follow it unless a person gave one.
fn choose_main(draft: &mut Draft<'_>, main: &Main) {
    let record = &draft.record;
    let known = record.items.contains(&main.item);
    let same = record.main_item.as_ref() == Some(&main.item) && record.main_because == main.because;
    if !known || same {
        return;
    }
    let first = record.attached().find(|member| member.item.as_ref() == Some(&main.item));
    let title = first
        .filter(|member| !record.titled_by_hand && member.title != record.title)
        .map(|member| member.title.clone());
    let (item, because) = (main.item.clone(), main.because.clone());
    draft.push(What::MainItemChosen { item, because, title });
}

/// The service is away again, where it had been back.
fn relapse(draft: &mut Draft<'_>, at: Time, because: String) {
    let record = &draft.record;
    if !record.service_is_back() {
        return;
    }
    let relapsed_at = record.times.restored.map_or(at, |back| at.max(back.at));
    if record.place() == Stage::Restored {
        let to = record.restored_from.unwrap_or(Stage::Diagnosing);
        draft.push(What::Relapsed { relapsed_at, to, because });
    } else {
        draft.push(What::Reopened { relapsed_at, reason: because });
    }
}

fn member<'a>(draft: &'a Draft<'_>, alert: AlertId) -> Result<&'a Member, Refusal> {
    draft
        .record
        .members
        .iter()
        .find(|member| member.alert == alert)
        .ok_or_else(|| Refusal::unknown(format!("{alert} is no alert of this incident.")))
}

fn taken_out() -> Refusal {
    Refusal::invalid("A person took this alert out of the incident; it does not come back.")
}

fn too_late(incident: &Incident) -> Refusal {
    Refusal::invalid(format!(
        "The service was back longer ago than the reopen window of {} seconds: open a new \
         incident.",
        incident.policy.reopen_window_seconds
    ))
}
