//! Major incidents: when one is proposed, and the calling of the team for them, which goes on
//! beside the calling for the incident itself (R208).

use std::collections::BTreeSet;

use incidents::{Command, Criticality, Hit, Incident, ServiceState, Severity, What};
use kernel::{Actor, ItemRef, Moment, Time};
use oncall::Page;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::assess::assessment;
use crate::paging::start_major;
use crate::{Context, Reaction};

/// As many products as a proposal names.
const NAMED_MAX: usize = 3;

/// What an administrator decides about major incidents.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MajorPolicy {
    /// Whom to call when a major incident is declared. Without a value nobody is, and the incident
    /// says so.
    pub escalation_policy: Option<ItemRef>,
    /// A major incident is proposed from so many products on that do not work; 0 turns this off.
    #[schema(maximum = 1000)]
    pub products: u32,
    /// Whether one is proposed when a use case that is mission-critical does not work.
    pub mission_critical: bool,
}

impl Default for MajorPolicy {
    fn default() -> MajorPolicy {
        MajorPolicy { escalation_policy: None, products: 3, mission_critical: true }
    }
}

/// Whether what happened may make a major incident of one, or of one that was.
fn may_grow(what: &What) -> bool {
    matches!(
        what,
        What::Assessed { .. }
            | What::Attached { .. }
            | What::Absorbed { .. }
            | What::MemberReturned { .. }
            | What::Occurred { .. }
            | What::Relapsed { .. }
            | What::Reopened { .. }
            | What::ServiceSet { .. }
    )
}

/// Proposes a major incident, and calls the team for one that was declared.
pub(crate) fn follow(
    incident: &Incident,
    what: &What,
    context: &Context<'_>,
    moment: &Moment,
) -> Vec<Reaction> {
    match what {
        What::MajorDeclared { .. } => call_team(incident, context, moment),
        What::MajorStoodDown { .. } => release_team(incident, context),
        what if may_grow(what) && !incident.is_declared_major() => {
            let proposal = proposal(incident, context, moment.now);
            let propose = proposal
                .map(|(because, grounds)| Command::ProposeMajor { because, grounds })
                .map(|command| Reaction::incident(incident.id, command));
            propose.into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// Why an incident should be declared a major one, and what is hit that speaks for it. What
/// redundancy carries, or what a person says is only degraded, does not.
fn proposal(
    incident: &Incident,
    context: &Context<'_>,
    now: Time,
) -> Option<(String, Vec<ItemRef>)> {
    let rule = &context.policy.major;
    let fails = incident.is_open() && !incident.service_is_back() && !incident.potential;
    let down = incident.service_at(now) == Some(ServiceState::Down);
    if !fails || !down || incident.severity < Severity::Error {
        return None;
    }
    // What was assessed knows what other incidents have taken away, and keeps the worst alone.
    let fresh = assessment(context.estate, &incident.items, &[]).hits;
    let hits = incident.hits.iter().chain(&fresh).filter(|hit| !hit.softened);
    let broken = |kind: &str, least: Criticality| -> BTreeSet<&ItemRef> {
        let counts = |hit: &&Hit| hit.item.kind() == kind && hit.criticality >= least;
        hits.clone().filter(counts).map(|hit| &hit.item).collect()
    };
    let usecases = match rule.mission_critical {
        true => broken("usecase", Criticality::MissionCritical),
        false => BTreeSet::new(),
    };
    let products = broken("product", Criticality::Low);
    let many = rule.products > 0 && products.len() >= rule.products as usize;
    let products = if many { products } else { BTreeSet::new() };
    let one = usecases.first().map(|item| format!("{item} is mission-critical and down"));
    let all = many.then(|| match products.len() {
        1 => format!("{} is down", named(&products)),
        count => format!("{count} products are down: {}", named(&products)),
    });
    let because: Vec<String> = one.into_iter().chain(all).collect();
    let grounds = usecases.into_iter().chain(products).cloned().collect();
    (!because.is_empty()).then(|| (because.join("; "), grounds))
}

fn named(items: &BTreeSet<&ItemRef>) -> String {
    let names: Vec<&str> = items.iter().take(NAMED_MAX).map(|item| item.as_str()).collect();
    match items.len().saturating_sub(NAMED_MAX) {
        0 => names.join(", "),
        rest => format!("{} and {rest} more", names.join(", ")),
    }
}

/// Why the team need not be called; nothing while the incident is a declared major one.
pub(crate) fn quiet(incident: &Incident) -> Option<String> {
    let because = || match &incident.major {
        Some(major) => format!("the major incident was stood down: {}", major.because),
        None => "it is no major incident".to_owned(),
    };
    (!incident.is_declared_major()).then(because)
}

/// The page by which the team of a declared major incident is called, or was.
pub(crate) fn called<'a>(incident: &Incident, context: &Context<'a>) -> Option<&'a Page> {
    let declared = incident.major.as_ref()?.declared_at.filter(|_| quiet(incident).is_none())?;
    let mine = context.pages.iter().filter(|page| page.incident == incident.id && page.is_major());
    let open = mine.filter(|page| page.stage != oncall::Stage::Cancelled);
    let rang = |page: &Page| page.rang_again_at.unwrap_or(page.started_at);
    open.filter(|page| rang(page) >= declared).max_by_key(|page| (rang(page), page.id))
}

fn call_team(incident: &Incident, context: &Context<'_>, moment: &Moment) -> Vec<Reaction> {
    if quiet(incident).is_some() || called(incident, context).is_some() {
        return Vec::new();
    }
    let uncalled =
        |because: String| vec![Reaction::incident(incident.id, Command::MajorUncalled { because })];
    match &context.policy.major.escalation_policy {
        None => uncalled(
            "no escalation policy for major incidents is set (Settings, Policy, Major incidents)"
                .to_owned(),
        ),
        Some(policy) if !context.estate.contains(policy) => uncalled(format!(
            "the estate has no {policy}, which is set for major incidents (Settings, Policy, Major \
             incidents)"
        )),
        Some(policy) => {
            let start = start_major(incident, policy, context, moment.now);
            vec![Reaction::StartPage(moment.id(), Box::new(start))]
        }
    }
}

fn release_team(incident: &Incident, context: &Context<'_>) -> Vec<Reaction> {
    let Some(reason) = quiet(incident) else { return Vec::new() };
    let team = context.pages.iter().filter(|page| page.incident == incident.id && page.is_major());
    let called = team.filter(|page| page.stage.unanswered() || page.goes_on());
    let cancel =
        |page: &Page| Reaction::Page(page.id, oncall::Command::Cancel { reason: reason.clone() });
    called.map(cancel).collect()
}

/// Somebody of the team answered, or took over.
pub(crate) fn answered(incident: &Incident, by: &Actor, person: Option<ItemRef>) -> Reaction {
    Reaction::incident(incident.id, Command::MajorAnswered { by: by.clone(), person })
}
