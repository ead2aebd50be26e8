//! Time that does not count, and why: it leaves what was good and what was counted alike.

use calendar::{Span, Spans};

use crate::{Buckets, Tally};

/// Time that does not count for one reason.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Exclusion {
    /// When.
    pub spans: Spans,
    /// Why, in words.
    pub why: String,
    /// What says so, by its name; nothing where the words are all there is.
    pub link: Option<String>,
}

/// What an exclusion has taken out of some time.
#[derive(Clone, PartialEq, Debug)]
pub struct LeftOut {
    /// Why, in words.
    pub why: String,
    /// What says so.
    pub link: Option<String>,
    /// How long.
    pub micros: i64,
    /// What was counted meanwhile.
    pub tally: Tally,
}

/// What is left of some time without what is excluded, and what each exclusion takes of it. What
/// several exclude is taken by the first of them.
pub fn exclude(time: &Spans, exclusions: Vec<Exclusion>) -> (Spans, Vec<Exclusion>) {
    let mut left = time.clone();
    let mut taken = Vec::with_capacity(exclusions.len());
    for exclusion in exclusions {
        let spans = left.intersection(&exclusion.spans);
        if !spans.is_empty() {
            left = left.difference(&spans);
            taken.push(Exclusion { spans, ..exclusion });
        }
    }
    (left, taken)
}

impl Exclusion {
    /// What it has taken out of a window, with the events that were counted meanwhile; `None` when
    /// it lies outside.
    pub fn within(&self, buckets: &Buckets, window: Span) -> Option<LeftOut> {
        let spans = self.spans.overlapping(window).iter().map(|span| span.clip(window));
        let (micros, tally) = spans.fold((0, Tally::default()), |(micros, tally), span| {
            (micros + span.length(), tally + buckets.sum(span))
        });
        let (why, link) = (self.why.clone(), self.link.clone());
        (micros > 0).then_some(LeftOut { why, link, micros, tally })
    }
}
