//! Where alerts go: an integration becomes a service that calls by the chain of its default route.

use connectors::export::{Export, Found};
use connectors::grafana_oncall::{Integration, Route};

use super::told;
use crate::moving::moved::{Moved, Said};
use crate::moving::names::Names;
use crate::moving::people::Known;
use crate::moving::policy::Called;
use crate::moving::services::{self, To};

/// Integrations with their routes.
pub fn integrations(moved: &mut Moved, export: &Export, (known, called): (&Known, &Called)) {
    let integrations = moved.list::<Integration>(export, "integrations");
    let routes = moved.list::<Route>(export, "routes");
    let named = integrations.iter().map(|it| (it.value.id.as_str(), it.value.name.as_str()));
    let names = Names::of("service", named);
    for Found { at, value: integration } in &integrations {
        let mut said = Said::of(at, &integration.name);
        let name = names.get(&integration.id).unwrap_or_default();
        said.impossible(format!(
            "what `{}` sends is of Grafana's own address: make the key with \
             `operate key add {name} --kind {}`, and send there",
            integration.kind,
            kind(&integration.kind)
        ));
        let chain =
            integration.default_route.as_ref().map_or("", |route| &route.escalation_chain_id);
        match called.policy(chain).cloned() {
            Some(policy) => {
                let own = known.first_team(&mut said, [&*integration.team_id].into_iter());
                let of_chain = || called.team_of_policy(chain).cloned();
                let team = own.or_else(of_chain).or_else(|| moved.team.clone());
                let told = told(&integration.id, &integration.name);
                let service = (name, told);
                if services::service(moved, &mut said, service, (team, Some(policy))) {
                    services::route(moved, &mut said, (name, told), To::Service(name));
                }
            }
            None if chain.is_empty() => said.changed(
                "its default route calls nobody; here the policy of last resort is called",
            ),
            None => said.impossible(format!(
                "the chain {chain} of its default route is not among those that are taken"
            )),
        }
        moved.say(said);
    }
    for Found { at, value: route } in &routes {
        let mut said = Said::of(at, &route.routing_regex);
        match names.get(&route.integration_id) {
            None => said.impossible(
                "its integration is not in the export; export all pages of integrations",
            ),
            Some(_) if route.is_the_last_route => said.plain("stands in its integration"),
            Some(name) => by_condition(&mut said, route, (name, called)),
        }
        moved.say(said);
    }
}

/// A route for some of the alerts: its condition is a text of Grafana's own.
fn by_condition(said: &mut Said, route: &Route, (source, called): (&str, &Called)) {
    let to = match called.policy(&route.escalation_chain_id) {
        Some(policy) => format!("to a team or service that calls by {}", policy.item()),
        None if route.escalation_chain_id.is_empty() => "so that nobody is called".to_owned(),
        None => format!("to what calls by the chain {}", route.escalation_chain_id),
    };
    said.impossible(format!(
        "its condition is not taken, so its alerts go where the others of `{source}` go: write a \
         Route with `source == \"{source}\"` and what it asks for, {to}"
    ));
}

/// The kind of key for what a sender speaks.
fn kind(integration: &str) -> &'static str {
    match integration {
        "alertmanager" | "legacy_alertmanager" | "grafana_alerting" => "alertmanager",
        _ => "webhook",
    }
}
