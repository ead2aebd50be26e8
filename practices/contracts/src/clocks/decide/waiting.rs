//! Pauses: what the incident waits for, and the contract lets it wait for.

use kernel::Time;

use super::super::clock::{Clock, Pause};
use super::super::command::{Facts, Wait};
use super::super::event::What;
use super::super::terms::{WaitsFor, Which};
use super::draft::{Draft, One};
use super::reading::{Stop, is_of, waits};

impl Draft {
    /// Ends the pause that is over, and adds those that are new.
    pub(super) fn wait(&mut self, one: &One, facts: &Facts, stop: Option<Stop>) {
        let Some(clock) = self.known(&one.which).filter(|clock| clock.live()) else { return };
        if let Some(until) = clock.pause().and_then(|open| ended(open, clock, facts, self.now)) {
            self.resume(&one.which, until);
        }
        let before = |wait: &Wait| stop.is_none_or(|stop| wait.from < stop.at());
        for wait in waits(one.which.clock, facts).into_iter().filter(before) {
            let Some(clock) = self.known(&one.which) else { return };
            let allowed =
                wait.reason == WaitsFor::Nothing || clock.terms.pauses.contains(&wait.reason);
            // Waiting counts from when on the terms allow it.
            let from = wait.from.max(clock.from).max(clock.rules_since);
            let gone = wait.until.is_some_and(|until| until <= from);
            let known = clock.pauses.iter().any(|pause| is_of(pause, &wait));
            if !allowed || gone || known || clock.pause().is_some() {
                continue;
            }
            self.pause(&one.which, wait.reason, from);
            if let Some(until) = wait.until {
                self.resume(&one.which, until);
            }
        }
    }

    fn pause(&mut self, which: &Which, reason: WaitsFor, since: Time) {
        let which = which.clone();
        let what = |timing| What::Paused { which: which.clone(), reason, since, timing };
        self.reckoned(&which, what);
    }

    fn resume(&mut self, which: &Which, until: Time) {
        let which = which.clone();
        let what = |timing| What::Resumed { which: which.clone(), until, timing };
        self.reckoned(&which, what);
    }
}

/// When an open pause ended; `None` while it goes on.
fn ended(pause: &Pause, clock: &Clock, facts: &Facts, now: Time) -> Option<Time> {
    match facts.holds.iter().find(|wait| is_of(pause, wait)) {
        Some(wait) if wait.until.is_some() => wait.until,
        Some(_) if clock.terms.pauses.contains(&pause.reason) => None,
        _ => Some(now),
    }
}
