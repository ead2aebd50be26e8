//! When a budget burns so fast that somebody has to look.

use serde::{Deserialize, Serialize};

use crate::{MINUTE, Tally, Target, burn};

const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Two windows that must both burn: the long one shows that it matters, the short one that it goes
/// on (Site Reliability Workbook, chapter 5, "Multiwindow, multi-burn-rate alerts").
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Pair {
    /// The share of the budget that is gone when it fires after the long window.
    pub share: f64,
    /// The long window, in microseconds.
    pub long_micros: i64,
    /// The short window, in microseconds; a twelfth of the long one.
    pub short_micros: i64,
    /// Whom it reaches.
    pub severity: Severity,
}

/// How urgent a burn is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Somebody is called now.
    Page,
    /// Somebody looks on the next working day.
    Ticket,
}

/// How many events a long window needs before a burn is believed.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Guard {
    /// Least number of events.
    pub events_min: f64,
}

impl Guard {
    /// So many that `bad` bad ones are what the promise allows: `bad / B`. With 100 events an hour
    /// at 99.9 % one failure burns ten times too fast; 1,000 events are needed to believe it.
    pub fn believing(bad: f64, target: Target) -> Guard {
        let budget = target.budget();
        Guard { events_min: if budget > 0.0 { bad / budget } else { 0.0 } }
    }
}

/// The least burn at which a pair is of use.
const SPENDING: f64 = 0.9;

/// What a pair says.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Verdict {
    /// Both windows burn faster than the threshold.
    Fires,
    /// At least one does not.
    Quiet,
    /// Both do, with fewer events than the guard wants: use longer windows or test transactions.
    TooFew {
        /// Events of the long window.
        seen: f64,
        /// Events that the guard wants.
        wanted: f64,
    },
    /// Nothing was counted in one of the windows.
    Unknown,
}

/// The pairs for an objective's window: those of the workbook for 30 days (page at 2 % in 1 h and
/// at 5 % in 6 h, ticket at 10 % in 3 d) without the ones whose long window is more than a quarter
/// of the objective's, or that would fire at a burn that never spends the budget. The 0.93 of four
/// weeks stay, as the workbook has them.
pub fn pairs(window_micros: i64) -> Vec<Pair> {
    let of = |severity, share, long_micros| Pair {
        share,
        long_micros,
        short_micros: long_micros / 12,
        severity,
    };
    let all = [
        of(Severity::Page, 0.02, HOUR),
        of(Severity::Page, 0.05, 6 * HOUR),
        of(Severity::Ticket, 0.10, 3 * DAY),
    ];
    let fits = |pair: &Pair| {
        pair.long_micros <= window_micros / 4 && pair.threshold(window_micros) >= SPENDING
    };
    all.into_iter().filter(fits).collect()
}

impl Pair {
    /// The burn at which it fires: `share × window / long`. For 30 days 14.4, 6 and 1.
    pub fn threshold(&self, window_micros: i64) -> f64 {
        self.share * window_micros as f64 / self.long_micros as f64
    }

    /// Whether it can fire at all: not where more than everything would have to be bad.
    pub fn reachable(&self, target: Target, window_micros: i64) -> bool {
        self.threshold(window_micros) * target.budget() < 1.0
    }

    /// Whether it fires, with what was counted in its two windows. For windows of the calendar the
    /// two are clipped to the period, whose budget is a new one. A promise of 100 % fires when
    /// anything was bad in both.
    pub fn judge(
        &self,
        target: Target,
        window_micros: i64,
        (long, short): (&Tally, &Tally),
        guard: Guard,
    ) -> Verdict {
        if long.total <= 0.0 || short.total <= 0.0 {
            return Verdict::Unknown;
        }
        let over = |tally: &Tally| match burn(target, tally) {
            Some(burn) => burn > self.threshold(window_micros),
            None => tally.bad() > 0.0,
        };
        if !over(long) || !over(short) {
            return Verdict::Quiet;
        }
        if long.total < guard.events_min {
            return Verdict::TooFew { seen: long.total, wanted: guard.events_min };
        }
        Verdict::Fires
    }
}
