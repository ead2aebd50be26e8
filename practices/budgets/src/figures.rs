use calendar::Span;
use kernel::Time;
use objectives::{
    Buckets, Budget, Pair, Policy, Runway, Severity, Stance, Tally, Verdict, Window, WindowError,
    burn, pairs,
};

use crate::Terms;

const MINUTE: i64 = 60_000_000;
const HOUR: i64 = 60 * MINUTE;

/// How an objective stands at a moment.
#[derive(Clone, PartialEq, Debug)]
pub struct Figures {
    /// Up to when was counted: whole minutes that are settled.
    pub at: Time,
    /// The window; of a period of the calendar the whole of it, its end may lie ahead.
    pub window: Span,
    /// What was counted from its beginning until then.
    pub tally: Tally,
    /// What may go wrong in it, and what has.
    pub budget: Budget,
    /// The share of the budget that is left; `None` for a promise of 100 %.
    pub remaining: Option<f64>,
    /// The present burn: of the last hour, or what is the shortest for the window.
    pub burn: Option<f64>,
    /// How long the budget lasts at that burn.
    pub runway: Runway,
    /// What its policy says of the budget.
    pub stance: Stance,
    /// The policy itself.
    pub policy: Policy,
    /// Since when anything is known within the window; `None`: nothing is.
    pub known_since: Option<Time>,
    /// Whether the history is shorter than the window.
    pub young: bool,
    /// Which share of the time since then is unknown.
    pub unknown_share: f64,
    /// The pairs of windows in which a burn is looked for.
    pub pairs: Vec<PairNow>,
}

/// A pair of windows at a moment.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct PairNow {
    /// The pair.
    pub pair: Pair,
    /// The burn from which on it fires.
    pub threshold: f64,
    /// What was counted in the long window.
    pub long: Tally,
    /// What was counted in the short one.
    pub short: Tally,
    /// The burn over the long window.
    pub long_burn: Option<f64>,
    /// The burn over the short window.
    pub short_burn: Option<f64>,
    /// What it says.
    pub verdict: Verdict,
}

impl PairNow {
    /// Whether nothing bad goes on, so that a burn is over: both were counted, or the short window
    /// is known whole and had no event at all.
    pub fn calm(&self) -> bool {
        match self.verdict {
            Verdict::Quiet => true,
            Verdict::Fires | Verdict::TooFew { .. } => false,
            Verdict::Unknown => {
                self.short.total <= 0.0
                    && self.short.unknown_micros == 0
                    && self.short.known_micros > 0
            }
        }
    }
}

/// Works an objective out, with what was counted up to `at`.
///
/// # Errors
/// When its window cannot be worked out.
pub fn figures(terms: &Terms, buckets: &Buckets, at: Time) -> Result<Figures, WindowError> {
    let now = at.micros();
    let window = terms.window.at(now)?;
    let rolling = matches!(terms.window, Window::Rolling { .. });
    let passed = Span::new(window.from, now.min(window.until));
    let tally = terms.tally(buckets, passed);
    let length = window.length();
    // How many events a period of the calendar will have nobody knows; how much time is known.
    let budget = if terms.counts_time() && !rolling {
        Budget::of_window(terms.target, &tally, terms.counting.of(window) as f64)
    } else {
        Budget::of(terms.target, &tally)
    };
    // What happened in an earlier period of the calendar belongs to its own budget.
    let last = |micros: i64| {
        let from = if rolling { now - micros } else { (now - micros).max(window.from) };
        terms.tally(buckets, Span::new(from, now))
    };
    let one = |pair: Pair| {
        let (long, short) = (last(pair.long_micros), last(pair.short_micros));
        let verdict = pair.judge(terms.target, length, (&long, &short), terms.alerts.guard);
        PairNow {
            pair,
            threshold: pair.threshold(length),
            long,
            short,
            long_burn: burn(terms.target, &long),
            short_burn: burn(terms.target, &short),
            verdict,
        }
    };
    let wanted = |pair: &Pair| match pair.severity {
        Severity::Page => terms.alerts.page,
        Severity::Ticket => terms.alerts.ticket,
    };
    let of_use = |pair: &Pair| wanted(pair) && pair.reachable(terms.target, length);
    let pairs: Vec<PairNow> = pairs(length).into_iter().filter(of_use).map(one).collect();
    let present = burn(terms.target, &last(HOUR.min(length / 24)));
    let known_since = buckets.first_known(passed).map(|minute| minute * MINUTE);
    let since = known_since.unwrap_or(now);
    let unknown = terms.tally(buckets, Span::new(since, passed.until)).unknown_share();
    Ok(Figures {
        at,
        window,
        tally,
        budget,
        remaining: budget.remaining(),
        burn: present,
        runway: budget.runway(present, length),
        stance: terms.policy.stance(&budget),
        policy: terms.policy,
        known_since: known_since.map(Time::from_micros),
        young: since - window.from > HOUR,
        unknown_share: unknown.unwrap_or(if known_since.is_none() { 1.0 } else { 0.0 }),
        pairs,
    })
}

/// A point of a chart: what was counted in a step of the window, and what was left after it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Moving {
    /// When the step began.
    pub from: Time,
    /// When it ended.
    pub until: Time,
    /// What was counted in it.
    pub tally: Tally,
    /// How fast the budget went in it.
    pub burn: Option<f64>,
    /// What was left of the budget of the whole window at its end.
    pub remaining: Option<f64>,
}

/// The way of the budget through the window, in so many steps at most. What is left is reckoned
/// of the budget of all that was counted, so that the last step ends where the figures stand.
pub fn series(terms: &Terms, buckets: &Buckets, figures: &Figures, steps: usize) -> Vec<Moving> {
    let from = figures.window.from.div_euclid(MINUTE) * MINUTE;
    let until = figures.at.micros().min(figures.window.until);
    let minutes = (until - from).max(0) / MINUTE;
    let step = (minutes / steps.max(1) as i64).max(1) * MINUTE;
    let mut bad = 0.0;
    let mut points = Vec::new();
    let mut begin = from;
    while begin < until {
        let end = (begin + step).min(until);
        let tally = terms.tally(buckets, Span::new(begin, end));
        bad += tally.bad();
        let so_far = Budget { bad, ..figures.budget };
        points.push(Moving {
            from: Time::from_micros(begin),
            until: Time::from_micros(end),
            tally,
            burn: burn(terms.target, &tally),
            remaining: so_far.remaining(),
        });
        begin = end;
    }
    points
}
