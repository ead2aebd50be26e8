//! Promise to proof: what contracts promise of what an incident hits, and what the clocks make of
//! it. Everything is told by value, so that the clocks ask nobody.

use std::collections::BTreeMap;

use contracts::clocks::{
    Clocks, Command, Ended, Facts, Kind as Clock, Look, OnReopen, Promise, PromisedClock, Return,
    Scope, Target, Wait, WaitsFor, Working,
};
use estate::{
    CalendarRef, ClockKind, ClockTerms, ContractStatus, ContractTerms, Estate, Kind, OutOfScope,
    PauseReason, ServiceContractSpec, Spec, Within,
};
use incidents::{HoldReason, Incident, Stage, What};
use kernel::{ItemRef, Moment, Time};

use crate::{Context, Reaction};

/// Whether something that happened to an incident may move its clocks.
pub(crate) fn moves_clocks(what: &What) -> bool {
    matches!(
        what,
        What::Opened(_)
            | What::Acknowledged { .. }
            | What::Restored { .. }
            | What::Relapsed { .. }
            | What::Resolved { .. }
            | What::Reopened { .. }
            | What::Held { .. }
            | What::Resumed {}
            | What::Cancelled { .. }
            | What::Merged { .. }
            | What::Absorbed { .. }
            | What::Occurred { .. }
            | What::MainItemChosen { .. }
            | What::Assessed { .. }
            | What::Prioritised { .. }
            | What::Commented { .. }
            | What::TimeSet { .. }
            | What::Detached { .. }
    )
}

/// The clocks of an incident look at what it is now. Where nothing is promised there are none.
pub(crate) fn look(
    incident: &Incident,
    context: &Context<'_>,
    moment: &Moment,
) -> Option<Reaction> {
    let known = context.clocks.iter().find(|clocks| clocks.incident == incident.id);
    let promises = promises(context.estate, incident);
    if known.is_none() && promises.is_empty() {
        return None;
    }
    let look = Box::new(Look { facts: facts(incident), promises });
    Some(match known {
        Some(Clocks { id, .. }) => Reaction::Clocks(*id, Command::Look(look)),
        None => Reaction::OpenClocks(moment.id(), look),
    })
}

/// What of an incident moves its clocks.
pub fn facts(incident: &Incident) -> Facts {
    let past = &incident.past;
    let at = |stamp: Option<incidents::Stamp>| stamp.map(|stamp| stamp.at);
    let detected = at(incident.times.detected).unwrap_or(incident.opened_at);
    let priorities = incident.priorities_that_count();
    let held = past.holds.iter().map(|hold| Wait {
        reason: waits_for(hold.reason),
        from: hold.from,
        until: Some(hold.until),
    });
    let holds = incident.hold.iter().map(|hold| Wait {
        reason: waits_for(hold.reason),
        from: hold.since,
        until: None,
    });
    // A consumer who asks again is no answer to her.
    let wrote = || {
        let comments = incident.comments.iter();
        comments.filter(|comment| comment.by.human() && !comment.by_consumer)
    };
    Facts {
        incident: incident.id,
        number: incident.number,
        priorities: priorities.into_iter().map(|known| (known.since, known.priority)).collect(),
        potential: incident.potential,
        detected,
        responded: at(incident.times.acknowledged).filter(|_| incident.taken_by_human),
        updates: wrote().map(|comment| comment.at).collect(),
        messages: wrote().filter(|comment| comment.public).map(|comment| comment.at).collect(),
        restored: at(incident.times.restored),
        resolved: at(incident.times.resolved),
        returns: past.returns.iter().map(returned).collect(),
        holds: held.chain(holds).collect(),
        ended: match incident.stage {
            Stage::Cancelled => Some(Ended::Cancelled),
            Stage::Merged => Some(Ended::Merged),
            _ => None,
        },
    }
}

fn returned(back: &incidents::Comeback) -> Return {
    Return {
        restored: back.restored,
        resolved: back.resolved,
        at: back.at,
        reopened: back.reopened,
    }
}

fn waits_for(reason: HoldReason) -> WaitsFor {
    match reason {
        HoldReason::Consumer => WaitsFor::Consumer,
        HoldReason::Supplier => WaitsFor::Supplier,
        HoldReason::Change => WaitsFor::Change,
        HoldReason::AcceptedRisk => WaitsFor::AcceptedRisk,
    }
}

/// What contracts promise of what an incident hits, by the terms that held when it was detected.
pub fn promises(estate: &Estate, incident: &Incident) -> Vec<Promise> {
    let contracts = || {
        estate.of_kind(Kind::ServiceContract).filter_map(|resource| match &resource.spec {
            Spec::ServiceContract(spec) => Some((resource, spec)),
            _ => None,
        })
    };
    if contracts().next().is_none() {
        return Vec::new();
    }
    let detected = incident.times.detected.map_or(incident.opened_at, |stamp| stamp.at);
    let hit = hit(estate, incident);
    let promised = contracts().filter_map(|(resource, spec)| {
        let agreed = spec.status != ContractStatus::Terminated;
        let (place, terms) = spec.terms_at(detected).filter(|_| agreed)?;
        let (scope, because) = scope((spec, terms), &hit)?;
        Some(Promise {
            contract: resource.item().clone(),
            title: resource.title().to_owned(),
            scope,
            because,
            terms: place,
            clocks: clocks(estate, terms, detected),
        })
    });
    promised.collect()
}

/// What is hit, and why: the items themselves and what depends on them. What redundancy still
/// carries is not.
fn hit(estate: &Estate, incident: &Incident) -> BTreeMap<ItemRef, String> {
    let reached = estate.impact(&incident.items).into_iter();
    let reached = reached.filter(|reached| !reached.softened);
    let mut hit: BTreeMap<ItemRef, String> =
        reached.map(|reached| (reached.item, reached.because)).collect();
    hit.extend(incident.items.iter().map(|item| (item.clone(), format!("{item} is hit"))));
    hit
}

/// Whether a contract covers what is hit; `None` when it has nothing to do with it.
fn scope(
    (spec, terms): (&ServiceContractSpec, &ContractTerms),
    hit: &BTreeMap<ItemRef, String>,
) -> Option<(Scope, String)> {
    if let Some(because) = spec.scope_of(terms).iter().find_map(|item| hit.get(item)) {
        return Some((Scope::Inside, because.clone()));
    }
    let because = hit.get(&spec.consumer)?;
    let scope = match spec.out_of_scope {
        OutOfScope::BestEffort => Scope::Outside,
        OutOfScope::AsInScope => Scope::OutsideAsInside,
    };
    Some((scope, format!("{because}, and nothing that it covers is hit")))
}

/// A clock that contracts name, as it counts on incidents.
pub fn clock(kind: ClockKind) -> Clock {
    match kind {
        ClockKind::Respond => Clock::Respond,
        ClockKind::Update => Clock::Update,
        ClockKind::Restore => Clock::Restore,
        ClockKind::Resolve => Clock::Resolve,
    }
}

/// The clocks of some terms, in the hours that held at a time.
fn clocks(estate: &Estate, terms: &ContractTerms, at: Time) -> Vec<PromisedClock> {
    let clock = |clock: &ClockTerms| PromisedClock {
        clock: self::clock(clock.clock),
        targets: clock
            .targets
            .iter()
            .map(|(priority, within)| (*priority, target(*within)))
            .collect(),
        calendar: working(estate, clock.calendar.as_ref().or(terms.calendar.as_ref()), at),
        pauses: clock.pauses.iter().map(|reason| pause(*reason)).collect(),
        on_reopen: match clock.on_reopen {
            estate::OnReopen::Resume => OnReopen::Resume,
            estate::OnReopen::Fresh => OnReopen::Fresh,
        },
        warn_at: clock.warn_at.clone(),
        public_only: clock.public_only,
    };
    terms.clocks.iter().map(clock).collect()
}

fn target(within: Within) -> Target {
    match within {
        Within::Time(wait) => Target::Time { seconds: wait.seconds() },
        Within::Days(days) => Target::Days { days },
    }
}

fn pause(reason: PauseReason) -> WaitsFor {
    match reason {
        PauseReason::Consumer => WaitsFor::Consumer,
        PauseReason::Supplier => WaitsFor::Supplier,
        PauseReason::Change => WaitsFor::Change,
        PauseReason::AcceptedRisk => WaitsFor::AcceptedRisk,
    }
}

/// The working time; day and night where none is named.
fn working(estate: &Estate, calendar: Option<&CalendarRef>, at: Time) -> Working {
    let named = calendar.and_then(|calendar| {
        let resource = estate.get(calendar)?;
        let Spec::Calendar(spec) = &resource.spec else { return None };
        let definition = spec.at(at).definition().ok()?;
        Some(Working { title: resource.title().to_owned(), definition })
    });
    named.unwrap_or_else(|| Working {
        title: "Day and night".to_owned(),
        definition: calendar::Definition::always("UTC"),
    })
}

/// Whether an alert tells of a clock or of an allowance: it opens no incident, and is no sign that
/// something is broken. One of a clock belongs to the incident that the clock is about.
pub(crate) fn tells_of_a_contract(alert: &alerts::Alert) -> bool {
    [contracts::clocks::SOURCE, contracts::compliance::SOURCE].contains(&&*alert.source)
}

#[cfg(test)]
mod tests {
    use incidents::{Command as Ask, Open};
    use kernel::{Actor, IncidentId, Lifecycle as _, Time};

    use super::*;

    #[test]
    fn what_the_consumer_writes_herself_is_no_update_and_what_is_for_colleagues_no_message() {
        let moment = |minute: i64, who: &str| {
            Moment::new(Time::from_seconds(60 * minute), Actor::Person(who.to_owned()), 1)
        };
        let id = IncidentId::from_bits(7);
        let open = Ask::Open(Box::new(Open::titled("I cannot pay".to_owned())));
        let opened = Incident::open(id, &open, &moment(0, "eve")).unwrap();
        let (first, more) = opened.split_first().unwrap();
        let mut incident = Incident::born(id, first).unwrap();
        more.iter().for_each(|event| incident.apply(event));
        for (minute, who, public, by_consumer) in
            [(1, "eve", false, true), (2, "ada", false, false), (3, "ada", true, false)]
        {
            let comment = Ask::Comment { text: "still".to_owned(), public, by_consumer };
            let events = incident.decide(&comment, &moment(minute, who)).unwrap();
            events.iter().for_each(|event| incident.apply(event));
        }
        let facts = facts(&incident);
        let minutes = |times: &[Time]| -> Vec<i64> {
            times.iter().map(|at| at.micros() / 60_000_000).collect()
        };
        assert_eq!((minutes(&facts.updates), minutes(&facts.messages)), (vec![2, 3], vec![3]));
    }
}
