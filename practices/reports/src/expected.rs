//! Anomalies that people expect: shown no more for this rule at this hour of the week, until
//! somebody takes it back.

use jiff::tz::TimeZone;
use kernel::{Actor, Refusal, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::anomaly::{Anomaly, AnomalyKind};
use crate::season::place;

/// Hours that are expected to be unusual at most.
const MARKS_MAX: usize = 1_000;
/// Longest note, in characters.
const NOTE_MAX: usize = 1_000;
/// Longest name of an integration or alert, in characters.
const NAME_MAX: usize = 500;

/// An hour of the week of one rule, or of all together.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExpectedHour {
    /// The integration; nothing when all rules are counted together.
    pub source: Option<String>,
    /// The alert; nothing when all rules are counted together.
    pub name: Option<String>,
    /// In which way it is unusual.
    pub kind: AnomalyKind,
    /// Day of the week, Monday is 1.
    #[schema(minimum = 1, maximum = 7)]
    pub day: u8,
    /// Hour of the day.
    #[schema(minimum = 0, maximum = 23)]
    pub hour: u8,
    /// On whose clocks: `Europe/Berlin`.
    pub time_zone: String,
}

/// One decision of a person.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Expected {
    /// What is expected.
    pub what: ExpectedHour,
    /// Who decided.
    #[schema(value_type = String)]
    pub by: Actor,
    /// When.
    pub at: Time,
    /// Why; may be empty.
    pub note: String,
}

/// Every decision of a space.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Marks(pub Vec<Expected>);

impl Marks {
    /// The decisions with this one; it replaces what was said of the same hour before.
    ///
    /// # Errors
    /// When it names no hour of a week, or there is no more room.
    pub fn with(self, mark: Expected) -> Result<Marks, Refusal> {
        mark.what.check()?;
        if mark.note.chars().count() > NOTE_MAX {
            return Err(Refusal::invalid(format!("a note has at most {NOTE_MAX} characters")));
        }
        let mut marks = self.without(&mark.what)?;
        if marks.0.len() >= MARKS_MAX {
            return Err(Refusal::invalid(format!("at most {MARKS_MAX} hours are expected")));
        }
        marks.0.push(mark);
        Ok(marks)
    }

    /// The decisions without the one about this hour.
    ///
    /// # Errors
    /// When it is no hour of a week.
    pub fn without(mut self, what: &ExpectedHour) -> Result<Marks, Refusal> {
        what.check()?;
        self.0.retain(|mark| mark.what != *what);
        Ok(self)
    }

    /// The place of the decision that expects this.
    pub fn about(&self, anomaly: &Anomaly) -> Option<usize> {
        self.0.iter().position(|mark| mark.what.covers(anomaly))
    }
}

impl ExpectedHour {
    fn check(&self) -> Result<(), Refusal> {
        if !(1..=7).contains(&self.day) || self.hour > 23 {
            return Err(Refusal::invalid("days are 1 (Monday) to 7, hours 0 to 23"));
        }
        if TimeZone::get(&self.time_zone).is_err() {
            return Err(Refusal::invalid("no such time zone; write it like Europe/Berlin"));
        }
        if self.source.is_some() != self.name.is_some() {
            return Err(Refusal::invalid("a rule has both an integration and a name"));
        }
        let long = |text: &str| text.chars().count() > NAME_MAX;
        if self.source.iter().chain(&self.name).any(|text| long(text)) {
            return Err(Refusal::invalid(format!("a name has at most {NAME_MAX} characters")));
        }
        Ok(())
    }

    /// Whether this is what was expected, on the clocks it was said for.
    fn covers(&self, anomaly: &Anomaly) -> bool {
        let same =
            self.kind == anomaly.kind && self.source == anomaly.source && self.name == anomaly.name;
        same && TimeZone::get(&self.time_zone)
            .ok()
            .and_then(|zone| place(anomaly.at, &zone))
            .is_some_and(|(slot, _, _)| {
                slot + 24 == usize::from(self.day) * 24 + usize::from(self.hour)
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(day: u8, hour: u8, zone: &str) -> Expected {
        Expected {
            what: ExpectedHour {
                source: Some("prometheus".to_owned()),
                name: Some("Backup".to_owned()),
                kind: AnomalyKind::More,
                day,
                hour,
                time_zone: zone.to_owned(),
            },
            by: Actor::Person("ada".to_owned()),
            at: Time::EPOCH,
            note: String::new(),
        }
    }

    fn anomaly(at: &str) -> Anomaly {
        Anomaly {
            source: Some("prometheus".to_owned()),
            name: Some("Backup".to_owned()),
            kind: AnomalyKind::More,
            at: Time::parse(at).unwrap(),
            until: Time::EPOCH,
            day: 0,
            hour: 0,
            count: 0,
            expected: 0.0,
            spread: 1.0,
            score: 0.0,
            short: false,
            weeks: Vec::new(),
        }
    }

    #[test]
    fn an_hour_is_expected_on_the_clock_of_the_zone_before_and_after_it_changes() {
        let marks = Marks::default().with(mark(7, 3, "Europe/Berlin")).unwrap();
        assert_eq!(marks.about(&anomaly("2026-03-22T02:00:00Z")), Some(0), "in winter");
        assert_eq!(marks.about(&anomaly("2026-03-29T01:00:00Z")), Some(0), "in summer");
        assert_eq!(marks.about(&anomaly("2026-03-29T02:00:00Z")), None);
        let silent = Anomaly { kind: AnomalyKind::Silence, ..anomaly("2026-03-22T02:00:00Z") };
        assert_eq!(marks.about(&silent), None, "that more comes does not mean that nothing may");
        let other = Anomaly { name: Some("Disk".into()), ..anomaly("2026-03-22T02:00:00Z") };
        assert_eq!(marks.about(&other), None);
        assert!(marks.without(&mark(7, 3, "Europe/Berlin").what).unwrap().0.is_empty());
    }

    #[test]
    fn what_is_no_hour_of_a_week_is_refused() {
        for (day, hour, zone) in [(0, 1, "UTC"), (8, 1, "UTC"), (1, 24, "UTC"), (1, 1, "Mars")] {
            let mark = mark(day, hour, zone);
            assert!(Marks::default().without(&mark.what).is_err(), "{day} {hour} {zone}");
            assert!(Marks::default().with(mark).is_err(), "{day} {hour} {zone}");
        }
        let mut half = mark(1, 1, "UTC");
        half.what.source = None;
        assert!(Marks::default().with(half).is_err());
    }
}
