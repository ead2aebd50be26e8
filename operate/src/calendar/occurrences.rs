//! `operate calendar occurrences`.

use std::process::ExitCode;

use calendar::{OCCURRENCES_MAX, Recurrence, RuleError};
use clap::Args;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use serde_json::json;

use super::reading::{local, zone};
use crate::screen::Screen;
use crate::trouble::{Outcome, Trouble};

/// When a rule comes.
#[derive(Args, Debug)]
pub struct Occurrences {
    /// The first time, as wall time of the zone: 1997-09-02T09:00:00, or a date. With `Z` or an
    /// offset it is a moment.
    #[arg(long, value_name = "TIME")]
    dtstart: String,
    /// The rule: FREQ=WEEKLY;BYDAY=MO.
    #[arg(long, value_name = "RULE")]
    rrule: String,
    /// The zone in whose wall time the rule counts: Europe/Berlin.
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    tz: String,
    /// How many times at most; up to 20000.
    #[arg(long, value_name = "N", default_value_t = 1000)]
    limit: usize,
}

impl Occurrences {
    /// Prints them.
    pub fn run(self, screen: &Screen) -> Outcome {
        let (found, more) = self.found()?;
        if screen.json {
            let times: Vec<_> = found
                .iter()
                .map(|at| json!({ "local": local(at), "utc": at.timestamp().to_string() }))
                .collect();
            screen.document(&json!({
                "rule": self.rrule, "zone": self.tz, "occurrences": times, "more": more,
            }));
            return Ok(ExitCode::SUCCESS);
        }
        if found.is_empty() {
            screen.note("This rule never comes.");
        } else {
            screen.say(found.iter().map(local).collect::<Vec<_>>().join("\n"));
        }
        if more {
            screen.note("There are more; say how many with --limit.");
        }
        Ok(ExitCode::SUCCESS)
    }

    /// The times, and whether there are more than the limit lets through.
    pub(super) fn found(&self) -> Result<(Vec<Zoned>, bool), Trouble> {
        if self.limit > OCCURRENCES_MAX {
            let mut trouble =
                Trouble::wrong(format!("{} times are more than are listed", self.limit));
            trouble.field = Some("--limit".to_owned());
            let remedy =
                format!("write at most {OCCURRENCES_MAX}, and begin later for those after");
            return Err(trouble.remedy(remedy));
        }
        let zone = zone(&self.tz)?;
        let (begin, whole_day) = begin(&self.dtstart, &zone)?;
        let rule = if whole_day { without_time(&self.rrule) } else { self.rrule.clone() };
        let recurrence = match Recurrence::parse_any(&rule, &self.tz, begin) {
            Ok(recurrence) => recurrence,
            Err(RuleError::Never) => return Ok((Vec::new(), false)),
            Err(error) => {
                let mut trouble = Trouble::wrong(error.to_string());
                trouble.field = Some("--rrule".to_owned());
                return Err(trouble.remedy("write it like FREQ=MONTHLY;BYDAY=1MO;COUNT=10"));
            }
        };
        let wanted = self.limit.saturating_add(1);
        let all = recurrence.following(Timestamp::MIN).take(wanted);
        let mut found: Vec<Zoned> = all.map(|at| at.to_zoned(zone.clone())).collect();
        let more = found.len() > self.limit;
        found.truncate(self.limit);
        Ok((found, more))
    }

    #[cfg(test)]
    pub(super) fn new(dtstart: &str, rrule: &str, tz: &str, limit: usize) -> Occurrences {
        let (dtstart, rrule, tz) = (dtstart.to_owned(), rrule.to_owned(), tz.to_owned());
        Occurrences { dtstart, rrule, tz, limit }
    }
}

/// The first moment, and whether it was said as a date. The short forms of iCalendar are read too.
fn begin(text: &str, zone: &TimeZone) -> Result<(Timestamp, bool), Trouble> {
    let text = text.trim();
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok((at, false));
    }
    let short = |form: &str| DateTime::strptime(form, text).ok();
    let date = text.parse::<Date>().ok().or_else(|| Date::strptime("%Y%m%d", text).ok());
    let date = date.filter(|_| !text.contains([':', 'T']));
    let wall = match date {
        Some(date) => Some(date.at(0, 0, 0, 0)),
        None => text.parse::<DateTime>().ok().or_else(|| short("%Y%m%dT%H%M%S")),
    };
    let at = wall.and_then(|wall| zone.to_ambiguous_zoned(wall).compatible().ok());
    at.map(|at| (at.timestamp(), date.is_some())).ok_or_else(|| {
        let mut trouble = Trouble::wrong(format!("`{text}` is no time"));
        trouble.field = Some("--dtstart".to_owned());
        trouble.remedy("write it like 1997-09-02T09:00:00 or 1997-09-02")
    })
}

/// A rule that begins on a date has no times of day: the standard passes over them (RFC 5545,
/// 3.3.10).
fn without_time(rule: &str) -> String {
    let of_the_day = |part: &&str| {
        let name = part.split('=').next().unwrap_or_default().trim().to_ascii_uppercase();
        !["BYHOUR", "BYMINUTE", "BYSECOND"].contains(&name.as_str())
    };
    rule.split(';').filter(of_the_day).collect::<Vec<_>>().join(";")
}
