//! Sets of instants, as half-open intervals in order.
//!
//! **Invariant:** the intervals of a set are sorted, none is empty, and between two of them lies
//! something that is not in the set.

use serde::{Deserialize, Serialize};

/// From `from` until just before `until`, in microseconds since 1970 in UTC.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Span {
    /// The first microsecond in it.
    pub from: i64,
    /// The first microsecond after it; `i64::MAX` when it has no end.
    pub until: i64,
}

impl Span {
    /// Holds nothing when `until` is not after `from`.
    pub const fn new(from: i64, until: i64) -> Span {
        Span { from, until }
    }

    /// Its length in microseconds; 0 when it holds nothing.
    pub fn length(self) -> i64 {
        self.until.saturating_sub(self.from).max(0)
    }

    /// What both hold; may hold nothing.
    #[must_use]
    pub fn clip(self, within: Span) -> Span {
        Span { from: self.from.max(within.from), until: self.until.min(within.until) }
    }

    /// Whether the instant is in it.
    pub fn contains(self, at: i64) -> bool {
        self.from <= at && at < self.until
    }
}

/// A set of instants: see the laws of sets, they all hold.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Vec<Span>", into = "Vec<Span>")]
pub struct Spans {
    list: Vec<Span>,
}

impl From<Vec<Span>> for Spans {
    fn from(mut spans: Vec<Span>) -> Spans {
        spans.retain(|span| span.from < span.until);
        if !spans.is_sorted() {
            spans.sort_unstable();
        }
        let mut list: Vec<Span> = Vec::with_capacity(spans.len());
        for span in spans {
            match list.last_mut() {
                Some(last) if span.from <= last.until => last.until = last.until.max(span.until),
                _ => list.push(span),
            }
        }
        Spans { list }
    }
}

impl From<Spans> for Vec<Span> {
    fn from(spans: Spans) -> Vec<Span> {
        spans.list
    }
}

impl FromIterator<Span> for Spans {
    fn from_iter<I: IntoIterator<Item = Span>>(spans: I) -> Spans {
        spans.into_iter().collect::<Vec<Span>>().into()
    }
}

impl Spans {
    /// Nothing.
    pub const EMPTY: Spans = Spans { list: Vec::new() };

    /// One interval, or nothing when it holds nothing.
    pub fn one(from: i64, until: i64) -> Spans {
        vec![Span { from, until }].into()
    }

    /// The intervals, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Span> + DoubleEndedIterator + '_ {
        self.list.iter().copied()
    }

    /// The intervals, in order, to search in.
    pub fn as_slice(&self) -> &[Span] {
        &self.list
    }

    /// How many intervals there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether the set holds nothing.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The length of all intervals together, in microseconds; no more than `i64::MAX`.
    pub fn total(&self) -> i64 {
        self.list.iter().fold(0, |sum: i64, span| sum.saturating_add(span.length()))
    }

    /// Whether the instant is in the set.
    pub fn contains(&self, at: i64) -> bool {
        let after = self.list.partition_point(|span| span.from <= at);
        after > 0 && self.list[after - 1].contains(at)
    }

    /// From the beginning of the first interval to the end of the last; `None` without any.
    pub fn hull(&self) -> Option<Span> {
        Some(Span { from: self.list.first()?.from, until: self.list.last()?.until })
    }

    /// What is in either.
    #[must_use]
    pub fn union(&self, other: &Spans) -> Spans {
        let mut all = Vec::with_capacity(self.len() + other.len());
        all.extend_from_slice(&self.list);
        all.extend_from_slice(&other.list);
        all.into()
    }

    /// What is in both.
    #[must_use]
    pub fn intersection(&self, other: &Spans) -> Spans {
        let (mut left, mut right) = (self.list.as_slice(), other.list.as_slice());
        let mut list = Vec::new();
        while let ([a, after_a @ ..], [b, after_b @ ..]) = (left, right) {
            let both = a.clip(*b);
            if both.from < both.until {
                list.push(both);
            }
            if a.until <= b.until { left = after_a } else { right = after_b }
        }
        Spans { list }
    }

    /// What is in this one and not in the other.
    #[must_use]
    pub fn difference(&self, other: &Spans) -> Spans {
        match self.hull() {
            Some(hull) => self.intersection(&other.complement(hull)),
            None => Spans::default(),
        }
    }

    /// What of `within` is not in the set.
    #[must_use]
    pub fn complement(&self, within: Span) -> Spans {
        let mut list = Vec::with_capacity(self.len() + 1);
        let mut from = within.from;
        for span in self.overlapping(within) {
            if from < span.from {
                list.push(Span { from, until: span.from });
            }
            from = span.until;
        }
        if from < within.until {
            list.push(Span { from, until: within.until });
        }
        Spans { list }
    }

    /// What of the set lies within.
    #[must_use]
    pub fn clip(&self, within: Span) -> Spans {
        let clipped = self.overlapping(within).iter().map(|span| span.clip(within));
        Spans { list: clipped.filter(|span| span.from < span.until).collect() }
    }

    /// The intervals that share an instant with `within`, as they are; found by halving.
    pub fn overlapping(&self, within: Span) -> &[Span] {
        let first = self.list.partition_point(|span| span.until <= within.from);
        let after = self.list.partition_point(|span| span.from < within.until);
        self.list.get(first..after).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
