//! When it is said that nobody will be on call although somebody has to be, and how grave that is.

use std::time::Duration;

use calendar::{Span, Spans};
use kernel::{ItemRef, Time};

/// How far ahead it is looked.
pub const AHEAD: Duration = Duration::from_secs(8 * 7 * 86_400);
/// A gap that begins within so long is an error: there is hardly time left to find somebody.
const SOON: Duration = Duration::from_secs(86_400);
/// A gap that begins within so long is a warning; what is later is worth knowing.
const NEAR: Duration = Duration::from_secs(7 * 86_400);
const DAY: i64 = 86_400_000_000;

/// What an alert says of hours that nobody covers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GapAlarm {
    /// What asks for somebody: a contract, or a calendar of a schedule.
    pub by: ItemRef,
    /// The schedules that cover it together.
    pub schedules: Vec<ItemRef>,
    /// `error` within a day, `warning` within a week, else `info`. A team without a schedule is a
    /// `warning`: its policy may call people by their names.
    pub severity: &'static str,
    /// The stretches with nobody that are not over, in order.
    pub gaps: Vec<Span>,
}

/// The time in which gaps are looked for: from today's midnight in UTC, so that what is said
/// changes when a gap comes nearer or is over, and not with every minute.
pub fn window(now: Time) -> Span {
    let today = now.micros() - now.micros().rem_euclid(DAY);
    Span::new(today, (Time::from_micros(today) + AHEAD).micros())
}

/// What is to be said of the gaps in some hours; nothing when somebody is always there.
pub fn alarm(by: &ItemRef, schedules: &[ItemRef], gaps: &Spans, now: Time) -> Option<GapAlarm> {
    let gaps: Vec<Span> = gaps.iter().filter(|gap| gap.until > now.micros()).collect();
    let first = Time::from_micros(gaps.first()?.from);
    let severity = match first {
        _ if schedules.is_empty() => "warning",
        first if first < now + SOON => "error",
        first if first < now + NEAR => "warning",
        _ => "info",
    };
    Some(GapAlarm { by: by.clone(), schedules: schedules.to_vec(), severity, gaps })
}

impl GapAlarm {
    /// By what the alert is known again: what asks, and the first of the schedules.
    pub fn key(&self) -> String {
        let first = self.schedules.first().map_or("", |schedule| schedule.name());
        format!("{}/{first}", self.by)
    }

    /// How long nobody is there, in minutes.
    pub fn minutes(&self) -> i64 {
        self.gaps.iter().map(|gap| gap.length()).sum::<i64>() / 60_000_000
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000_000;
    /// Six in the morning, in UTC.
    const NOW: Time = Time::from_seconds(1_772_430_000 - 1_772_430_000 % 86_400 + 6 * 3600);

    #[test]
    fn a_team_without_a_schedule_is_a_warning_at_any_time() {
        for from in [1, 300] {
            let from = NOW.micros() + from * HOUR;
            let by: ItemRef = "servicecontract/shop".parse().unwrap();
            let alarm = alarm(&by, &[], &Spans::one(from, from + HOUR), NOW).unwrap();
            assert_eq!(
                (alarm.severity, alarm.key().as_str()),
                ("warning", "servicecontract/shop/")
            );
        }
    }

    fn said(gaps: &[(i64, i64)]) -> Option<(&'static str, i64)> {
        let spans: Spans = gaps
            .iter()
            .map(|(from, until)| Span::new(NOW.micros() + from * HOUR, NOW.micros() + until * HOUR))
            .collect();
        let by: ItemRef = "servicecontract/shop".parse().unwrap();
        let alarm = alarm(&by, &["schedule/shop".parse().unwrap()], &spans, NOW)?;
        Some((alarm.severity, alarm.minutes()))
    }

    #[test]
    fn the_nearer_a_gap_is_the_graver_it_is() {
        assert_eq!(said(&[]), None);
        assert_eq!(said(&[(200, 201), (300, 302)]), Some(("info", 180)));
        assert_eq!(said(&[(160, 161), (300, 302)]), Some(("warning", 180)));
        assert_eq!(said(&[(23, 24)]), Some(("error", 60)));
        assert_eq!(said(&[(-1, 1)]), Some(("error", 120)), "one that runs");
        assert_eq!(said(&[(-3, -1), (200, 201)]), Some(("info", 60)), "one is over");
    }

    #[test]
    fn the_window_begins_at_midnight_and_reaches_eight_weeks() {
        let window = window(NOW);
        assert_eq!(NOW.micros() - window.from, 6 * HOUR);
        assert_eq!(window.length(), 56 * 24 * HOUR);
    }
}
