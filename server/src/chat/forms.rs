//! Forms that rooms open: what they ask, and what is done with the answers.

use std::collections::BTreeMap;

use connectors::chat::{Deed, FieldKind, Form, FormField, Incoming, TEXT_CHARS_MAX};
use incidents::Verb;
use sha2::{Digest, Sha256};

use super::commands::Asked;
use super::setup::Spoken;
use crate::practices::incidents::routes as incident_routes;

/// Opens the form of a deed for whoever just pressed or wrote something.
///
/// # Errors
/// Why not, for whoever asked.
pub async fn open(
    asked: &Asked<'_>,
    spoken: &Spoken,
    (to, deed, incident): (&Incoming, Deed, &str),
) -> Result<String, String> {
    asked.account()?;
    let Asked { app, member, .. } = asked;
    let found = incident_routes::load(app, &member.caller, incident).await;
    let found = found.map_err(|problem| format!("Not done: {}.", problem.detail))?.record;
    incident_routes::may_respond(app, &member.caller, &found).map_err(|no| no.to_string())?;
    let now = app.world.now();
    if !found.allowed(now).iter().any(|command| command.command == deed.name()) {
        let done = if deed == Deed::Resolve { "resolved" } else { "commented on" };
        return Err(format!("#{} cannot be {done} now: it is {}.", found.number, found.stage));
    }
    let (id, number) = (found.id.to_string(), found.number);
    let form = match deed {
        Deed::Comment => Form {
            deed,
            incident: &id,
            title: format!("Comment on #{number}"),
            fields: vec![text("text", "What to write down", false)],
        },
        _ => Form {
            deed,
            incident: &id,
            title: format!("Resolve #{number}"),
            fields: vec![
                choice("cause", "What kind of cause?", "cause_class"),
                choice("code", "How did it end?", "resolution_code"),
                text("note", "Anything to add", true),
            ],
        },
    };
    let call = spoken.service.open(&spoken.at(now), to, &form);
    let opened = app.ways.rooms().told(spoken, &call).await;
    let link = || format!("{}/incidents/{id}", app.ways.base_url());
    opened.map_err(|why| format!("The form did not open ({why}): {}", link()))
}

/// Does what a form that was filled in asks for.
///
/// # Errors
/// Why not, for whoever sent it.
pub async fn submitted(
    asked: &Asked<'_>,
    deed: Deed,
    incident: &str,
    values: &BTreeMap<String, String>,
) -> Result<String, String> {
    let value = |name: &str| values.get(name).map(String::as_str).unwrap_or_default();
    let long = |text: &String| text.chars().count() > TEXT_CHARS_MAX;
    if values.values().any(long) {
        return Err(format!("A text has at most {TEXT_CHARS_MAX} characters."));
    }
    match deed {
        Deed::Resolve => {
            let how = (value("cause"), value("code"));
            asked.resolve(incident, how, values.get("note").cloned()).await
        }
        Deed::Comment if value("text").is_empty() => Err("Say what to write down.".to_owned()),
        Deed::Comment => asked.comment(incident, value("text").to_owned()).await,
        _ => Err("There is no such form.".to_owned()),
    }
}

/// Tells answers apart.
pub fn mark(values: &BTreeMap<String, String>) -> String {
    let digest = Sha256::digest(format!("{values:?}").as_bytes());
    kernel::hex(&digest[..8])
}

fn text(name: &'static str, label: &'static str, optional: bool) -> FormField<'static> {
    FormField { name, label, kind: FieldKind::Text { optional } }
}

/// What can be chosen for a field of the command that resolves.
fn choice(name: &'static str, label: &'static str, field: &str) -> FormField<'static> {
    let fields = Verb::Resolve.fields().iter();
    let choices = fields.filter(|known| known.name == field).flat_map(|known| known.options);
    let options = choices.map(|choice| (choice.value, choice.label)).collect();
    FormField { name, label, kind: FieldKind::Choice(options) }
}
