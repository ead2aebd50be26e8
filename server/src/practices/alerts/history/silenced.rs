//! From when to when silences held an alert back, as far as they are remembered: drawn from the
//! silences themselves, since holding back changes nothing about an alert.

use alerts::Labels;
use kernel::{SilenceId, Time};
use serde::Serialize;
use silences::Silence;
use utoipa::ToSchema;

/// Windows of one silence that are looked at.
const WINDOWS_MAX: usize = 100;

/// A time in which a silence held an alert back.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
pub struct SilencedSpan {
    /// The silence.
    pub silence: SilenceId,
    /// From when.
    pub from: Time,
    /// Until when, as far as is known now.
    pub until: Time,
}

/// The times between `from` and `to` in which these silences matched these labels, the oldest
/// first.
pub fn spans(silences: &[Silence], labels: &Labels, from: Time, to: Time) -> Vec<SilencedSpan> {
    let mut found: Vec<SilencedSpan> = silences
        .iter()
        .filter(|silence| silence.matchers.match_labels(labels))
        .flat_map(|silence| {
            let windows = silence.held(from, to, WINDOWS_MAX).into_iter();
            windows.map(move |window| SilencedSpan {
                silence: silence.id,
                from: window.from,
                until: window.until,
            })
        })
        .collect();
    found.sort_by_key(|span| (span.from, span.silence));
    found
}

#[cfg(test)]
mod tests {
    use kernel::{Actor, Lifecycle, Moment};
    use serde_json::json;

    use super::*;

    fn silence(starts: &str, ends: &str) -> Silence {
        let plan = json!({ "command": "create", "plan": {
            "matchers": ["alertname=DiskFull"], "starts_at": starts, "ends_at": ends,
            "comment": "known", "created_by": "ada" } });
        let now = Time::parse(starts).unwrap();
        let moment = Moment::new(now, Actor::Person("ada".to_owned()), 1);
        let command = serde_json::from_value(plan).unwrap();
        let id = SilenceId::from_bits(5);
        let events = Silence::open(id, &command, &moment).unwrap();
        let mut silence = Silence::born(id, &events[0]).unwrap();
        events[1..].iter().for_each(|event| silence.apply(event));
        silence
    }

    fn at(text: &str) -> Time {
        Time::parse(text).unwrap()
    }

    #[test]
    fn what_matched_is_cut_to_the_time_that_is_looked_at_and_to_an_early_end() {
        let mut silence = silence("2026-03-01T09:00:00Z", "2026-03-01T12:00:00Z");
        let disk = Labels::new([("alertname", "DiskFull")]);
        let (from, to) = (at("2026-03-01T10:00:00Z"), at("2026-03-01T18:00:00Z"));
        let found = spans(std::slice::from_ref(&silence), &disk, from, to);
        assert_eq!((found[0].from, found[0].until), (from, at("2026-03-01T12:00:00Z")));
        silence.ended_at = Some(at("2026-03-01T10:30:00Z"));
        let found = spans(std::slice::from_ref(&silence), &disk, from, to);
        assert_eq!(found[0].until, at("2026-03-01T10:30:00Z"));
        let load = Labels::new([("alertname", "HighLoad")]);
        assert!(spans(std::slice::from_ref(&silence), &load, from, to).is_empty());
        let later = at("2026-03-01T11:00:00Z");
        assert!(spans(&[silence], &disk, later, to).is_empty(), "it had ended by then");
    }
}
