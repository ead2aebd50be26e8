//! What must hold for schedules and absences.

use super::promise::calendar;
use crate::mistake::Wrong;
use crate::spec::{
    AbsenceSpec, BackupRule, EscalationHours, ScheduleLayer, ScheduleSpec, ShiftOverrideSpec,
};

/// Most layers of a schedule, and most people, rotations, overrides and swaps each.
const LAYERS_MAX: usize = 20;
const ENTRIES_MAX: usize = 1_000;
/// Longest address of a calendar, in bytes.
const ADDRESS_BYTES_MAX: usize = 2_048;

/// What is wrong with a schedule.
pub(super) fn schedule(wrong: &mut Vec<Wrong>, spec: &ScheduleSpec) {
    if spec.layers.is_empty() {
        let remedy = "add a layer with people who take turns";
        wrong.push(Wrong::new("spec.layers", "nobody is ever on call", remedy));
    }
    let rotations = spec.layers.iter().flat_map(|layer| &layer.rotations);
    let people = rotations.clone().map(|rotation| rotation.people.len()).max().unwrap_or(0);
    let counts = [
        ("layers", spec.layers.len(), LAYERS_MAX),
        ("layers", rotations.count(), ENTRIES_MAX),
        ("layers", people, ENTRIES_MAX),
        ("overrides", spec.overrides.len(), ENTRIES_MAX),
        ("swaps", spec.swaps.len(), ENTRIES_MAX),
    ];
    for (field, count, most) in counts.into_iter().filter(|(_, count, most)| count > most) {
        let message = format!("{count} entries");
        wrong.push(Wrong::new(&format!("spec.{field}"), message, format!("keep to {most}")));
    }
    for (place, layer) in spec.layers.iter().enumerate() {
        let field = format!("spec.layers[{place}]");
        wrong.extend(who(&field, layer));
        let calendar = |other: &&ScheduleLayer| other.calendar.is_some();
        let same = |other: &&ScheduleLayer| other.name == layer.name;
        if spec.layers[..place].iter().filter(calendar).any(|other| same(&other))
            && layer.calendar.is_some()
        {
            let remedy = "give each layer with a calendar a name of its own";
            wrong.push(Wrong::new(&format!("{field}.name"), "another layer has it", remedy));
        }
        wrong.extend(during(&field, layer));
        if layer.backup_person.is_some() && layer.backup != BackupRule::default() {
            let message = "two rules for who stands in";
            let field = format!("{field}.backupPerson");
            wrong.push(Wrong::new(&field, message, "keep `backup` or `backupPerson`"));
        }
    }
    // What is wrong with hours that are written there is told above.
    let known = |field: &str| field.contains(".during.");
    match spec.rota([]).map(|rota| rota.check()) {
        Err((field, what)) if !known(&field) => wrong.push(told(&field, &what)),
        Ok(Err(error)) if !known(&error.field) => wrong.push(told(&error.field, &error.what)),
        Err(_) | Ok(Err(_)) => {}
        Ok(Ok(())) => {}
    }
    for (place, change) in spec.overrides.iter().enumerate() {
        if change.end <= change.start {
            wrong.push(backwards(&format!("spec.overrides[{place}].end")));
        }
    }
    for (place, swap) in spec.swaps.iter().enumerate() {
        for (side, given) in [("one", &swap.one), ("other", &swap.other)] {
            if given.end <= given.start {
                wrong.push(backwards(&format!("spec.swaps[{place}].{side}.end")));
            }
        }
    }
}

/// What is wrong with the hours of a layer that a calendar says.
fn during(field: &str, layer: &ScheduleLayer) -> Option<Wrong> {
    let hours = layer.during.as_ref()?;
    if !layer.hours.is_empty() {
        let field = format!("{field}.during");
        return Some(Wrong::new(&field, "two kinds of hours", "keep `hours` or `during`"));
    }
    let EscalationHours::These(these) = hours else { return None };
    let found = calendar(these)?;
    let inner = found.field.strip_prefix("spec").unwrap_or_default();
    Some(Wrong { field: format!("{field}.during{inner}"), ..found })
}

/// What is wrong with how a layer says who is on call.
fn who(field: &str, layer: &ScheduleLayer) -> Option<Wrong> {
    match (&layer.calendar, layer.rotations.is_empty()) {
        (None, true) => {
            let remedy = "add one with `start`, `every` and `people`, or a `calendar`";
            Some(Wrong::new(&format!("{field}.rotations"), "nobody takes turns", remedy))
        }
        (Some(_), false) => {
            let message = "shifts come from a calendar and from rotations";
            let remedy = "keep one of them; write two layers for both";
            Some(Wrong::new(&format!("{field}.calendar"), message, remedy))
        }
        (Some(calendar), true) => {
            let known = ["https://", "http://", "webcal://", "webcals://"];
            let fits = calendar.url.len() <= ADDRESS_BYTES_MAX
                && known.iter().any(|scheme| calendar.url.starts_with(scheme));
            let message = "this is no address of a calendar";
            let remedy = "write its address in iCalendar format, such as \
                          https://calendar.example.org/oncall.ics";
            (!fits).then(|| Wrong::new(&format!("{field}.calendar.url"), message, remedy))
        }
        (None, false) => None,
    }
}

/// A field as the engine calls it, as it stands in a file.
fn told(field: &str, what: &str) -> Wrong {
    let field = match field.strip_suffix("zone") {
        Some(outer) => format!("spec.{outer}timeZone"),
        None => format!("spec.{field}"),
    };
    let (message, remedy) = what.split_once("; ").unwrap_or((what, ""));
    Wrong::new(&field, message, remedy)
}

/// What is wrong with an absence.
pub(super) fn absence(spec: &AbsenceSpec) -> Option<Wrong> {
    spec.end.is_some_and(|end| end <= spec.start).then(|| backwards("spec.end"))
}

/// What is wrong with a stretch that somebody takes over.
pub(super) fn takeover(spec: &ShiftOverrideSpec) -> Option<Wrong> {
    (spec.end <= spec.start).then(|| backwards("spec.end"))
}

fn backwards(field: &str) -> Wrong {
    Wrong::new(field, "this ends before it begins", "write an `end` after the `start`")
}
