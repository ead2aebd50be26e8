//! Whom policies call, and what services there are.

use std::collections::BTreeMap;

use connectors::export::{Export, Found};
use connectors::goalert::{Policy, Service};
use estate::{Target, TeamRef};

use super::{Rotations, told};
use crate::moving::moved::{Moved, Said};
use crate::moving::names::Names;
use crate::moving::people::Known;
use crate::moving::policy::{Called, NOBODY, Rounds, Steps, person};
use crate::moving::rota::{Part, Rota};
use crate::moving::services;

/// Policies, with the rotations that they call by themselves.
pub fn policies(
    moved: &mut Moved,
    export: &Export,
    (known, rotations): (&Known, &Rotations),
    called: &mut Called,
) {
    let policies = moved.list::<Policy>(export, "escalationPolicies");
    alone(moved, &policies, rotations, called);
    let named = policies.iter().map(|it| (it.value.id.as_str(), it.value.name.as_str()));
    let names = Names::of("policy", named);
    for policy in &policies {
        let (at, policy) = (&policy.at, &policy.value);
        let mut steps = Steps::default();
        for (place, step) in policy.steps.iter().enumerate() {
            let mut said = Said::of(&format!("{at}.steps[{place}]"), "");
            let mut contacts: Vec<Target> = Vec::new();
            for target in &step.targets {
                let found: Vec<Target> = match target.kind.as_str() {
                    "user" => known.person(&target.id).map(person).into_iter().collect(),
                    "schedule" | "rotation" => called.schedule(&target.id),
                    other => {
                        said.impossible(format!("`{other}` cannot be called; tell it by routing"));
                        continue;
                    }
                };
                if found.is_empty() {
                    said.impossible(format!(
                        "the {} {} ({}) is not among those that are taken",
                        target.kind, target.id, target.name
                    ));
                }
                contacts.extend(found);
            }
            if contacts.is_empty() {
                said.impossible(NOBODY);
            }
            steps.add(contacts, false, u64::from(step.delay_minutes) * 60);
            moved.say(said);
        }
        let mut said = Said::of(at, &policy.name);
        let name = names.get(&policy.id).unwrap_or_default();
        let told = told(&policy.id, &policy.name, &policy.description);
        called.add_policy(
            moved,
            &mut said,
            (name, told),
            (None, steps, Rounds::Of(&policy.repeat)),
        );
        moved.say(said);
    }
}

/// Rotations that a policy calls by themselves become schedules.
fn alone(
    moved: &mut Moved,
    policies: &[Found<Policy>],
    rotations: &Rotations,
    called: &mut Called,
) {
    let steps = policies.iter().flat_map(|policy| &policy.value.steps);
    let targets = steps.flat_map(|step| &step.targets).filter(|target| target.kind == "rotation");
    let wanted: BTreeMap<&str, &Part> = targets
        .filter_map(|target| Some((target.id.as_str(), rotations.get(&target.id)?)))
        .collect();
    let titles: Vec<String> =
        wanted.values().map(|part| format!("{} (rotation)", part.name)).collect();
    let names = Names::of("schedule", wanted.keys().copied().zip(titles.iter().map(|t| &**t)));
    for (id, part) in wanted {
        let mut said = Said::of("rotations", &part.name);
        said.changed("a policy calls it by itself, so it is a schedule too");
        let zone = part.zone.clone().unwrap_or_default();
        let parts = vec![Part { zone: None, ..part.clone() }];
        let rota = Rota { zone, parts, ..Rota::default() };
        let name = names.get(id).unwrap_or_default();
        called.add_schedule(moved, &mut said, (name, told(id, &part.name, "")), &rota);
        moved.say(said);
    }
}

/// Services, without the ways in.
pub fn services(moved: &mut Moved, export: &Export, called: &Called, team: Option<&TeamRef>) {
    let found = moved.list::<Service>(export, "services");
    let named = found.iter().map(|it| (it.value.id.as_str(), it.value.name.as_str()));
    let names = Names::of("service", named);
    for service in &found {
        let (at, service) = (&service.at, &service.value);
        let mut said = Said::of(at, &service.name);
        let policy = service.escalation_policy.as_ref();
        let found = policy.and_then(|policy| called.policy(&policy.id)).cloned();
        if found.is_none() {
            said.impossible("its escalation policy is not among those that are taken");
        }
        let name = names.get(&service.id).unwrap_or_default();
        let told = told(&service.id, &service.name, &service.description);
        services::service(moved, &mut said, (name, told), (team.cloned(), found));
        moved.say(said);
        for (place, key) in service.integration_keys.iter().enumerate() {
            let mut said = Said::of(&format!("{at}.integrationKeys[{place}]"), &key.name);
            said.impossible(format!(
                "what `{}` sends is of GoAlert's own shape; make a key with `operate key add`, \
                 and send there",
                key.kind
            ));
            moved.say(said);
        }
    }
}
