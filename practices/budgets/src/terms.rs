use calendar::{Span, Spans};
use objectives::{Buckets, Guard, Policy, Slices, Tally, Target, Window};

/// What an objective promises, ready to be reckoned with.
#[derive(Clone, PartialEq, Debug)]
pub struct Terms {
    /// The least share that is good.
    pub target: Target,
    /// Over what time.
    pub window: Window,
    /// How good is told from bad.
    pub method: Method,
    /// The working time in which it counts; all time without.
    pub open: Option<Spans>,
    /// When somebody is told.
    pub alerts: Alerts,
    /// What the team does as the budget shrinks.
    pub policy: Policy,
}

/// How good is told from bad.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Method {
    /// Good events of all events.
    Events,
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
    /// What was counted within a span, outside of working time nothing.
    pub fn tally(&self, buckets: &Buckets, within: Span) -> Tally {
        let one = |span: Span| match &self.method {
            Method::Events => buckets.sum(span),
            Method::Slices(slices) => slices.tally(buckets, span),
            Method::Mean(slices) => slices.mean(buckets, span),
        };
        match &self.open {
            None => one(within),
            Some(open) => open
                .overlapping(within)
                .iter()
                .map(|span| one(span.clip(within)))
                .fold(Tally::default(), |sum, tally| sum + tally),
        }
    }

    /// Whether it counts time rather than events.
    pub fn counts_time(&self) -> bool {
        self.method != Method::Events
    }
}
