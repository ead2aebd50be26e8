//! From Grafana OnCall: shifts have levels, of which the highest counts; those of one level are on
//! call at the same time.

mod calendars;
mod routes;
mod shifts;

use std::collections::BTreeMap;

use connectors::export::{Export, Found};
use connectors::grafana_oncall::{Chain, NotificationRule, Step, Team, User};
use estate::{CalendarSpec, ContactMethod, Spec, Target, TeamSpec};

use super::moved::{Moved, Said, Told};
use super::names::Names;
use super::people::{Known, Ways, Who, missing};
use super::policy::{Called, Rounds, Steps, person};
use super::week::{DAY, Week};

/// How often a chain that repeats begins again.
const REPEATS: u32 = 5;

/// Takes everything.
pub fn take(moved: &mut Moved, export: &Export) {
    let mut known = teams(moved, export);
    users(moved, export, &mut known);
    let mut called = calendars::schedules(moved, export, &known);
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
        if let Some(slack) = user.slack.iter().find(|slack| !slack.user_id.is_empty()) {
            ways.reach(&mut said, ContactMethod::Slack, &slack.user_id);
        }
        said.plain("telephone numbers are not in the export");
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
