//! Where the alerts of a team go: its routing rules say which escalation or schedule is called.

use connectors::export::{Export, Found};
use connectors::opsgenie::export::{Participant, RoutingRule, Team};
use estate::{EscalationPolicyRef, TeamRef};

use super::{title, told};
use crate::moving::moved::{Moved, Said, of_file};
use crate::moving::names::Names;
use crate::moving::people::Known;
use crate::moving::policy::{Called, Rounds, Steps};

/// Teams get the policy that their alerts go to.
pub fn teams(
    moved: &mut Moved,
    export: &Export,
    teams: &[Found<Team>],
    (known, called): (&Known, &mut Called),
) {
    let rules = moved.list::<RoutingRule>(export, "routing_rules");
    let named = rules.iter().map(|rule| (rule.value.id.as_str(), rule.value.name.as_str()));
    let names = Names::of("policy", named);
    for team in teams {
        let Some(reference) = known.team(&team.value.id) else { continue };
        let mut own: Vec<_> = rules.iter().filter(|rule| of_file(rule, &team.value.id)).collect();
        own.sort_by_key(|rule| (rule.value.is_default, rule.value.order));
        if own.is_empty() {
            by_escalations(moved, team, (reference, called));
            continue;
        }
        let mut decided = false;
        for rule in own {
            let mut said = Said::of(&rule.at, &rule.value.name);
            let always = always(&rule.value);
            if decided {
                said.left_out("no alert gets as far as this rule");
            } else if always {
                let name = names.get(&rule.value.id).unwrap_or_default();
                let to = leads_to(moved, &mut said, rule, (name, reference, called));
                if let Some(policy) = to {
                    said.plain(format!("{} calls {}", reference.item(), policy.item()));
                    moved.team_calls(reference, policy);
                }
            } else {
                conditional(&mut said, &rule.value, called);
            }
            decided |= always;
            moved.say(said);
        }
    }
    for lost in rules.iter().filter(|rule| !teams.iter().any(|it| of_file(rule, &it.value.id))) {
        let mut said = Said::of(&lost.at, &lost.value.name);
        said.impossible("its team is not known; name the file routing_rules-{id of the team}.json");
        moved.say(said);
    }
}

fn always(rule: &RoutingRule) -> bool {
    let all = rule.criteria.as_ref().is_none_or(|criteria| criteria.kind == "match-all");
    rule.is_default || (all && rule.time_restriction.as_ref().is_none_or(|it| it.is_null()))
}

/// The policy that a rule leads to; for a schedule one that calls it is made.
fn leads_to(
    moved: &mut Moved,
    said: &mut Said,
    rule: &Found<RoutingRule>,
    (name, team, called): (&str, &TeamRef, &mut Called),
) -> Option<EscalationPolicyRef> {
    let to = rule.value.notify.as_ref()?;
    match to.kind.as_str() {
        "escalation" => {
            let found = called.policy(&to.id).cloned();
            if found.is_none() {
                said.impossible(gone(to));
            }
            found
        }
        "schedule" => {
            let schedules = called.schedule(&to.id);
            if schedules.is_empty() {
                said.impossible(gone(to));
                return None;
            }
            said.changed("it led to a schedule by itself, so a policy of one step calls it");
            let mut steps = Steps::default();
            steps.add(schedules, false, 0);
            let (name, told) = (format!("{name}--routing"), told(&rule.value.id, title(to), ""));
            let says = (Some(team.clone()), steps, Rounds::Times(0));
            called.add_policy(moved, said, (&name, told), says);
            called.policy(&rule.value.id).cloned()
        }
        "none" => {
            said.changed("nobody was called by it; here the policy of last resort is");
            None
        }
        other => {
            said.impossible(format!("`{other}` cannot be called; name an escalation"));
            None
        }
    }
}

fn gone(to: &Participant) -> String {
    format!("the {} {} ({}) is not among those that are taken", to.kind, to.id, title(to))
}

/// What only some alerts, or some hours, lead to.
fn conditional(said: &mut Said, rule: &RoutingRule, called: &Called) {
    let to = rule.notify.as_ref();
    let policy = to.and_then(|to| called.policy(&to.id));
    let to = policy.map_or_else(
        || to.map_or_else(String::new, |to| format!("{} {}", to.kind, title(to))),
        |policy| policy.item().to_string(),
    );
    said.impossible(format!(
        "some alerts of the team, or some hours, led to {to}: write a Route for them to a team or \
         service with this policy, or hours as a variant of the team's policy"
    ));
}

/// Without its rules in the export, a team calls by the one escalation that it has.
fn by_escalations(moved: &mut Moved, team: &Found<Team>, (of, called): (&TeamRef, &Called)) {
    let mut said = Said::of(&format!("{}.routing_rules", team.at), &team.value.name);
    let mut own = called.policies_of(of);
    match (own.next().cloned(), own.next()) {
        (Some(policy), None) => {
            said.changed(format!(
                "they are not in the export, so its only escalation {} is called",
                policy.item()
            ));
            moved.team_calls(of, policy);
        }
        (Some(_), Some(_)) => said.impossible(format!(
            "they are not in the export, and it has several escalations: export them by \
             GET /v2/teams/{{id}}/routing-rules, or write `escalationPolicy` at {}",
            of.item()
        )),
        (None, _) => said.changed(
            "they are not in the export, and it has no escalation: its alerts call the policy of \
             last resort",
        ),
    }
    moved.say(said);
}
