//! What became of the clocks of a contract in a period: met, missed, left out.

use kernel::{ItemRef, Priority, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{CaseRef, Period, percent};
use crate::clocks::{Clock, Clocks, Kind, Run, Why};

/// One run of a clock of a contract on an incident.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ComplianceClockRun)]
pub struct ClockRun {
    /// The incident.
    pub incident: CaseRef,
    /// The priority that set the target, which the incident may have had before.
    pub priority: Priority,
    /// Which clock.
    pub clock: Kind,
    /// When it began.
    pub started_at: Time,
    /// When it was due; nothing: never.
    pub due_at: Option<Time>,
    /// When it stopped; nothing while it runs.
    pub stopped_at: Option<Time>,
    /// Why it is left out; nothing when it counts.
    pub excluded: Option<String>,
}

/// What became of one run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClockKept {
    /// It stopped in time.
    Met,
    /// It stopped late, or runs and is late already.
    Missed,
    /// It runs, and is not late.
    Open,
    /// It does not count.
    Excluded,
}

/// The clocks of a period.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct ClockReport {
    /// By clock and priority.
    pub rows: Vec<ClockRow>,
    /// Every run that was missed.
    pub missed: Vec<ClockRun>,
    /// Every run that was left out.
    pub excluded: Vec<ClockRun>,
}

/// One clock and one priority.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct ClockRow {
    /// The clock.
    pub clock: Kind,
    /// The priority.
    pub priority: Priority,
    /// How many stopped in time.
    pub met: usize,
    /// How many did not.
    pub missed: usize,
    /// How many run and are not late: not counted.
    pub open: usize,
    /// How many were left out.
    pub excluded: usize,
    /// `met / (met + missed)`, in percent; nothing without any.
    pub attained_percent: Option<f64>,
}

impl ClockRun {
    /// Every run of the clocks that a contract set on an incident, those that are over among them.
    pub fn of(clocks: &Clocks, contract: &ItemRef, incident: &CaseRef) -> Vec<ClockRun> {
        let own = clocks.clocks.iter().filter(|clock| clock.which.contract == *contract);
        let runs = own.flat_map(|clock| {
            let over = |run: &Run| ClockRun {
                priority: run.priority.unwrap_or(clock.terms.priority),
                ..ClockRun::new(clock, incident, (run.from, run.due, Some(run.at)))
            };
            let earlier: Vec<ClockRun> = clock.earlier.iter().map(over).collect();
            let present = match (&clock.stopped, clock.dropped) {
                (Some(run), _) => over(run),
                (None, why) => {
                    let open = (clock.from, clock.timing.due, None);
                    let excluded = why.map(|why| reason(why).to_owned());
                    ClockRun { excluded, ..ClockRun::new(clock, incident, open) }
                }
            };
            earlier.into_iter().chain([present])
        });
        runs.collect()
    }

    fn new(
        clock: &Clock,
        incident: &CaseRef,
        (started_at, due_at, stopped_at): (Time, Option<Time>, Option<Time>),
    ) -> ClockRun {
        ClockRun {
            incident: incident.clone(),
            priority: clock.terms.priority,
            clock: clock.which.clock,
            started_at,
            due_at,
            stopped_at,
            excluded: None,
        }
    }

    /// What became of it, as of `now`.
    pub fn kept(&self, now: Time) -> ClockKept {
        let late = |at: Time| self.due_at.is_some_and(|due| due < at);
        match self.stopped_at {
            _ if self.excluded.is_some() => ClockKept::Excluded,
            Some(stopped) if late(stopped) => ClockKept::Missed,
            Some(_) => ClockKept::Met,
            None if late(now) => ClockKept::Missed,
            None => ClockKept::Open,
        }
    }

    /// When it is counted: when it was missed, when it stopped, or while it runs now. What is left
    /// out is told where it began.
    pub fn counted_at(&self, now: Time) -> Time {
        match (self.kept(now), self.due_at, self.stopped_at) {
            (ClockKept::Missed, Some(due), _) => due,
            (ClockKept::Excluded, _, _) => self.started_at,
            (_, _, Some(stopped)) => stopped,
            (_, _, None) => now,
        }
    }
}

/// Why a run is left out.
fn reason(why: Why) -> &'static str {
    match why {
        Why::NoTarget => "nothing is promised for this priority",
        Why::NotCovered => "the contract does not cover it",
        Why::NotNeeded => "it was over before anybody had to act",
        Why::Cancelled => "it was no incident",
        Why::Merged => "it continues in another incident, whose clocks count",
    }
}

/// What became of the clocks that are counted in a period: a missed one when it was due, a met one
/// when it stopped.
pub fn clock_report(runs: &[ClockRun], period: &Period, now: Time) -> ClockReport {
    let within = |run: &&ClockRun| {
        let at = run.counted_at(now);
        period.from <= at && at < period.until
    };
    let mut report = ClockReport::default();
    for run in runs.iter().filter(within) {
        let kept = run.kept(now);
        let row = report.row(run);
        match kept {
            ClockKept::Met => row.met += 1,
            ClockKept::Missed => row.missed += 1,
            ClockKept::Open => row.open += 1,
            ClockKept::Excluded => row.excluded += 1,
        }
        match kept {
            ClockKept::Missed => report.missed.push(run.clone()),
            ClockKept::Excluded => report.excluded.push(run.clone()),
            ClockKept::Met | ClockKept::Open => {}
        }
    }
    for row in &mut report.rows {
        let counted = row.met + row.missed;
        row.attained_percent = (counted > 0).then(|| percent(row.met as f64 / counted as f64));
    }
    report.rows.sort_by_key(|row| (row.clock, row.priority));
    report
}

impl ClockReport {
    fn row(&mut self, run: &ClockRun) -> &mut ClockRow {
        let same = |row: &ClockRow| (row.clock, row.priority) == (run.clock, run.priority);
        let place = self.rows.iter().position(same).unwrap_or_else(|| {
            self.rows.push(ClockRow {
                clock: run.clock,
                priority: run.priority,
                met: 0,
                missed: 0,
                open: 0,
                excluded: 0,
                attained_percent: None,
            });
            self.rows.len() - 1
        });
        &mut self.rows[place]
    }
}
