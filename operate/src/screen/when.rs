use std::time::Duration;

use kernel::Time;

/// A time with its zone and its age: `2026-03-01 09:30:00 UTC (4 min ago)`.
pub fn moment(time: Time, now: Time) -> String {
    format!("{} ({})", exact(time), ago(time, now))
}

/// A time with its zone, to the second.
fn exact(time: Time) -> String {
    let text = Time::from_seconds(time.micros().div_euclid(1_000_000)).to_string();
    format!("{} UTC", text.trim_end_matches('Z').replacen('T', " ", 1))
}

/// How long ago a time is: `4 min ago`.
pub fn ago(time: Time, now: Time) -> String {
    if time > now + Duration::from_secs(1) {
        return format!("in {}", span(time.since(now)));
    }
    format!("{} ago", age(time, now))
}

/// The age of something that began at a time: `4 min`.
pub fn age(time: Time, now: Time) -> String {
    span(now.since(time))
}

/// A span in its largest sensible unit, or two of them.
pub fn span(span: Duration) -> String {
    let seconds = span.as_secs();
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match () {
        () if seconds < 60 => format!("{seconds} s"),
        () if minutes < 60 => format!("{minutes} min"),
        () if hours < 24 && minutes % 60 == 0 => format!("{hours} h"),
        () if hours < 24 => format!("{hours} h {} min", minutes % 60),
        () => format!("{days} d"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_show_zone_and_age() {
        let now = Time::parse("2026-03-01T09:34:10Z").unwrap();
        let time = Time::parse("2026-03-01T09:30:00.25Z").unwrap();
        assert_eq!(moment(time, now), "2026-03-01 09:30:00 UTC (4 min ago)");
    }

    #[test]
    fn spans_are_told_in_units_that_people_use() {
        let told = [5, 60, 3599, 3600, 5400, 90_000].map(|s| span(Duration::from_secs(s)));
        assert_eq!(told, ["5 s", "1 min", "59 min", "1 h", "1 h 30 min", "1 d"]);
    }

    #[test]
    fn a_time_that_is_still_to_come_says_so() {
        let now = Time::from_seconds(1000);
        assert_eq!(ago(Time::from_seconds(1120), now), "in 2 min");
    }
}
