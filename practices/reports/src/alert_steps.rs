//! The totals of alerts by step, from what was read once for all of them.

use kernel::Time;

use crate::alerts::{Around, Firing, Totals, totals};
use crate::times::Period;

/// The totals of each of some steps, which follow each other without a gap: nothing where a step
/// begins before firings are known. An hour of signals is one of the step in which it begins; of
/// the first step also where it began before.
pub fn totals_by(firings: &[Firing], around: &Around, steps: &[Period]) -> Vec<Option<Totals>> {
    let first = steps.first().map_or(Time::EPOCH, |step| step.from);
    let began = split(firings, steps, |firing| firing.began_at);
    let mut signals = split(&around.signals, steps, |(_, hour, _)| (*hour).max(first)).into_iter();
    let mut opened = split(&around.opened, steps, |(_, at)| **at).into_iter();
    let mut notified = split(&around.notified, steps, |(at, _, _)| *at).into_iter();
    let mut pages = split(&around.pages, steps, |(at, _)| *at).into_iter();
    let step = |(step, began): (&Period, Vec<&Firing>)| {
        let around = Around {
            signals: signals.next().into_iter().flatten().cloned().collect(),
            opened: opened.next().into_iter().flatten().map(|(id, at)| (*id, *at)).collect(),
            notified: notified.next().into_iter().flatten().copied().collect(),
            pages: pages.next().into_iter().flatten().copied().collect(),
            tuning: Vec::new(),
            kept: around.kept,
        };
        let known = around.kept.firings_since <= step.from;
        known.then(|| totals(&began, &around, *step))
    };
    steps.iter().zip(began).map(step).collect()
}

/// What lies in each of the steps.
fn split<T>(
    all: impl IntoIterator<Item = T>,
    steps: &[Period],
    at: impl Fn(&T) -> Time,
) -> Vec<Vec<T>> {
    let mut parts: Vec<Vec<T>> = steps.iter().map(|_| Vec::new()).collect();
    for one in all {
        let at = at(&one);
        let place = steps.partition_point(|step| step.to <= at);
        if let (Some(step), Some(part)) = (steps.get(place), parts.get_mut(place))
            && step.holds(at)
        {
            part.push(one);
        }
    }
    parts
}
