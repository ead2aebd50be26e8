//! Whom escalations call, and the keys with which alerts come in.

use connectors::export::{Export, Found};
use connectors::opsgenie::export::{Escalation, Integration, Rule};
use estate::Target;

use super::{title, told};
use crate::moving::moved::{Moved, Said};
use crate::moving::names::Names;
use crate::moving::people::Known;
use crate::moving::policy::{Called, Rounds, Steps, person};
use crate::moving::services::{self, To};

/// Escalations become policies.
pub fn escalations(moved: &mut Moved, export: &Export, known: &Known, called: &mut Called) {
    let escalations = moved.list::<Escalation>(export, "escalations");
    let named = escalations.iter().map(|it| (it.value.id.as_str(), it.value.name.as_str()));
    let names = Names::of("policy", named);
    for escalation in &escalations {
        let (at, escalation) = (&escalation.at, &escalation.value);
        let mut said = Said::of(at, &escalation.name);
        let mut rules: Vec<(u64, usize, &Rule)> = Vec::new();
        for (place, rule) in escalation.rules.iter().enumerate() {
            rules.push((rule.delay.seconds(), place, rule));
        }
        rules.sort_by_key(|(after, place, _)| (*after, *place));
        if let Some((after, ..)) = rules.first().filter(|(after, ..)| *after > 0) {
            said.changed(format!("the first step calls at once, not after {} min", after / 60));
        }
        let mut steps = Steps::default();
        for (index, (after, place, rule)) in rules.iter().enumerate() {
            let mut said = Said::of(&format!("{at}.rules[{place}]"), "");
            let (contacts, rotate) = whom(&mut said, rule, (known, called));
            let next = rules.get(index + 1).map_or(*after, |(next, ..)| *next);
            steps.add(contacts, rotate, next - after);
            moved.say(said);
        }
        let repeat = escalation.repeat.as_ref();
        let count = repeat.map_or(Rounds::Times(0), |repeat| Rounds::Of(&repeat.count));
        steps.wait(repeat.map_or(0, |repeat| u64::from(repeat.wait_interval) * 60));
        let owner = escalation.owner_team.iter().map(|team| team.id.as_str());
        let team = known.first_team(&mut said, owner);
        let name = names.get(&escalation.id).unwrap_or_default();
        let told = told(&escalation.id, &escalation.name, &escalation.description);
        called.add_policy(moved, &mut said, (name, told), (team, steps, count));
        moved.say(said);
    }
}

fn whom(said: &mut Said, rule: &Rule, (known, called): (&Known, &Called)) -> (Vec<Target>, bool) {
    let of = &rule.recipient;
    if rule.condition == "if-not-closed" {
        said.changed("it is not called any more once somebody has acknowledged");
    }
    let kind = rule.notify_type.as_str();
    if matches!(kind, "next" | "previous") {
        said.impossible(format!(
            "who is on call {kind} cannot be called, so it is left out; name somebody"
        ));
        return (Vec::new(), false);
    }
    let found: Vec<Target> = match of.kind.as_str() {
        "user" => known.person(&of.id).map(person).into_iter().collect(),
        "schedule" => called.schedule(&of.id),
        "team" => {
            match kind {
                "random" => said.changed("one of the team is called in turn, not by chance"),
                "all" | "users" => {}
                _ => said.changed("all of the team are called, whatever its routing rules say"),
            }
            known.team(&of.id).map(|team| team.clone().into()).into_iter().collect()
        }
        _ => Vec::new(),
    };
    if found.is_empty() {
        said.impossible(format!(
            "the {} {} ({}) is not among those that are taken, so it is left out",
            of.kind,
            of.id,
            title(of)
        ));
    }
    (found, kind == "random")
}

/// Integrations become keys, with a route to the team that has them.
pub fn integrations(moved: &mut Moved, export: &Export, known: &Known) {
    let integrations = moved.list::<Integration>(export, "integrations");
    let id = |it: &Integration| if it.id.is_empty() { it.name.clone() } else { it.id.clone() };
    let ids: Vec<String> = integrations.iter().map(|it| id(&it.value)).collect();
    let titles = integrations.iter().map(|it| it.value.name.as_str());
    let names = Names::of("key", ids.iter().map(String::as_str).zip(titles));
    // The list leaves keys out; an integration that is asked for alone comes without its id.
    let alone = |it: &Integration| {
        let same = |other: &&Found<Integration>| other.value.name == it.name;
        let with_key = |other: &Found<Integration>| !other.value.api_key.is_empty();
        it.api_key.is_empty() && integrations.iter().filter(same).any(with_key)
    };
    for (integration, id) in integrations.iter().zip(&ids) {
        let (at, integration) = (&integration.at, &integration.value);
        let mut said = Said::of(at, &integration.name);
        if integration.enabled == Some(false) {
            said.left_out("it is switched off");
        } else if alone(integration) {
            said.plain("stands with its key in another answer");
        } else if integration.api_key.is_empty() {
            said.impossible(
                "its key is not in the export; export it by GET /v2/integrations/{id}, or make a \
                 new one with `operate key add --kind opsgenie`",
            );
        } else {
            let name = names.get(id).unwrap_or_default();
            let told = told(id, &integration.name, "");
            let named = integrations.iter().filter(|other| other.value.name == integration.name);
            let owner = named.map(|other| team_of(&other.value)).find(|id| !id.is_empty());
            let team = known.first_team(&mut said, owner.into_iter());
            let to = match &team {
                Some(team) => To::Team(team),
                None => {
                    said.changed(
                        "no team has it: write a Route for what comes with it, or the policy of \
                         last resort is called",
                    );
                    To::Nowhere
                }
            };
            let key = ("opsgenie", integration.api_key.as_str(), to);
            services::key(moved, &mut said, (name, told), key);
        }
        moved.say(said);
    }
}

/// The id of the team that has an integration; empty when none is said.
fn team_of(integration: &Integration) -> &str {
    let owner = integration.owner_team.as_ref().map_or("", |team| team.id.as_str());
    if integration.team_id.is_empty() { owner } else { &integration.team_id }
}
