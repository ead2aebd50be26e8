use std::fmt;

use kernel::{Refusal, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::beginning::Opened;

/// The times of one incident, from the start of the fault to the close. Each carries where it comes
/// from, since a measured time and a remembered one are not worth the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = IncidentTimes)]
pub struct Times {
    /// The fault began; may lie before everything else, may be unknown.
    pub started: Option<Stamp>,
    /// The first alert or report that Operate knew of.
    pub detected: Option<Stamp>,
    /// The first report by a person.
    pub reported: Option<Stamp>,
    /// The first page was delivered.
    pub notified: Option<Stamp>,
    /// The first human being took it.
    pub acknowledged: Option<Stamp>,
    /// The cause or the course of action became known.
    pub diagnosed: Option<Stamp>,
    /// The service was back; a workaround counts.
    pub restored: Option<Stamp>,
    /// The work was done.
    pub resolved: Option<Stamp>,
    /// It was closed.
    pub closed: Option<Stamp>,
}

/// A time and where it comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Stamp {
    /// When.
    pub at: Time,
    /// Where the value comes from.
    pub source: Source,
}

/// Where a time comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = StampSource)]
pub enum Source {
    /// A monitor or Operate itself saw it happen.
    Measured,
    /// Concluded from something else.
    Derived,
    /// A person wrote it down.
    Entered,
}

/// Names one of the [`Times`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the fields of Times say it")]
pub enum TimePoint {
    Started,
    Detected,
    Reported,
    Notified,
    Acknowledged,
    Diagnosed,
    Restored,
    Resolved,
    Closed,
}

impl TimePoint {
    /// Every point, in the order of an ordinary life.
    pub const ALL: [TimePoint; 9] = [
        TimePoint::Started,
        TimePoint::Detected,
        TimePoint::Reported,
        TimePoint::Notified,
        TimePoint::Acknowledged,
        TimePoint::Diagnosed,
        TimePoint::Restored,
        TimePoint::Resolved,
        TimePoint::Closed,
    ];

    /// Whether it may be written down when nothing was recorded yet. The others come about by a
    /// command (acknowledge, restore …) and can only be corrected afterwards.
    pub fn may_be_entered_first(self) -> bool {
        matches!(self, TimePoint::Started | TimePoint::Detected | TimePoint::Reported)
    }
}

impl fmt::Display for TimePoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TimePoint::Started => "started",
            TimePoint::Detected => "detected",
            TimePoint::Reported => "reported",
            TimePoint::Notified => "notified",
            TimePoint::Acknowledged => "acknowledged",
            TimePoint::Diagnosed => "diagnosed",
            TimePoint::Restored => "restored",
            TimePoint::Resolved => "resolved",
            TimePoint::Closed => "closed",
        })
    }
}

impl Stamp {
    /// Seen by a monitor or by Operate.
    pub fn measured(at: Time) -> Stamp {
        Stamp { at, source: Source::Measured }
    }

    /// Concluded from something else.
    pub fn derived(at: Time) -> Stamp {
        Stamp { at, source: Source::Derived }
    }

    /// Written down by a person.
    pub fn entered(at: Time) -> Stamp {
        Stamp { at, source: Source::Entered }
    }
}

/// The pairs that must not run backwards. [`Times::check`] adds that an outage ends no sooner than
/// it
/// began; when the start is unknown it counts from the detection.
const ORDER: [(TimePoint, TimePoint); 4] = [
    (TimePoint::Started, TimePoint::Detected),
    (TimePoint::Detected, TimePoint::Acknowledged),
    (TimePoint::Restored, TimePoint::Resolved),
    (TimePoint::Resolved, TimePoint::Closed),
];

impl Times {
    /// Those with which an incident opens.
    pub(crate) fn begin(opened: &Opened) -> Times {
        let (started, reported) = (opened.started, opened.reported);
        Times { started, detected: Some(opened.detected), reported, ..Times::default() }
    }

    /// One of them.
    pub fn get(&self, point: TimePoint) -> Option<Stamp> {
        match point {
            TimePoint::Started => self.started,
            TimePoint::Detected => self.detected,
            TimePoint::Reported => self.reported,
            TimePoint::Notified => self.notified,
            TimePoint::Acknowledged => self.acknowledged,
            TimePoint::Diagnosed => self.diagnosed,
            TimePoint::Restored => self.restored,
            TimePoint::Resolved => self.resolved,
            TimePoint::Closed => self.closed,
        }
    }

    /// Puts one of them.
    pub(crate) fn set(&mut self, point: TimePoint, stamp: Stamp) {
        let place = match point {
            TimePoint::Started => &mut self.started,
            TimePoint::Detected => &mut self.detected,
            TimePoint::Reported => &mut self.reported,
            TimePoint::Notified => &mut self.notified,
            TimePoint::Acknowledged => &mut self.acknowledged,
            TimePoint::Diagnosed => &mut self.diagnosed,
            TimePoint::Restored => &mut self.restored,
            TimePoint::Resolved => &mut self.resolved,
            TimePoint::Closed => &mut self.closed,
        };
        *place = Some(stamp);
    }

    /// When the outage began: the start where it is known, else the detection.
    pub fn outage_start(&self) -> Option<Time> {
        self.started.or(self.detected).map(|stamp| stamp.at)
    }

    /// Checks the order: started ≤ detected ≤ acknowledged, outage start ≤ restored ≤ resolved
    /// ≤ closed.
    ///
    /// # Errors
    /// Names the first pair that runs backwards.
    pub fn check(&self) -> Result<(), Refusal> {
        for (earlier, later) in ORDER {
            if let (Some(a), Some(b)) = (self.get(earlier), self.get(later))
                && a.at > b.at
            {
                return Err(backwards(&earlier.to_string(), a.at, later, b.at));
            }
        }
        if let (Some(start), Some(end)) = (self.outage_start(), self.restored)
            && start > end.at
        {
            return Err(backwards("the start of the outage", start, TimePoint::Restored, end.at));
        }
        Ok(())
    }

    /// Takes over what a merged incident knew of the beginning, where that was earlier.
    pub(crate) fn absorb_beginning(&mut self, child: &Beginning) {
        let earlier = match (self.detected, child.detected) {
            (Some(own), Some(other)) => other.at < own.at,
            (None, Some(_)) => true,
            _ => false,
        };
        if earlier {
            self.detected = child.detected;
        }
        let latest = self.detected.map_or(Time::MAX, |stamp| stamp.at);
        let starts = [self.started, child.started];
        self.started = starts.into_iter().flatten().filter(|s| s.at <= latest).min_by_key(|s| s.at);
    }
}

/// How an incident began: what a parent takes over from a merged child.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Beginning {
    /// See [`Times::started`].
    pub started: Option<Stamp>,
    /// See [`Times::detected`].
    pub detected: Option<Stamp>,
}

fn backwards(earlier: &str, a: Time, later: TimePoint, b: Time) -> Refusal {
    Refusal::invalid(format!(
        "The times would run backwards: {earlier} ({a}) must not be after {later} ({b}); correct \
         one of the two."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Option<Stamp> {
        Some(Stamp::measured(Time::from_seconds(seconds)))
    }

    #[test]
    fn unknown_times_break_no_order() {
        let times = Times { started: at(5), acknowledged: at(1), ..Times::default() };
        assert_eq!(times.check(), Ok(()));
    }

    #[test]
    fn a_backward_pair_is_named_with_both_times() {
        let times = Times { started: at(5), detected: at(1), ..Times::default() };
        let reason = times.check().unwrap_err().reason;
        assert!(reason.contains("started (1970-01-01T00:00:05Z)"), "{reason}");
        assert!(reason.contains("detected (1970-01-01T00:00:01Z)"), "{reason}");
    }

    #[test]
    fn an_outage_does_not_end_before_it_began() {
        let known = Times { started: at(5), restored: at(4), ..Times::default() };
        let unknown = Times { detected: at(5), restored: at(4), ..Times::default() };
        assert!(known.check().is_err());
        assert!(unknown.check().is_err());
    }

    #[test]
    fn a_parent_begins_with_its_earliest_child() {
        let mut times = Times { detected: at(50), ..Times::default() };
        times.absorb_beginning(&Beginning { started: at(10), detected: at(20) });
        assert_eq!((times.started, times.detected), (at(10), at(20)));
        times.absorb_beginning(&Beginning { started: at(30), detected: at(40) });
        assert_eq!((times.started, times.detected), (at(10), at(20)), "later: nothing to take");
        assert_eq!(times.check(), Ok(()));
    }
}
