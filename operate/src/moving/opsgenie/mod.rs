//! From Opsgenie: the rotations of a schedule are on call at the same time, so those that may meet
//! become schedules beside each other.

mod calling;
mod routing;
mod wishes;

use std::collections::{BTreeMap, BTreeSet};

use connectors::export::{Export, Found};
use connectors::opsgenie::export::{
    Hours, NotificationRule, Override, Participant, Rotation, Schedule, Team, TimeRestriction, User,
};
use estate::{ContactMethod, ScheduleOverride, Spec, TeamRef, TeamSpec, TurnRef};
use jiff::tz::TimeZone;
use kernel::Time;
use schedule::Every;

use crate::moving::moved::{Moved, Said, Told, of_file};
use crate::moving::names::Names;
use crate::moving::people::{Known, Ways, Who, missing};
use crate::moving::policy::Called;
use crate::moving::rota::{Part, Rota, moment_of, wall_of};
use crate::moving::week::{DAY, Week};

/// Takes everything.
pub fn take(moved: &mut Moved, export: &Export) {
    let teams = moved.list::<Team>(export, "teams");
    let mut known = teams_of(moved, &teams);
    users(moved, export, (&teams, &mut known));
    let mut called = schedules(moved, export, &known);
    calling::escalations(moved, export, &known, &mut called);
    routing::teams(moved, export, &teams, (&known, &mut called));
    calling::integrations(moved, export, &known);
}

fn told<'a>(id: &'a str, title: &'a str, description: &'a str) -> Told<'a> {
    Told { id, title, description }
}

fn title(of: &Participant) -> &str {
    if of.name.is_empty() { &of.username } else { &of.name }
}

fn teams_of(moved: &mut Moved, teams: &[Found<Team>]) -> Known {
    let named = teams.iter().map(|team| (team.value.id.as_str(), team.value.name.as_str()));
    let names = Names::of("team", named);
    for team in teams {
        let (at, team) = (&team.at, &team.value);
        let mut said = Said::of(at, &team.name);
        if team.members.is_none() {
            said.impossible("its members are not in the export; export it by GET /v2/teams/{id}");
        }
        let name = names.get(&team.id).unwrap_or_default();
        let metadata =
            moved.metadata(&mut said, name, told(&team.id, &team.name, &team.description));
        moved.add(&mut said, metadata, Spec::Team(TeamSpec::default()));
        moved.say(said);
    }
    Known::with_teams(&names, teams.iter().map(|team| team.value.id.as_str()))
}

fn users(moved: &mut Moved, export: &Export, (teams, known): (&[Found<Team>], &mut Known)) {
    let mut member_of: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for team in teams {
        for member in team.value.members.iter().flatten() {
            member_of.entry(&member.user.id).or_default().push(&team.value.id);
        }
    }
    let users = moved.list::<User>(export, "users");
    let rules = moved.list::<NotificationRule>(export, "notification_rules");
    let called = |user: &User| match user.full_name.trim() {
        "" => user.username.clone(),
        name => name.to_owned(),
    };
    let titles: Vec<String> = users.iter().map(|user| called(&user.value)).collect();
    let ids = users.iter().map(|user| user.value.id.as_str());
    let names = Names::of("person", ids.zip(titles.iter().map(String::as_str)));
    let known_user = |rule: &Found<_>| users.iter().any(|user| of_file(rule, &user.value.id));
    for lost in rules.iter().filter(|rule| !known_user(rule)) {
        let mut said = Said::of(&lost.at, &lost.value.name);
        said.impossible(
            "whose it is is not known; name the file notification_rules-{id of the user}.json",
        );
        moved.say(said);
    }
    for (user, title) in users.iter().zip(&titles) {
        let (at, user) = (&user.at, &user.value);
        let mut said = Said::of(at, title);
        if user.blocked {
            said.left_out("the account is blocked");
            moved.say(said);
            continue;
        }
        let of = member_of.get(user.id.as_str()).into_iter().flatten();
        let teams: Vec<TeamRef> = of.filter_map(|id| known.team(id).cloned()).collect();
        let mut ways = ways(moved, at, user);
        if user.user_contacts.is_empty() {
            said.changed("only their mail address is in the export; add others by expand=contact");
        }
        let own: Vec<_> = rules.iter().filter(|rule| of_file(rule, &user.id)).collect();
        wishes::take(moved, &mut said, (&mut ways, &own));
        let name = names.get(&user.id).unwrap_or_default();
        known.add(moved, &mut said, name, Who { told: told(&user.id, title, ""), ways, teams });
        moved.say(said);
    }
}

fn ways(moved: &mut Moved, at: &str, user: &User) -> Ways {
    let (email, zone) = (user.username.clone(), user.time_zone.clone());
    let mut ways = Ways { email, zone, ..Ways::default() };
    for (place, contact) in user.user_contacts.iter().enumerate() {
        let at = format!("{at}.userContacts[{place}]");
        let mut said = Said::of(&at, &contact.contact_method);
        if contact.status.as_ref().is_some_and(|status| !status.enabled) {
            said.left_out("it is switched off");
        } else {
            match contact.contact_method.to_lowercase().as_str() {
                "email" => ways.reach(&mut said, ContactMethod::Email, &contact.to),
                "sms" => ways.telephone(&mut said, ContactMethod::Sms, &contact.to),
                "voice" => ways.telephone(&mut said, ContactMethod::Voice, &contact.to),
                _ => said.impossible(
                    "no way to call of this kind; write ntfy or Gotify under \
                     `addresses`",
                ),
            }
        }
        moved.say(said);
    }
    ways
}

fn schedules(moved: &mut Moved, export: &Export, known: &Known) -> Called {
    let schedules = moved.list::<Schedule>(export, "schedules");
    let overrides = moved.list::<Override>(export, "overrides");
    let named = schedules.iter().map(|it| (it.value.id.as_str(), it.value.name.as_str()));
    let names = Names::of("schedule", named);
    let mut called = Called::default();
    let mut there: BTreeSet<&str> = BTreeSet::new();
    for schedule in &schedules {
        let (at, schedule) = (&schedule.at, &schedule.value);
        there.insert(&schedule.id);
        let mut said = Said::of(at, &schedule.name);
        if schedule.enabled == Some(false) {
            said.left_out("it is switched off");
            moved.say(said);
            continue;
        }
        let own = overrides
            .iter()
            .filter(|it| it.value.parent.as_ref().is_some_and(|parent| parent.id == schedule.id));
        if let Some(rota) = rota(moved, &mut said, (at, schedule), (known, own.collect())) {
            let name = names.get(&schedule.id).unwrap_or_default();
            let told = told(&schedule.id, &schedule.name, &schedule.description);
            called.add_schedule(moved, &mut said, (name, told), &rota);
        }
        moved.say(said);
    }
    for lost in &overrides {
        let parent = lost.value.parent.as_ref().map(|parent| parent.id.as_str());
        if parent.is_none_or(|id| !there.contains(id)) {
            let mut said = Said::of(&lost.at, &lost.value.alias);
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
    (known, overrides): (&Known, Vec<&Found<Override>>),
) -> Option<Rota> {
    let Some(rotations) = &schedule.rotations else {
        said.impossible("its rotations are not in the export; export it with expand=rotation");
        return None;
    };
    let Ok(zone) = TimeZone::get(&schedule.timezone) else {
        said.impossible(format!("its zone `{}` is not known; correct it", schedule.timezone));
        return None;
    };
    let owner = schedule.owner_team.iter().map(|team| team.id.as_str());
    let team = known.first_team(said, owner);
    let mut rota = Rota { zone: schedule.timezone.clone(), team, ..Rota::default() };
    for (place, rotation) in rotations.iter().enumerate() {
        let mut said = Said::of(&format!("{at}.rotations[{place}]"), &rotation.name);
        rota.parts.extend(part(moved.now, &mut said, rotation, (&zone, known)));
        moved.say(said);
    }
    for found in overrides {
        let mut said = Said::of(&found.at, &found.value.alias);
        let all = rotations.len();
        let taken = taken_over(moved.now, &mut said, &found.value, (&zone, known));
        if taken.is_some() && (1..all).contains(&found.value.rotations.len()) {
            said.impossible(
                "it is for some of the rotations only, and would lie over all of them; \
                 make it again with `Take over…`",
            );
        } else {
            rota.overrides.extend(taken);
        }
        moved.say(said);
    }
    Some(rota)
}

fn part(
    now: Time,
    said: &mut Said,
    rotation: &Rotation,
    (zone, known): (&TimeZone, &Known),
) -> Option<Part> {
    let until = rotation.end_date.as_deref().map(|end| moment_of(end, zone));
    let (Some(start), None | Some(Some(_))) = (wall_of(&rotation.start_date, zone), until) else {
        said.impossible("its times cannot be read; export it again as the API answers it");
        return None;
    };
    let until = until.flatten();
    if until.is_some_and(|until| until <= now) {
        said.left_out("it has ended");
        return None;
    }
    let length = rotation.length.unwrap_or(1).max(1);
    let every = match rotation.kind.as_str() {
        "hourly" => Every::Hours(length),
        "daily" => Every::Days(length),
        "weekly" => Every::Weeks(length),
        other => {
            said.impossible(format!("rotations of type `{other}` are not known; write it by hand"));
            return None;
        }
    };
    if rotation.participants.is_empty() {
        said.left_out("nobody takes turns in it");
        return None;
    }
    let turns = rotation.participants.iter().map(|participant| match participant.kind.as_str() {
        "none" => TurnRef::FREE,
        "user" => known.turn(said, &participant.id, title(participant)),
        other => {
            said.impossible(format!(
                "a turn is that of the {other} {}, and nobody's here; name somebody of it",
                title(participant)
            ));
            TurnRef::FREE
        }
    });
    let turns = turns.collect();
    let week = match rotation.time_restriction.as_ref().map(week) {
        None => Week::default(),
        Some(Some(week)) => week,
        Some(None) => {
            said.impossible("its restriction cannot be read; write it as `hours`");
            return None;
        }
    };
    let name = if rotation.name.is_empty() { "rotation" } else { &rotation.name };
    Some(Part { until, week, ..Part::new(name, start, every, turns) })
}

/// The hours of a restriction.
fn week(restriction: &TimeRestriction) -> Option<Week> {
    let clock = |hour: u8, minute: u8| {
        let minutes = u32::from(hour) * 60 + u32::from(minute);
        (minute < 60 && minutes <= DAY).then_some(minutes)
    };
    let ends = |hours: &Hours| {
        let from = clock(hours.start_hour, hours.start_min).filter(|from| *from < DAY)?;
        Some((from, clock(hours.end_hour, hours.end_min)?))
    };
    let mut week = Week::default();
    match restriction.kind.as_str() {
        "time-of-day" => {
            let (from, until) = ends(restriction.restriction.as_ref()?)?;
            let length = if until > from { until - from } else { until + DAY - from };
            Some(Week::daily(from, length))
        }
        "weekday-and-time-of-day" => {
            for hours in restriction.restrictions.iter().chain(&restriction.restriction) {
                let (from, until) = ends(hours)?;
                let first = day(hours.start_day.as_deref()?)?;
                let last = day(hours.end_day.as_deref()?)?;
                let begin = u32::try_from(first).ok()? * DAY + from;
                let end = u32::try_from(last).ok()? * DAY + until;
                week.add(
                    first,
                    from,
                    if end > begin { end - begin } else { end + 7 * DAY - begin },
                );
            }
            Some(week)
        }
        _ => None,
    }
}

fn day(word: &str) -> Option<usize> {
    const DAYS: [&str; 7] =
        ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    DAYS.iter().position(|day| day.eq_ignore_ascii_case(word))
}

/// A stretch that somebody takes over, unless it is past.
fn taken_over(
    now: Time,
    said: &mut Said,
    made: &Override,
    (zone, known): (&TimeZone, &Known),
) -> Option<ScheduleOverride> {
    let times = (moment_of(&made.start_date, zone), moment_of(&made.end_date, zone));
    let (Some(start), Some(end)) = times else {
        said.impossible("its times cannot be read; export it again as the API answers it");
        return None;
    };
    if end <= now {
        said.left_out("it is over");
        return None;
    }
    let user = &made.user;
    if user.kind != "user" && !user.kind.is_empty() {
        said.impossible(format!("a {} cannot take a shift over; name somebody", user.kind));
        return None;
    }
    let Some(person) = known.person(&user.id) else {
        said.impossible(missing(&user.id, title(user)));
        return None;
    };
    Some(ScheduleOverride { start, end, person: person.clone(), instead_of: None, reason: None })
}
