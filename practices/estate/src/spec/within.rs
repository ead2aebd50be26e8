use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Wait;

/// How soon something must be done: a length of working time like `4h`, or working days like `2d`.
/// A working day is that day's hours, not 24 of them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Within {
    /// So much working time.
    Time(Wait),
    /// The end of so many working days.
    Days(u16),
}

/// What is no length of time.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{text}` is no length of time; write it like 30m, 4h or 2d")]
pub struct ParseWithinError {
    text: String,
}

impl FromStr for Within {
    type Err = ParseWithinError;

    fn from_str(text: &str) -> Result<Within, ParseWithinError> {
        let wrong = || ParseWithinError { text: text.chars().take(32).collect() };
        match text.strip_suffix('d') {
            Some(days) if days.bytes().all(|byte| byte.is_ascii_digit()) => {
                days.parse().map(Within::Days).map_err(|_| wrong())
            }
            _ => text.parse().map(Within::Time).map_err(|_| wrong()),
        }
    }
}

impl fmt::Display for Within {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Within::Time(wait) => wait.fmt(f),
            Within::Days(days) => write!(f, "{days}d"),
        }
    }
}

impl Serialize for Within {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Within {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Within, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_and_working_days_are_read_and_written_back() {
        for text in ["0s", "15m", "4h", "1h30m", "2d", "0d"] {
            assert_eq!(text.parse::<Within>().unwrap().to_string(), text);
        }
        for wrong in ["", "d", "-1d", "1.5h", "1d2h", "99999d", "soon"] {
            assert!(wrong.parse::<Within>().is_err(), "{wrong}");
        }
    }
}
