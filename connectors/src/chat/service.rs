//! What a chat service has to be able to do, and what it is spoken to with.

use std::collections::BTreeMap;

use kernel::Time;
use serde::Deserialize;
use serde_json::Value;

use super::{Card, Form, Incoming, Refused, Request};
use crate::paging::Channels;
use crate::receivers::{HttpCall, Secret};
use crate::seal::Seal;

/// A chat service: how everything that a room needs is written there, and how what it sends is
/// read. Calls are made elsewhere; each judges its own answer.
pub trait Service: Send + Sync {
    /// What it is called, and what has to be entered to use it.
    fn about(&self) -> &'static About;

    /// What the settings file says of it.
    fn file(&self, channels: &Channels) -> Setup;

    /// Shows an incident in a room.
    fn post(&self, at: &At<'_>, room: &str, card: &Card) -> HttpCall;

    /// Writes the message of an incident anew, which is where `posted` says.
    fn update(&self, at: &At<'_>, posted: &str, card: &Card) -> HttpCall;

    /// Where a message is, from the answer when it was posted or written anew.
    fn posted(&self, body: &str) -> Option<String>;

    /// Whether an answer says that the message is gone.
    fn is_lost(&self, status: u16, body: &str) -> bool;

    /// Whether an answer asks to be left alone for a while.
    fn is_busy(&self, status: u16, body: &str) -> bool;

    /// Says something in a room.
    fn say(&self, at: &At<'_>, room: &str, text: &str) -> HttpCall;

    /// Opens a form for whoever just did something.
    fn open(&self, at: &At<'_>, to: &Incoming, form: &Form<'_>) -> HttpCall;

    /// Asks who a member is.
    fn ask_member(&self, at: &At<'_>, id: &str) -> HttpCall;

    /// Who the answer says that a member is; `None` for one who left, and for a bot.
    fn member(&self, body: &str) -> Option<Member>;

    /// Asks whether the token is good.
    fn test(&self, at: &At<'_>) -> HttpCall;

    /// Who the answer to that says that we are.
    fn greeting(&self, body: &str) -> String;

    /// An error with what mends it.
    fn explained(&self, detail: &str) -> String;

    /// Reads a request. Nothing of it is looked at before it is known to be the service's.
    ///
    /// # Errors
    /// Why it is not taken.
    fn read(&self, at: &At<'_>, request: Request<'_>) -> Result<Incoming, Refused>;

    /// How somebody is told what came of it, or why it was not done. Nobody else sees it.
    fn reply(&self, at: &At<'_>, to: &Incoming, said: &Result<String, String>) -> Reply;
}

/// What a service is called, and what has to be entered to use it.
#[derive(Debug)]
pub struct About {
    /// Its name in files, addresses and the API.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What has to be entered.
    pub entries: &'static [Entry],
    /// How a room is written.
    pub room_example: &'static str,
    /// What to do to set it up, step by step.
    pub steps: &'static [&'static str],
    /// What is missing when it does not say the mail address of a member.
    pub mail_missing: &'static str,
}

/// Something that has to be entered.
#[derive(Debug)]
pub struct Entry {
    /// Its name.
    pub name: &'static str,
    /// Its name for people.
    pub label: &'static str,
    /// How it looks.
    pub example: &'static str,
    /// Whether it is never shown again.
    pub secret: bool,
    /// Whether nothing can be written into rooms without it.
    pub needed: bool,
}

/// What a service is spoken to with, by the names of its entries.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Setup(pub BTreeMap<String, Secret>);

impl Setup {
    /// What was entered under a name; empty when nothing was.
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map(Secret::reveal).unwrap_or_default()
    }

    /// A setup of some entries; what is empty is none.
    pub fn of<const N: usize>(entries: [(&str, &str); N]) -> Setup {
        let known = entries.into_iter().filter(|(_, value)| !value.is_empty());
        Setup(known.map(|(name, value)| (name.to_owned(), Secret::new(value))).collect())
    }
}

/// Where and when a service is spoken to.
#[derive(Clone, Copy, Debug)]
pub struct At<'a> {
    /// With what.
    pub setup: &'a Setup,
    /// Where it hands in what people did.
    pub request_url: &'a str,
    /// Signs what it brings back to us.
    pub seal: &'a Seal,
    /// When.
    pub now: Time,
}

/// A member of a service.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Member {
    /// Their mail address, when the service says it.
    pub mail: Option<String>,
    /// Their name there, such as `@ada`, where it is an address at which they are called.
    pub handle: Option<String>,
}

/// How a request is answered.
#[derive(Clone, Debug, Default)]
pub struct Reply {
    /// The body of the answer; none when it has no body.
    pub body: Option<Value>,
    /// What has to be sent besides.
    pub call: Option<HttpCall>,
}
