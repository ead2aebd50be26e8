//! Writes messages into rooms, and asks services what else is needed.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use connectors::SendError;
use connectors::chat::Card;
use connectors::chat::slack::{self, Api, Posted};
use connectors::paging::Bot;
use connectors::receivers::{HttpCall, Secret};
use connectors::webhook::{Answer, Webhooks};
use kernel::{IncidentId, SpaceId, Time};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use spine::outbox::Outcome;
use spine::{Db, Fault, World, engine};

use super::store::{self, Room, Shown};
use super::{SLACK, desk};
use crate::courier::{Address, judged};
use crate::keys::Keys;
use crate::practices::estate::live::LiveEstate;
use crate::practices::incidents::store::INCIDENTS;
use crate::practices::oncall::store as page_store;

/// How long one message may be written before somebody else may.
const CLAIM: Duration = Duration::from_secs(60);
/// How long a service is left alone that is too busy and does not say how long.
const PAUSE: Duration = Duration::from_secs(30);

/// What a service is spoken to with.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Secrets {
    /// The bot's token.
    pub token: Secret,
    /// What its requests are signed with.
    pub signing_secret: Secret,
}

/// The rooms of this installation.
pub struct Rooms {
    /// The database.
    pub db: Db,
    /// Time and ids.
    pub world: World,
    /// Opens what is sealed.
    pub keys: Arc<Keys>,
    /// Says which rooms a team has.
    pub estate: LiveEstate,
    /// For services that the settings name.
    pub webhooks: Webhooks,
    /// What the settings file says.
    pub file: Bot,
    /// What links begin with.
    pub base_url: String,
    /// The service is left alone until then.
    pub quiet_until: Mutex<Time>,
}

impl Rooms {
    /// What Slack is spoken to with: what was entered in the product, else the token in the file.
    ///
    /// # Errors
    /// When the database refuses, or it was sealed under another key file.
    pub async fn secrets(&self, space: &SpaceId) -> Result<Secrets, Fault> {
        let mut secrets = self.entered(space).await?;
        if secrets.token.is_empty() {
            secrets.token = self.file.token.clone();
        }
        Ok(secrets)
    }

    /// What was entered in the product.
    ///
    /// # Errors
    /// When the database refuses, or it was sealed under another key file.
    pub async fn entered(&self, space: &SpaceId) -> Result<Secrets, Fault> {
        let sealed = store::secrets(&mut self.db.reader().await?, space, SLACK).await?;
        let Some(sealed) = sealed else { return Ok(Secrets::default()) };
        serde_json::from_slice(&self.keys.unseal(&sealed)?)
            .map_err(|error| Fault::corrupt("secrets of a chat service", error))
    }

    /// The API of Slack.
    ///
    /// # Errors
    /// What is missing, or why it cannot be read.
    pub async fn api(&self, space: &SpaceId) -> Result<Api, String> {
        let secrets = self.secrets(space).await.map_err(|fault| fault.chain())?;
        if secrets.token.is_empty() {
            return Err("no token of a bot is set: enter it under Settings, Chat".to_owned());
        }
        Ok(Api { token: secrets.token, url: self.file.url.clone() })
    }

    /// Makes a request, unless the service asked to be left alone.
    ///
    /// # Errors
    /// When there is no answer, or it must not be asked yet.
    pub async fn ask(&self, call: &HttpCall) -> Result<Answer, SendError> {
        let now = self.world.now();
        let until = *self.quiet_until.lock().unwrap_or_else(PoisonError::into_inner);
        if now < until {
            return Err(SendError::passing(format!("the service asks to wait until {until}")));
        }
        let answer = self.webhooks.carry(call, || self.world.now()).await?;
        if answer.status == 429 || slack::error_of(&answer.body) == "ratelimited" {
            let pause =
                answer.retry_after.map_or(PAUSE, |seconds| Duration::from_secs(u64::from(seconds)));
            let until = self.world.now() + pause;
            *self.quiet_until.lock().unwrap_or_else(PoisonError::into_inner) = until;
        }
        Ok(answer)
    }

    /// Asks on behalf of somebody who waits, and gives the body when it was taken. It goes out also
    /// while messages into rooms have to wait: the service limits each kind of request by itself.
    ///
    /// # Errors
    /// What the service said instead, with what mends it.
    pub async fn told(&self, call: &HttpCall) -> Result<String, String> {
        let answer = self.webhooks.carry(call, || self.world.now()).await;
        let body = answer.as_ref().map(|answer| answer.body.clone()).unwrap_or_default();
        match judged(answer, call.judge) {
            Outcome::Delivered { .. } => Ok(body),
            Outcome::Failed { detail } | Outcome::Rejected { detail } => {
                Err(slack::explained(&detail))
            }
        }
    }

    /// Makes one attempt to show an incident in a room as it is now.
    pub async fn carry(&self, to: &Address<'_>, body: &Value) -> Outcome {
        let room = to.target.split_once('/');
        let incident = body["incident"].as_str().and_then(|id| id.parse::<IncidentId>().ok());
        let (Some((service, name)), Some(incident)) = (room, incident) else {
            return Outcome::Rejected {
                detail: "the message names no room or incident".to_owned(),
            };
        };
        let room = Room { service: service.to_owned(), name: name.to_owned() };
        match self.show(to.space, incident, &room).await {
            Ok(outcome) => outcome,
            Err(fault) => Outcome::Failed { detail: fault.chain() },
        }
    }

    async fn show(
        &self,
        space: &SpaceId,
        incident: IncidentId,
        room: &Room,
    ) -> Result<Outcome, Fault> {
        let Some(before) = self.claim(space, incident, room).await? else {
            let detail = "its message is being written already".to_owned();
            return Ok(Outcome::Failed { detail });
        };
        // Read after the claim, so that what is older never overwrites what is newer.
        let card = self.card(space, incident).await;
        let (outcome, after) = match &card {
            Ok(Some(card)) => self.write(space, &room.name, card, before).await,
            Ok(None) => {
                (Outcome::Rejected { detail: "there is no such incident".to_owned() }, before)
            }
            Err(fault) => (Outcome::Failed { detail: fault.chain() }, before),
        };
        self.release(space, incident, room, after).await?;
        Ok(outcome)
    }

    async fn card(&self, space: &SpaceId, incident: IncidentId) -> Result<Option<Card>, Fault> {
        let mut conn = self.db.reader().await?;
        let Some(found) = engine::load(&mut conn, &INCIDENTS, space, incident).await? else {
            return Ok(None);
        };
        let pages = page_store::of_incident(&mut conn, space, incident).await?;
        let ringing = pages.iter().any(|page| page.record.stage == oncall::Stage::Ringing);
        let estate = self.estate.snapshot(space);
        let at = (self.world.now(), self.base_url.as_str());
        Ok(Some(desk::card(&found.record, &estate.estate, ringing, at)))
    }

    /// Posts the message, or writes it anew; gives what the room shows afterwards.
    async fn write(
        &self,
        space: &SpaceId,
        room: &str,
        card: &Card,
        before: Shown,
    ) -> (Outcome, Shown) {
        let hash = hash(card);
        if before.shown == hash {
            return (Outcome::Delivered { detail: "shown already".to_owned() }, before);
        }
        let api = match self.api(space).await {
            Ok(api) => api,
            Err(detail) => return (Outcome::Rejected { detail }, before),
        };
        let posted = posted(&before.posted);
        let mut call = match &posted {
            Some(posted) => api.update(posted, card),
            None => api.post(room, card),
        };
        let mut answer = self.ask(&call).await;
        // Somebody deleted it: it is shown anew.
        let lost = |answer: &Answer| slack::error_of(&answer.body) == "message_not_found";
        if posted.is_some() && answer.as_ref().is_ok_and(lost) {
            call = api.post(room, card);
            answer = self.ask(&call).await;
        }
        let body = answer.as_ref().map(|answer| answer.body.clone()).unwrap_or_default();
        let outcome = match judged(answer, call.judge) {
            Outcome::Rejected { detail } => Outcome::Rejected { detail: slack::explained(&detail) },
            outcome => outcome,
        };
        let after = match (&outcome, serde_json::from_str::<Posted>(&body)) {
            (Outcome::Delivered { .. }, Ok(posted)) => {
                Shown { posted: format!("{} {}", posted.channel, posted.ts), shown: hash }
            }
            _ => before,
        };
        (outcome, after)
    }

    async fn claim(
        &self,
        space: &SpaceId,
        incident: IncidentId,
        room: &Room,
    ) -> Result<Option<Shown>, Fault> {
        let (space, room, now) = (space.clone(), room.clone(), self.world.now());
        let work = self.db.write::<_, Fault, _>(move |tx| {
            Box::pin(async move {
                store::claim(tx, &space, (incident, &room), (now, now + CLAIM)).await
            })
        });
        work.await
    }

    async fn release(
        &self,
        space: &SpaceId,
        incident: IncidentId,
        room: &Room,
        after: Shown,
    ) -> Result<(), Fault> {
        let (space, room) = (space.clone(), room.clone());
        let work = self.db.write::<_, Fault, _>(move |tx| {
            Box::pin(async move { store::release(tx, &space, (incident, &room), &after).await })
        });
        work.await
    }
}

/// Where a message is, as it was kept.
fn posted(kept: &str) -> Option<Posted> {
    let (channel, ts) = kept.split_once(' ')?;
    Some(Posted { channel: channel.to_owned(), ts: ts.to_owned() })
}

/// Tells whether a room shows the same already.
fn hash(card: &Card) -> String {
    let digest = Sha256::digest(format!("{card:?}").as_bytes());
    digest[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}
