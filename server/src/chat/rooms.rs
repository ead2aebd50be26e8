//! Writes messages into rooms, and asks services what else is needed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use connectors::SendError;
use connectors::chat::{Card, service};
use connectors::paging::Channels;
use connectors::receivers::{Call, HttpCall, Judge, Verdict};
use connectors::webhook::{Answer, Webhooks};
use kernel::{IncidentId, SpaceId, Time};
use serde_json::Value;
use sha2::{Digest, Sha256};
use spine::outbox::Outcome;
use spine::{Db, Fault, World, engine};

use super::desk;
use super::setup::Spoken;
use super::store::{self, Room, Shown};
use crate::courier::{Address, judged, outcome};
use crate::keys::Keys;
use crate::practices::estate::live::LiveEstate;
use crate::practices::incidents::store::INCIDENTS;
use crate::practices::oncall::store as page_store;

/// How long one message may be written before somebody else may.
const CLAIM: Duration = Duration::from_secs(60);
/// How long a service is left alone that is too busy and does not say how long.
const PAUSE: Duration = Duration::from_secs(30);

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
    /// For services that the settings file names.
    pub open: Webhooks,
    /// For services that the product names: kept out of private networks.
    pub guarded: Webhooks,
    /// What the settings file says.
    pub file: Channels,
    /// What links begin with.
    pub base_url: String,
    /// Services are left alone until then, by their names.
    pub quiet_until: Mutex<BTreeMap<&'static str, Time>>,
}

impl Rooms {
    /// Makes requests for a message, unless the service asked to be left alone.
    ///
    /// # Errors
    /// When there is no answer, or it must not be asked yet.
    async fn ask(&self, spoken: &Spoken, call: HttpCall) -> Result<(Answer, Judge), SendError> {
        let (name, now) = (spoken.service.about().name, self.world.now());
        let until = self.quiet().get(name).copied().filter(|until| now < *until);
        if let Some(until) = until {
            return Err(SendError::passing(format!("the service asks to wait until {until}")));
        }
        let (answer, judge) = self.carried(spoken, call).await?;
        if spoken.service.is_busy(answer.status, &answer.body) {
            let pause =
                answer.retry_after.map_or(PAUSE, |seconds| Duration::from_secs(u64::from(seconds)));
            self.quiet().insert(name, self.world.now() + pause);
        }
        Ok((answer, judge))
    }

    fn quiet(&self) -> MutexGuard<'_, BTreeMap<&'static str, Time>> {
        self.quiet_until.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a request and, once it was taken, the one that follows it.
    async fn carried(
        &self,
        spoken: &Spoken,
        mut call: HttpCall,
    ) -> Result<(Answer, Judge), SendError> {
        let webhooks = if spoken.named { &self.guarded } else { &self.open };
        loop {
            let answer = webhooks.carry(&call, || self.world.now()).await?;
            let taken = (call.judge)(answer.status, &answer.body) == Verdict::Taken;
            let Some(next) = call.next.filter(|_| taken) else { return Ok((answer, call.judge)) };
            let calls = next.calls(&answer.body);
            let mut calls = calls.map_err(|error| SendError::lasting(error.to_string()))?;
            call = match calls.pop() {
                Some(Call::Http(next)) => *next,
                _ => return Ok((answer, call.judge)),
            };
        }
    }

    /// Asks on behalf of somebody who waits, and gives the body when it was taken. It goes out also
    /// while messages into rooms have to wait: services limit each kind of request by itself.
    ///
    /// # Errors
    /// What is missing, or what the service said instead, with what mends it.
    pub async fn told(&self, spoken: &Spoken, call: &HttpCall) -> Result<String, String> {
        spoken.ready()?;
        let (answer, judge) = match self.carried(spoken, call.clone()).await {
            Ok((answer, judge)) => (Ok(answer), judge),
            Err(error) => (Err(error), call.judge),
        };
        let body = answer.as_ref().map(|answer| answer.body.clone()).unwrap_or_default();
        match judged(answer, judge) {
            Outcome::Delivered { .. } => Ok(body),
            Outcome::Failed { detail, .. } | Outcome::Rejected { detail } => {
                Err(spoken.service.explained(&detail))
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
            Err(fault) => Outcome::failed(fault.chain()),
        }
    }

    async fn show(
        &self,
        space: &SpaceId,
        incident: IncidentId,
        room: &Room,
    ) -> Result<Outcome, Fault> {
        let Some(before) = self.claim(space, incident, room).await? else {
            return Ok(Outcome::failed("its message is being written already"));
        };
        // Read after the claim, so that what is older never overwrites what is newer.
        let card = self.card(space, incident).await;
        let (outcome, after) = match &card {
            Ok(Some(card)) => self.write(space, room, card, before).await,
            Ok(None) => {
                (Outcome::Rejected { detail: "there is no such incident".to_owned() }, before)
            }
            Err(fault) => (Outcome::failed(fault.chain()), before),
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
        room: &Room,
        card: &Card,
        before: Shown,
    ) -> (Outcome, Shown) {
        let hash = hash(card);
        if before.shown == hash {
            return (Outcome::Delivered { detail: "shown already".to_owned() }, before);
        }
        let spoken = match service(&room.service) {
            Some(service) => self.spoken(space, service).await.map_err(|fault| fault.chain()),
            None => Err(format!("there is no chat service {}", room.service)),
        };
        let spoken = match spoken.and_then(|spoken| spoken.ready().map(|()| spoken)) {
            Ok(spoken) => spoken,
            Err(detail) => return (Outcome::Rejected { detail }, before),
        };
        let (outcome, posted) = self.written(&spoken, &room.name, card, &before.posted).await;
        let after = match posted {
            Some(posted) => Shown { posted, shown: hash },
            None => before,
        };
        (outcome, after)
    }

    /// Says what came of it, and where the message is when it was taken.
    async fn written(
        &self,
        spoken: &Spoken,
        room: &str,
        card: &Card,
        posted: &str,
    ) -> (Outcome, Option<String>) {
        let (service, at) = (spoken.service, spoken.at(self.world.now()));
        let post = || service.post(&at, room, card);
        let call = if posted.is_empty() { post() } else { service.update(&at, posted, card) };
        let mut answer = self.ask(spoken, call).await;
        // Somebody deleted it: it is shown anew.
        let lost = |(answer, _): &(Answer, _)| service.is_lost(answer.status, &answer.body);
        if !posted.is_empty() && answer.as_ref().is_ok_and(lost) {
            answer = self.ask(spoken, post()).await;
        }
        let (answer, judge) = match answer {
            Ok(answered) => answered,
            Err(error) => return (outcome(Err(error)), None),
        };
        let body = answer.body.clone();
        match judged(Ok(answer), judge) {
            Outcome::Rejected { detail } => {
                (Outcome::Rejected { detail: service.explained(&detail) }, None)
            }
            // An answer that does not say where it is leaves it where it was.
            taken @ Outcome::Delivered { .. } => {
                let kept = || Some(posted.to_owned()).filter(|posted| !posted.is_empty());
                (taken, service.posted(&body).or_else(kept))
            }
            failed => (failed, None),
        }
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

/// Tells whether a room shows the same already.
fn hash(card: &Card) -> String {
    let digest = Sha256::digest(format!("{card:?}").as_bytes());
    kernel::hex(&digest[..16])
}
