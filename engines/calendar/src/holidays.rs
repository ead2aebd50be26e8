//! Which spans holidays close.

use jiff::civil::{Date, Weekday, date};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::calendar::Closure;
use crate::compile::Years;
use crate::error::{CalendarError, quoted};
use crate::recurrence::RuleError;
use crate::{Holiday, Recurrence, Span, When, ical, wall};

/// What a holiday closes within some years, in the wall time of the zone.
pub(crate) fn closures(
    holiday: &Holiday,
    zone: &TimeZone,
    years: Years,
    window: Span,
) -> Result<Vec<Closure>, CalendarError> {
    if let When::Ical(text) = &holiday.when {
        let wrong = |error: ical::IcalError| CalendarError::new("ical", error.to_string());
        let mut found = Vec::new();
        for event in ical::events(text).map_err(wrong)? {
            let name = if event.summary.is_empty() { &holiday.name } else { &event.summary };
            let spans = event.spans(zone, window).map_err(wrong)?;
            found.extend(spans.into_iter().map(|span| Closure { span, name: name.clone() }));
        }
        return Ok(found);
    }
    let whole_day = |date: Date| {
        let (from, until) = (wall::minute(zone, date, 0)?, wall::minute(zone, date, 24 * 60)?);
        Some(Closure { span: Span { from, until }, name: holiday.name.clone() })
    };
    Ok(dates(&holiday.when, years)?.into_iter().filter_map(whole_day).collect())
}

/// The dates of a rule that closes whole days.
fn dates(when: &When, years: Years) -> Result<Vec<Date>, CalendarError> {
    match when {
        When::Date(text) => {
            let found = wall::date(text).ok_or_else(|| {
                let what = format!("`{}` is no date; write it like 2026-12-24", quoted(text));
                CalendarError::new("date", what)
            })?;
            Ok(vec![found])
        }
        When::Yearly(text) => {
            // A leap year holds every date that any year holds.
            let wrong = || {
                let what =
                    format!("`{}` is no date of every year; write it like 12-25", quoted(text));
                CalendarError::new("yearly", what)
            };
            let sample = wall::date(&format!("2024-{text}")).ok_or_else(wrong)?;
            let of = |year| Date::new(year, sample.month(), sample.day()).ok();
            Ok(years.each().filter_map(of).collect())
        }
        When::Easter(days) => {
            if !(-366..=366).contains(days) {
                let what =
                    format!("{days} days are more than a year from Easter; write at most 366");
                return Err(CalendarError::new("easter", what));
            }
            let around = Years { first: years.first - 1, last: years.last + 1 };
            let of = |year| easter(year).checked_add(i64::from(*days).days()).ok();
            Ok(around.each().filter_map(of).collect())
        }
        When::Rule(rule) => rule_dates(rule, years),
        When::Ical(_) => Ok(Vec::new()),
    }
}

/// The dates of a recurrence rule from the first of the years to the last.
fn rule_dates(rule: &str, years: Years) -> Result<Vec<Date>, CalendarError> {
    unanchored(rule)?;
    // Dates have no zone: midnight in UTC stands for the date.
    let midnight = |date: Date| date.at(0, 0, 0, 0).to_zoned(TimeZone::UTC).ok();
    let begin = midnight(date(years.first, 1, 1)).map(|zoned| zoned.timestamp());
    let end = midnight(date(years.last, 12, 31)).map(|zoned| zoned.timestamp());
    let (Some(begin), Some(end)) = (begin, end) else { return Ok(Vec::new()) };
    match Recurrence::parse(rule, "UTC", begin) {
        Ok(rule) => {
            let until_end = rule.following(Timestamp::MIN).take_while(|found| *found <= end);
            Ok(until_end.map(|found| TimeZone::UTC.to_datetime(found).date()).collect())
        }
        Err(RuleError::Never) => Err(CalendarError::new(
            "rule",
            "this rule never comes; look at its month and day together",
        )),
        Err(error) => Err(CalendarError::new("rule", error.to_string())),
    }
}

/// Refuses what counts from a first date, since such a rule has none: which years it comes in would
/// depend on the years that are looked at.
fn unanchored(rule: &str) -> Result<(), CalendarError> {
    let parts: Vec<(String, &str)> = rule
        .split(';')
        .filter_map(|part| part.split_once('='))
        .map(|(name, value)| (name.trim().to_ascii_uppercase(), value.trim()))
        .collect();
    let says =
        |wanted: &str| parts.iter().find(|(name, _)| name == wanted).map(|(_, value)| *value);
    let refuse = |what: &str| Err(CalendarError::new("rule", what.to_owned()));
    if says("COUNT").is_some() || says("INTERVAL").is_some_and(|every| every != "1") {
        return refuse(
            "COUNT and INTERVAL count from a first date, which holidays do not have; write each \
             `date`, or a rule without them",
        );
    }
    if says("FREQ").is_some_and(|often| often.eq_ignore_ascii_case("weekly"))
        && says("BYDAY").is_none()
    {
        return refuse("it is not said on which days of the week; add BYDAY");
    }
    Ok(())
}

/// Easter Sunday by the Gregorian reckoning (the anonymous algorithm of Nature, 1876).
fn easter(year: i16) -> Date {
    let year = i32::from(year);
    let (golden, century, rest) = (year % 19, year / 100, year % 100);
    let moon = (century - (century + 8) / 25 + 1) / 3;
    let epact = (19 * golden + century - century / 4 - moon + 15) % 30;
    let sunday = (32 + 2 * (century % 4) + 2 * (rest / 4) - epact - rest % 4) % 7;
    let late = (golden + 11 * epact + 22 * sunday) / 451;
    let days = epact + sunday - 7 * late + 114;
    let (month, day) = (days / 31, days % 31 + 1);
    let found = date(year as i16, month as i8, day as i8);
    debug_assert_eq!(found.weekday(), Weekday::Sunday, "Easter is a Sunday");
    found
}

#[cfg(test)]
mod tests {
    use super::easter;

    #[test]
    fn easter_falls_where_churches_say() {
        // Dates of the Astronomical Applications Department of the U.S. Naval Observatory.
        for (year, expected) in [
            (1818, "1818-03-22"),
            (1943, "1943-04-25"),
            (2000, "2000-04-23"),
            (2008, "2008-03-23"),
            (2024, "2024-03-31"),
            (2026, "2026-04-05"),
            (2038, "2038-04-25"),
            (2285, "2285-03-22"),
        ] {
            assert_eq!(easter(year).to_string(), expected);
        }
    }
}
