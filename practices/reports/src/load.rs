//! How much calling weighs on people: calls by person, at night, in a row, and whether it is more
//! than can be borne.
//!
//! Being called to one incident counts once for a person, however many ways were tried. A night is
//! from 22 to 7 o'clock where the person is. The limit of two incidents in a shift of twelve hours
//! is that of Google's "Site Reliability Engineering", chapter 11, "Being On-Call".

use std::collections::{BTreeMap, BTreeSet};

use kernel::{IncidentId, ItemRef, Priority, Time};
use serde::Serialize;
use utoipa::ToSchema;

use crate::bearable::LoadLimits;
use crate::quantile::median;

/// Calls that are named for each person.
const NAMED_MAX: usize = 100;
const SHIFT_MICROS: i64 = 12 * 3_600_000_000;
const NIGHT_FROM: u16 = 22 * 60;
const NIGHT_UNTIL: u16 = 7 * 60;
const WEEK_DAYS: i64 = 7;

/// One call to one person.
#[derive(Clone, PartialEq, Debug)]
pub struct Ring {
    /// Who was called.
    pub person: ItemRef,
    /// For which incident.
    pub incident: IncidentId,
    /// Its number.
    pub number: u64,
    /// Its title.
    pub title: String,
    /// Its priority.
    pub priority: Priority,
    /// Why this person: the policy and its step.
    pub because: String,
    /// In which way.
    pub channel: String,
    /// When.
    pub at: Time,
    /// The minute of the person's day.
    pub minute: u16,
    /// The person's date, as days since 1970.
    pub day: i64,
    /// When this person answered the page, if they did.
    pub answered_at: Option<Time>,
}

/// How much calling weighs on people.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct LoadReport {
    /// By person, the most loaded first.
    pub people: Vec<PersonLoad>,
    /// Above what it warns.
    pub limits: LoadLimits,
}

/// How much calling weighs on one person.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct PersonLoad {
    /// Who.
    pub person: ItemRef,
    /// Incidents they were called to.
    pub incidents: usize,
    /// Calls by every way.
    pub calls: usize,
    /// Incidents that they answered.
    pub answered: usize,
    /// The median time from their first call to their answer, in seconds.
    pub answer_median_seconds: Option<f64>,
    /// Incidents they were called to at night.
    pub at_night: usize,
    /// The most nights with a call within seven.
    pub worst_week_nights: usize,
    /// The most days in a row with a call.
    pub longest_streak_days: usize,
    /// The most incidents within twelve hours.
    pub worst_shift: usize,
    /// What of it is more than can be borne; empty: nothing.
    pub warnings: Vec<String>,
    /// Incidents by day of the person, for a chart.
    pub days: Vec<LoadDay>,
    /// What they were called to and why, the newest first; at most a hundred.
    pub called_to: Vec<CalledTo>,
}

/// One day of a person.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct LoadDay {
    /// The date, as days since 1970.
    pub day: i64,
    /// Incidents by day.
    pub by_day: usize,
    /// Incidents at night.
    pub by_night: usize,
}

/// One incident that a person was called to.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct CalledTo {
    /// The incident.
    pub incident: IncidentId,
    /// Its number.
    pub number: u64,
    /// Its title.
    pub title: String,
    /// Its priority.
    pub priority: Priority,
    /// When they were first called.
    pub at: Time,
    /// Whether that was at night.
    pub at_night: bool,
    /// Why they.
    pub because: String,
    /// In which ways.
    pub channels: Vec<String>,
    /// When they answered, if they did.
    pub answered_at: Option<Time>,
}

/// The load by person.
pub fn load_report(rings: &[Ring], limits: &LoadLimits) -> LoadReport {
    let mut by_person: BTreeMap<&ItemRef, Vec<&Ring>> = BTreeMap::new();
    for ring in rings {
        by_person.entry(&ring.person).or_default().push(ring);
    }
    let mut people: Vec<PersonLoad> =
        by_person.into_iter().map(|(person, rings)| of_person(person, rings, limits)).collect();
    people.sort_by(|a, b| {
        let weight = |load: &PersonLoad| (load.warnings.len(), load.incidents, load.at_night);
        weight(b).cmp(&weight(a)).then_with(|| a.person.cmp(&b.person))
    });
    LoadReport { people, limits: *limits }
}

fn of_person(person: &ItemRef, mut rings: Vec<&Ring>, limits: &LoadLimits) -> PersonLoad {
    rings.sort_by_key(|ring| ring.at);
    let mut firsts: Vec<(&Ring, Vec<String>)> = Vec::new();
    for ring in &rings {
        match firsts.iter_mut().find(|(first, _)| first.incident == ring.incident) {
            Some((_, channels)) if channels.contains(&ring.channel) => {}
            Some((_, channels)) => channels.push(ring.channel.clone()),
            None => firsts.push((ring, vec![ring.channel.clone()])),
        }
    }
    let night = |ring: &Ring| ring.minute >= NIGHT_FROM || ring.minute < NIGHT_UNTIL;
    let days: BTreeSet<i64> = firsts.iter().map(|(ring, _)| ring.day).collect();
    // The hours after midnight belong to the night that began the evening before.
    let nights: BTreeSet<i64> = firsts
        .iter()
        .filter(|(ring, _)| night(ring))
        .map(|(ring, _)| if ring.minute < NIGHT_UNTIL { ring.day - 1 } else { ring.day })
        .collect();
    let waits: Vec<f64> = firsts
        .iter()
        .filter_map(|(ring, _)| Some(ring.answered_at?.since(ring.at).as_secs_f64()))
        .collect();
    let times: Vec<i64> = firsts.iter().map(|(ring, _)| ring.at.micros()).collect();
    let mut load = PersonLoad {
        person: person.clone(),
        incidents: firsts.len(),
        calls: rings.len(),
        answered: waits.len(),
        answer_median_seconds: median(&waits),
        at_night: firsts.iter().filter(|(ring, _)| night(ring)).count(),
        worst_week_nights: most_within(&nights.into_iter().collect::<Vec<_>>(), WEEK_DAYS),
        longest_streak_days: streak(&days),
        worst_shift: most_within(&times, SHIFT_MICROS),
        warnings: Vec::new(),
        days: days.iter().map(|day| day_of(*day, &firsts, night)).collect(),
        called_to: firsts.iter().rev().take(NAMED_MAX).map(|first| named(first, night)).collect(),
    };
    load.warnings = warnings(&load, limits);
    load
}

fn warnings(load: &PersonLoad, limits: &LoadLimits) -> Vec<String> {
    let (shift, nights) = (limits.shift_incidents_max, limits.week_nights_max);
    let mut warnings = Vec::new();
    if load.worst_shift > shift as usize {
        warnings
            .push(format!("{} incidents within 12 hours; {shift} are enough", load.worst_shift));
    }
    if load.worst_week_nights > nights as usize {
        let most = load.worst_week_nights;
        warnings.push(format!("called in {most} nights of 7; {nights} are enough"));
    }
    warnings
}

fn day_of(day: i64, firsts: &[(&Ring, Vec<String>)], night: impl Fn(&Ring) -> bool) -> LoadDay {
    let of_day = firsts.iter().filter(|(ring, _)| ring.day == day);
    let (by_night, by_day): (Vec<_>, Vec<_>) = of_day.partition(|(ring, _)| night(ring));
    LoadDay { day, by_day: by_day.len(), by_night: by_night.len() }
}

fn named((ring, channels): &(&Ring, Vec<String>), night: impl Fn(&Ring) -> bool) -> CalledTo {
    CalledTo {
        incident: ring.incident,
        number: ring.number,
        title: ring.title.clone(),
        priority: ring.priority,
        at: ring.at,
        at_night: night(ring),
        because: ring.because.clone(),
        channels: channels.clone(),
        answered_at: ring.answered_at,
    }
}

/// The most of some rising numbers that lie within less than `length`.
fn most_within(rising: &[i64], length: i64) -> usize {
    let mut first = 0;
    let mut most = 0;
    for (last, at) in rising.iter().enumerate() {
        while rising.get(first).is_some_and(|begin| at - begin >= length) {
            first += 1;
        }
        most = most.max(last + 1 - first);
    }
    most
}

/// The most days in a row.
fn streak(days: &BTreeSet<i64>) -> usize {
    let (mut most, mut run, mut before) = (0, 0, None);
    for day in days {
        run = if before == Some(day - 1) { run + 1 } else { 1 };
        most = most.max(run);
        before = Some(*day);
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A call to ada, whose clocks show UTC: the incident, the day, hour and minute.
    fn ring(incident: u128, day: i64, hour: u16, minute: u16) -> Ring {
        let minute = hour * 60 + minute;
        Ring {
            person: "person/ada".parse().unwrap(),
            incident: IncidentId::from_bits(incident),
            number: incident as u64,
            title: format!("incident {incident}"),
            priority: Priority::P1,
            because: "step 1 of escalationpolicy/shop".to_owned(),
            channel: "email".to_owned(),
            at: Time::from_seconds(day * 86_400 + i64::from(minute) * 60),
            minute,
            day,
            answered_at: None,
        }
    }

    fn ada(rings: &[Ring]) -> PersonLoad {
        load_report(rings, &LoadLimits::default()).people.remove(0)
    }

    #[test]
    fn one_incident_weighs_once_however_often_it_rang() {
        let text = Ring { channel: "sms".to_owned(), ..ring(1, 10, 9, 2) };
        let answered = Ring {
            answered_at: Some(Time::from_seconds(10 * 86_400 + 9 * 3600 + 180)),
            ..ring(1, 10, 9, 0)
        };
        let load = ada(&[answered, text.clone(), text]);
        assert_eq!((load.incidents, load.calls, load.answered), (1, 3, 1));
        assert_eq!(load.answer_median_seconds, Some(180.0));
        assert_eq!(load.called_to[0].channels, ["email", "sms"]);
        assert_eq!(load.warnings, Vec::<String>::new());
    }

    #[test]
    fn more_than_two_in_a_shift_are_warned_about_and_two_are_not() {
        let two = [ring(1, 10, 9, 0), ring(2, 10, 20, 59)];
        assert_eq!(ada(&two).worst_shift, 2);
        assert!(ada(&two).warnings.is_empty());
        let apart = [ring(1, 10, 9, 0), ring(2, 10, 15, 0), ring(3, 10, 21, 0)];
        assert_eq!(ada(&apart).worst_shift, 2, "twelve hours are over at the third");
        let three = [ring(1, 10, 9, 0), ring(2, 10, 15, 0), ring(3, 10, 20, 59)];
        assert_eq!(ada(&three).warnings, ["3 incidents within 12 hours; 2 are enough"]);
    }

    #[test]
    fn a_night_is_one_night_before_and_after_midnight() {
        let night = [ring(1, 10, 23, 0), ring(2, 11, 3, 0)];
        let load = ada(&night);
        assert_eq!((load.at_night, load.worst_week_nights), (2, 1));
        let nights = [ring(1, 10, 23, 0), ring(2, 12, 3, 0), ring(3, 15, 22, 0)];
        assert_eq!(ada(&nights).warnings, ["called in 3 nights of 7; 2 are enough"]);
        let day = [ring(1, 10, 7, 0), ring(2, 10, 21, 59)];
        assert_eq!(ada(&day).at_night, 0);
    }

    #[test]
    fn days_in_a_row_are_counted_and_who_is_warned_stands_first() {
        let rings: Vec<Ring> = [3, 4, 5, 9].map(|day| ring(day as u128, day, 12, 0)).to_vec();
        assert_eq!(ada(&rings).longest_streak_days, 3);
        assert_eq!(ada(&rings).days.len(), 4);
        let bob = |ring: Ring| Ring { person: "person/bob".parse().unwrap(), ..ring };
        let busy = [ring(1, 10, 9, 0), ring(2, 10, 10, 0), ring(3, 10, 11, 0)];
        let calm = [4, 5, 6, 7].map(|day| bob(ring(day as u128, day, 12, 0)));
        let report = load_report(&[&calm[..], &busy[..]].concat(), &LoadLimits::default());
        let order: Vec<&str> = report.people.iter().map(|load| load.person.name()).collect();
        assert_eq!(order, ["ada", "bob"]);
    }
}
