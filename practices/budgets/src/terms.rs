use calendar::{Span, Spans};
use objectives::{
    Buckets, Exclusion, Guard, LeftOut, Missing, Policy, Slices, Tally, Target, Window, exclude,
};

/// What an objective promises, ready to be reckoned with.
#[derive(Clone, PartialEq, Debug)]
pub struct Terms {
    /// The least share that is good.
    pub target: Target,
    /// Over what time.
    pub window: Window,
    /// How good is told from bad.
    pub method: Method,
    /// When it counts, and when it does not.
    pub counting: Counting,
    /// When somebody is told.
    pub alerts: Alerts,
    /// What the team does as the budget shrinks.
    pub policy: Policy,
}

/// When something counts, and when it does not.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Counting {
    /// The time in which it counts; all time without.
    open: Option<Spans>,
    /// What does not count and why; no two of them share an instant.
    excluded: Vec<Exclusion>,
}

impl Counting {
    /// All of some time but for what is excluded.
    pub fn but(time: Span, exclusions: Vec<Exclusion>) -> Counting {
        let (open, excluded) = exclude(&Spans::one(time.from, time.until), exclusions);
        Counting { open: (!excluded.is_empty()).then_some(open), excluded }
    }

    /// How much of a window counts, in microseconds.
    pub fn of(&self, window: Span) -> i64 {
        self.open.as_ref().map_or(window.length(), |open| open.clip(window).total())
    }

    /// Whether a moment counts.
    pub fn counts(&self, at: i64) -> bool {
        self.open.as_ref().is_none_or(|open| open.contains(at))
    }

    /// What does not count and why.
    pub fn excluded(&self) -> &[Exclusion] {
        &self.excluded
    }
}

/// How good is told from bad.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Method {
    /// Good events of all events.
    Events,
    /// Good time of all time: minutes hold microseconds.
    Time(Missing),
    /// Good slices of time of all slices.
    Slices(Slices),
    /// The mean of the shares of all slices.
    Mean(Slices),
}

/// When somebody is told that a budget burns.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Alerts {
    /// Whether fast burns call somebody.
    pub page: bool,
    /// Whether slow burns leave a ticket.
    pub ticket: bool,
    /// How many events make a burn believable.
    pub guard: Guard,
}

impl Terms {
    /// What was counted within a span, without what is excluded.
    pub fn tally(&self, buckets: &Buckets, within: Span) -> Tally {
        let one = |span: Span| match &self.method {
            Method::Events | Method::Time(Missing::Ignore) => buckets.sum(span),
            Method::Time(Missing::Bad) => {
                let sum = buckets.sum(span);
                Tally { total: sum.total + sum.unknown_micros as f64, ..sum }
            }
            Method::Slices(slices) => slices.tally(buckets, span),
            Method::Mean(slices) => slices.mean(buckets, span),
        };
        match &self.counting.open {
            None => one(within),
            Some(open) => open
                .overlapping(within)
                .iter()
                .map(|span| one(span.clip(within)))
                .fold(Tally::default(), |sum, tally| sum + tally),
        }
    }

    /// What was left out of a window, each reason with the events that were counted meanwhile. It
    /// is no part of the figures: they are reckoned every minute, this where somebody asks.
    pub fn excluded(&self, buckets: &Buckets, within: Span) -> Vec<LeftOut> {
        let all = self.counting.excluded.iter();
        all.filter_map(|exclusion| exclusion.within(buckets, within)).collect()
    }

    /// Whether it counts time rather than events.
    pub fn counts_time(&self) -> bool {
        self.method != Method::Events
    }
}
