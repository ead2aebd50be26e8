//! Whether it holds: what is looked at when a service is back, before the incident is closed.
//!
//! Stream or shell gather the [`Evidence`]; the verdict is reached here, and the record keeps it.

use kernel::{Actor, AlertId, ItemRef, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::incident::Incident;
use crate::member::Member;

/// What the estate, the alerts and the pages say, gathered at one time.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Evidence {
    /// Alerts that fire on what was hit and belong to no part of this incident.
    pub firing: Vec<StillFiring>,
    /// Whether anybody was called since the service was away.
    pub called: bool,
}

/// An alert that fires on something that was hit.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StillFiring {
    /// Which.
    pub alert: AlertId,
    /// What it says.
    pub title: String,
    /// What it is about.
    pub item: ItemRef,
}

/// One thing that was looked at.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = IncidentCheck)]
pub struct Check {
    /// What was looked at.
    pub name: CheckName,
    /// Whether it is as it should be.
    pub passed: bool,
    /// What was seen, one sentence.
    pub detail: String,
}

/// What is looked at.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = IncidentCheckName)]
pub enum CheckName {
    /// No alert of the incident fires any more.
    AlertsClear,
    /// Nothing else fires on what was hit.
    ServicesClear,
    /// Who was called has answered.
    PageAnswered,
}

/// The consumer's word that it works again.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Confirmation {
    /// Who said so.
    pub who: String,
    /// In which words.
    pub said: String,
    /// Who wrote it down.
    pub by: Actor,
    /// When.
    pub at: Time,
}

/// As many names as a sentence lists.
const NAMES_MAX: usize = 3;

/// What the evidence says about an incident whose service is back.
pub fn run(incident: &Incident, evidence: &Evidence) -> Vec<Check> {
    vec![
        alerts_clear(incident),
        services_clear(incident, evidence),
        page_answered(incident, evidence),
    ]
}

fn alerts_clear(incident: &Incident) -> Check {
    let firing: Vec<&Member> = still_firing(incident).collect();
    let all = incident.attached().count();
    let detail = match (firing.len(), all) {
        (0, 0) => "no alert belongs to it".to_owned(),
        (0, _) => "none of its alerts fires any more".to_owned(),
        (_, 1) => format!("its alert still fires: {}", firing[0].title),
        (count, _) => {
            let names = listed(firing.iter().map(|member| member.title.as_str()));
            format!("{count} of its {all} alerts still {}: {names}", verb(count))
        }
    };
    Check { name: CheckName::AlertsClear, passed: firing.is_empty(), detail }
}

fn services_clear(incident: &Incident, evidence: &Evidence) -> Check {
    let own = |alert: AlertId| incident.attached().any(|member| member.alert == alert);
    let firing: Vec<&StillFiring> = evidence.firing.iter().filter(|f| !own(f.alert)).collect();
    let detail = match firing.len() {
        0 => "nothing else fires on what was hit".to_owned(),
        count => {
            let told: Vec<String> =
                firing.iter().map(|found| format!("{} on {}", found.title, found.item)).collect();
            let names = listed(told.iter().map(String::as_str));
            format!("{count} other {} on what was hit: {names}", alerts(count))
        }
    };
    Check { name: CheckName::ServicesClear, passed: firing.is_empty(), detail }
}

fn page_answered(incident: &Incident, evidence: &Evidence) -> Check {
    let (passed, detail) = match &incident.acknowledged_by {
        Some(by) => (true, format!("{by} answered")),
        None if evidence.called => (false, "nobody who was called has answered".to_owned()),
        None => (true, "nobody had to be called".to_owned()),
    };
    Check { name: CheckName::PageAnswered, passed, detail }
}

/// The alerts of the incident that fire and say that the service is away.
pub(crate) fn still_firing(incident: &Incident) -> impl Iterator<Item = &Member> {
    incident.telling().filter(|member| member.cleared_at.is_none())
}

pub(crate) fn verb(count: usize) -> &'static str {
    if count == 1 { "fires" } else { "fire" }
}

fn alerts(count: usize) -> &'static str {
    if count == 1 { "alert fires" } else { "alerts fire" }
}

fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.collect();
    match names.get(..NAMES_MAX) {
        Some(first) if names.len() > NAMES_MAX => {
            format!("{} and {} more", first.join(", "), names.len() - NAMES_MAX)
        }
        _ => names.join(", "),
    }
}
