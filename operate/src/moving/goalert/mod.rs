//! From GoAlert: the targets of a schedule are on call at the same time, each in the hours of its
//! rules; whose turn it is in a rotation is what the rotation says now.

mod calling;

use std::collections::BTreeMap;

use connectors::export::{Export, Found};
use connectors::goalert::{Assignment, Override, Rotation, Rule, Schedule, TemporaryShift, User};
use estate::{ContactMethod, ScheduleOverride, TeamRef, TurnRef};
use jiff::civil::{DateTime, date};
use jiff::tz::TimeZone;
use kernel::Time;
use schedule::Every;

use crate::moving::moved::{Moved, Said, Told};
use crate::moving::names::Names;
use crate::moving::people::{Known, Ways, Who, missing};
use crate::moving::policy::Called;
use crate::moving::rota::{Part, Rota, before, moment_of, wall_of};
use crate::moving::week::{DAY, Week};

type Rotations = BTreeMap<String, Part>;

/// Takes everything.
pub fn take(moved: &mut Moved, export: &Export, team: Option<&TeamRef>) {
    let mut known = Known::default();
    users(moved, export, &mut known);
    let rotations = rotations(moved, export, &known);
    let mut called = schedules(moved, export, (&known, &rotations));
    calling::policies(moved, export, (&known, &rotations), &mut called);
    calling::services(moved, export, &called, team);
}

fn told<'a>(id: &'a str, title: &'a str, description: &'a str) -> Told<'a> {
    Told { id, title, description }
}

fn users(moved: &mut Moved, export: &Export, known: &mut Known) {
    let users = moved.list::<User>(export, "users");
    let named = users.iter().map(|user| (user.value.id.as_str(), user.value.name.as_str()));
    let names = Names::of("person", named);
    for user in &users {
        let (at, user) = (&user.at, &user.value);
        let mut said = Said::of(at, &user.name);
        let ways = ways(moved, at, user);
        let name = names.get(&user.id).unwrap_or_default();
        let who = Who { told: told(&user.id, &user.name, ""), ways, teams: Vec::new() };
        known.add(moved, &mut said, name, who);
        moved.say(said);
    }
}

fn ways(moved: &mut Moved, at: &str, user: &User) -> Ways {
    let mut ways = Ways { email: user.email.clone(), ..Ways::default() };
    let mut kinds: BTreeMap<&str, ContactMethod> = BTreeMap::new();
    for (place, method) in user.contact_methods.iter().enumerate() {
        let mut said = Said::of(&format!("{at}.contactMethods[{place}]"), &method.kind);
        let by = match method.kind.as_str() {
            "SMS" => Some(ContactMethod::Sms),
            "VOICE" => Some(ContactMethod::Voice),
            "EMAIL" => Some(ContactMethod::Email),
            "WEBHOOK" => Some(ContactMethod::Webhook),
            "SLACK_DM" => Some(ContactMethod::Slack),
            _ => None,
        };
        match by {
            _ if method.disabled => said.left_out("it is switched off"),
            Some(by @ (ContactMethod::Sms | ContactMethod::Voice)) => {
                ways.telephone(&mut said, by, &method.value);
            }
            Some(by) => ways.reach(&mut said, by, &method.value),
            None => said.impossible("no way to call of this kind; write another"),
        }
        if let Some(by) = by.filter(|_| !method.disabled && !said.is_impossible()) {
            kinds.insert(&method.id, by);
        }
        moved.say(said);
    }
    for (place, rule) in user.notification_rules.iter().enumerate() {
        let mut said = Said::of(&format!("{at}.notificationRules[{place}]"), "");
        match kinds.get(rule.contact_method_id.as_str()) {
            Some(by) => ways.wish(&mut said, true, u64::from(rule.delay_minutes) * 60, *by),
            None => said.impossible("its way to call is not taken; write it in another way"),
        }
        moved.say(said);
    }
    ways
}

/// The rotations as they stand alone.
fn rotations(moved: &mut Moved, export: &Export, known: &Known) -> Rotations {
    let mut rotations = Rotations::new();
    for Found { at, value: rotation } in moved.list::<Rotation>(export, "rotations") {
        let mut said = Said::of(&at, &rotation.name);
        if let Some(part) = rotation_of(&mut said, &rotation, known) {
            rotations.insert(rotation.id.clone(), part);
            said.plain("stands in each schedule that names it");
        }
        moved.say(said);
    }
    rotations
}

fn rotation_of(said: &mut Said, rotation: &Rotation, known: &Known) -> Option<Part> {
    let Ok(zone) = TimeZone::get(&rotation.time_zone) else {
        said.impossible(format!("its zone `{}` is not known; correct it", rotation.time_zone));
        return None;
    };
    let length = rotation.shift_length.max(1);
    let every = match rotation.kind.as_str() {
        "hourly" => Every::Hours(length),
        "daily" => Every::Days(length),
        "weekly" => Every::Weeks(length),
        "monthly" => Every::Months(length),
        other => {
            said.impossible(format!("rotations of type `{other}` are not known; write it by hand"));
            return None;
        }
    };
    let Some(start) = wall_of(&rotation.start, &zone) else {
        said.impossible("its start cannot be read; export it again as the API answers it");
        return None;
    };
    if rotation.user_ids.is_empty() {
        said.left_out("nobody takes turns in it");
        return None;
    }
    let ids = rotation.user_ids.iter();
    let mut turns: Vec<TurnRef> = ids.map(|id| known.turn(said, id, "")).collect();
    // The turn that is now began a shift before the next hand-over.
    let next = rotation.next_handoff_times.first().and_then(|next| wall_of(next, &zone));
    let active = rotation.active_user_index.and_then(|index| usize::try_from(index).ok());
    let began = next.and_then(|next| before(next, every));
    let start = match (active.filter(|active| *active < turns.len()), began) {
        (Some(active), Some(began)) => {
            turns.rotate_left(active);
            began
        }
        _ => {
            said.changed(
                "whose turn it is now is not said, so the first began at its start; \
                 export it with activeUserIndex and nextHandoffTimes(num: 1)",
            );
            start
        }
    };
    let part = Part::new(&rotation.name, start, every, turns);
    Some(Part { zone: Some(rotation.time_zone.clone()), ..part })
}

fn schedules(moved: &mut Moved, export: &Export, from: (&Known, &Rotations)) -> Called {
    let schedules = moved.list::<Schedule>(export, "schedules");
    let overrides = moved.list::<Override>(export, "userOverrides");
    let named = schedules.iter().map(|it| (it.value.id.as_str(), it.value.name.as_str()));
    let names = Names::of("schedule", named);
    let mut called = Called::default();
    for schedule in &schedules {
        let (at, schedule) = (&schedule.at, &schedule.value);
        let mut said = Said::of(at, &schedule.name);
        if let Some(rota) = rota(moved, &mut said, (at, schedule), (from, &overrides)) {
            let name = names.get(&schedule.id).unwrap_or_default();
            let told = told(&schedule.id, &schedule.name, &schedule.description);
            called.add_schedule(moved, &mut said, (name, told), &rota);
        }
        moved.say(said);
    }
    for lost in &overrides {
        if names.get(&lost.value.target.id).is_none() {
            let mut said = Said::of(&lost.at, "");
            said.impossible("its schedule is not in the export; export all pages of schedules");
            moved.say(said);
        }
    }
    called
}

fn rota(
    moved: &mut Moved,
    said: &mut Said,
    (at, schedule): (&str, &Schedule),
    ((known, rotations), overrides): ((&Known, &Rotations), &[Found<Override>]),
) -> Option<Rota> {
    let Ok(zone) = TimeZone::get(&schedule.time_zone) else {
        said.impossible(format!("its zone `{}` is not known; correct it", schedule.time_zone));
        return None;
    };
    let mut rota = Rota { zone: schedule.time_zone.clone(), ..Rota::default() };
    for (place, assigned) in schedule.targets.iter().enumerate() {
        let mut said = Said::of(&format!("{at}.targets[{place}]"), &assigned.target.name);
        rota.parts.extend(assigned_part(&mut said, assigned, (&zone, known, rotations)));
        moved.say(said);
    }
    for found in overrides.iter().filter(|it| it.value.target.id == schedule.id) {
        let mut said = Said::of(&found.at, "");
        rota.overrides.extend(taken_over(moved.now, &mut said, &found.value, known));
        moved.say(said);
    }
    for (place, temporary) in schedule.temporary_schedules.iter().enumerate() {
        let mut said = Said::of(&format!("{at}.temporarySchedules[{place}]"), "");
        let end = moment_of(&temporary.end, &zone);
        if end.is_some_and(|end| end <= moved.now) {
            said.left_out("it is over");
        } else {
            for shift in alone(&mut said, &temporary.shifts, &zone) {
                let made = Override {
                    id: String::new(),
                    start: shift.start.clone(),
                    end: shift.end.clone(),
                    add_user_id: shift.user_id.clone(),
                    remove_user_id: String::new(),
                    target: connectors::export::Reference::default(),
                };
                rota.overrides.extend(replaced(moved.now, &mut said, &made, known));
            }
            said.changed("its shifts are overrides; between them the schedule holds");
        }
        moved.say(said);
    }
    Some(rota)
}

/// The shifts of a temporary schedule, as far as one person has each moment: overrides say no more.
fn alone<'a>(
    said: &mut Said,
    shifts: &'a [TemporaryShift],
    zone: &TimeZone,
) -> Vec<&'a TemporaryShift> {
    let mut kept: Vec<&TemporaryShift> = Vec::new();
    let meets = |one: &TemporaryShift, other: &TemporaryShift| {
        moment_of(&one.start, zone) < moment_of(&other.end, zone)
            && moment_of(&other.start, zone) < moment_of(&one.end, zone)
    };
    for shift in shifts {
        if kept.iter().any(|known| known.user_id != shift.user_id && meets(known, shift)) {
            said.impossible(
                "several people are on call together in it; make a schedule beside this one",
            );
        } else {
            kept.push(shift);
        }
    }
    kept
}

fn assigned_part(
    said: &mut Said,
    assigned: &Assignment,
    (zone, known, rotations): (&TimeZone, &Known, &Rotations),
) -> Option<Part> {
    let name = zone.iana_name().unwrap_or("UTC");
    let mut week = Week::default();
    for rule in &assigned.rules {
        if !hours(&mut week, rule) {
            said.impossible("the hours of a rule cannot be read; write it as `hours`");
            return None;
        }
    }
    if week.is_empty() {
        said.left_out("no rule puts it on call at any time");
        return None;
    }
    let target = &assigned.target;
    let part = match target.kind.as_str() {
        "rotation" => rotations.get(&target.id).cloned(),
        "user" => known.person(&target.id).map(|person| {
            let start = date(2020, 1, 6).at(0, 0, 0, 0);
            let turns = vec![person.clone().into()];
            Part::new(person.item().name(), start, Every::Weeks(1), turns)
        }),
        other => {
            said.impossible(format!("`{other}` cannot be on call; name people or rotations"));
            return None;
        }
    };
    let Some(mut part) = part else {
        said.impossible(format!(
            "the {} {} ({}) is not among those that are taken; export it too",
            target.kind, target.id, target.name
        ));
        return None;
    };
    match part.zone.take().filter(|own| own != name) {
        // Always on call, so that only the hand-overs are in the rotation's zone.
        Some(own) if week.is_always() => part.zone = Some(own),
        Some(own) => {
            let theirs = TimeZone::get(&own).ok()?;
            let start: DateTime = zone.to_datetime(theirs.to_timestamp(part.start).ok()?);
            said.changed(format!(
                "people hand over at {} in the zone of the schedule all the year, not by the \
                 clocks of {own}",
                start.strftime("%H:%M")
            ));
            part.start = start;
        }
        None => {}
    }
    part.week = week;
    Some(part)
}

/// Adds the hours of a rule; `false` when they cannot be read.
fn hours(week: &mut Week, rule: &Rule) -> bool {
    let clock = |text: &str| {
        let time: jiff::civil::Time = text.parse().ok()?;
        Some(u32::from(time.hour().unsigned_abs()) * 60 + u32::from(time.minute().unsigned_abs()))
    };
    let (Some(from), Some(until)) = (clock(&rule.start), clock(&rule.end)) else { return false };
    let length = if until > from { until - from } else { until + DAY - from };
    for (sunday_first, on) in rule.weekday_filter.iter().enumerate() {
        if *on {
            week.add(sunday_first + 6, from, length);
        }
    }
    true
}

/// What an override comes to; some cannot be said here.
fn taken_over(
    now: Time,
    said: &mut Said,
    made: &Override,
    known: &Known,
) -> Option<ScheduleOverride> {
    match (made.add_user_id.is_empty(), made.remove_user_id.is_empty()) {
        (false, false) => replaced(now, said, made, known),
        (false, true) => {
            said.impossible(
                "somebody is on call besides the others for a while; call them in a \
                 step of the policy",
            );
            None
        }
        _ => {
            said.impossible(
                "somebody is not on call for a while, and nobody instead; enter leave \
                 for them, or say who takes over",
            );
            None
        }
    }
}

fn replaced(
    now: Time,
    said: &mut Said,
    made: &Override,
    known: &Known,
) -> Option<ScheduleOverride> {
    let utc = TimeZone::UTC;
    let times = (moment_of(&made.start, &utc), moment_of(&made.end, &utc));
    let (Some(start), Some(end)) = times else {
        said.impossible("its times cannot be read; export it again as the API answers it");
        return None;
    };
    if end <= now {
        said.left_out("it is over");
        return None;
    }
    let mut named = |id: &str| {
        let found = known.person(id).cloned();
        if found.is_none() {
            said.impossible(missing(id, ""));
        }
        found
    };
    let person = named(&made.add_user_id)?;
    let instead_of = match made.remove_user_id.as_str() {
        "" => None,
        id => Some(named(id)?),
    };
    Some(ScheduleOverride { start, end, person, instead_of, reason: None })
}
