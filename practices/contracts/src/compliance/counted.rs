//! What was counted for an objective, minute by minute, and what single slices of time say.

use std::sync::Arc;

use calendar::{Span, Spans};
use kernel::ItemRef;
use objectives::Buckets;

const MINUTE: i64 = 60_000_000;

/// An objective with its counts, gathered by the shell.
#[derive(Clone, PartialEq, Debug)]
pub struct Counted {
    /// The objective.
    pub objective: ItemRef,
    /// What people call it.
    pub title: String,
    /// How good is told from bad.
    pub measure: Measure,
    /// Good and total by the minute.
    pub counts: Arc<Buckets>,
}

/// How good is told from bad.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Measure {
    /// The least good share over a period, from 0 to 1.
    pub target: f64,
    /// The least good share of a good slice, from 0 to 1.
    pub slice_target: f64,
    /// How long a slice is, where the objective says so.
    pub slice_minutes: Option<i64>,
    /// What is counted.
    pub counts: Counts,
    /// Whether slices of which nothing is known count as bad.
    pub missing_bad: bool,
}

/// What is counted over a period.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Counts {
    /// Good events of all events.
    Events,
    /// Good slices of all slices.
    Slices,
    /// The mean of the good shares of all slices.
    Shares,
}

/// A slice of time, as far as it lies within what was asked for.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Slice {
    pub span: Span,
    pub good: u64,
    pub total: u64,
    /// Microseconds of which something is known.
    pub known_micros: i64,
}

impl Slice {
    /// The good share; nothing when nothing was counted, which says nothing.
    pub fn share(&self) -> Option<f64> {
        (self.total > 0).then(|| self.good as f64 / self.total as f64)
    }

    /// Whether it was good enough; nothing when nothing was counted.
    pub fn good_enough(&self, least: f64) -> Option<bool> {
        self.share().map(|share| share >= least - 1e-9)
    }
}

impl Counted {
    /// The slices within some time, in order. Each is as long as the objective says, else
    /// `usual` minutes, and cut where that time is.
    pub(super) fn slices(&self, within: &Spans, usual: i64) -> Vec<Slice> {
        let length = self.measure.slice_minutes.unwrap_or(usual).max(1);
        let mut slices: Vec<Slice> = Vec::new();
        for span in within.iter() {
            let mut from = span.from;
            while from < span.until {
                let slice = from.div_euclid(MINUTE * length);
                let until = ((slice + 1) * MINUTE * length).min(span.until);
                slices.push(self.slice(Span::new(from, until)));
                from = until;
            }
        }
        slices
    }

    /// What is known of the minutes that a time touches.
    fn slice(&self, span: Span) -> Slice {
        let first = span.from.div_euclid(MINUTE);
        let last = (span.until - 1).div_euclid(MINUTE);
        let mut slice = Slice { span, good: 0, total: 0, known_micros: 0 };
        for minute in first..=last {
            if let Some(counts) = self.counts.minute(minute) {
                slice.good += counts.good;
                slice.total += counts.total;
                slice.known_micros +=
                    Span::new(minute * MINUTE, (minute + 1) * MINUTE).clip(span).length();
            }
        }
        slice
    }
}

/// Spans that lie together, from those of some slices.
pub(super) fn spans<'a>(slices: impl Iterator<Item = &'a Slice>) -> Spans {
    slices.map(|slice| slice.span).collect()
}
