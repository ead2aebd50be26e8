//! From PagerDuty: a schedule is one of ours, since of its layers one counts at each moment.

use connectors::export::{Export, Reference};
use connectors::pagerduty::export::{
    ContactMethod as ContactMethodThere, Integration, Layer, Policy, Restriction, Rule, Schedule,
    Service, Team, User,
};
use estate::{ContactMethod, ScheduleOverride, Spec, Target, TeamRef, TeamSpec};
use jiff::tz::TimeZone;
use kernel::Time;

use super::moved::{Moved, Said, Told};
use super::names::Names;
use super::people::{Known, Ways, Who, missing};
use super::policy::{Called, NOBODY, Rounds, Steps, person};
use super::rota::{Part, Rota, every, moment_of, wall_of};
use super::services::{self, To};
use super::week::Week;
use super::{timeouts, urgency, zones};

/// Takes everything.
pub fn take(moved: &mut Moved, export: &Export, team: Option<&TeamRef>) {
    let mut known = teams(moved, export);
    users(moved, export, &mut known);
    let mut called = schedules(moved, export, &known);
    policies(moved, export, &known, &mut called);
    services(moved, export, (&known, &called), team);
}

fn told<'a>(id: &'a str, title: &'a str, description: &'a str) -> Told<'a> {
    Told { id, title, description }
}

fn title(reference: &Reference) -> &str {
    if reference.name.is_empty() { &reference.summary } else { &reference.name }
}

fn ids(references: &[Reference]) -> impl Iterator<Item = &str> {
    references.iter().map(|reference| reference.id.as_str())
}

fn teams(moved: &mut Moved, export: &Export) -> Known {
    let teams = moved.list::<Team>(export, "teams");
    let named = teams.iter().map(|team| (team.value.id.as_str(), team.value.name.as_str()));
    let names = Names::of("team", named);
    for team in &teams {
        let (at, team) = (&team.at, &team.value);
        let mut said = Said::of(at, &team.name);
        if team.parent.is_some() {
            said.changed("a team has no team above it here");
        }
        let name = names.get(&team.id).unwrap_or_default();
        let metadata =
            moved.metadata(&mut said, name, told(&team.id, &team.name, &team.description));
        moved.add(&mut said, metadata, Spec::Team(TeamSpec::default()));
        moved.say(said);
    }
    Known::with_teams(&names, teams.iter().map(|team| team.value.id.as_str()))
}

fn users(moved: &mut Moved, export: &Export, known: &mut Known) {
    let users = moved.list::<User>(export, "users");
    let named = users.iter().map(|user| (user.value.id.as_str(), user.value.name.as_str()));
    let names = Names::of("person", named);
    for user in &users {
        let (at, user) = (&user.at, &user.value);
        let mut said = Said::of(at, &user.name);
        let teams = known.teams_of(&mut said, ids(&user.teams));
        let ways = ways(moved, at, user);
        let name = names.get(&user.id).unwrap_or_default();
        let who = Who { told: told(&user.id, &user.name, ""), ways, teams };
        known.add(moved, &mut said, name, who);
        moved.say(said);
    }
}

/// Countries whose numbers keep their first 0 when they are called from elsewhere.
const ZERO_STAYS: [u16; 5] = [39, 225, 241, 242, 378];

/// A telephone number as it is called from anywhere.
fn number(said: &mut Said, method: &ContactMethodThere) -> String {
    let address = method.address.trim();
    let country = method.country_code.unwrap_or(0);
    if country == 0 || address.starts_with('+') {
        return if address.starts_with('+') { address.to_owned() } else { String::new() };
    }
    let local = address.trim_start_matches(|sign: char| !sign.is_ascii_digit());
    match local.strip_prefix('0') {
        Some(rest) if !ZERO_STAYS.contains(&country) => {
            said.changed(format!("+{country} goes without the 0 of calls within the country"));
            format!("+{country}{rest}")
        }
        _ => format!("+{country}{local}"),
    }
}

/// How a user is reached, with a line for each of the ways and wishes.
fn ways(moved: &mut Moved, at: &str, user: &User) -> Ways {
    let (email, zone) = (user.email.clone(), user.time_zone.clone());
    let mut ways = Ways { email, zone, apart: true, ..Ways::default() };
    for (place, method) in user.contact_methods.iter().enumerate() {
        let mut said = Said::of(&format!("{at}.contact_methods[{place}]"), &method.kind);
        let by_phone = method.kind.starts_with("phone_") || method.kind.starts_with("sms_");
        let number = if by_phone { number(&mut said, method) } else { String::new() };
        match method.kind.as_str() {
            kind if kind.ends_with("_reference") => {
                said.impossible("only a reference; export users with include[]=contact_methods");
            }
            "email_contact_method" => ways.reach(&mut said, ContactMethod::Email, &method.address),
            "phone_contact_method" => ways.telephone(&mut said, ContactMethod::Voice, &number),
            "sms_contact_method" => ways.telephone(&mut said, ContactMethod::Sms, &number),
            "push_notification_contact_method" => {
                said.impossible(
                    "there is no app of that kind; take ntfy or Gotify instead, and \
                     write it under `addresses`",
                );
            }
            _ => said.impossible("no way to call of this kind; write another under `addresses`"),
        }
        moved.say(said);
    }
    for (place, rule) in user.notification_rules.iter().enumerate() {
        let mut said = Said::of(&format!("{at}.notification_rules[{place}]"), "");
        let seconds = u64::from(rule.start_delay_in_minutes) * 60;
        let kind = rule.contact_method.as_ref().map_or("", |method| method.kind.as_str());
        let by = match kind.trim_end_matches("_reference") {
            "email_contact_method" => Some(ContactMethod::Email),
            "phone_contact_method" => Some(ContactMethod::Voice),
            "sms_contact_method" => Some(ContactMethod::Sms),
            _ => None,
        };
        match by {
            Some(by) => ways.wish(&mut said, rule.urgency != "low", seconds, by),
            None if kind.starts_with("push") => {
                said.impossible("there is no app of that kind; write the wish with ntfy or Gotify");
            }
            None => said.impossible(
                "it names no way to call; export users with include[]=notification_rules",
            ),
        }
        moved.say(said);
    }
    ways
}

fn schedules(moved: &mut Moved, export: &Export, known: &Known) -> Called {
    let schedules = moved.list::<Schedule>(export, "schedules");
    let named = schedules.iter().map(|it| (it.value.id.as_str(), it.value.name.as_str()));
    let names = Names::of("schedule", named);
    let mut called = Called::default();
    for schedule in &schedules {
        let (at, schedule) = (&schedule.at, &schedule.value);
        let mut said = Said::of(at, &schedule.name);
        let name = names.get(&schedule.id).unwrap_or_default();
        match rota(moved, &mut said, (at, schedule), known) {
            Some(rota) => {
                let told = told(&schedule.id, &schedule.name, &schedule.description);
                called.add_schedule(moved, &mut said, (name, told), &rota);
            }
            None => said.plain("nothing of it is taken"),
        }
        moved.say(said);
    }
    called
}

fn rota(
    moved: &mut Moved,
    said: &mut Said,
    (at, schedule): (&str, &Schedule),
    known: &Known,
) -> Option<Rota> {
    let Some(layers) = &schedule.schedule_layers else {
        said.impossible("its layers are not in the export; export it by GET /schedules/{id}");
        return None;
    };
    let named = zones::known(&schedule.time_zone).unwrap_or(&schedule.time_zone);
    let Ok(zone) = TimeZone::get(named) else {
        said.impossible(format!("its zone `{named}` is not known; correct it"));
        return None;
    };
    if named != schedule.time_zone {
        said.changed(format!("its zone `{}` is called {named} here", schedule.time_zone));
    }
    let mut rota = Rota {
        zone: named.to_owned(),
        team: known.first_team(said, ids(&schedule.teams)),
        ..Rota::default()
    };
    // The API answers the topmost layer first.
    for (level, (place, layer)) in layers.iter().enumerate().rev().enumerate() {
        let mut said = Said::of(&format!("{at}.schedule_layers[{place}]"), &layer.name);
        if let Some(part) = part(moved.now, &mut said, layer, (&zone, known)) {
            let level = i32::try_from(level).unwrap_or(i32::MAX);
            let name = match part.name.trim() {
                "" => format!("layer {}", level + 1),
                name => name.to_owned(),
            };
            rota.parts.push(Part { level, name, ..part });
        }
        moved.say(said);
    }
    let entries = schedule.overrides_subschedule.iter().flat_map(|o| &o.rendered_schedule_entries);
    for (place, entry) in entries.enumerate() {
        let at = format!("{at}.overrides_subschedule.rendered_schedule_entries[{place}]");
        let mut said = Said::of(&at, title(&entry.user));
        let times = (moment_of(&entry.start, &zone), moment_of(&entry.end, &zone));
        let taken = taken_over(moved.now, &mut said, times, (&entry.user, known));
        rota.overrides.extend(taken);
        moved.say(said);
    }
    Some(rota)
}

/// A stretch that somebody takes over, unless it is past.
fn taken_over(
    now: Time,
    said: &mut Said,
    times: (Option<Time>, Option<Time>),
    (user, known): (&Reference, &Known),
) -> Option<ScheduleOverride> {
    let (Some(start), Some(end)) = times else {
        said.impossible("its times cannot be read; export it again as the API answers it");
        return None;
    };
    if end <= now {
        said.left_out("it is over");
        return None;
    }
    let Some(person) = known.person(&user.id) else {
        said.impossible(missing(&user.id, title(user)));
        return None;
    };
    Some(ScheduleOverride { start, end, person: person.clone(), instead_of: None, reason: None })
}

fn part(
    now: Time,
    said: &mut Said,
    layer: &Layer,
    (zone, known): (&TimeZone, &Known),
) -> Option<Part> {
    let until = layer.end.as_deref().map(|end| moment_of(end, zone));
    let virtual_start = layer.rotation_virtual_start.as_ref().unwrap_or(&layer.start);
    let times = (wall_of(virtual_start, zone), wall_of(&layer.start, zone), until);
    let (Some(start), Some(from), None | Some(Some(_))) = times else {
        said.impossible("its times cannot be read; export it again as the API answers it");
        return None;
    };
    let until = until.flatten();
    if until.is_some_and(|until| until <= now) {
        said.left_out("it has ended");
        return None;
    }
    let Some(every) = every(layer.rotation_turn_length_seconds) else {
        let seconds = layer.rotation_turn_length_seconds;
        said.impossible(format!("turns of {seconds} seconds; ours have whole hours, change them"));
        return None;
    };
    if layer.users.is_empty() {
        said.left_out("nobody takes turns in it");
        return None;
    }
    let users = layer.users.iter().map(|member| &member.user);
    let turns = users.map(|user| known.turn(said, &user.id, title(user))).collect();
    let mut week = Week::default();
    for restriction in &layer.restrictions {
        if !restrict(&mut week, said, restriction) {
            said.impossible("a restriction of a kind that is not known; write it as `hours`");
            return None;
        }
    }
    let part = Part::new(&layer.name, start, every, turns);
    Some(Part { from: Some(from), until, week, ..part })
}

/// Adds the hours of a restriction; `false` when they cannot be read.
fn restrict(week: &mut Week, said: &mut Said, restriction: &Restriction) -> bool {
    let Ok(begin) = restriction.start_time_of_day.parse::<jiff::civil::Time>() else {
        return false;
    };
    if begin.second() != 0 || !restriction.duration_seconds.is_multiple_of(60) {
        said.changed("its hours count in whole minutes");
    }
    let minute = begin.hour().unsigned_abs() as u32 * 60 + begin.minute().unsigned_abs() as u32;
    let length = restriction.duration_seconds / 60;
    if length == 0 {
        return false;
    }
    match (restriction.kind.as_str(), restriction.start_day_of_week) {
        ("daily_restriction", _) => {
            (0..7).for_each(|day| week.add(day, minute, length));
            true
        }
        ("weekly_restriction", Some(day @ 1..=7)) => {
            week.add(usize::from(day) - 1, minute, length);
            true
        }
        _ => false,
    }
}

fn policies(moved: &mut Moved, export: &Export, known: &Known, called: &mut Called) {
    let policies = moved.list::<Policy>(export, "escalation_policies");
    let named = policies.iter().map(|it| (it.value.id.as_str(), it.value.name.as_str()));
    let names = Names::of("policy", named);
    let timeouts = timeouts::of(export);
    for policy in &policies {
        let (at, policy) = (&policy.at, &policy.value);
        let mut steps = Steps::default();
        for (place, rule) in policy.escalation_rules.iter().enumerate() {
            let mut said = Said::of(&format!("{at}.escalation_rules[{place}]"), "");
            step(&mut steps, &mut said, rule, (known, called));
            moved.say(said);
        }
        let mut said = Said::of(at, &policy.name);
        let team = known.first_team(&mut said, ids(&policy.teams));
        timeouts.on_policy(&mut said, &policy.id, &mut steps);
        let name = names.get(&policy.id).unwrap_or_default();
        let told = told(&policy.id, &policy.name, &policy.description);
        called.add_policy(
            moved,
            &mut said,
            (name, told),
            (team, steps, Rounds::Of(&policy.num_loops)),
        );
        moved.say(said);
    }
}

fn step(steps: &mut Steps, said: &mut Said, rule: &Rule, (known, called): (&Known, &Called)) {
    let mut contacts: Vec<Target> = Vec::new();
    for target in &rule.targets {
        match target.kind.trim_end_matches("_reference") {
            "user" => match known.person(&target.id) {
                Some(found) => contacts.push(person(found)),
                None => said.impossible(missing(&target.id, title(target))),
            },
            "schedule" => match called.schedule(&target.id) {
                found if found.is_empty() => said.impossible(format!(
                    "the schedule {} ({}) is not among those that are taken; export it by \
                     GET /schedules/{{id}}",
                    target.id,
                    title(target)
                )),
                found => contacts.extend(found),
            },
            other => said.impossible(format!("`{other}` cannot be called; name people instead")),
        }
    }
    let rotate = rule.escalation_rule_assignment_strategy.as_ref().is_some_and(|s| s.rotates());
    if contacts.is_empty() {
        said.impossible(NOBODY);
    }
    steps.add(contacts, rotate, u64::from(rule.escalation_delay_in_minutes) * 60);
}

fn services(
    moved: &mut Moved,
    export: &Export,
    (known, called): (&Known, &Called),
    team: Option<&TeamRef>,
) {
    let found = moved.list::<Service>(export, "services");
    let named = found.iter().map(|it| (it.value.id.as_str(), it.value.name.as_str()));
    let names = Names::of("service", named);
    let titles: Vec<(String, String)> = found
        .iter()
        .flat_map(|it| &it.value.integrations)
        .map(|key| (key.id.clone(), key.name.clone()))
        .zip(found.iter().flat_map(|it| it.value.integrations.iter().map(|_| &it.value.name)))
        .map(|((id, key), service)| (id, format!("{service} {key}")))
        .collect();
    let titled = titles.iter().map(|(id, title)| (id.as_str(), title.as_str()));
    let keys = Names::of("key", titled);
    let timeouts = timeouts::of(export);
    for service in &found {
        let (at, service) = (&service.at, &service.value);
        let mut said = Said::of(at, &service.name);
        if service.is_disabled() {
            said.left_out("it is switched off, with its keys");
            moved.say(said);
            continue;
        }
        let policy = service.escalation_policy.as_ref();
        let own = known.first_team(&mut said, ids(&service.teams));
        let of_policy = || policy.and_then(|policy| called.team_of_policy(&policy.id)).cloned();
        let team = own.or_else(of_policy).or_else(|| team.cloned());
        let found = policy.and_then(|policy| called.policy(&policy.id)).cloned();
        if let Some(policy) = policy.filter(|_| found.is_none()) {
            said.impossible(format!(
                "its escalation policy {} is not among those that are taken",
                policy.id
            ));
        }
        let name = names.get(&service.id).unwrap_or_default();
        let says = policy.and_then(|policy| called.says(&policy.id));
        let by_urgency =
            says.and_then(|says| urgency::policy(moved, &mut said, (name, service), says));
        let found = by_urgency.or(found);
        let told = told(&service.id, &service.name, &service.description);
        let there = services::service(moved, &mut said, (name, told), (team, found));
        timeouts.on_service(&mut said, service);
        moved.say(said);
        for (place, integration) in service.integrations.iter().enumerate() {
            let mut said = Said::of(&format!("{at}.integrations[{place}]"), &integration.name);
            let key = keys.get(&integration.id).unwrap_or_default();
            let to = if there { To::Service(name) } else { To::Nowhere };
            key_of(moved, &mut said, (key, integration), to);
            moved.say(said);
        }
    }
}

fn key_of(
    moved: &mut Moved,
    said: &mut Said,
    (name, integration): (&str, &Integration),
    to: To<'_>,
) {
    let (key, kind) = (integration.integration_key.as_str(), integration.kind.as_str());
    if kind.ends_with("_reference") && key.is_empty() {
        said.impossible("only a reference; export services with include[]=integrations");
    } else if kind.starts_with("events_api_v2") {
        let told = told(&integration.id, &integration.name, "");
        services::key(moved, said, (name, told), ("pagerduty", key, to));
    } else {
        said.impossible(format!(
            "`{kind}` does not speak Events API v2; make a key with `operate key add`, and a \
             webhook mapping where it has a shape of its own"
        ));
    }
}
