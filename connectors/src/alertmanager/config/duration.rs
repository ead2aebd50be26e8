//! Durations as Prometheus and Alertmanager write them: `1h30m`, `1d`, `1w`, `0`.

use std::time::Duration;

use super::error::Wrong;

/// Units from the longest, in milliseconds. A year has 365 days.
const UNITS: [(&str, u64); 7] = [
    ("y", 365 * 86_400_000),
    ("w", 7 * 86_400_000),
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1000),
    ("ms", 1),
];
/// What 63 bits of nanoseconds hold, as everywhere in Alertmanager: 292 years.
const MILLIS_MAX: u64 = i64::MAX as u64 / 1_000_000;

const REMEDY: &str =
    "write whole numbers with y, w, d, h, m, s or ms, the longest first, as in 1h30m";

/// Reads a duration: whole numbers, each unit once, the longest first; `0` needs none.
pub(super) fn parse(text: &str) -> Result<Duration, Wrong> {
    if text == "0" {
        return Ok(Duration::ZERO);
    }
    let refuse = || {
        let shown: String = text.chars().take(40).collect();
        Wrong::new(format!("`{shown}` is no duration"), REMEDY)
    };
    if text.is_empty() {
        return Err(refuse());
    }
    let (mut rest, mut next, mut total) = (text, 0, 0_u64);
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let number = &rest[..digits];
        let letters = &rest[digits..];
        let end = letters.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(letters.len());
        let unit = UNITS.iter().position(|(unit, _)| *unit == &letters[..end]);
        let Some(unit) = unit.filter(|unit| *unit >= next && !number.is_empty()) else {
            return Err(refuse());
        };
        let millis = number.parse::<u64>().ok().and_then(|n| n.checked_mul(UNITS[unit].1));
        let sum = millis.and_then(|millis| total.checked_add(millis));
        total = sum.filter(|total| *total <= MILLIS_MAX).ok_or_else(|| {
            Wrong::new("this duration is longer than 292 years", "write a shorter one")
        })?;
        (rest, next) = (&letters[end..], unit + 1);
    }
    Ok(Duration::from_millis(total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_the_documentation_says() {
        for (text, millis) in [
            ("0", Some(0)),
            ("0s", Some(0)),
            ("15ms", Some(15)),
            ("5m", Some(300_000)),
            ("1h30m", Some(5_400_000)),
            ("1d", Some(86_400_000)),
            ("1w", Some(604_800_000)),
            ("1y2w3d4h5m6s7ms", Some(33_019_506_007)),
            ("", None),
            ("1", None),
            ("00", None),
            ("s", None),
            ("1.5h", None),
            ("-1s", None),
            ("1m1h", None),
            ("1m1m", None),
            ("1h 30m", None),
            ("1H", None),
            ("300y", None),
            ("99999999999999999999s", None),
        ] {
            let read = parse(text).ok().map(|duration| duration.as_millis());
            assert_eq!(read, millis, "{text}");
        }
    }
}
