//! The ways to a person: what a call says, and which connector carries it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use connectors::SendError;
use connectors::email::{EmailConfig, Mail, Mailer, PageMail, Tls};
use connectors::link::{AckLink, LinkKey, Takes};
use connectors::paging::{Channel, Destination, Note, PageCall, Told};
use connectors::receivers::{HttpCall, Judge, Verdict};
use connectors::webhook::{Allowed, Answer, WebhookCall, WebhookSecret, Webhooks};
use estate::Spec;
use kernel::{ItemRef, OutboxId, SpaceId};
use serde_json::{Value, json};
use spine::outbox::Outcome;
use spine::{Db, World};

use super::call::{Call, because, note, title};
use super::push::{self, Browsers};
use crate::chat;
use crate::chat::rooms::Rooms;
use crate::config::{Calling, Config};
use crate::keys::Keys;
use crate::practices::contracts::mails;
use crate::practices::estate::live::LiveEstate;
use crate::practices::oncall::devices::Devices;

/// How long the link in a message is good.
const LINK_LIFE: Duration = Duration::from_secs(48 * 60 * 60);

/// Where whoever is signed in sees every page that calls them.
const MINE: &str = "/my/on-call";

/// The kind of a message that is no call: subject, text, html and url stand in it.
pub const NOTE: &str = "note";

/// Carries a call to a person. Shared by the courier and by whoever tries a way out.
pub struct Ways {
    world: World,
    estate: LiveEstate,
    base_url: String,
    mailer: Result<Mailer, String>,
    /// For addresses that people wrote: kept out of private networks.
    guarded: Webhooks,
    /// For addresses that the settings name.
    open: Webhooks,
    channels: connectors::paging::Channels,
    secret: WebhookSecret,
    links: LinkKey,
    browsers: Browsers,
    rooms: Rooms,
    calling: Calling,
}

/// Where a call goes.
#[derive(Clone, Copy, Debug)]
pub struct Address<'a> {
    /// The space of the person.
    pub space: &'a SpaceId,
    /// The channel.
    pub channel: &'a str,
    /// The address in it.
    pub target: &'a str,
    /// The message, as the idempotency key.
    pub message: OutboxId,
}

impl Ways {
    /// Sets the connectors up.
    ///
    /// # Errors
    /// When a setting cannot be used.
    pub fn open(
        (db, world): (Db, World),
        estate: LiveEstate,
        config: &Config,
        keys: &Arc<Keys>,
    ) -> Result<Ways, String> {
        let timeout = Duration::from_secs(config.webhook.timeout_seconds);
        let webhooks = |allow: &[&str]| {
            let allowed = Allowed::parse(allow).map_err(|error| error.to_string())?;
            Webhooks::open(allowed, timeout).map_err(|error| error.to_string())
        };
        let allowed: Vec<&str> = config.webhook.allow.iter().map(String::as_str).collect();
        // Whoever writes the settings can read this machine's files: they may name servers in
        // private networks, as most are.
        let open = webhooks(&["0.0.0.0/0", "::/0"])?;
        let guarded = webhooks(&allowed)?;
        let rooms = Rooms {
            db: db.clone(),
            world: world.clone(),
            keys: keys.clone(),
            estate: estate.clone(),
            open: open.clone(),
            guarded: guarded.clone(),
            file: config.channels.clone(),
            base_url: config.base_url(),
            quiet_until: Mutex::default(),
        };
        let devices = Devices { db, keys: keys.clone(), world: world.clone() };
        Ok(Ways {
            browsers: Browsers::new(devices, config),
            rooms,
            calling: config.calling,
            world,
            estate,
            base_url: config.base_url(),
            mailer: mailer(config)?,
            guarded,
            open,
            channels: config.channels.clone(),
            secret: WebhookSecret::new(&keys.webhooks),
            links: LinkKey::new(&keys.links),
        })
    }

    /// For receivers of groups of alerts: where the settings may name anything, and where not.
    pub fn webhooks(&self) -> (Webhooks, Webhooks) {
        (self.open.clone(), self.guarded.clone())
    }

    /// What links in messages begin with.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// How often people are called by one way.
    pub fn calling(&self) -> &Calling {
        &self.calling
    }

    /// The rooms of chat services.
    pub fn rooms(&self) -> &Rooms {
        &self.rooms
    }

    /// Whether calls can leave by a channel at all.
    ///
    /// # Errors
    /// What is not set up, naming the setting.
    pub fn ready(&self, channel: &str) -> Result<(), String> {
        match channel {
            "webhook" => Ok(()),
            push::CHANNEL => self.browsers.ready(),
            "email" => self.mailer.as_ref().map(|_| ()).map_err(Clone::clone),
            other => match Channel::named(other) {
                Some(channel) => self.channels.ready(channel),
                None => Err(format!("there is no channel {other}")),
            },
        }
    }

    /// What calls that leave by a channel cannot do as this installation is set up.
    pub fn lacks(&self, channel: &str) -> Option<&'static str> {
        self.channels.lacks(Channel::named(channel)?, &self.base_url)
    }

    /// Makes one attempt.
    pub async fn carry(&self, to: &Address<'_>, body: &Value) -> Outcome {
        if to.channel == mails::CHANNEL || body["kind"] == NOTE {
            return self.note(to, body).await;
        }
        if to.channel == chat::CHANNEL {
            return self.rooms.carry(to, body).await;
        }
        let call: Call = match serde_json::from_value(body.clone()) {
            Ok(call) => call,
            Err(error) => {
                return Outcome::Rejected { detail: format!("the message is unreadable: {error}") };
            }
        };
        match to.channel {
            "email" => self.mail(to, &call).await,
            "webhook" => self.webhook(to, &call, body.clone()).await,
            push::CHANNEL => self.push(to, &call).await,
            other => match Channel::named(other) {
                Some(channel) => self.ring(channel, to, &call).await,
                None => Outcome::Rejected { detail: format!("there is no channel {other}") },
            },
        }
    }

    /// Something that is no call: a report, or news of a shift. Its text stands in the message.
    async fn note(&self, to: &Address<'_>, body: &Value) -> Outcome {
        let part = |name: &str| body[name].as_str().unwrap_or_default();
        if let Some(channel) = Channel::named(to.channel) {
            let note = Note { title: part("subject"), text: part("text"), url: part("url") };
            return match self.channels.note(channel, to.target, &note, self.world.now()) {
                Ok((request, destination)) => self.carried(&request, destination).await,
                Err(error) => outcome(Err(error)),
            };
        }
        let mailer = match &self.mailer {
            Ok(mailer) => mailer,
            Err(why) => return Outcome::Rejected { detail: why.clone() },
        };
        let mail = Mail {
            id: to.message,
            to: to.target.to_owned(),
            thread: to.message.to_string(),
            subject: part("subject").to_owned(),
            text: part("text").to_owned(),
            html: part("html").to_owned(),
            at: self.world.now(),
        };
        outcome(mailer.send(&mail).await)
    }

    /// Sends a code that is entered to prove that the way reaches its person.
    pub async fn code(&self, to: &Address<'_>, code: &str) -> Outcome {
        let digits = |with: &str| code.chars().map(String::from).collect::<Vec<_>>().join(with);
        // A voice would read a number of six digits.
        let spoken = if to.channel == "voice" { digits(", ") } else { code.to_owned() };
        let text = format!("Your code is {spoken}. It is good for ten minutes.");
        let body = json!({
            "kind": NOTE,
            "subject": "Operate: verify that this reaches you",
            "html": format!("<p>{text}</p>"),
            "text": text,
            "url": format!("{}{MINE}", self.base_url),
        });
        if to.channel != "webhook" {
            return self.note(to, &body).await;
        }
        self.hook(to, &json!({ "kind": "code", "code": code, "text": text })).await
    }

    /// Where to look: at the incident, or at all of them.
    fn incident_url(&self, call: &Call) -> String {
        let path = if call.together.is_empty() { &call.url_path } else { MINE };
        format!("{}{path}", self.base_url)
    }

    /// What the link of a call acknowledges: what its message tells; a test tells nothing, and is
    /// answered.
    fn takes(&self, to: &Address<'_>, call: &Call) -> Takes {
        match call.page {
            Some(_) => Takes::Told(call.telling.unwrap_or(to.message)),
            None => Takes::Test(self.links.way(to.channel, to.target)),
        }
    }

    fn acknowledge_url(&self, call: &Call, takes: Option<Takes>) -> String {
        let link = takes.map(|takes| AckLink {
            takes,
            contact: call.contact.to_string(),
            expires_at: self.world.now() + LINK_LIFE,
        });
        match link.map(|link| self.links.sign(&link)) {
            Some(Ok(token)) => format!("{}/ack/{token}", self.base_url),
            // A name too long for a link: the page of the incident has the same button.
            Some(Err(_)) | None => self.incident_url(call),
        }
    }

    async fn mail(&self, to: &Address<'_>, call: &Call) -> Outcome {
        let mailer = match &self.mailer {
            Ok(mailer) => mailer,
            Err(why) => return Outcome::Rejected { detail: why.clone() },
        };
        let estate = self.estate.snapshot(to.space);
        let zone = match estate.estate.get(&call.contact).map(|found| &found.spec) {
            Some(Spec::Person(person)) => person.time_zone.clone().unwrap_or_default(),
            _ => String::new(),
        };
        let thread = call.incident.map_or_else(|| to.message.to_string(), |id| id.to_string());
        let said = self.said(to, call);
        let mail = PageMail {
            id: to.message,
            to: to.target,
            thread: &thread,
            number: call.number,
            title: &call.title,
            priority: call.priority,
            service: said.service.as_deref(),
            since: call.started_at,
            now: self.world.now(),
            zone: &zone,
            because: &said.because,
            incident_url: &said.incident_url,
            acknowledge_url: &said.acknowledge_url,
            together: &said.together,
            note: &said.note,
        };
        outcome(mailer.send(&mail.mail()).await)
    }

    async fn webhook(&self, to: &Address<'_>, call: &Call, mut body: Value) -> Outcome {
        body["url"] = json!(self.incident_url(call));
        body["acknowledge_url"] = json!(self.acknowledge_url(call, Some(self.takes(to, call))));
        self.hook(to, &body).await
    }

    async fn hook(&self, to: &Address<'_>, body: &Value) -> Outcome {
        let body = body.to_string();
        let call =
            WebhookCall { id: to.message, url: to.target, body: &body, secret: &self.secret };
        let clock = self.world.clock.clone();
        outcome(self.guarded.send(&call, move || clock.now()).await.map(|a| a.to_string()))
    }

    /// Shows it in a browser.
    async fn push(&self, to: &Address<'_>, call: &Call) -> Outcome {
        let said = self.said(to, call);
        self.browsers.carry(&self.guarded, to, (&call.contact, &said.page())).await
    }

    /// What a call says, with its links.
    fn said<'a>(&self, to: &Address<'_>, call: &'a Call) -> Said<'a> {
        let estate = self.estate.snapshot(to.space);
        let named = |item: &ItemRef| {
            let found = estate.estate.get(item).map(|found| found.title().to_owned());
            found.unwrap_or_else(|| item.to_string())
        };
        let policy = call.policy.parse().ok().map(|policy: ItemRef| named(&policy));
        Said {
            id: to.message,
            title: title(call),
            call,
            service: call.service.as_ref().map(named),
            because: because(call, policy.as_deref()),
            incident_url: self.incident_url(call),
            acknowledge_url: self.acknowledge_url(call, Some(self.takes(to, call))),
            together: self.together(call),
            note: call.next_at.map_or_else(String::new, note),
        }
    }

    /// Every incident that is told together; nothing where it is one alone.
    fn together(&self, call: &Call) -> Vec<Told> {
        if call.together.is_empty() {
            return Vec::new();
        }
        let told = |call: &Call| Told {
            number: call.number,
            title: title(call),
            priority: call.priority,
            acknowledge_url: self.acknowledge_url(call, call.page.map(Takes::Page)),
        };
        std::iter::once(call).chain(&call.together).map(told).collect()
    }

    async fn ring(&self, channel: Channel, to: &Address<'_>, call: &Call) -> Outcome {
        let said = self.said(to, call);
        match self.channels.call(channel, to.target, &said.page(), self.world.now()) {
            Ok((request, destination)) => self.carried(&request, destination).await,
            Err(error) => outcome(Err(error)),
        }
    }

    /// Asks a service that the settings name, and gives whatever it answered.
    ///
    /// # Errors
    /// When there was no answer, or the request may not be made.
    pub async fn asked(&self, request: &HttpCall) -> Result<Answer, SendError> {
        let clock = self.world.clock.clone();
        self.open.carry(request, move || clock.now()).await
    }

    async fn carried(&self, request: &HttpCall, destination: Destination) -> Outcome {
        let webhooks = match destination {
            Destination::SetUp => &self.open,
            Destination::Named => &self.guarded,
        };
        let clock = self.world.clock.clone();
        let answer = webhooks.carry(request, move || clock.now()).await;
        judged(answer, request.judge)
    }
}

/// What a call says, owned for as long as it is sent.
struct Said<'a> {
    id: OutboxId,
    title: String,
    call: &'a Call,
    service: Option<String>,
    because: String,
    incident_url: String,
    acknowledge_url: String,
    together: Vec<Told>,
    note: String,
}

impl Said<'_> {
    fn page(&self) -> PageCall<'_> {
        PageCall {
            id: self.id,
            number: self.call.number,
            title: &self.title,
            priority: self.call.priority,
            service: self.service.as_deref(),
            because: &self.because,
            incident_url: &self.incident_url,
            acknowledge_url: &self.acknowledge_url,
            together: &self.together,
            note: &self.note,
        }
    }
}

/// What an answer means for the message.
pub fn judged(answer: Result<Answer, SendError>, judge: Judge) -> Outcome {
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => return outcome(Err(error)),
    };
    match judge(answer.status, &answer.body) {
        Verdict::Taken => {
            let ms = answer.latency.as_millis();
            Outcome::Delivered { detail: format!("{} in {ms} ms", answer.status) }
        }
        Verdict::Later(detail) => Outcome::failed(detail),
        Verdict::Never(detail) => Outcome::Rejected { detail },
    }
}

/// What an attempt came to.
pub fn outcome(result: Result<String, SendError>) -> Outcome {
    match result {
        Ok(detail) => Outcome::Delivered { detail },
        Err(error) if error.retry => Outcome::failed(error.detail),
        Err(error) => Outcome::Rejected { detail: error.detail },
    }
}

/// The mailer, or why there is none.
fn mailer(config: &Config) -> Result<Result<Mailer, String>, String> {
    let smtp = &config.smtp;
    if smtp.host.is_empty() {
        return Ok(Err("no mail server is configured (smtp.host)".to_owned()));
    }
    let tls = match smtp.tls.as_str() {
        "starttls" => Tls::StartTls,
        "implicit" => Tls::Implicit,
        _ => Tls::None,
    };
    let config = EmailConfig {
        host: smtp.host.clone(),
        port: Some(smtp.port),
        tls,
        user: smtp.user.clone(),
        password: smtp.password.clone(),
        from: smtp.from.clone(),
        timeout_seconds: smtp.timeout_seconds,
        certificates: None,
        encryption: connectors::receivers::Tls::default(),
    };
    Mailer::open(&config).map(Ok).map_err(|error| format!("smtp: {error}"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use connectors::paging::Channel;
    use estate::ContactMethod;

    #[test]
    fn every_way_that_a_person_may_name_is_one_that_calls_leave_by() {
        let named: BTreeSet<&str> =
            ContactMethod::ALL.into_iter().map(ContactMethod::channel).collect();
        let known = Channel::ALL.into_iter().map(Channel::name);
        assert_eq!(named, known.chain(["email", "webhook", super::push::CHANNEL]).collect());
    }
}
