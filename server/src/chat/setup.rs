//! What a chat service is spoken to with: what was entered in the product, else what the settings
//! file says.

use connectors::chat::{At, Service, Setup};
use connectors::receivers::Secret;
use connectors::seal::Seal;
use kernel::{SpaceId, Time};
use spine::Fault;

use super::rooms::Rooms;
use super::store;

/// A service with what it is spoken to with.
pub struct Spoken {
    /// Which one.
    pub service: &'static dyn Service,
    /// With what.
    pub setup: Setup,
    /// Whether the product named its address: that may not lead into private networks.
    pub named: bool,
    request_url: String,
    seal: Seal,
}

impl Spoken {
    /// Now.
    pub fn at(&self, now: Time) -> At<'_> {
        At { setup: &self.setup, request_url: &self.request_url, seal: &self.seal, now }
    }

    /// Whether it can be spoken to.
    ///
    /// # Errors
    /// What is missing.
    pub fn ready(&self) -> Result<(), String> {
        let mut needed = self.service.about().entries.iter().filter(|entry| entry.needed);
        match needed.find(|entry| self.setup.get(entry.name).is_empty()) {
            Some(missing) => Err(format!(
                "no {} is known: enter it under Settings, Chat",
                missing.label.to_lowercase()
            )),
            None => Ok(()),
        }
    }
}

impl Rooms {
    /// What a service is spoken to with. A token in the settings file goes to no address that was
    /// entered in the product.
    ///
    /// # Errors
    /// When the database refuses, or it was sealed under another key file.
    pub async fn spoken(
        &self,
        space: &SpaceId,
        service: &'static dyn Service,
    ) -> Result<Spoken, Fault> {
        let entered = self.entered(space, service).await?;
        Ok(self.speak(service, entered))
    }

    /// The same with what was entered at hand.
    pub fn speak(&self, service: &'static dyn Service, entered: Setup) -> Spoken {
        let named = !entered.get("url").is_empty();
        let mut setup = if named { Setup::default() } else { service.file(&self.file) };
        let known = entered.0.into_iter().filter(|(_, value)| !value.is_empty());
        setup.0.extend(known);
        let name = service.about().name;
        let request_url = format!("{}/api/v1/chat/{name}", self.base_url);
        let seal = Seal::new(&self.keys.links, &format!("operate: chat {name}"));
        Spoken { service, setup, named, request_url, seal }
    }

    /// What was entered in the product.
    ///
    /// # Errors
    /// When the database refuses, or it was sealed under another key file.
    pub async fn entered(&self, space: &SpaceId, service: &dyn Service) -> Result<Setup, Fault> {
        let name = service.about().name;
        let sealed = store::secrets(&mut self.db.reader().await?, space, name).await?;
        let Some(sealed) = sealed else { return Ok(Setup::default()) };
        serde_json::from_slice(&self.keys.unseal(&sealed)?)
            .map_err(|error| Fault::corrupt("secrets of a chat service", error))
    }
}

/// What is kept, for sealing.
pub fn kept(setup: &Setup) -> String {
    let plain = setup.0.iter().map(|(name, value)| (name.as_str(), Secret::reveal(value)));
    serde_json::Value::from_iter(plain).to_string()
}
