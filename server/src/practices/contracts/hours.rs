//! Service hours, worked out once for each way in which they are written.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use calendar::{Calendar, Definition, YEARS_MAX, Years};
use estate::{CalendarRef, CalendarSpec, Estate, Spec};
use kernel::Time;

/// Some hours and the zone in which their periods begin.
type Hours = (Arc<Calendar>, String);
/// As many are kept in memory: the hours of all contracts, and of what they were before.
const KNOWN_MAX: usize = 500;

/// What a calendar says, and the years that it was worked out for.
type Key = (String, (i16, i16));

static KNOWN: LazyLock<Mutex<HashMap<Key, Hours>>> = LazyLock::new(Mutex::default);

/// Some service hours and their zone: day and night in UTC where none are named.
pub fn of(estate: &Estate, calendar: Option<&CalendarRef>, (since, now): (Time, Time)) -> Hours {
    let named = calendar.and_then(|calendar| estate.get(calendar.item()));
    let spec = match named.map(|resource| &resource.spec) {
        Some(Spec::Calendar(spec)) => Some(spec),
        _ => None,
    };
    let years = years(since, now);
    // It takes milliseconds, and the same hours are asked about again and again.
    let key = (serde_json::to_string(&spec).unwrap_or_default(), (years.first, years.last));
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(hours) = known.get(&key) {
        return hours.clone();
    }
    let hours = worked_out(spec, years);
    if known.len() >= KNOWN_MAX {
        known.clear();
    }
    known.insert(key, hours.clone());
    hours
}

/// The years that figures are drawn of: from the first agreement on, as far as a calendar reaches,
/// to some years from now.
pub(super) fn years(since: Time, now: Time) -> Years {
    let around = Years::around(now.micros());
    let last = around.first + 13;
    let begun = Years::near(since.micros()).first.max(last - YEARS_MAX + 1);
    Years { first: around.first.min(begun), last }
}

fn worked_out(spec: Option<&CalendarSpec>, years: Years) -> Hours {
    let compiled = spec.and_then(|spec| Some((spec.compile(years).ok()?, spec.time_zone.clone())));
    let always = || {
        let definition = Definition::always("UTC");
        let compiled =
            definition.compile(years).or_else(|_| Definition::empty("UTC").compile(years));
        let calendar = compiled.expect("an empty calendar can be worked out for any years");
        (calendar, definition.zone)
    };
    // Files are checked before they are applied: what is stored can be worked out.
    let (calendar, zone) = compiled.unwrap_or_else(always);
    (Arc::new(calendar), zone)
}

#[cfg(test)]
mod tests {
    use estate::SourceFile;

    use super::*;

    #[test]
    fn the_same_hours_are_worked_out_once_and_others_afresh() {
        let estate = |until: &str| {
            let text = format!(
                "{{apiVersion: operate/v1, kind: Calendar, metadata: {{name: once}},\n \
                 spec: {{timeZone: Europe/Lisbon, hours: [{{days: [mon], from: '08:00', \
                 until: '{until}'}}]}}}}\n"
            );
            let file = SourceFile { name: "estate.yaml".to_owned(), text };
            Estate::new(estate::read(&[file]).expect("an estate").resources().cloned())
        };
        let now = Time::parse("2026-01-01T00:00:00Z").expect("a time");
        let asked: CalendarRef = serde_json::from_value("once".into()).expect("a name");
        let (first, zone) = of(&estate("18:00"), Some(&asked), (now, now));
        let (again, _) = of(&estate("18:00"), Some(&asked), (now, now));
        let (other, _) = of(&estate("19:00"), Some(&asked), (now, now));
        assert!(Arc::ptr_eq(&first, &again));
        assert!(!Arc::ptr_eq(&first, &other));
        assert_eq!(zone, "Europe/Lisbon");
    }
}
