//! Who may change who is on call. Schedules, escalation policies, overrides and absences belong to
//! teams: whoever is in such a team changes them, whatever else they may; administrators change
//! all. Whoever takes turns may say for themselves that they take a shift, or that they are away.

use estate::{Estate, Kind, Resource, Spec};
use kernel::{ItemRef, Refusal};

use crate::access::{Action, Caller, may};

/// Whether somebody may change what is on call for these teams: they are in one of them by their
/// account, or as the person that it is linked to.
///
/// # Errors
/// A refusal that names the teams.
pub fn of_teams(caller: &Caller, estate: &Estate, teams: &[ItemRef]) -> Result<(), Refusal> {
    let mut caller = caller.clone();
    let person = caller.person();
    if let Some(Spec::Person(person)) = spec(estate, person.as_ref()) {
        caller.teams.extend(person.teams.iter().map(|team| team.item().clone()));
    }
    may(&caller, Action::Roster, teams)
}

/// Whether somebody may let a person take a stretch of a schedule: for its team, or for themselves
/// where they take turns in it.
///
/// # Errors
/// A refusal that names the team.
pub fn of_shift(
    caller: &Caller,
    estate: &Estate,
    (schedule, person): (&ItemRef, &ItemRef),
) -> Result<(), Refusal> {
    match takes_turns(estate, schedule, person) && caller.person().as_ref() == Some(person) {
        true => may(caller, Action::Respond, &[]),
        false => of_teams(caller, estate, &of_item(estate, schedule)),
    }
}

/// Whether somebody may say of a person that they are away: of themselves, of people of their
/// teams, and of those who take turns for their teams.
///
/// # Errors
/// A refusal that names the teams.
pub fn of_person(caller: &Caller, estate: &Estate, person: &ItemRef) -> Result<(), Refusal> {
    match caller.person().as_ref() == Some(person) {
        true => may(caller, Action::Respond, &[]),
        false => of_teams(caller, estate, &around(estate, person)),
    }
}

/// Whether somebody may change a resource: what decides who is called as its team, or for
/// themselves; everything else as an administrator.
///
/// # Errors
/// A refusal that says who may.
pub fn of_resource(caller: &Caller, estate: &Estate, resource: &Resource) -> Result<(), Refusal> {
    let administers = may(caller, Action::Administer, &[]);
    if administers.is_ok() {
        return administers;
    }
    match &resource.spec {
        Spec::Absence(absence) => of_person(caller, estate, absence.person.item()),
        Spec::ShiftOverride(made) => {
            let shift = (made.schedule.item(), made.person.item());
            of_shift(caller, estate, shift)
        }
        Spec::Schedule(_) | Spec::EscalationPolicy(_) => {
            of_teams(caller, estate, &teams(estate, resource))
        }
        _ => administers,
    }
}

/// The teams that a schedule belongs to.
pub fn of_item(estate: &Estate, item: &ItemRef) -> Vec<ItemRef> {
    estate.get(item).map_or_else(Vec::new, |resource| teams(estate, resource))
}

/// The team that a schedule or a policy names; of a policy that names none, the teams that call by
/// it.
fn teams(estate: &Estate, resource: &Resource) -> Vec<ItemRef> {
    let named = match &resource.spec {
        Spec::Schedule(schedule) => schedule.team.as_ref(),
        Spec::EscalationPolicy(policy) => policy.team.as_ref(),
        _ => None,
    };
    if named.is_some() || resource.kind() == Kind::Schedule {
        return named.iter().map(|team| team.item().clone()).collect();
    }
    let users = estate.mentioned_by(resource.item());
    let teams = users.iter().filter(|user| user.kind() == Kind::Team);
    teams.map(|team| team.item().clone()).collect()
}

/// The teams of a person, and those of the schedules in which they take turns.
fn around(estate: &Estate, person: &ItemRef) -> Vec<ItemRef> {
    let mut found: Vec<ItemRef> = match spec(estate, Some(person)) {
        Some(Spec::Person(spec)) => spec.teams.iter().map(|team| team.item().clone()).collect(),
        _ => Vec::new(),
    };
    let schedules = estate.of_kind(Kind::Schedule);
    let theirs = schedules.filter(|schedule| takes_turns(estate, schedule.item(), person));
    found.extend(theirs.flat_map(|schedule| teams(estate, schedule)));
    found.sort();
    found.dedup();
    found
}

fn takes_turns(estate: &Estate, schedule: &ItemRef, person: &ItemRef) -> bool {
    estate.takes_turns(schedule).contains(person)
}

fn spec<'e>(estate: &'e Estate, item: Option<&ItemRef>) -> Option<&'e Spec> {
    estate.get(item?).map(|found| &found.spec)
}
