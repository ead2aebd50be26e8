//! What a look at incident and contracts leads to. Everything is worked out from what is known now
//! and held against what the record says, so that looking twice says nothing twice, and whoever
//! looks late misses nothing.

mod draft;
mod reading;
mod waiting;

use kernel::{Moment, Time};

use super::clock::Clock;
use super::command::{Facts, Look, Promise, PromisedClock, Scope};
use super::event::{Event, What, Why};
use super::record::Clocks;
use super::terms::{Kind, OnReopen, Which};
use super::working;
use draft::{Draft, One};
use reading::{Stop, began_again, changes, priority, rounds, stop_of};

/// What follows from a look.
pub(super) fn look(record: &Clocks, look: &Look, moment: &Moment) -> Vec<Event> {
    let Look { facts, promises } = look;
    let mut draft = Draft::new(record, facts.detected, moment);
    draft.touch(promises);
    for promise in promises.iter().filter(|promise| promise.scope != Scope::Outside) {
        for promised in &promise.clocks {
            follow(&mut draft, promise, promised, facts);
        }
    }
    drop_others(&mut draft, promises, facts);
    draft.events
}

/// What follows from the time alone.
pub(super) fn tick(record: &Clocks, moment: &Moment) -> Vec<Event> {
    let now = moment.now;
    let told = record.clocks.iter().filter_map(|clock| told(clock, now));
    told.map(|what| Event { at: now, what }).collect()
}

/// What a clock has to say at a time: that it is missed, else the highest share that has elapsed.
fn told(clock: &Clock, now: Time) -> Option<What> {
    let which = clock.which.clone();
    if !clock.live() || clock.breached.is_some() {
        return None;
    }
    if let Some(due) = clock.timing.due.filter(|due| *due <= now) {
        return Some(What::Breached { which, due });
    }
    let mark = clock.elapsed_mark(now)?;
    Some(What::Warned { which, share: mark.share, due: clock.timing.due })
}

/// One clock that a contract promises.
fn follow(draft: &mut Draft, promise: &Promise, promised: &PromisedClock, facts: &Facts) {
    let in_public = promised.public_only.then(|| facts.in_public());
    let facts = in_public.as_ref().unwrap_or(facts);
    let which = Which {
        contract: promise.contract.clone(),
        clock: promised.clock,
        title: promise.title.clone(),
        zone: promised.calendar.definition.zone.clone(),
    };
    if let Some(ended) = facts.ended {
        return draft.end(&which, ended);
    }
    let stop = stop_of(which.clock, facts);
    if facts.potential || settled(draft, &which, stop, facts) {
        return;
    }
    let priority = priority(facts, stop);
    let Some(target) = promised.targets.get(&priority) else {
        return draft.drop_live(&which, Why::NoTarget);
    };
    let terms = draft.terms(promise, promised, (priority, *target));
    let one = One { which, terms };
    begin(draft, &one, facts);
    draft.wait(&one, facts, stop);
    come_back(draft, &one, facts, stop);
    retarget(draft, &one, facts);
    draft.wait(&one, facts, stop);
    if one.which.clock == Kind::Update {
        next_rounds(draft, &one, facts);
    }
    end(draft, &one, stop);
}

/// Clocks that nobody promises any more.
fn drop_others(draft: &mut Draft, promises: &[Promise], facts: &Facts) {
    let promised = |which: &Which| {
        promises.iter().any(|promise| {
            promise.contract == which.contract
                && promise.scope != Scope::Outside
                && promise.clocks.iter().any(|clock| clock.clock == which.clock)
        })
    };
    let clocks = draft.record.clocks.iter();
    let others: Vec<Which> =
        clocks.map(|clock| clock.which.clone()).filter(|which| !promised(which)).collect();
    for which in others {
        match facts.ended {
            Some(ended) => draft.end(&which, ended),
            None => draft.drop_live(&which, Why::NotCovered),
        }
    }
}

/// Whether a clock has its verdict, or needs none, and nothing came after.
fn settled(draft: &Draft, which: &Which, stop: Option<Stop>, facts: &Facts) -> bool {
    let (Some(clock), Some(stop)) = (draft.known(which), stop) else { return false };
    let more = which.clock == Kind::Update && rounds(facts).iter().any(|at| *at > clock.from);
    let same_start = began_again(clock, facts) || clock.from == facts.detected;
    match (clock.stopped, clock.dropped) {
        (Some(run), _) => run.at == stop.at().max(run.from) && same_start && !more,
        (None, Some(Why::NotNeeded)) => matches!(stop, Stop::NotNeeded(_)) && !more,
        _ => false,
    }
}

/// Starts a clock that does not count.
fn begin(draft: &mut Draft, one: &One, facts: &Facts) {
    let known = draft.known(&one.which);
    if known.is_some_and(|clock| clock.dropped.is_none()) {
        return;
    }
    let from = match known {
        Some(_) if one.which.clock == Kind::Update => {
            rounds(facts).last().copied().unwrap_or(facts.detected)
        }
        Some(clock) if began_again(clock, facts) => clock.from,
        _ => facts.detected,
    };
    let pauses = known.map(|clock| clock.pauses.clone()).unwrap_or_default();
    let timing = working::timing(&draft.calendar(&one.terms), from, &one.terms, &pauses);
    let (which, terms) = (one.which.clone(), one.terms.clone());
    draft.happen(What::Started { which, from, terms, timing });
}

/// The incident was restored or resolved, and came back.
fn come_back(draft: &mut Draft, one: &One, facts: &Facts, stop: Option<Stop>) {
    for back in &facts.returns {
        let ended = match one.which.clock {
            Kind::Restore => back.restored,
            Kind::Resolve => back.resolved,
            Kind::Respond | Kind::Update => None,
        };
        let (Some(ended), Some(clock)) = (ended, draft.known(&one.which)) else { continue };
        if back.at < clock.from || clock.went_on.is_some_and(|went_on| back.at <= went_on) {
            continue;
        }
        if clock.stopped.is_none() {
            draft.verdict(&one.which, ended);
        }
        let fresh = back.reopened && one.terms.on_reopen == OnReopen::Fresh;
        draft.go_on(&one.which, back.at, fresh);
    }
    // What measured it was taken back: it had not happened, and the clock never stopped.
    let run = draft.known(&one.which).and_then(|clock| clock.stopped);
    if let (Some(run), None) = (run, stop) {
        draft.go_on(&one.which, run.at, false);
    }
}

fn retarget(draft: &mut Draft, one: &One, facts: &Facts) {
    let Some(clock) = draft.known(&one.which) else { return };
    let from = if began_again(clock, facts) { clock.from } else { facts.detected };
    let terms = if clock.live() { &one.terms } else { &clock.terms };
    let changes = changes(clock, from, terms);
    if changes.is_empty() {
        return;
    }
    let (which, terms) = (one.which.clone(), terms.clone());
    let (due_before, pauses) = (clock.timing.due, clock.pauses.clone());
    let timing = working::timing(&draft.calendar(&terms), from, &terms, &pauses);
    draft.happen(What::Retargeted { which, changes, from, terms, timing, due_before });
}

/// An update clock begins again with each update.
fn next_rounds(draft: &mut Draft, one: &One, facts: &Facts) {
    for from in rounds(facts) {
        let known = draft.known(&one.which).filter(|clock| from > clock.from);
        let Some(clock) = known.cloned() else { continue };
        let wrote = clock.live() && facts.updates.contains(&from);
        let run = wrote.then(|| draft.run(&clock, from));
        draft.next_round(&one.which, from, run);
    }
}

/// The verdict, and where there is none yet what is to be told of the way there.
fn end(draft: &mut Draft, one: &One, stop: Option<Stop>) {
    let Some(clock) = draft.known(&one.which) else { return };
    match stop {
        Some(Stop::Done(at)) => {
            let run = clock.stopped.filter(|run| {
                let as_before = run.from == clock.from && run.due == clock.timing.due;
                run.at == at.max(clock.from) && as_before
            });
            if run.is_none() {
                draft.verdict(&one.which, at);
            }
        }
        Some(Stop::NotNeeded(at)) if clock.stopped.is_none() => {
            if clock.timing.due.is_some_and(|due| due < at) {
                draft.verdict(&one.which, at);
            } else {
                draft.drop_live(&one.which, Why::NotNeeded);
            }
        }
        Some(Stop::NotNeeded(_)) => {}
        None => {
            if let Some(what) = told(clock, draft.now) {
                draft.happen(what);
            }
        }
    }
}
