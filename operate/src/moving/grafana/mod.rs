//! From Grafana OnCall: shifts have levels, of which the highest counts; those of one level are on
//! call at the same time.

mod routes;
mod shifts;

use std::collections::BTreeMap;

use connectors::export::{Export, Found};
use connectors::grafana_oncall::{
    Chain, FinalShift, NotificationRule, Schedule, Shift, Step, Team, User,
};
use estate::{CalendarSpec, ContactMethod, ScheduleOverride, Spec, Target, TeamSpec, TurnRef};
use jiff::civil::date;
use jiff::tz::TimeZone;
use kernel::Time;
use schedule::Every;

use super::moved::{Moved, Said, Told};
use super::names::Names;
use super::people::{Known, Ways, Who, missing};
use super::policy::{Called, Rounds, Steps, person};
use super::rota::{Part, Rota, moment_of};
use super::week::{DAY, Week};
use super::zones;

/// How often a chain that repeats begins again.
const REPEATS: u32 = 5;

/// Takes everything.
pub fn take(moved: &mut Moved, export: &Export) {
    let mut known = teams(moved, export);
    users(moved, export, &mut known);
    let mut called = schedules(moved, export, &known);
    chains(moved, export, &known, &mut called);
    routes::integrations(moved, export, (&known, &called));
}

fn told<'a>(id: &'a str, title: &'a str) -> Told<'a> {
    Told { id, title, description: "" }
}

fn teams(moved: &mut Moved, export: &Export) -> Known {
    let teams = moved.list::<Team>(export, "teams");
    let named = teams.iter().map(|team| (team.value.id.as_str(), team.value.name.as_str()));
    let names = Names::of("team", named);
    for Found { at, value: team } in &teams {
        let mut said = Said::of(at, &team.name);
        let name = names.get(&team.id).unwrap_or_default();
        let metadata = moved.metadata(&mut said, name, told(&team.id, &team.name));
        let email = Some(team.email.clone()).filter(|email| email.contains('@'));
        moved.add(&mut said, metadata, Spec::Team(TeamSpec { email, ..TeamSpec::default() }));
        moved.say(said);
    }
    Known::with_teams(&names, teams.iter().map(|team| team.value.id.as_str()))
}

fn users(moved: &mut Moved, export: &Export, known: &mut Known) {
    let users = moved.list::<User>(export, "users");
    let mut rules = moved.list::<NotificationRule>(export, "personal_notification_rules");
    rules.sort_by_key(|rule| rule.value.position);
    let mut of: BTreeMap<&str, Vec<&Found<NotificationRule>>> = BTreeMap::new();
    for rule in &rules {
        of.entry(&rule.value.user_id).or_default().push(rule);
    }
    let named = users.iter().map(|user| (user.value.id.as_str(), user.value.username.as_str()));
    let names = Names::of("person", named);
    for Found { at, value: user } in &users {
        let mut said = Said::of(at, &user.username);
        let teams = known.teams_of(&mut said, user.teams.iter().map(String::as_str));
        let (email, zone) = (user.email.clone(), user.timezone.clone());
        let mut ways = Ways { email, zone, apart: true, ..Ways::default() };
        match user.slack.iter().find(|slack| !slack.user_id.is_empty()) {
            Some(slack) => ways.reach(&mut said, ContactMethod::Slack, &slack.user_id),
            None => said.plain("telephone numbers are not in the export"),
        }
        let own = of.remove(user.id.as_str()).unwrap_or_default();
        wishes(moved, &mut ways, &own);
        let name = names.get(&user.id).unwrap_or_default();
        let who = Who { told: told(&user.id, &user.username), ways, teams };
        known.add(moved, &mut said, name, who);
        moved.say(said);
    }
    for rule in of.values().flatten() {
        let mut said = Said::of(&rule.at, "");
        said.impossible(missing(&rule.value.user_id, ""));
        moved.say(said);
    }
}

/// Rules are steps one after another, for what is important and for the rest.
fn wishes(moved: &mut Moved, ways: &mut Ways, rules: &[&Found<NotificationRule>]) {
    let mut after = BTreeMap::from([(true, 0), (false, 0)]);
    for rule in rules {
        let (at, rule) = (&rule.at, &rule.value);
        let mut said = Said::of(at, &rule.kind);
        let seconds = after.entry(rule.important).or_default();
        let by = match rule.kind.as_str() {
            "wait" => {
                *seconds += whole(rule.duration);
                said.plain("stands in the rules that follow it");
                moved.say(said);
                continue;
            }
            "notify_by_slack" => Some(ContactMethod::Slack),
            "notify_by_sms" => Some(ContactMethod::Sms),
            "notify_by_phone_call" => Some(ContactMethod::Voice),
            "notify_by_telegram" => Some(ContactMethod::Telegram),
            "notify_by_email" => Some(ContactMethod::Email),
            _ => None,
        };
        match by {
            Some(by) => ways.wish(&mut said, rule.important, *seconds, by),
            None => said.impossible(
                "there is no app of that kind; write ntfy or Gotify under \
                 `addresses`, and the wish again",
            ),
        }
        moved.say(said);
    }
}

/// Seconds, as far as a number says them.
fn whole(seconds: Option<f64>) -> u64 {
    let seconds = seconds.unwrap_or(0.0).clamp(0.0, 10_000_000.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it was clamped")]
    let whole = seconds as u64;
    whole
}

fn schedules(moved: &mut Moved, export: &Export, known: &Known) -> Called {
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
        let over = &schedule.ical_url_overrides;
        let over = (!over.is_empty()).then(|| Part::read("overrides", i32::MAX, over));
        if schedule.kind == "ical" && !schedule.ical_url_primary.is_empty() {
            rota.parts.push(Part::read("calendar", 0, &schedule.ical_url_primary));
            said.changed(
                "its calendar is read again and again; an event that names several people is the \
                 shift of the first",
            );
        } else if schedule.kind == "ical" {
            frozen(moved.now, &mut said, (&mut rota, schedule), (&finals, known));
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
            shifts_of(moved, &mut rota, &there, known);
        }
        rota.parts.extend(over);
        let name = names.get(&schedule.id).unwrap_or_default();
        let told = told(&schedule.id, &schedule.name);
        called.add_schedule(moved, &mut said, (name, told), &rota);
        moved.say(said);
    }
    called
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
    now: Time,
    said: &mut Said,
    (rota, schedule): (&mut Rota, &Schedule),
    (finals, known): (&[Found<FinalShift>], &Known),
) {
    let of = |found: &&Found<FinalShift>| {
        found.at.split_once(':').is_some_and(|(file, _)| file.contains(&schedule.id))
    };
    let mut until = Time::EPOCH;
    for Found { value: shift, .. } in finals.iter().filter(of) {
        let utc = TimeZone::UTC;
        let times = (moment_of(&shift.shift_start, &utc), moment_of(&shift.shift_end, &utc));
        let (Some(start), Some(end)) = times else { continue };
        let Some(person) = known.person(&shift.user_pk).cloned() else {
            said.impossible(missing(&shift.user_pk, &shift.user_username));
            continue;
        };
        if end > now {
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

fn chains(moved: &mut Moved, export: &Export, known: &Known, called: &mut Called) {
    let chains = moved.list::<Chain>(export, "escalation_chains");
    let mut steps = moved.list::<Step>(export, "escalation_policies");
    steps.sort_by_key(|step| step.value.position);
    let named = chains.iter().map(|it| (it.value.id.as_str(), it.value.name.as_str()));
    let names = Names::of("policy", named);
    for Found { at, value: chain } in &chains {
        let (mut found, mut repeat, mut held) = (Steps::default(), 0, false);
        for step in steps.iter().filter(|step| step.value.escalation_chain_id == chain.id) {
            let mut said = Said::of(&step.at, &step.value.kind);
            match step.value.kind.as_str() {
                kind if kind.starts_with("notify_if_") => {
                    held |= !condition(&mut found, &mut said, &step.value);
                }
                _ => add(&mut found, &mut said, &step.value, (known, called)),
            }
            repeat = if step.value.kind == "repeat_escalation" { REPEATS } else { repeat };
            moved.say(said);
        }
        let mut said = Said::of(at, &chain.name);
        if held {
            said.impossible(
                "none of it is taken: without its condition people would be called when they \
                 should not be; write the policy by hand, with variants or `waits`",
            );
            moved.say(said);
            continue;
        }
        let team = known.first_team(&mut said, [&*chain.team_id].into_iter());
        let name = names.get(&chain.id).unwrap_or_default();
        let told = told(&chain.id, &chain.name);
        called.add_policy(moved, &mut said, (name, told), (team, found, Rounds::Times(repeat)));
        moved.say(said);
    }
    for step in steps.iter().filter(|it| names.get(&it.value.escalation_chain_id).is_none()) {
        let mut said = Said::of(&step.at, &step.value.kind);
        said.impossible("its chain is not in the export; export all pages of escalation_chains");
        moved.say(said);
    }
}

/// Takes a step upon which those after it depend; `false` where they would be called without it.
/// Before anybody is called, hours are what a policy waits for: Grafana goes on when they begin.
fn condition(steps: &mut Steps, said: &mut Said, step: &Step) -> bool {
    let minute = |text: &str| {
        let time: jiff::civil::Time = text.trim_end_matches('Z').parse().ok()?;
        Some(u32::from(time.hour().unsigned_abs()) * 60 + u32::from(time.minute().unsigned_abs()))
    };
    let times = (minute(&step.notify_if_time_from), minute(&step.notify_if_time_to));
    match (step.kind.as_str(), times) {
        ("notify_if_time_from_to", (Some(from), Some(until))) if steps.is_empty() => {
            let length = if until > from { until - from } else { until + DAY - from };
            let hours = Week::daily(from, length).opening();
            let always = hours.is_empty();
            let time_zone = "UTC".to_owned();
            steps.wait_for(CalendarSpec { time_zone, always, hours, ..CalendarSpec::default() });
            said.changed("the policy waits for these hours, in UTC");
            true
        }
        ("notify_if_time_from_to", _) => {
            said.impossible("the steps after it wait for an hour, which ours cannot on their own");
            false
        }
        (kind, _) => {
            said.impossible(format!("`{kind}` is no condition that a policy has here"));
            false
        }
    }
}

fn add(steps: &mut Steps, said: &mut Said, step: &Step, (known, called): (&Known, &Called)) {
    let mut people = |ids: &[String]| -> Vec<Target> {
        let mut found = Vec::new();
        for id in ids {
            match known.person(id) {
                Some(known) => found.push(person(known)),
                None => said.impossible(missing(id, "")),
            }
        }
        found
    };
    let (contacts, rotate) = match step.kind.as_str() {
        "wait" => {
            if steps.is_empty() {
                said.changed("the first step calls at once; a wait before it is left out");
            }
            return steps.wait(whole(step.duration));
        }
        "repeat_escalation" => return said.plain("the policy begins again five times"),
        "notify_persons" => (people(&step.persons_to_notify), false),
        "notify_person_next_each_time" => (people(&step.persons_to_notify_next_each_time), true),
        "notify_on_call_from_schedule" => {
            (called.schedule(&step.notify_on_call_from_schedule), false)
        }
        "notify_team_members" => {
            let team = known.team(&step.team_to_notify);
            (team.map(|team| team.clone().into()).into_iter().collect(), false)
        }
        other => {
            return said.impossible(format!(
                "`{other}` calls nobody; tell channels and webhooks by routing"
            ));
        }
    };
    if contacts.is_empty() {
        said.impossible("it calls nobody that is taken; export users and schedules too");
    }
    if step.important {
        said.changed("whether the rules for what is important count is decided by priority");
    }
    steps.add(contacts, rotate, 0);
}
