use std::sync::Arc;

use calendar::Calendar;
use kernel::{Moment, Priority, Time};

use super::super::clock::{Clock, Run, Timing};
use super::super::command::{Ended, Promise, PromisedClock, Scope};
use super::super::event::{Event, What, Why};
use super::super::record::Clocks;
use super::super::terms::{Target, Terms, Which};
use super::super::working::{self, Books};

/// The record as it will be, and what happened on the way.
pub(super) struct Draft {
    pub(super) record: Clocks,
    pub(super) events: Vec<Event>,
    pub(super) now: Time,
    books: Books,
}

/// One clock as it is promised now.
pub(super) struct One {
    pub(super) which: Which,
    pub(super) terms: Terms,
}

impl Draft {
    pub(super) fn new(record: &Clocks, detected: Time, moment: &Moment) -> Draft {
        let now = moment.now.max(record.updated_at);
        let books = Books::new(detected.min(record.opened_at), now);
        Draft { record: record.clone(), events: Vec::new(), now, books }
    }

    pub(super) fn happen(&mut self, what: What) {
        let event = Event { at: self.now, what };
        self.record.take_in(&event);
        self.events.push(event);
    }

    pub(super) fn known(&self, which: &Which) -> Option<&Clock> {
        self.record.clocks.iter().find(|clock| clock.which.same(which))
    }

    /// Which contracts the incident touches.
    pub(super) fn touch(&mut self, promises: &[Promise]) {
        let here = |known: &&super::super::record::Touched| {
            promises.iter().all(|promise| promise.contract != known.contract)
        };
        let gone: Vec<_> = self.record.contracts.iter().filter(here).cloned().collect();
        for known in gone {
            let (contract, title) = (known.contract, known.title);
            self.happen(What::Untouched { contract, title });
        }
        for promise in promises {
            let mut known = self.record.contracts.iter();
            let same = known.any(|known| {
                known.contract == promise.contract
                    && known.scope == promise.scope
                    && known.title == promise.title
            });
            if !same {
                self.happen(What::Touched {
                    contract: promise.contract.clone(),
                    title: promise.title.clone(),
                    scope: promise.scope,
                    because: promise.because.clone(),
                });
            }
        }
    }

    /// What is promised at this priority. A calendar that is new is taken by value.
    pub(super) fn terms(
        &mut self,
        promise: &Promise,
        promised: &PromisedClock,
        (priority, target): (Priority, Target),
    ) -> Terms {
        let mut known = self.record.calendars.iter();
        let calendar = match known.position(|working| *working == promised.calendar) {
            Some(place) => place,
            None => {
                self.happen(What::CalendarTaken { working: promised.calendar.clone() });
                self.record.calendars.len() - 1
            }
        };
        let mut warn_at = promised.warn_at.clone();
        warn_at.sort_unstable();
        Terms {
            place: promise.terms,
            priority,
            target,
            calendar,
            calendar_title: promised.calendar.title.clone(),
            pauses: promised.pauses.clone(),
            on_reopen: promised.on_reopen,
            warn_at,
            outside: promise.scope == Scope::OutsideAsInside,
        }
    }

    /// A verdict is kept; what still counts is dropped.
    pub(super) fn drop_live(&mut self, which: &Which, why: Why) {
        if self.known(which).is_some_and(Clock::live) {
            self.happen(What::Dropped { which: which.clone(), why });
        }
    }

    /// An incident that was none, or that goes on elsewhere, has neither met nor missed anything.
    pub(super) fn end(&mut self, which: &Which, ended: Ended) {
        let why = match ended {
            Ended::Cancelled => Why::Cancelled,
            Ended::Merged => Why::Merged,
        };
        if self.known(which).is_some_and(|clock| clock.dropped.is_none()) {
            self.happen(What::Dropped { which: which.clone(), why });
        }
    }

    pub(super) fn verdict(&mut self, which: &Which, at: Time) {
        let Some(clock) = self.known(which).cloned() else { return };
        let run = self.run(&clock, at);
        self.happen(What::Stopped { which: which.clone(), run });
    }

    /// What a clock comes to that is stopped at a time.
    pub(super) fn run(&mut self, clock: &Clock, at: Time) -> Run {
        let calendar = self.calendar(&clock.terms);
        let between = (clock.from, at.max(clock.from));
        working::run(&calendar, between, clock)
    }

    pub(super) fn go_on(&mut self, which: &Which, since: Time, fresh: bool) {
        let which = which.clone();
        let what = |timing| What::WentOn { which: which.clone(), since, fresh, timing };
        self.reckoned(&which, what);
    }

    pub(super) fn next_round(&mut self, which: &Which, from: Time, run: Option<Run>) {
        let which = which.clone();
        let what = |timing| What::Restarted { which: which.clone(), from, run, timing };
        self.reckoned(&which, what);
    }

    /// Lets something happen whose timing follows from what the clock is afterwards.
    pub(super) fn reckoned(&mut self, which: &Which, what: impl Fn(Timing) -> What) {
        let Some(mut clock) = self.known(which).cloned() else { return };
        clock.apply(self.now, &what(Timing::default()));
        let calendar = self.calendar(&clock.terms);
        let timing = working::timing(&calendar, clock.from, &clock.terms, &clock.pauses);
        self.happen(what(timing));
    }

    pub(super) fn calendar(&mut self, terms: &Terms) -> Arc<Calendar> {
        self.books.open(&self.record.calendars[terms.calendar])
    }
}
