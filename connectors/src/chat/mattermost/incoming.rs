//! What Mattermost sends: a slash command as a form, the rest as JSON.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::super::incoming::field;
use super::super::{At, Deed, Doing, Incoming, Refused, Request};
use crate::seal::Unsealed;

/// A button that was pressed, or a form that was sent.
#[derive(Deserialize)]
struct Sent {
    user_id: String,
    #[serde(default)]
    channel_id: String,
    #[serde(default)]
    trigger_id: String,
    #[serde(default)]
    context: Context,
    #[serde(default)]
    state: String,
    #[serde(default)]
    submission: BTreeMap<String, Value>,
    #[serde(default)]
    cancelled: bool,
}

/// What we gave a button.
#[derive(Deserialize, Default)]
struct Context {
    #[serde(default)]
    sealed: String,
}

/// Reads a request, once it is known to be Mattermost's.
pub(super) fn read(at: &At<'_>, request: Request<'_>) -> Result<Incoming, Refused> {
    if (request.header)("content-type").starts_with("application/x-www-form-urlencoded") {
        return written(at, request);
    }
    let sent: Sent = serde_json::from_slice(request.body).map_err(unreadable)?;
    let (sealed, opened) = match sent.state.is_empty() {
        true => (&sent.context.sealed, pressed(at, &sent)),
        false => (&sent.state, submitted(at, &sent)),
    };
    let doing = match opened {
        Ok(doing) => doing,
        Err(Unsealed::Expired) => Doing::Late,
        Err(forged @ Unsealed::Forged) => {
            let why = format!("the request carries no button or form of ours: {forged}");
            return Err(Refused::Unsigned(why));
        }
    };
    // A form has no trigger, but each that was opened has a seal of its own.
    let once = if sent.trigger_id.is_empty() { sealed } else { &sent.trigger_id };
    let once = once.chars().take(100).collect();
    Ok(Incoming {
        user: sent.user_id,
        room: sent.channel_id,
        trigger: sent.trigger_id,
        once,
        doing,
    })
}

fn unreadable(error: serde_json::Error) -> Refused {
    Refused::Unreadable(error.to_string())
}

fn pressed(at: &At<'_>, sent: &Sent) -> Result<Doing, Unsealed> {
    let [deed, incident] = at.seal.open(&sent.context.sealed, at.now)?;
    let deed = Deed::named(&deed).ok_or(Unsealed::Forged)?;
    Ok(Doing::Pressed { deed, incident })
}

fn submitted(at: &At<'_>, sent: &Sent) -> Result<Doing, Unsealed> {
    let [deed, incident, user] = at.seal.open(&sent.state, at.now)?;
    let deed = Deed::named(&deed).ok_or(Unsealed::Forged)?;
    if user != sent.user_id {
        return Err(Unsealed::Forged);
    }
    if sent.cancelled {
        return Ok(Doing::Nothing);
    }
    let text = |(name, value): (&String, &Value)| {
        let text = value.as_str().filter(|text| !text.trim().is_empty())?;
        Some((name.clone(), text.to_owned()))
    };
    let values = sent.submission.iter().filter_map(text).collect();
    Ok(Doing::Submitted { deed, incident, values })
}

/// A slash command.
fn written(at: &At<'_>, request: Request<'_>) -> Result<Incoming, Refused> {
    if at.setup.get("command_token").is_empty() {
        return Err(Refused::NotSetUp("no token of a slash command of Mattermost is known"));
    }
    let token = (request.header)("authorization").strip_prefix("Token ").unwrap_or_default();
    let known = at.setup.get("command_token").split(',').map(str::trim);
    // Digests differ at places that tell nothing of where the tokens do.
    let same = |known: &str| Sha256::digest(known) == Sha256::digest(token);
    if token.is_empty() || !known.filter(|known| !known.is_empty()).any(same) {
        let why = "the token is wrong; look whether that of the slash command is in the settings";
        return Err(Refused::Unsigned(why.to_owned()));
    }
    let needed = |name: &str| {
        let missing = || Refused::Unreadable(format!("there is no `{name}`"));
        field(request.body, name).ok_or_else(missing)
    };
    let trigger = needed("trigger_id")?;
    Ok(Incoming {
        user: needed("user_id")?,
        room: field(request.body, "channel_id").unwrap_or_default(),
        once: trigger.chars().take(100).collect(),
        trigger,
        doing: Doing::Wrote { text: needed("text")? },
    })
}
