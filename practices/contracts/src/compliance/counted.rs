//! What was counted for an objective, minute by minute, and what single slices of time say.

use std::sync::Arc;

use calendar::{Span, Spans};
use kernel::{ItemRef, Time};
use objectives::{Buckets, Exclusion};

const MINUTE: i64 = 60_000_000;

/// An objective with its counts, gathered by the shell.
#[derive(Clone, PartialEq, Debug)]
pub struct Counted {
    /// The objective.
    pub objective: ItemRef,
    /// What people call it.
    pub title: String,
    /// What one event is, where events are cycles of something: `nightly run`.
    pub cycle: Option<String>,
    /// How good is told from bad.
    pub measure: Measure,
    /// What had to be good from when on, in order; the first holds before it, too.
    pub targets: Vec<Target>,
    /// What does not count by the objective itself, and why.
    pub excluded: Vec<Exclusion>,
    /// Good and total by the minute.
    pub counts: Arc<Buckets>,
}

/// What has to be good, from a time on.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Target {
    /// Since when.
    pub from: Time,
    /// The least good share over a period, from 0 to 1.
    pub share: f64,
    /// The least good share of a good slice, from 0 to 1.
    pub slice_share: f64,
}

/// How good is told from bad.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Measure {
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
    pub events: objectives::Counts,
    /// Microseconds of which something is known.
    pub known_micros: i64,
}

impl Slice {
    /// The good share; nothing when nothing was counted, which says nothing.
    pub fn share(&self) -> Option<f64> {
        (!self.events.is_none()).then(|| self.events.good() / self.events.total())
    }

    /// Whether it was good enough; nothing when nothing was counted.
    fn good_enough(&self, least: f64) -> Option<bool> {
        self.share().map(|share| share >= least - 1e-9)
    }
}

impl Counted {
    /// Whether a slice was good enough by the target that held then; nothing when nothing was
    /// counted.
    pub(super) fn good_enough(&self, slice: &Slice) -> Option<bool> {
        slice.good_enough(self.target_at(slice.span.from).map_or(1.0, |held| held.slice_share))
    }

    /// What of some time counts by the objective itself.
    pub(super) fn counting(&self, time: &Spans) -> Spans {
        let excluded = self.excluded.iter().map(|exclusion| &exclusion.spans);
        excluded.fold(time.clone(), |left, spans| left.difference(spans))
    }

    /// The least good share over some time; where the target changed, weighed by it.
    pub(super) fn target_over(&self, within: &Spans) -> f64 {
        let mut weighed = 0.0;
        for (place, held) in self.targets.iter().enumerate() {
            let from = if place == 0 { i64::MIN } else { held.from.micros() };
            let until = self.targets.get(place + 1).map_or(i64::MAX, |next| next.from.micros());
            weighed += held.share * within.clip(Span::new(from, until)).total() as f64;
        }
        match within.total() {
            0 => self.targets.last().map_or(1.0, |held| held.share),
            total => weighed / total as f64,
        }
    }

    fn target_at(&self, at: i64) -> Option<&Target> {
        let held = self.targets.iter().rfind(|held| held.from.micros() <= at);
        held.or(self.targets.first())
    }

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
        let mut slice = Slice { span, events: objectives::Counts::default(), known_micros: 0 };
        for minute in first..=last {
            if let Some(counts) = self.counts.minute(minute) {
                slice.events = slice.events + counts;
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
