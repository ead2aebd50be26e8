use std::fmt;
use std::ops::{Add, Sub};
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A point in time: microseconds since 1970-01-01T00:00:00Z.
///
/// Kept as one integer in memory and in the database; written as RFC 3339 in UTC in JSON and to
/// people. Zones appear only at the edges.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Time(i64);

/// How [`Time::MAX`] is written.
const NEVER: &str = "9999-12-31T23:59:59Z";

impl Time {
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Time = Time(0);
    /// Later than every time that can be entered; what "never" compares as. Written
    /// `9999-12-31T23:59:59Z`, as many senders of alerts spell "never", and read back from it.
    pub const MAX: Time = Time(i64::MAX);

    /// From microseconds since the epoch.
    pub const fn from_micros(micros: i64) -> Time {
        Time(micros)
    }

    /// From whole seconds since the epoch.
    pub const fn from_seconds(seconds: i64) -> Time {
        Time(seconds.saturating_mul(1_000_000))
    }

    /// Microseconds since the epoch.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Microseconds from `earlier` to `self`; negative when `earlier` is later.
    pub const fn micros_since(self, earlier: Time) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// How long after `earlier` this is; zero when it is not after.
    pub fn since(self, earlier: Time) -> Duration {
        Duration::from_micros(self.micros_since(earlier).max(0).unsigned_abs())
    }

    /// Reads RFC 3339 with any offset, as alert senders write it. Zero years (`0001-01-01T…`,
    /// Go's zero time) parse and are left to the caller to interpret.
    pub fn parse(text: &str) -> Result<Time, ParseTimeError> {
        if text == NEVER {
            return Ok(Time::MAX);
        }
        text.parse::<jiff::Timestamp>()
            .map(|t| Time(t.as_microsecond()))
            .map_err(|_| ParseTimeError { text: text.chars().take(64).collect() })
    }
}

impl Add<Duration> for Time {
    type Output = Time;

    fn add(self, span: Duration) -> Time {
        Time(self.0.saturating_add(i64::try_from(span.as_micros()).unwrap_or(i64::MAX)))
    }
}

impl Sub<Duration> for Time {
    type Output = Time;

    fn sub(self, span: Duration) -> Time {
        Time(self.0.saturating_sub(i64::try_from(span.as_micros()).unwrap_or(i64::MAX)))
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_microsecond(self.0) {
            Ok(t) => write!(f, "{t}"),
            // Beyond what can be written: nothing that a person entered.
            Err(_) if self.0 < 0 => write!(f, "{}", jiff::Timestamp::MIN),
            Err(_) => f.write_str(NEVER),
        }
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Time {
    type Err = ParseTimeError;

    fn from_str(text: &str) -> Result<Time, ParseTimeError> {
        Time::parse(text)
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Time, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Time::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// A text that is no RFC 3339 time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a time; write it like 2026-03-01T09:30:00Z")]
pub struct ParseTimeError {
    text: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_turned_into_utc() {
        let time = Time::parse("2026-03-01T10:30:00.25+01:00").unwrap();
        assert_eq!(time.to_string(), "2026-03-01T09:30:00.25Z");
        assert_eq!(Time::parse(&time.to_string()), Ok(time));
    }

    #[test]
    fn arithmetic_saturates_instead_of_wrapping() {
        assert_eq!(Time::MAX + Duration::from_secs(1), Time::MAX);
        assert_eq!(Time::EPOCH.since(Time::from_seconds(5)), Duration::ZERO);
    }

    #[test]
    fn every_time_that_is_written_can_be_read() {
        for micros in [i64::MIN, -1, 0, 253_402_207_200_000_000, 253_402_300_799_000_000] {
            let text = Time::from_micros(micros).to_string();
            assert!(Time::parse(&text).is_ok(), "{micros} is written {text}");
        }
        assert_eq!(Time::parse(&Time::MAX.to_string()), Ok(Time::MAX));
    }

    #[test]
    fn a_wrong_time_is_named() {
        let error = Time::parse("yesterday").unwrap_err();
        assert!(error.to_string().contains("`yesterday`"));
    }
}
