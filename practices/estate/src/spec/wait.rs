use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A length of time in whole seconds, written like `30s`, `5m` or `1h30m`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Wait(u32);

const UNITS: [(char, u32); 3] = [('h', 3600), ('m', 60), ('s', 1)];

impl Wait {
    /// From whole seconds.
    pub const fn from_seconds(seconds: u32) -> Wait {
        Wait(seconds)
    }

    /// Whole seconds.
    pub const fn seconds(self) -> u32 {
        self.0
    }
}

impl FromStr for Wait {
    type Err = ParseWaitError;

    fn from_str(text: &str) -> Result<Wait, ParseWaitError> {
        let wrong = || ParseWaitError { text: text.chars().take(32).collect() };
        let mut rest = text;
        let mut seconds: u32 = 0;
        for (unit, length) in UNITS {
            if let Some((number, after)) = rest.split_once(unit) {
                let number: u32 = number.parse().map_err(|_| wrong())?;
                let more = number.checked_mul(length).ok_or_else(wrong)?;
                seconds = seconds.checked_add(more).ok_or_else(wrong)?;
                rest = after;
            }
        }
        if text.is_empty() || !rest.is_empty() {
            return Err(wrong());
        }
        Ok(Wait(seconds))
    }
}

impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        for (unit, length) in UNITS {
            if rest >= length {
                write!(f, "{}{unit}", rest / length)?;
                rest %= length;
            }
        }
        if self.0 == 0 { f.write_str("0s") } else { Ok(()) }
    }
}

impl Serialize for Wait {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Wait {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Wait, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A text that is no length of time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a length of time; write it like 30s, 5m or 1h30m")]
pub struct ParseWaitError {
    text: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_read_back_in_their_shortest_form() {
        for (text, shortest) in [("90s", "1m30s"), ("5m", "5m"), ("1h0m5s", "1h5s"), ("0m", "0s")] {
            let wait: Wait = text.parse().unwrap();
            assert_eq!(wait.to_string(), shortest);
            assert_eq!(shortest.parse(), Ok(wait));
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", "5", "m", "-5m", "5 m", "5m1h", "5d", "99999999h", "1.5h"] {
            assert!(text.parse::<Wait>().is_err(), "{text}");
        }
    }
}
