//! Open time, laid out to be asked often: sums from the beginning, found by halving.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::{Span, Spans};

/// When something is open, worked out for some years. Made by [`crate::Definition::compile`].
///
/// Outside of [`Calendar::window`] nothing counts as open. Every question takes a few halvings
/// of the list of intervals, one for each pause besides.
#[derive(Clone, Debug)]
pub struct Calendar {
    open: Spans,
    /// Open time before each interval, and at the end the open time of all.
    before: Vec<i64>,
    window: Span,
    /// From which instant on days are counted in which zone.
    zones: Vec<(i64, TimeZone)>,
    closures: Vec<Closure>,
}

/// Open time that a holiday or an exception took away.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Closure {
    /// What it closes.
    pub span: Span,
    /// What the holiday is called, or why hours were removed.
    pub name: String,
}

/// When a target is reached.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Due {
    /// At this instant, in microseconds.
    At(i64),
    /// Not within the years that the calendar was worked out for.
    Never(Never),
}

/// Why a target is never reached.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Never {
    /// The calendar has no open time at all.
    Empty,
    /// The clock is paused without an end.
    Paused,
    /// The target is not reached within the years of the calendar.
    Horizon,
}

impl Due {
    /// The instant, if there is one.
    pub fn at(self) -> Option<i64> {
        match self {
            Due::At(at) => Some(at),
            Due::Never(_) => None,
        }
    }
}

impl Calendar {
    pub(crate) fn new(
        open: Spans,
        window: Span,
        zone: TimeZone,
        mut closures: Vec<Closure>,
    ) -> Calendar {
        closures.sort();
        Calendar::with_zones(open, window, vec![(i64::MIN, zone)], closures)
    }

    fn with_zones(
        open: Spans,
        window: Span,
        zones: Vec<(i64, TimeZone)>,
        closures: Vec<Closure>,
    ) -> Calendar {
        let mut sum = 0;
        let mut before = Vec::with_capacity(open.len() + 1);
        before.push(sum);
        before.extend(open.iter().map(|span| {
            sum += span.length();
            sum
        }));
        Calendar { open, before, window, zones, closures }
    }

    /// This calendar until just before `from`, and `next` from then on.
    #[must_use]
    pub fn then(&self, from: i64, next: &Calendar) -> Calendar {
        let (early, late) = (Span::new(i64::MIN, from), Span::new(from, i64::MAX));
        let open = self.open.clip(early).union(&next.open.clip(late));
        let of = |calendar: &Calendar, during: Span| {
            let kept = move |closure: &Closure| {
                let span = closure.span.clip(during);
                (span.length() > 0).then(|| Closure { span, name: closure.name.clone() })
            };
            calendar.closures.iter().filter_map(kept).collect::<Vec<_>>()
        };
        let mut zones = self.zones.clone();
        zones.retain(|(since, _)| *since < from);
        let current = next.zones.partition_point(|(since, _)| *since <= from);
        zones.extend(
            next.zones[current - 1..].iter().map(|(since, zone)| (from.max(*since), zone.clone())),
        );
        let mut closures = of(self, early);
        closures.extend(of(next, late));
        // Where the two do not meet, what lies between is unknown, and counts as closed.
        let window = Span::new(self.window.from.min(from), next.window.until.max(from));
        Calendar::with_zones(open, window, zones, closures)
    }

    /// All open time.
    pub fn open(&self) -> &Spans {
        &self.open
    }

    /// The open time between two instants.
    pub fn open_within(&self, within: Span) -> Spans {
        self.open.clip(within)
    }

    /// What it was worked out for.
    pub fn window(&self) -> Span {
        self.window
    }

    /// Whether it is never open: clocks that count in it never come to an end.
    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// Whether it is open at an instant.
    pub fn is_open(&self, at: i64) -> bool {
        self.open.contains(at)
    }

    /// The first open instant at `at` or later: where a clock begins that is started at `at`.
    pub fn next_open(&self, at: i64) -> Option<i64> {
        let spans = self.open.as_slice();
        let next = spans.partition_point(|span| span.until <= at);
        spans.get(next).map(|span| span.from.max(at))
    }

    /// Open time from `from` until `until` outside of the pauses, in microseconds:
    /// `|[from, until] ∩ calendar \ pauses|`. 0 when `until` is not after `from`.
    pub fn elapsed(&self, from: i64, until: i64, pauses: &Spans) -> i64 {
        if until <= from {
            return 0;
        }
        let within = Span { from, until };
        let paused = |pause: &Span| {
            let pause = pause.clip(within);
            self.sum(pause.until) - self.sum(pause.from)
        };
        let paused: i64 = pauses.overlapping(within).iter().map(paused).sum();
        self.sum(until) - self.sum(from) - paused
    }

    /// The earliest instant at which `target` microseconds have elapsed since `start`, outside of
    /// the pauses. A target that ends with a shift is due at its end, not at the next beginning;
    /// one of 0 or less is due at once.
    pub fn due(&self, start: i64, target: i64, pauses: &Spans) -> Due {
        if target <= 0 {
            return Due::At(start);
        }
        if self.is_empty() {
            return Due::Never(Never::Empty);
        }
        let (mut from, mut left) = (start, target);
        for pause in pauses.overlapping(Span::new(start, i64::MAX)) {
            if from < pause.from {
                let run = self.sum(pause.from) - self.sum(from);
                if run >= left {
                    break;
                }
                left -= run;
            }
            from = pause.until;
        }
        match self.reach(from, left) {
            Some(at) => Due::At(at),
            None if from == i64::MAX => Due::Never(Never::Paused),
            None => Due::Never(Never::Horizon),
        }
    }

    /// The close of the `days`-th open day after the day of `start`: a day is as long as its hours,
    /// and the one in which the clock starts does not count. With 0 days it is the close of that
    /// day, or of the next open one. Days are dates of the calendar's zone; what a night shift
    /// works after midnight belongs to the date after.
    pub fn due_days(&self, start: i64, days: u32) -> Due {
        if self.is_empty() {
            return Due::Never(Never::Empty);
        }
        let first = self.date(start);
        let (mut from, mut left) = (start, days);
        while let Some(open) = self.next_open(from) {
            let Some(midnight) = self.midnight_after(open) else { break };
            if days == 0 || self.date(open) != first {
                if left <= 1 {
                    return Due::At(self.close_before(midnight));
                }
                left -= 1;
            }
            from = midnight.max(open + 1);
        }
        Due::Never(Never::Horizon)
    }

    /// Holidays and removed hours that lie between two instants, in order: what a person is told
    /// who asks why something is not due earlier.
    pub fn closures(&self, within: Span) -> impl Iterator<Item = &Closure> {
        let touches = move |closure: &&Closure| closure.span.clip(within).length() > 0;
        self.closures.iter().filter(touches)
    }

    /// The date at an instant, in the zone that holds then.
    pub fn date(&self, at: i64) -> Date {
        self.zone(at).to_datetime(timestamp(at)).date()
    }

    /// The end of the last open time before an instant that has some before it.
    fn close_before(&self, at: i64) -> i64 {
        let spans = self.open.as_slice();
        let after = spans.partition_point(|span| span.from < at);
        spans[after - 1].until.min(at)
    }

    fn midnight_after(&self, at: i64) -> Option<i64> {
        crate::wall::minute(self.zone(at), self.date(at), 24 * 60)
    }

    fn zone(&self, at: i64) -> &TimeZone {
        let current = self.zones.partition_point(|(since, _)| *since <= at).max(1);
        &self.zones[current - 1].1
    }

    /// Open time before an instant.
    fn sum(&self, at: i64) -> i64 {
        let spans = self.open.as_slice();
        match spans.partition_point(|span| span.from < at) {
            0 => 0,
            after => {
                let span = spans[after - 1];
                self.before[after - 1] + span.until.min(at) - span.from
            }
        }
    }

    /// The earliest instant with `length` of open time since `from`; `length` is more than 0.
    fn reach(&self, from: i64, length: i64) -> Option<i64> {
        let wanted = self.sum(from).checked_add(length)?;
        let after = self.before.partition_point(|before| *before < wanted);
        let enough = *self.before.get(after)?;
        Some(self.open.as_slice()[after - 1].until - (enough - wanted))
    }
}

/// The instant, or the nearest that can be shown.
fn timestamp(micros: i64) -> Timestamp {
    let nearest = if micros < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_microsecond(micros).unwrap_or(nearest)
}

#[cfg(test)]
mod tests;
