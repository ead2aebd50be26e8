//! Calling a person: chat, push to a telephone, text message, voice.
//!
//! Each channel turns a [`PageCall`] and an address into one request over HTTP, after the public
//! documents of its service. What belongs to the installation (bots' tokens, the account with a
//! telephone provider) is in [`Channels`]; what belongs to a person is the address alone.
//! **Invariant:** a token goes to the service it is for, and nowhere else.

mod answers;
mod chat;
mod phone;
mod push;
mod reach;
#[cfg(test)]
mod tests;
mod together;
mod twilio;
mod vonage;

use std::collections::BTreeMap;

use kernel::{OutboxId, Priority, Time};
use serde::{Deserialize, Serialize};

pub use answers::{Asked, Listed, NotTheirs, Received, listed, received};
pub(crate) use chat::plain;
pub use phone::{Answers, HandedIn, Heard, Phone, Provider, takes};
pub use together::{LISTED_MAX, Told};

use crate::SendError;
use crate::receivers::{HttpCall, Secret};

/// Longest title that a call says, in characters.
const TITLE_CHARS_MAX: usize = 200;

/// A way to reach a person besides mail and webhook.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Channel {
    /// A direct message by a bot: a member's id, or the name of a channel.
    Slack,
    /// A message by an incoming webhook: `@name` or the name of a channel.
    Mattermost,
    /// A card by a workflow's webhook: the name of one that is set up.
    Teams,
    /// A message by a bot: the number of a chat.
    Telegram,
    /// Push to an app: a topic, or its whole address.
    Ntfy,
    /// Push to an app: the name of an application that is set up.
    Gotify,
    /// A text message: a number like `+4930123456`.
    Sms,
    /// A call that reads out what is wrong: a number like `+4930123456`.
    Voice,
}

/// What a call to a person says.
#[derive(Clone, Copy, Debug)]
pub struct PageCall<'a> {
    /// The message in the outbox; the idempotency key where a service takes one.
    pub id: OutboxId,
    /// The incident's number.
    pub number: u64,
    /// Its title.
    pub title: &'a str,
    /// Its priority.
    pub priority: Priority,
    /// The service that is hit, if it is known.
    pub service: Option<&'a str>,
    /// Why this person: `step 1 of Payments, the escalation policy`.
    pub because: &'a str,
    /// Where to see the incident; with several, all of them.
    pub incident_url: &'a str,
    /// Where to acknowledge with one more click; with several, all of them at once.
    pub acknowledge_url: &'a str,
    /// Every incident that is told together, this one first; empty when it is one alone.
    pub together: &'a [Told],
    /// What else there is to say, such as when the next call can be; often nothing.
    pub note: &'a str,
}

/// Something to tell a person that is no call: nobody has to answer.
#[derive(Clone, Copy, Debug)]
pub struct Note<'a> {
    /// What it is, on one line.
    pub title: &'a str,
    /// What more there is to say.
    pub text: &'a str,
    /// Where to read more.
    pub url: &'a str,
}

/// Who says where a request goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Destination {
    /// The settings of this installation.
    SetUp,
    /// The address of the person: it may not lead into private networks.
    Named,
}

/// The services through which people are called.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Channels {
    /// Slack.
    pub slack: Bot,
    /// Telegram.
    pub telegram: Bot,
    /// Mattermost.
    pub mattermost: Mattermost,
    /// Microsoft Teams.
    pub teams: Hooks,
    /// ntfy.
    pub ntfy: Topics,
    /// Gotify.
    pub gotify: Applications,
    /// Text messages.
    pub sms: Phone,
    /// Voice.
    pub voice: Phone,
}

/// A bot.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Bot {
    /// Its token.
    pub token: Secret,
    /// Where the API is, when it is not the service's own.
    pub url: String,
}

/// Mattermost: an incoming webhook that calls people, and the bot of rooms.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mattermost {
    /// The address of the incoming webhook, which is a secret.
    pub url: Secret,
    /// Where Mattermost is, for rooms: `https://chat.example.org`.
    pub server: String,
    /// The token of the bot, for rooms.
    pub token: Secret,
}

/// Webhooks by name.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Hooks {
    /// Their addresses, which are secrets.
    pub urls: BTreeMap<String, Secret>,
}

/// A server of topics.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Topics {
    /// Its address, for people who name only a topic.
    pub url: String,
    /// A token for it; sent to no other server.
    pub token: Secret,
}

/// A server of applications.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Applications {
    /// Its address.
    pub url: String,
    /// The token of each application, by the name that people give as their address.
    pub tokens: BTreeMap<String, Secret>,
}

impl Channel {
    /// Every channel.
    pub const ALL: [Channel; 8] = [
        Channel::Slack,
        Channel::Mattermost,
        Channel::Teams,
        Channel::Telegram,
        Channel::Ntfy,
        Channel::Gotify,
        Channel::Sms,
        Channel::Voice,
    ];

    /// Its name in files, in the outbox and in the API.
    pub fn name(self) -> &'static str {
        match self {
            Channel::Slack => "slack",
            Channel::Mattermost => "mattermost",
            Channel::Teams => "teams",
            Channel::Telegram => "telegram",
            Channel::Ntfy => "ntfy",
            Channel::Gotify => "gotify",
            Channel::Sms => "sms",
            Channel::Voice => "voice",
        }
    }

    /// The channel of a name.
    pub fn named(name: &str) -> Option<Channel> {
        Channel::ALL.into_iter().find(|channel| channel.name() == name)
    }
}

impl Channels {
    /// Reads the secrets that are kept in files of their own.
    ///
    /// # Errors
    /// Which cannot be read, naming the setting, and what to write instead.
    pub fn read_secrets(&mut self) -> Result<(), String> {
        for (name, phone) in [("sms", &mut self.sms), ("voice", &mut self.voice)] {
            phone.read_secret().map_err(|why| format!("channels.{name}.secret_file {why}"))?;
        }
        Ok(())
    }

    /// Whether what is set fits together.
    ///
    /// # Errors
    /// What does not, naming the setting and what to write instead.
    pub fn check(&self) -> Result<(), String> {
        let wrong = |(field, why)| format!("channels.sms.{field} {why}");
        self.sms.check_answers().map_err(wrong)?;
        let wrong = |(field, why)| format!("channels.voice.{field} {why}");
        self.voice.check_calls().map_err(wrong)
    }

    /// Whether a channel is set up, so that people can be called by it.
    ///
    /// # Errors
    /// What is missing, naming the setting.
    pub fn ready(&self, channel: Channel) -> Result<(), String> {
        let missing = |setting: &str| Err(format!("channels.{setting} is not set"));
        match channel {
            Channel::Slack if self.slack.token.is_empty() => missing("slack.token"),
            Channel::Telegram if self.telegram.token.is_empty() => missing("telegram.token"),
            Channel::Mattermost if self.mattermost.url.is_empty() => missing("mattermost.url"),
            Channel::Teams if self.teams.urls.is_empty() => missing("teams.urls"),
            Channel::Gotify if self.gotify.url.is_empty() => missing("gotify.url"),
            Channel::Sms => self.sms.check().or_else(|field| missing(&format!("sms.{field}"))),
            Channel::Voice => {
                self.voice.check().or_else(|field| missing(&format!("voice.{field}")))
            }
            _ => Ok(()),
        }
    }

    /// What calls by a channel that is set up cannot do where this installation is found at
    /// `base_url`; nothing when they can do all.
    pub fn lacks(&self, channel: Channel, base_url: &str) -> Option<&'static str> {
        let phone = match channel {
            Channel::Sms => &self.sms,
            Channel::Voice => &self.voice,
            _ => return None,
        };
        // Who describes a gateway may have it in the same network.
        let elsewhere = matches!(phone.provider, Some(Provider::Twilio | Provider::Vonage));
        if !elsewhere || phone.check().is_err() || reach::is_public(base_url) {
            return None;
        }
        Some(match channel {
            Channel::Voice => {
                "calls cannot be taken by a digit, and it is not told when nobody answers: the \
                 provider does not reach Operate; set public_url to an address that begins with \
                 https:// and is open to it"
            }
            _ => {
                "it is not told when a message does not arrive: the provider does not reach \
                 Operate; set public_url to an address that begins with https:// and is open to it"
            }
        })
    }

    /// The request that calls a person.
    ///
    /// # Errors
    /// When the channel is not set up, or the address is none of that channel.
    pub fn call(
        &self,
        channel: Channel,
        to: &str,
        page: &PageCall<'_>,
        now: Time,
    ) -> Result<(HttpCall, Destination), SendError> {
        self.ready(channel).map_err(SendError::lasting)?;
        let set_up = |call| (call, Destination::SetUp);
        match channel {
            Channel::Ntfy => push::ntfy(&self.ntfy, to, page),
            Channel::Gotify => push::gotify(&self.gotify, to, page).map(set_up),
            Channel::Sms => phone::text(&self.sms, to, page).map(set_up),
            Channel::Voice => phone::voice(&self.voice, to, page, now).map(set_up),
            chat => chat::said(self, chat, to, &page.said()).map(set_up),
        }
    }
}

impl Channels {
    /// The request that tells a person something that is no call.
    ///
    /// # Errors
    /// When the channel is not set up, or the address is none of that channel.
    pub fn note(
        &self,
        channel: Channel,
        to: &str,
        note: &Note<'_>,
        now: Time,
    ) -> Result<(HttpCall, Destination), SendError> {
        self.ready(channel).map_err(SendError::lasting)?;
        let set_up = |call| (call, Destination::SetUp);
        match channel {
            Channel::Ntfy => return push::ntfy_note(&self.ntfy, to, note),
            Channel::Gotify => return push::gotify_note(&self.gotify, to, note).map(set_up),
            Channel::Sms => return phone::text_note(&self.sms, to, note).map(set_up),
            Channel::Voice => return phone::voice_note(&self.voice, to, note, now).map(set_up),
            _ => {}
        }
        let said = Said {
            headline: note.title.chars().take(TITLE_CHARS_MAX).collect(),
            details: note.text.to_owned(),
            urgent: false,
            links: vec![("Open".to_owned(), note.url)],
        };
        chat::said(self, channel, to, &said).map(set_up)
    }
}

/// What a message in a chat says. Everything that people wrote is plain text in it.
struct Said<'a> {
    headline: String,
    details: String,
    /// Whether it has to wake somebody.
    urgent: bool,
    /// Buttons, the first one first, with where they lead.
    links: Vec<(String, &'a str)>,
}

impl<'a> PageCall<'a> {
    /// The same for a chat.
    fn said(&self) -> Said<'a> {
        let mut links = vec![
            (self.acknowledge().to_owned(), self.acknowledge_url),
            (self.open().to_owned(), self.incident_url),
        ];
        if !self.others().is_empty() {
            let each = self.together.iter().take(LISTED_MAX);
            links.extend(each.map(|t| (format!("Take #{}", t.number), t.acknowledge_url.as_str())));
        }
        Said { headline: self.headline(), details: self.details(), urgent: self.urgent(), links }
    }
}

impl PageCall<'_> {
    /// Its title on one line, not too long.
    pub(crate) fn title(&self) -> String {
        one_line(self.title)
    }

    /// `[P1] #42 Database orders-db down`
    pub(crate) fn headline(&self) -> String {
        let more = self.and_more();
        format!("[{}] #{} {}{more}", self.priority, self.number, self.title())
    }

    /// What is hit, and why this person is called; with several, which they are.
    pub(crate) fn details(&self) -> String {
        let mut lines = self.listed();
        lines.push(match self.service {
            Some(service) => format!("{service}. You are called as {}.", self.because),
            None => format!("You are called as {}.", self.because),
        });
        lines.extend(Some(self.note.to_owned()).filter(|note| !note.is_empty()));
        lines.join("\n")
    }

    /// Whether it only tries a way: there is no incident of that number.
    pub(crate) fn is_test(&self) -> bool {
        self.number == 0
    }

    /// Whether it has to wake somebody.
    pub(crate) fn urgent(&self) -> bool {
        self.priority <= Priority::P2
    }
}

/// On one line, not too long.
fn one_line(title: &str) -> String {
    let shown = title.chars().map(|c| if c.is_control() { ' ' } else { c });
    shown.take(TITLE_CHARS_MAX).collect()
}
