//! Schedules of Grafana OnCall: shifts by level, or a calendar elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use connectors::export::{Export, Found};
use connectors::grafana_oncall::{FinalShift, Schedule, Shift};
use estate::{ScheduleOverride, TurnRef};
use jiff::civil::date;
use jiff::tz::TimeZone;
use kernel::Time;
use schedule::Every;

use super::{shifts, told};
use crate::moving::moved::{Moved, Said, of_file};
use crate::moving::names::Names;
use crate::moving::people::{Known, missing};
use crate::moving::policy::Called;
use crate::moving::rota::{Part, Rota, moment_of};
use crate::moving::zones;

/// Schedules with their shifts.
pub fn schedules(moved: &mut Moved, export: &Export, known: &Known) -> Called {
    let schedules = moved.list::<Schedule>(export, "schedules");
    let shifts: BTreeMap<String, Found<Shift>> = moved
        .list::<Shift>(export, "on_call_shifts")
        .into_iter()
        .map(|shift| (shift.value.id.clone(), shift))
        .collect();
    let finals = moved.list::<FinalShift>(export, "final_shifts");
    let named = schedules.iter().map(|it| (it.value.id.as_str(), it.value.name.as_str()));
    let names = Names::of("schedule", named);
    let mut called = Called::default();
    let (mut placed, mut fixed) = (BTreeSet::new(), BTreeSet::new());
    for Found { at, value: schedule } in &schedules {
        let mut said = Said::of(at, &schedule.name);
        let zone = if schedule.time_zone.is_empty() { "UTC" } else { &schedule.time_zone };
        let zone = zones::known(zone).unwrap_or(zone);
        let team = known.first_team(&mut said, [&*schedule.team_id].into_iter());
        let mut rota = Rota { zone: zone.to_owned(), team, ..Rota::default() };
        if TimeZone::get(zone).is_err() {
            said.impossible(format!("its zone `{zone}` is not known; correct it"));
            moved.say(said);
            continue;
        }
        channel(&mut said, schedule);
        let over = &schedule.ical_url_overrides;
        let over = (!over.is_empty()).then(|| Part::read("overrides", i32::MAX, over));
        if schedule.kind == "ical" && !schedule.ical_url_primary.is_empty() {
            rota.parts.push(Part::read("calendar", 0, &schedule.ical_url_primary));
            said.changed(
                "its calendar is read again and again; an event that names several people is the \
                 shift of the first",
            );
        } else if schedule.kind == "ical" {
            let own: Vec<_> = finals.iter().filter(|shift| of_file(shift, &schedule.id)).collect();
            frozen(moved, &mut said, (&mut rota, schedule), (&own, known));
            fixed.extend(own.iter().map(|shift| shift.at.as_str()));
        } else {
            let own = schedule.shifts.iter().map(|id| (id, shifts.get(id)));
            let mut there: Vec<&Found<Shift>> = Vec::new();
            for (id, shift) in own {
                match shift {
                    Some(shift) => there.push(shift),
                    None => said.impossible(format!(
                        "its shift {id} is not in the export; export all pages of on_call_shifts"
                    )),
                }
            }
            placed.extend(there.iter().map(|shift| shift.value.id.as_str()));
            shifts_of(moved, &mut rota, &there, known);
        }
        rota.parts.extend(over);
        let name = names.get(&schedule.id).unwrap_or_default();
        let told = told(&schedule.id, &schedule.name);
        called.add_schedule(moved, &mut said, (name, told), &rota);
        moved.say(said);
    }
    for shift in shifts.values().filter(|shift| !placed.contains(&*shift.value.id)) {
        let mut said = Said::of(&shift.at, &shift.value.name);
        said.left_out("no schedule that is taken has it");
        moved.say(said);
    }
    unused(moved, finals.iter().map(|shift| shift.at.as_str()).filter(|at| !fixed.contains(at)));
    called
}

/// Shifts that were worked out, of no schedule that needs them: a line for each file.
fn unused<'a>(moved: &mut Moved, places: impl Iterator<Item = &'a str>) {
    let mut files: BTreeMap<&str, usize> = BTreeMap::new();
    for at in places {
        *files.entry(at.split_once(':').map_or(at, |(file, _)| file)).or_default() += 1;
    }
    for (file, count) in files {
        let mut said = Said::of(&format!("{file}: final_shifts"), "");
        said.left_out(format!(
            "{count} of them: no schedule whose calendar has no address is named by the file"
        ));
        moved.say(said);
    }
}

/// A channel that was told of shifts, and a group of users that those on call were.
fn channel(said: &mut Said, schedule: &Schedule) {
    let Some(slack) = &schedule.slack else { return };
    let told = [("channel", &slack.channel_id), ("user group", &slack.user_group_id)];
    for (what, id) in told.into_iter().filter(|(_, id)| !id.is_empty()) {
        said.changed(format!(
            "the {what} {id} of Slack is not told who is on call; name a room at the team (`chat`)"
        ));
    }
}

fn shifts_of(moved: &mut Moved, rota: &mut Rota, shifts: &[&Found<Shift>], known: &Known) {
    let again = |shift: &Shift| matches!(shift.kind.as_str(), "recurrent_event" | "rolling_users");
    let highest = shifts.iter().filter(|shift| again(&shift.value)).map(|it| it.value.level).max();
    for Found { at, value: shift } in shifts {
        let mut said = Said::of(at, &shift.name);
        let Some(timed) = shifts::timed(moved.now, &mut said, shift, &rota.zone) else {
            moved.say(said);
            continue;
        };
        let mut parts = Vec::new();
        if again(shift) {
            parts = shifts::parts(&mut said, shift, &timed, known).unwrap_or_default();
        } else if let Some((start, end)) = shifts::once(moved.now, &mut said, &timed) {
            let none = Vec::new();
            let rolling = shift.rolling_users.first().unwrap_or(&none);
            let users = if shift.users.is_empty() { rolling } else { &shift.users };
            let over = shift.kind == "override" || highest.is_none_or(|top| shift.level > top);
            let turns: Vec<TurnRef> =
                users.iter().map(|id| known.turn(&mut said, id, "")).collect();
            match &turns[..] {
                [turn] if over => rota.overrides.extend(turn.person().map(|person| {
                    let (person, reason) = (person.clone(), Some(shift.name.clone()));
                    ScheduleOverride { start, end, person, instead_of: None, reason }
                })),
                _ => parts.extend(turns.into_iter().map(|turn| {
                    let level = if shift.kind == "override" { i32::MAX } else { shift.level };
                    let every = Every::Weeks(1);
                    let part = Part::new(&shift.name, timed.start, every, vec![turn]);
                    Part { level, until: Some(end), ..part }
                })),
            }
        }
        let name = timed.zone.iana_name().unwrap_or("UTC");
        let zone = (name != rota.zone).then(|| name.to_owned());
        rota.parts.extend(parts.into_iter().map(|part| Part { zone: zone.clone(), ..part }));
        moved.say(said);
    }
    if rota.parts.is_empty() && !rota.overrides.is_empty() {
        rota.parts.push(nobody());
    }
}

/// A layer without anybody, for a schedule of overrides alone.
fn nobody() -> Part {
    let start = date(2020, 1, 6).at(0, 0, 0, 0);
    Part::new("nobody", start, Every::Weeks(1), vec![TurnRef::FREE])
}

/// A schedule of a calendar elsewhere, as it was worked out when it was exported.
fn frozen(
    moved: &mut Moved,
    said: &mut Said,
    (rota, schedule): (&mut Rota, &Schedule),
    (finals, known): (&[&Found<FinalShift>], &Known),
) {
    let mut until = Time::EPOCH;
    for Found { at, value: shift } in finals {
        let utc = TimeZone::UTC;
        let times = (moment_of(&shift.shift_start, &utc), moment_of(&shift.shift_end, &utc));
        let (Some(start), Some(end)) = times else {
            let mut said = Said::of(at, &shift.user_username);
            said.impossible("its times cannot be read; export it again as the API answers it");
            moved.say(said);
            continue;
        };
        let Some(person) = known.person(&shift.user_pk).cloned() else {
            said.impossible(missing(&shift.user_pk, &shift.user_username));
            continue;
        };
        if end > moved.now {
            until = until.max(end);
            let instead_of = None;
            rota.overrides.push(ScheduleOverride { start, end, person, instead_of, reason: None });
        }
    }
    if rota.overrides.is_empty() {
        said.impossible(format!(
            "its calendar is not read; save final_shifts of it as final_shifts-{}.json, or write \
             its turns by hand",
            schedule.id
        ));
        return;
    }
    rota.parts.push(nobody());
    let overlap = |pair: &[ScheduleOverride]| pair[1].start < pair[0].end;
    rota.overrides.sort_by_key(|made| (made.start, made.end));
    if rota.overrides.windows(2).any(overlap) {
        said.impossible("several are on call at one time in it, of whom the later one is taken");
    }
    said.changed(format!("its shifts are fixed until {until}; the calendar is asked no more"));
}
