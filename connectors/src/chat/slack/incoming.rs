//! What Slack sends: somebody pressed a button, wrote a slash command, or filled in a form.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::super::incoming::field;
use super::super::{Deed, Doing, Incoming};

#[derive(Deserialize)]
struct Payload {
    #[serde(rename = "type")]
    kind: String,
    user: Named,
    #[serde(default)]
    channel: Named,
    #[serde(default)]
    trigger_id: String,
    #[serde(default)]
    actions: Vec<Action>,
    view: Option<View>,
}

#[derive(Deserialize, Default)]
struct Named {
    #[serde(default)]
    id: String,
}

#[derive(Deserialize)]
struct Action {
    action_id: String,
    #[serde(default)]
    value: String,
}

#[derive(Deserialize)]
struct View {
    id: String,
    #[serde(default)]
    callback_id: String,
    #[serde(default)]
    private_metadata: String,
    #[serde(default)]
    state: Value,
}

/// Reads the body of a request, a form.
///
/// # Errors
/// What is missing in it.
pub(super) fn read(body: &[u8]) -> Result<Incoming, String> {
    if let Some(payload) = field(body, "payload") {
        return serde_json::from_str::<Payload>(&payload)
            .map(interaction)
            .map_err(|error| format!("payload: {error}"));
    }
    let needed = |name: &str| field(body, name).ok_or_else(|| format!("there is no `{name}`"));
    let trigger = needed("trigger_id")?;
    Ok(Incoming {
        user: needed("user_id")?,
        room: field(body, "channel_id").unwrap_or_default(),
        once: trigger.clone(),
        trigger,
        doing: Doing::Wrote { text: needed("text")? },
    })
}

fn interaction(payload: Payload) -> Incoming {
    let (once, doing) = match (payload.kind.as_str(), payload.view) {
        ("view_submission", Some(view)) => (view.id.clone(), submitted(&view)),
        ("block_actions", _) => {
            let pressed = payload.actions.into_iter().find_map(|action| {
                let deed = Deed::named(&action.action_id)?;
                Some(Doing::Pressed { deed, incident: action.value })
            });
            (payload.trigger_id.clone(), pressed.unwrap_or(Doing::Nothing))
        }
        _ => (String::new(), Doing::Nothing),
    };
    let (user, room) = (payload.user.id, payload.channel.id);
    Incoming { user, room, trigger: payload.trigger_id, once, doing }
}

fn submitted(view: &View) -> Doing {
    let Some(deed) = Deed::named(&view.callback_id) else { return Doing::Nothing };
    let mut values = BTreeMap::new();
    for (block, answers) in view.state["values"].as_object().into_iter().flatten() {
        let answer = &answers[block];
        let value = answer["selected_option"]["value"].as_str().or(answer["value"].as_str());
        if let Some(value) = value.filter(|value| !value.trim().is_empty()) {
            values.insert(block.clone(), value.to_owned());
        }
    }
    Doing::Submitted { deed, incident: view.private_metadata.clone(), values }
}
