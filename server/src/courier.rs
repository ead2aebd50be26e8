//! The courier: takes messages from the outbox under leases, hands them to their connector, and
//! reports to the page what became of them.

use std::sync::Arc;
use std::time::Duration;

use connectors::email::{EmailConfig, Mailer, PageMail, Tls};
use connectors::link::{AckLink, LinkKey};
use connectors::webhook::{Allowed, WebhookCall, WebhookSecret, Webhooks};
use estate::Spec;
use kernel::{IncidentId, ItemRef, PageId, Priority, Time};
use serde::Deserialize;
use serde_json::json;
use spine::engine;
use spine::outbox::{self, Outcome, Taken};
use spine::{Db, Fault, World};
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::keys::Keys;
use crate::practices::estate::live::LiveEstate;
use crate::practices::notifications::carry::Carrier;
use crate::practices::notifications::dispatch;
use crate::practices::notifications::live::LiveRouting;
use crate::practices::notifications::store::Attempt;
use crate::practices::oncall::store::PAGES;
use crate::slots::Slots;

mod settling;

use settling::Settling;

/// Messages in flight at once. No target has more of them than are free, so that one that does not
/// answer slows nobody else.
const IN_FLIGHT: usize = 256;
/// Longest time between two looks at the outbox of a shared database.
const NAP: Duration = Duration::from_millis(500);
/// Time until the next look while messages wait for a slot that no other message gives up.
const SOON: Duration = Duration::from_millis(50);
/// How long the link in a message is good.
const LINK_LIFE: Duration = Duration::from_secs(48 * 60 * 60);

/// Carries messages to the outside.
pub struct Courier {
    db: Db,
    world: World,
    estate: LiveEstate,
    base_url: String,
    mailer: Result<Mailer, String>,
    webhooks: Webhooks,
    webhook_secret: WebhookSecret,
    links: LinkKey,
    carrier: Option<Carrier>,
}

/// What a page puts into a message.
#[derive(Debug, Deserialize)]
struct Call {
    page: PageId,
    incident: IncidentId,
    number: u64,
    title: String,
    priority: Priority,
    service: Option<ItemRef>,
    url_path: String,
    policy: ItemRef,
    contact: ItemRef,
    step: u32,
    started_at: Time,
}

impl Courier {
    /// Sets the connectors up.
    ///
    /// # Errors
    /// When a setting cannot be used.
    pub fn open(
        db: Db,
        world: World,
        estate: LiveEstate,
        config: &Config,
        keys: &Keys,
    ) -> Result<Courier, String> {
        let allowed = Allowed::parse(&config.webhook.allow).map_err(|error| error.to_string())?;
        let timeout = Duration::from_secs(config.webhook.timeout_seconds);
        let webhooks = Webhooks::open(allowed, timeout).map_err(|error| error.to_string())?;
        Ok(Courier {
            db,
            world,
            estate,
            base_url: config.base_url(),
            mailer: mailer(config)?,
            webhooks,
            webhook_secret: WebhookSecret::new(&keys.webhooks),
            links: LinkKey::new(&keys.links),
            carrier: None,
        })
    }

    /// Carries notifications of groups of alerts too.
    ///
    /// # Errors
    /// When requests cannot be sent at all.
    pub fn carrying(self, routing: LiveRouting, config: &Config) -> Result<Courier, String> {
        // Whoever writes a file of routing can read this machine's files: it may name receivers in
        // private networks, as most are. What is kept in the product goes where webhooks may go.
        let allowed = Allowed::parse(&["0.0.0.0/0", "::/0"]).map_err(|error| error.to_string())?;
        let timeout = Duration::from_secs(config.webhook.timeout_seconds);
        let webhooks = Webhooks::open(allowed, timeout).map_err(|error| error.to_string())?;
        let external_url = self.base_url.clone();
        let world = self.world.clone();
        let guarded = self.webhooks.clone();
        let carrier = Carrier { routing, webhooks, guarded, world, external_url };
        Ok(Courier { carrier: Some(carrier), ..self })
    }

    /// Delivers until `stop`, then finishes what is in flight.
    pub async fn run(self, stop: CancellationToken) {
        let (settling, settled) = Settling::start(self.db.clone(), self.world.clone());
        let courier = Arc::new(self);
        let slots = Slots::new(IN_FLIGHT);
        let mut grown = courier.db.grown();
        let mut failures = 0_u32;
        while !stop.is_cancelled() {
            grown.mark_unchanged();
            let mut backlog = false;
            let wake_at = match courier.round(&slots, &settling).await {
                Ok(due) => {
                    failures = 0;
                    let now = courier.world.now();
                    backlog = due.is_some_and(|due| due <= now);
                    // What is due and not taken waits for a slot: look again soon, not at once.
                    due.map_or(now + NAP, |due| due.clamp(now + SOON, now + NAP))
                }
                Err(fault) => {
                    failures += 1;
                    tracing::error!(error = %fault.chain(), failures, "the outbox cannot be read");
                    courier.world.now() + Duration::from_millis(100 << failures.min(6))
                }
            };
            tokio::select! {
                () = stop.cancelled() => {}
                _ = grown.changed(), if failures == 0 => {}
                () = slots.freed(), if backlog => {}
                () = courier.world.clock.wait_until(wake_at) => {}
            }
        }
        slots.all_free().await;
        drop(settling);
        // It ends with the last of what was handed to it.
        let _ = settled.await;
    }

    /// Takes what is due, as far as there are free slots; returns when the next is due.
    async fn round(
        self: &Arc<Self>,
        slots: &Slots,
        settling: &Settling,
    ) -> Result<Option<Time>, Fault> {
        let room = slots.room();
        let now = self.world.now();
        let due = outbox::next_due(&mut self.db.reader().await?).await?;
        if room == 0 || due.is_none_or(|due| due > now) {
            return Ok(due);
        }
        for taken in self.take(room, now, slots.busy()).await? {
            let Some(slot) = slots.get(&taken) else { break };
            let (courier, settling) = (self.clone(), settling.clone());
            tokio::spawn(async move {
                if let Some(attempt) = courier.deliver(taken).await {
                    settling.settle(attempt).await;
                }
                drop(slot);
            });
        }
        outbox::next_due(&mut self.db.reader().await?).await
    }

    async fn take(
        &self,
        room: usize,
        now: Time,
        busy: Vec<(String, String)>,
    ) -> Result<Vec<Taken>, Fault> {
        let lease = format!("{:032x}", self.world.seed());
        let limit = i64::try_from(room).unwrap_or(1);
        self.db
            .write(move |tx| {
                let (lease, busy) = (lease.clone(), busy.clone());
                Box::pin(async move { outbox::take(tx, &lease, now, limit, &busy).await })
            })
            .await
    }

    /// Makes an attempt; `None` when the message is not wanted any more.
    async fn deliver(&self, taken: Taken) -> Option<Attempt> {
        match self.wanted(&taken).await {
            Ok(true) => {}
            Ok(false) => return None,
            // In doubt people are called once too often rather than once too seldom.
            Err(fault) => tracing::warn!(error = %fault.chain(), "a page could not be asked"),
        }
        let began = self.world.now();
        let outcome = self.send(&taken).await;
        let at = self.world.now();
        let took = at.since(began);
        let channel = taken.message.channel.clone();
        metrics::histogram!("operate_delivery_seconds", "channel" => channel.clone())
            .record(took.as_secs_f64());
        let result = match &outcome {
            Outcome::Delivered { .. } => "delivered",
            Outcome::Failed { .. } => "failed",
            Outcome::Rejected { .. } => "rejected",
        };
        metrics::counter!("operate_deliveries_total", "channel" => channel, "result" => result)
            .increment(1);
        let took_micros = i64::try_from(took.as_micros()).unwrap_or(i64::MAX);
        Some(Attempt { taken, outcome, at, took_micros })
    }

    /// Asks the page right before sending whether the call is still wanted; drops it if not.
    async fn wanted(&self, taken: &Taken) -> Result<bool, Fault> {
        let Some(page) = engine::subject_id::<oncall::Page>(&taken.subject) else {
            return Ok(true);
        };
        let mut conn = self.db.reader().await?;
        let found = engine::load(&mut conn, &PAGES, &taken.space, page).await?;
        drop(conn);
        if found.is_none_or(|page| page.record.wants(taken.message.id)) {
            return Ok(true);
        }
        let (taken, now) = (taken.clone(), self.world.now());
        self.db
            .write::<_, Fault, _>(move |tx| {
                Box::pin(async move { outbox::withdraw(tx, &taken, now).await })
            })
            .await?;
        Ok(false)
    }

    async fn send(&self, taken: &Taken) -> Outcome {
        if let (dispatch::CHANNEL, Some(carrier)) =
            (taken.message.channel.as_str(), self.carrier.as_ref())
        {
            return carrier.carry(taken.message.id, taken.message.body.clone()).await;
        }
        let call: Call = match serde_json::from_value(taken.message.body.clone()) {
            Ok(call) => call,
            Err(error) => {
                return Outcome::Rejected { detail: format!("the message is unreadable: {error}") };
            }
        };
        match taken.message.channel.as_str() {
            "email" => self.mail(taken, &call).await,
            "webhook" => self.call(taken, &call).await,
            other => Outcome::Rejected { detail: format!("there is no channel {other}") },
        }
    }

    fn link(&self, call: &Call) -> String {
        let link = AckLink {
            page: call.page,
            contact: call.contact.to_string(),
            expires_at: self.world.now() + LINK_LIFE,
        };
        match self.links.sign(&link) {
            Ok(token) => format!("{}/ack/{token}", self.base_url),
            // A name too long for a link: the page of the incident has the same button.
            Err(_) => format!("{}{}", self.base_url, call.url_path),
        }
    }

    async fn mail(&self, taken: &Taken, call: &Call) -> Outcome {
        let mailer = match &self.mailer {
            Ok(mailer) => mailer,
            Err(why) => return Outcome::Rejected { detail: why.clone() },
        };
        let estate = self.estate.snapshot(&taken.space);
        let zone = match estate.estate.get(&call.contact).map(|found| &found.spec) {
            Some(Spec::Person(person)) => person.time_zone.clone().unwrap_or_default(),
            _ => String::new(),
        };
        let mail = PageMail {
            id: taken.message.id,
            to: &taken.message.target,
            incident: call.incident,
            number: call.number,
            title: &call.title,
            priority: call.priority,
            service: call.service.as_ref().map(ItemRef::as_str),
            since: call.started_at,
            now: self.world.now(),
            zone: &zone,
            because: &format!("step {} of {}", call.step + 1, call.policy),
            incident_url: &format!("{}{}", self.base_url, call.url_path),
            acknowledge_url: &self.link(call),
        };
        outcome(mailer.send(&mail.mail()).await)
    }

    async fn call(&self, taken: &Taken, call: &Call) -> Outcome {
        let mut body = taken.message.body.clone();
        body["url"] = json!(format!("{}{}", self.base_url, call.url_path));
        body["acknowledge_url"] = json!(self.link(call));
        let body = body.to_string();
        let call = WebhookCall {
            id: taken.message.id,
            url: &taken.message.target,
            body: &body,
            secret: &self.webhook_secret,
        };
        let clock = self.world.clock.clone();
        outcome(self.webhooks.send(&call, move || clock.now()).await.map(|a| a.to_string()))
    }
}

fn outcome(result: Result<String, connectors::SendError>) -> Outcome {
    match result {
        Ok(detail) => Outcome::Delivered { detail },
        Err(error) if error.retry => Outcome::Failed { detail: error.detail },
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
    };
    Mailer::open(&config).map(Ok).map_err(|error| format!("smtp: {error}"))
}
