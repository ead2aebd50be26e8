//! What Slack sends: somebody pressed a button, wrote a slash command, or filled in a form.

use serde::Deserialize;
use serde_json::Value;

use super::super::Deed;

/// What somebody did.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Incoming {
    /// Pressed a button of an incident's message.
    Pressed {
        /// The member's id.
        user: String,
        /// The room's id.
        room: String,
        /// Which button.
        deed: Deed,
        /// The incident's id.
        incident: String,
        /// What a form may be opened with, within three seconds; tells presses apart.
        trigger: String,
    },
    /// Wrote a slash command.
    Wrote {
        /// The member's id.
        user: String,
        /// What stands after the command's name.
        text: String,
        /// What a form may be opened with, within three seconds; tells commands apart.
        trigger: String,
    },
    /// Filled in the form that resolves an incident.
    Submitted(Submitted),
    /// Something that asks for nothing, such as following a link.
    Nothing,
}

/// A form that was filled in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Submitted {
    /// The member's id.
    pub user: String,
    /// The incident's id.
    pub incident: String,
    /// The kind of cause.
    pub cause: String,
    /// How it ended.
    pub code: String,
    /// Anything to add.
    pub note: Option<String>,
    /// Tells forms apart.
    pub view: String,
}

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

impl Incoming {
    /// Reads the body of a request, a form.
    ///
    /// # Errors
    /// What is missing in it.
    pub fn read(body: &[u8]) -> Result<Incoming, String> {
        let field = |name: &str| {
            let found = form_urlencoded::parse(body).find(|(key, _)| key == name);
            found.map(|(_, value)| value.into_owned())
        };
        if let Some(payload) = field("payload") {
            return serde_json::from_str::<Payload>(&payload)
                .map(interaction)
                .map_err(|error| format!("payload: {error}"));
        }
        let needed = |name: &str| field(name).ok_or_else(|| format!("there is no `{name}`"));
        Ok(Incoming::Wrote {
            user: needed("user_id")?,
            text: needed("text")?,
            trigger: needed("trigger_id")?,
        })
    }
}

fn interaction(payload: Payload) -> Incoming {
    let user = payload.user.id;
    match (payload.kind.as_str(), payload.view) {
        ("view_submission", Some(view)) if view.callback_id == "resolve" => {
            let chosen = |block: &str| {
                let value = &view.state["values"][block][block]["selected_option"]["value"];
                value.as_str().unwrap_or_default().to_owned()
            };
            let note = view.state["values"]["note"]["note"]["value"].as_str();
            Incoming::Submitted(Submitted {
                user,
                incident: view.private_metadata.clone(),
                cause: chosen("cause"),
                code: chosen("code"),
                note: note.filter(|note| !note.trim().is_empty()).map(str::to_owned),
                view: view.id.clone(),
            })
        }
        ("block_actions", _) => {
            let pressed = payload
                .actions
                .into_iter()
                .find_map(|action| Some((Deed::named(&action.action_id)?, action.value)));
            match pressed {
                Some((deed, incident)) => {
                    let (room, trigger) = (payload.channel.id, payload.trigger_id);
                    Incoming::Pressed { user, room, deed, incident, trigger }
                }
                None => Incoming::Nothing,
            }
        }
        _ => Incoming::Nothing,
    }
}
