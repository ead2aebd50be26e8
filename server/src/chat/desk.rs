//! What a room shows of an incident, and which room: decisions by value.

use connectors::chat::{Card, Deed};
use estate::{Estate, Spec};
use incidents::{Incident, Stage};
use kernel::{ItemRef, Time};

use super::store::Room;

/// The rooms of the team that an incident belongs to: of the one that is charged with it, else of
/// the one that runs what is hit.
pub fn rooms(incident: &Incident, estate: &Estate) -> Vec<Room> {
    // Nothing has failed yet: whoever watches for that looks at the list.
    if incident.potential {
        return Vec::new();
    }
    let operator = || Some(estate.operator(incident.main_item.as_ref()?)?.to);
    let team = incident.team.clone().or_else(operator);
    let spec = team.and_then(|team| estate.get(&team).map(|found| &found.spec));
    let Some(Spec::Team(team)) = spec else { return Vec::new() };
    let room = |(service, name): (&str, &str)| Room { service: service.into(), name: name.into() };
    team.chat.rooms().map(room).collect()
}

/// What the room shows now. `ringing`: somebody is being called for it.
pub fn card(
    incident: &Incident,
    estate: &Estate,
    ringing: bool,
    (now, base_url): (Time, &str),
) -> Card {
    let allowed = incident.allowed(now);
    let offered = |deed: &Deed| match deed {
        Deed::Escalate => ringing,
        // What is over is left in peace; the page of the incident takes it still.
        Deed::Comment => incident.stage.is_open(),
        deed => allowed.iter().any(|command| command.command == deed.name()),
    };
    Card {
        incident: incident.id.to_string(),
        number: incident.number,
        title: incident.title.clone(),
        priority: incident.priority,
        state: word(incident.stage),
        holder: holder(incident, estate),
        service: incident.main_item.as_ref().map(ToString::to_string),
        deeds: Deed::ALL.into_iter().filter(offered).collect(),
        url: format!("{base_url}/incidents/{}", incident.id),
    }
}

/// Who has it: the person charged with it, else whoever took it.
fn holder(incident: &Incident, estate: &Estate) -> Option<String> {
    let titled = |person: &ItemRef| match estate.get(person) {
        Some(found) => found.title().to_owned(),
        None => person.name().to_owned(),
    };
    let taken = || incident.acknowledged_by.as_ref().map(|by| by.name().to_owned());
    incident.assignee.as_ref().map(titled).or_else(taken)
}

fn word(stage: Stage) -> &'static str {
    match stage {
        Stage::New => "New",
        Stage::Assigned => "Assigned",
        Stage::Diagnosing => "Diagnosing",
        Stage::ActionReady => "Action ready",
        Stage::Resolving => "Resolving",
        Stage::Restored => "Restored",
        Stage::Resolved => "Resolved",
        Stage::Closed => "Closed",
        Stage::OnHold => "On hold",
        Stage::Cancelled => "Cancelled",
        Stage::Merged => "Merged",
    }
}
