use kernel::{Priority, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::event::{What, Why};
use super::terms::{Terms, WaitsFor, Which};

/// One clock of an incident under one contract.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Clock {
    /// Which.
    pub which: Which,
    /// What is promised.
    pub terms: Terms,
    /// Since when waiting is allowed as the terms say; what was waited for before counts by what
    /// the terms said then.
    pub rules_since: Time,
    /// From when on it counts.
    pub from: Time,
    /// When it stood, the oldest first.
    pub pauses: Vec<Pause>,
    /// What follows from all of that.
    pub timing: Timing,
    /// The highest share of which was warned, in percent.
    pub warned: Option<u8>,
    /// Since when it is missed.
    pub breached: Option<Time>,
    /// Its verdict, once what it measures has happened.
    pub stopped: Option<Run>,
    /// Why it counts no more, without a verdict.
    pub dropped: Option<Why>,
    /// Since when the incident had come back, when the clock last went on.
    pub went_on: Option<Time>,
    /// Rounds that are over: of an update clock, and those before the incident was reopened.
    pub earlier: Vec<Run>,
}

/// A time for which a clock stood.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ClockPause)]
pub struct Pause {
    /// What was waited for.
    pub reason: WaitsFor,
    /// Since when.
    pub from: Time,
    /// Until when; nothing: it stands.
    pub until: Option<Time>,
}

/// What a promise comes to, with the pauses so far.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Timing {
    /// The whole target in working time, in seconds; nothing when it never ends.
    pub target_seconds: Option<i64>,
    /// When it is due; nothing while it stands, or when its calendar never opens again.
    pub due: Option<Time>,
    /// When it warns.
    pub marks: Vec<Mark>,
}

/// When a share of a target has elapsed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ClockMark)]
pub struct Mark {
    /// The share in percent.
    pub share: u8,
    /// When.
    pub at: Time,
}

/// One round of a clock, from beginning to end.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ClockRun)]
pub struct Run {
    /// From when on it counted.
    pub from: Time,
    /// When what it measures happened.
    pub at: Time,
    /// When it was due.
    pub due: Option<Time>,
    /// How much working time had elapsed, without the pauses, in seconds.
    pub elapsed_seconds: i64,
    /// The whole target, in seconds.
    pub target_seconds: Option<i64>,
    /// Whether it was in time.
    pub met: bool,
    /// The priority that its target was of; those that ended before Operate kept it have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
}

impl Clock {
    pub(super) fn new(which: Which, from: Time, terms: Terms, timing: Timing) -> Clock {
        Clock {
            which,
            terms,
            rules_since: from,
            from,
            pauses: Vec::new(),
            timing,
            warned: None,
            breached: None,
            stopped: None,
            dropped: None,
            went_on: None,
            earlier: Vec::new(),
        }
    }

    /// Whether it counts, or will when its pause is over.
    pub fn live(&self) -> bool {
        self.stopped.is_none() && self.dropped.is_none()
    }

    /// What it waits for now.
    pub fn pause(&self) -> Option<&Pause> {
        self.pauses.iter().find(|pause| pause.until.is_none()).filter(|_| self.live())
    }

    /// The next warning or the end of the target.
    pub fn next_due(&self) -> Option<Time> {
        if !self.live() {
            return None;
        }
        let missing = |mark: &&Mark| self.warned.is_none_or(|warned| mark.share > warned);
        let marks = self.timing.marks.iter().filter(missing).map(|mark| mark.at);
        let marks = marks.filter(|_| self.breached.is_none());
        marks.chain(self.timing.due.filter(|_| self.breached.is_none())).min()
    }

    /// The highest share that has elapsed at a time, of those that were not told yet.
    pub(super) fn elapsed_mark(&self, now: Time) -> Option<Mark> {
        let passed = self.timing.marks.iter().filter(|mark| mark.at <= now);
        let highest = passed.max_by_key(|mark| mark.share).copied();
        highest.filter(|mark| self.warned.is_none_or(|warned| mark.share > warned))
    }

    /// Takes an event of this clock in.
    pub(super) fn apply(&mut self, at: Time, what: &What) {
        match what {
            What::Started { which, from, terms, timing } => {
                self.which = which.clone();
                self.take_terms(*from, terms, at);
                self.dropped = None;
                self.time(timing, at);
            }
            What::Retargeted { which, from, terms, timing, .. } => {
                self.which = which.clone();
                self.take_terms(*from, terms, at);
                self.time(timing, at);
            }
            What::Paused { reason, since, timing, .. } => {
                self.pauses.push(Pause { reason: *reason, from: *since, until: None });
                self.time(timing, at);
            }
            What::Resumed { until, timing, .. } => {
                let open = self.pauses.iter_mut().find(|pause| pause.until.is_none());
                if let Some(pause) = open {
                    pause.until = Some((*until).max(pause.from));
                }
                self.time(timing, at);
            }
            What::Warned { share, .. } => self.warned = Some(*share),
            What::Breached { due, .. } => self.breached = Some(*due),
            What::Stopped { run, .. } => {
                self.breached = run.due.filter(|_| !run.met);
                self.stopped = Some(*run);
            }
            What::WentOn { since, fresh, timing, .. } => {
                let run = self.stopped.take();
                self.went_on = Some(*since);
                match (fresh, run) {
                    (true, run) => self.begin_again(*since, run),
                    (false, Some(run)) if run.at < *since => {
                        let reason = WaitsFor::Nothing;
                        self.pauses.push(Pause { reason, from: run.at, until: Some(*since) });
                    }
                    (false, _) => {}
                }
                self.time(timing, at);
            }
            What::Restarted { from, run, timing, .. } => {
                let run = run.or(self.stopped.take());
                self.stopped = None;
                self.dropped = None;
                self.begin_again(*from, run);
                self.time(timing, at);
            }
            What::Dropped { why, .. } => {
                self.stopped = None;
                self.breached = None;
                self.dropped = Some(*why);
            }
            What::Opened { .. }
            | What::CalendarTaken { .. }
            | What::Touched { .. }
            | What::Untouched { .. } => {}
        }
    }

    fn begin_again(&mut self, from: Time, run: Option<Run>) {
        self.earlier.extend(run);
        self.from = from;
        self.pauses.retain(|pause| pause.until.is_none_or(|until| until > from));
        self.warned = None;
        self.breached = None;
    }

    fn take_terms(&mut self, from: Time, terms: &Terms, at: Time) {
        if self.terms.pauses != terms.pauses {
            self.rules_since = at;
        }
        self.from = from;
        self.terms = terms.clone();
    }

    /// What was told stays told as far as it still holds.
    fn time(&mut self, timing: &Timing, at: Time) {
        self.timing = timing.clone();
        let passed = timing.marks.iter().filter(|mark| mark.at <= at).map(|mark| mark.share);
        let warned = self.warned;
        self.warned = passed.filter(|share| warned.is_some_and(|warned| *share <= warned)).max();
        self.breached = self.breached.filter(|_| timing.due.is_some_and(|due| due <= at));
    }
}
