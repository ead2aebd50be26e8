use std::collections::{BTreeMap, VecDeque};

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use crate::group::later;

/// What waits to be told in one message: every item once, in its latest state.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Digest<K: Ord, V> {
    items: BTreeMap<K, V>,
}

impl<K: Ord, V> Default for Digest<K, V> {
    fn default() -> Digest<K, V> {
        Digest { items: BTreeMap::new() }
    }
}

impl<K: Ord, V> Digest<K, V> {
    /// Puts an item in. One that is there already is replaced, and given back.
    pub fn put(&mut self, key: K, value: V) -> Option<V> {
        self.items.insert(key, value)
    }

    /// Takes all items out to tell them.
    pub fn take(&mut self) -> Vec<(K, V)> {
        std::mem::take(&mut self.items).into_iter().collect()
    }

    /// They could not be told: puts them back, but those of which something newer came in.
    pub fn put_back(&mut self, items: Vec<(K, V)>) {
        for (key, value) in items {
            self.items.entry(key).or_insert(value);
        }
    }

    /// How many items wait.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

/// How many notifications a receiver gets before the rest is put into one digest. Alertmanager
/// does not know this.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct StormRule {
    /// At most so many; at least one.
    pub most: u32,
    /// Within this time.
    pub window: SignedDuration,
}

/// The last notifications to one receiver.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Storm {
    sent: VecDeque<Timestamp>,
}

/// Whether a notification goes out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Admission {
    /// Send it.
    Now,
    /// Put it into the digest.
    Digest {
        /// When the digest may be sent; it counts as one notification then.
        at: Timestamp,
    },
}

impl Storm {
    /// Asks for one notification, and counts it when it may go out.
    pub fn admit(&mut self, rule: &StormRule, now: Timestamp) -> Admission {
        while self.sent.front().is_some_and(|sent| later(*sent, rule.window) <= now) {
            self.sent.pop_front();
        }
        let most = rule.most.max(1) as usize;
        // After the limit was lowered there may be more than it allows.
        match self.sent.len().checked_sub(most).and_then(|first| self.sent.get(first)) {
            Some(first) => Admission::Digest { at: later(*first, rule.window) },
            None => {
                self.sent.push_back(now);
                Admission::Now
            }
        }
    }
}

/// How soon what has a certain priority is told. Alertmanager tells everything at once.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cadence {
    /// At once.
    #[default]
    Now,
    /// In one digest a day.
    Daily,
    /// In one digest a week.
    Weekly,
    /// In one digest a month.
    Monthly,
}

/// When digests are sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DigestTimes {
    /// At this time of the day.
    pub time: Time,
    /// The weekly one on this day.
    pub weekday: Weekday,
    /// The monthly one on this day, at the latest on the month's last.
    pub day: u8,
}

/// The end of the working day, of the working week, and of the month.
impl Default for DigestTimes {
    fn default() -> DigestTimes {
        DigestTimes { time: Time::constant(17, 0, 0, 0), weekday: Weekday::Friday, day: 31 }
    }
}

impl Cadence {
    /// The first digest after an instant; `None` when it is told at once. A time that the clocks
    /// skip is told as much later as they skip; one that comes twice, at its first.
    pub fn next(self, after: Timestamp, times: &DigestTimes, zone: &TimeZone) -> Option<Timestamp> {
        let mut date = zone.to_datetime(after).date();
        loop {
            let next = self.on_or_after(date, times)?;
            let at = zone.to_ambiguous_timestamp(next.to_datetime(times.time)).compatible().ok()?;
            if at > after {
                return Some(at);
            }
            date = next.tomorrow().ok()?;
        }
    }

    fn on_or_after(self, date: Date, times: &DigestTimes) -> Option<Date> {
        match self {
            Cadence::Now => None,
            Cadence::Daily => Some(date),
            Cadence::Weekly => {
                let days = date.weekday().until(times.weekday);
                date.checked_add(i64::from(days).days()).ok()
            }
            Cadence::Monthly => {
                let this = day_of_month(date, times.day)?;
                if this >= date {
                    return Some(this);
                }
                day_of_month(date.last_of_month().tomorrow().ok()?, times.day)
            }
        }
    }
}

fn day_of_month(month: Date, day: u8) -> Option<Date> {
    let day = i8::try_from(day.max(1)).unwrap_or(i8::MAX).min(month.days_in_month());
    month.with().day(day).build().ok()
}
