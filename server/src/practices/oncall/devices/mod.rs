//! The browsers in which people are called: each was added by its person, in itself.
//!
//! **Invariant:** where a browser is reached and with which keys is sealed in the database, and
//! stands in no answer, log line or journal entry.

mod routes;
pub mod store;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use connectors::webpush::Subscription;
use kernel::{Actor, Fact, ItemRef, SpaceId, Time};
use serde::{Deserialize, Serialize};
use serde_json::json;
use spine::journal::{self, Stamp};
use spine::{Db, Fault, Tx, World};
use utoipa::ToSchema;

use crate::keys::Keys;

pub use routes::routes;

/// Most browsers of one person.
pub const MOST: usize = 10;

/// A browser in which a person is called.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[schema(as = PushDevice)]
pub struct Device {
    /// What the person calls it; no two of theirs have one name.
    #[schema(example = "Firefox on Linux")]
    pub name: String,
    /// Tells browsers apart: base64url of the beginning of the SHA-256 of its endpoint.
    pub print: String,
    /// Since when.
    pub created_at: Time,
}

/// What happened to a browser, as the journal has it on the person.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Happened {
    /// The person added it.
    Added,
    /// Somebody removed it, or another person is called in it now.
    Removed,
    /// Its push service said that it takes no messages any more.
    Gone,
}

/// Who happened what, and when: what an entry of the journal says besides.
#[derive(Clone, Copy)]
pub(super) struct Change<'a> {
    pub space: &'a SpaceId,
    pub person: &'a ItemRef,
    pub actor: &'a Actor,
    pub at: Time,
}

impl Change<'_> {
    /// Writes down what happened.
    pub(super) async fn tell(
        &self,
        tx: &mut Tx,
        happened: Happened,
        device: &str,
        detail: &str,
    ) -> Result<(), Fault> {
        let word = match happened {
            Happened::Added => "added",
            Happened::Removed => "removed",
            Happened::Gone => "gone",
        };
        let fact = Fact {
            subject: format!("item:{}", self.person),
            kind: format!("device.{word}"),
            data: json!({ "device": device, "detail": detail }).into(),
        };
        let (space, at, actor) = (self.space, self.at, self.actor);
        journal::append(tx, &Stamp { space, at, actor, cause: None }, &[fact]).await
    }
}

/// What an entry of the journal tells, in words.
pub fn describe(kind: &str, told: &Told) -> String {
    let device = &told.device;
    match kind {
        "device.added" => format!("called in {device} from now on"),
        "device.gone" => format!("no longer called in {device}: {}", told.detail),
        _ => format!("no longer called in {device}"),
    }
}

/// The data of such an entry.
#[derive(Clone, Debug, Deserialize)]
pub struct Told {
    /// The browser.
    device: String,
    /// Why, where there is something to say.
    detail: String,
}

/// The first name like this one that no other browser of the person has.
fn free_name(wanted: &str, taken: &[Device]) -> String {
    let numbered = (2..).map(|number| format!("{wanted} {number}"));
    std::iter::once(wanted.to_owned())
        .chain(numbered)
        .find(|name| taken.iter().all(|device| device.name != *name))
        .unwrap_or_default()
}

/// The browsers as the courier needs them.
pub struct Devices {
    /// The database.
    pub db: Db,
    /// Open what is sealed.
    pub keys: Arc<Keys>,
    /// Time.
    pub world: World,
}

impl Devices {
    /// How a browser is reached; `None` when there is none of that name.
    ///
    /// # Errors
    /// When the database refuses, or it was sealed under another key file.
    pub async fn subscription(
        &self,
        space: &SpaceId,
        person: &ItemRef,
        name: &str,
    ) -> Result<Option<Subscription>, Fault> {
        let sealed = store::sealed(&mut self.db.reader().await?, space, person, name).await?;
        let Some(sealed) = sealed else { return Ok(None) };
        let plain = self.keys.unseal(&sealed)?;
        let read = serde_json::from_slice(&plain);
        read.map(Some).map_err(|error| Fault::corrupt("push device", error))
    }

    /// Removes a browser that takes no messages any more, and says so on the person.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn gone(
        &self,
        space: &SpaceId,
        person: &ItemRef,
        name: &str,
        detail: &str,
    ) -> Result<(), Fault> {
        let at = self.world.now();
        let (space, person) = (space.clone(), person.clone());
        let (name, detail) = (name.to_owned(), detail.to_owned());
        let work = self.db.write::<_, Fault, _>(move |tx| {
            Box::pin(async move {
                if store::delete(tx, &space, &person, &name).await? {
                    let actor = &Actor::system("courier");
                    let change = Change { space: &space, person: &person, actor, at };
                    change.tell(tx, Happened::Gone, &name, &detail).await?;
                }
                Ok(())
            })
        });
        work.await
    }
}
