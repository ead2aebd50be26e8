//! How much an alert flaps: the most changes within any hour.

use crate::alerts::Firing;

const HOUR_MICROS: i64 = 3_600_000_000;

/// The most beginnings and ends of one alert's firings within any 3600 s. The hour slides: one that
/// begins with a change holds as many as any other.
pub(crate) fn worst(firings: &[&Firing]) -> usize {
    let mut changes: Vec<i64> = firings
        .iter()
        .flat_map(|firing| [Some(firing.began_at), firing.ended_at])
        .flatten()
        .map(kernel::Time::micros)
        .collect();
    changes.sort_unstable();
    let mut first = 0;
    let mut most = 0;
    for (last, at) in changes.iter().enumerate() {
        while changes.get(first).is_some_and(|begin| at - begin >= HOUR_MICROS) {
            first += 1;
        }
        most = most.max(last + 1 - first);
    }
    most
}
