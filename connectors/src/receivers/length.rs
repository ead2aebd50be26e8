use std::time::Duration;

use serde::de::Error;
use serde::{Deserialize, Deserializer};

/// A length of time as configurations spell it: `30s`, `1h30m`, `1d`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Length(pub Duration);

/// Units in milliseconds, those that begin like another one first.
const UNITS: [(&str, u64); 7] = [
    ("ms", 1),
    ("s", 1_000),
    ("m", 60_000),
    ("h", 3_600_000),
    ("d", 86_400_000),
    ("w", 604_800_000),
    ("y", 31_536_000_000),
];

impl Length {
    /// Reads a length; `None` when it is none.
    pub fn parse(text: &str) -> Option<Length> {
        if text == "0" {
            return Some(Length::default());
        }
        let mut rest = text;
        let mut millis: u64 = 0;
        while !rest.is_empty() || text.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit())?;
            let (number, after) = rest.split_at(digits);
            let (unit, length) = UNITS.iter().find(|(unit, _)| after.starts_with(unit))?;
            millis = millis.checked_add(number.parse::<u64>().ok()?.checked_mul(*length)?)?;
            rest = &after[unit.len()..];
        }
        Some(Length(Duration::from_millis(millis)))
    }

    /// Whether it is longer than nothing.
    pub fn is_positive(self) -> bool {
        !self.0.is_zero()
    }
}

impl<'de> Deserialize<'de> for Length {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Length, D::Error> {
        let text = String::deserialize(deserializer)?;
        Length::parse(&text)
            .ok_or_else(|| D::Error::custom("expected a length of time: write it as 30s or 1h30m"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_as_alertmanager_reads_them() {
        for (text, seconds) in
            [("30s", 30), ("1h30m", 5400), ("1d", 86_400), ("0", 0), ("1w", 604_800)]
        {
            assert_eq!(Length::parse(text), Some(Length(Duration::from_secs(seconds))), "{text}");
        }
        assert_eq!(Length::parse("1s500ms"), Some(Length(Duration::from_millis(1500))));
        for wrong in ["", "5", "s", "1x", "-1s", "1 s", "99999999999999999999y"] {
            assert_eq!(Length::parse(wrong), None, "{wrong}");
        }
    }
}
