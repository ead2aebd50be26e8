//! Which minutes to ask a source for: what is new first, then what may have come late, then the
//! history of the window, from the newest to the oldest.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// Minutes that one question asks for at most; servers answer up to 11,000 points.
pub const CHUNK_MINUTES: i64 = 4 * 1_440;
/// Questions of one round about one objective at most.
const ROUND_MAX: usize = 10;
/// Minutes that are asked for again each time: a scrape that was written late restates.
const AGAIN: i64 = 5;
/// Each so many minutes an hour is asked for again …
const HOUR_EVERY: i64 = 10;
/// … and each so many minutes the last day, when there are gaps in it.
const DAY_EVERY: i64 = 60;

/// Which minutes were asked for at least once: from one up to another, which is not among them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Asked {
    /// The first minute since 1970.
    pub from: i64,
    /// The next minute that is new.
    pub until: i64,
}

impl Asked {
    /// After a range was answered that touches what was asked before.
    pub fn and(asked: Option<Asked>, range: &Range<i64>) -> Asked {
        match asked {
            None => Asked { from: range.start, until: range.end },
            Some(asked) if range.start > asked.until || range.end < asked.from => {
                // What lies between was passed over: only the newer part is whole.
                if range.end > asked.until {
                    Asked { from: range.start, until: range.end }
                } else {
                    asked
                }
            }
            Some(asked) => {
                Asked { from: asked.from.min(range.start), until: asked.until.max(range.end) }
            }
        }
    }
}

/// What to ask for now, in this order. `want` is the first minute of the window, `settled` the
/// first that is not settled yet; `turn` spreads objectives over the minutes of an hour, and
/// `gaps` says whether anything is unknown in a range.
pub fn ask(
    asked: Option<Asked>,
    (want, settled): (i64, i64),
    turn: i64,
    gaps: impl Fn(&Range<i64>) -> bool,
) -> Vec<Range<i64>> {
    let mut ranges = Vec::new();
    let Some(asked) = asked.filter(|asked| asked.until >= want) else {
        history(&mut ranges, want, settled);
        return ranges;
    };
    let minute = settled + turn;
    let again = |minutes: i64| (settled - minutes).max(asked.from);
    let day = again(1_440)..settled;
    let hour = again(60)..settled;
    let begin = if minute % DAY_EVERY == 0 && gaps(&day) {
        day.start
    } else if minute % HOUR_EVERY == 0 && gaps(&hour) {
        hour.start
    } else {
        again(AGAIN)
    };
    let mut from = begin.min(asked.until).max(want);
    while from < settled && ranges.len() < ROUND_MAX {
        let end = (from + CHUNK_MINUTES).min(settled);
        ranges.push(from..end);
        from = end;
    }
    history(&mut ranges, want, asked.from);
    ranges
}

/// Chunks from `until` back to `want`.
fn history(ranges: &mut Vec<Range<i64>>, want: i64, until: i64) {
    let mut end = until;
    while end > want && ranges.len() < ROUND_MAX {
        let begin = (end - CHUNK_MINUTES).max(want);
        ranges.push(begin..end);
        end = begin;
    }
}

/// How many minutes to leave a source alone after so many failures in a row: 1, 2, 4 … up to 15.
pub fn rest_minutes(failures: u32) -> i64 {
    match failures {
        0 => 0,
        failures => (1_i64 << (failures - 1).min(4)).min(15),
    }
}
