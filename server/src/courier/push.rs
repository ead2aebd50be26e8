//! Browsers: a message goes to the push service of each; one that is gone is forgotten.

use connectors::paging::PageCall;
use connectors::webhook::Webhooks;
use connectors::webpush::{self, Fresh, Sender, SenderKey};
use kernel::ItemRef;
use reqwest::Url;
use spine::outbox::Outcome;

use super::ways::{Address, judged, outcome};
use crate::config::Config;
use crate::keys;
use crate::practices::oncall::devices::Devices;

/// The name of the channel, in files, in the outbox and in the API.
pub const CHANNEL: &str = "push";

/// Carries calls to browsers.
pub struct Browsers {
    devices: Devices,
    sender: SenderKey,
    /// How push services reach whoever runs this.
    contact: String,
    base_url: String,
}

impl Browsers {
    /// Sets it up.
    pub fn new(devices: Devices, config: &Config) -> Browsers {
        Browsers {
            sender: SenderKey::new(&devices.keys.push),
            contact: contact(config),
            base_url: config.base_url(),
            devices,
        }
    }

    /// Whether browsers take messages of this installation: only of pages that came over `https`,
    /// or from their own machine.
    ///
    /// # Errors
    /// What has to be set.
    pub fn ready(&self) -> Result<(), String> {
        let url = Url::parse(&self.base_url).map_err(|error| format!("public_url: {error}"))?;
        let host = url.host_str().unwrap_or_default();
        if url.scheme() == "https" || ["localhost", "127.0.0.1", "[::1]"].contains(&host) {
            return Ok(());
        }
        Err("browsers take calls only from https: set public_url to such an address".to_owned())
    }

    /// Makes one attempt.
    pub async fn carry(
        &self,
        webhooks: &Webhooks,
        to: &Address<'_>,
        (person, page): (&ItemRef, &PageCall<'_>),
    ) -> Outcome {
        let subscription = match self.devices.subscription(to.space, person, to.target).await {
            Ok(Some(subscription)) => subscription,
            Ok(None) => return Outcome::Rejected { detail: "this browser was removed".to_owned() },
            Err(fault) => return Outcome::failed(fault.chain()),
        };
        let world = &self.devices.world;
        let sender = Sender { key: &self.sender, contact: &self.contact, now: world.now() };
        let fresh = Fresh { key: keys::fresh(world), salt: world.seed().to_ne_bytes() };
        let prepared = match subscription.call(page, &sender, &fresh) {
            Ok(prepared) => prepared,
            Err(error) => return outcome(Err(error)),
        };
        let answer = webhooks.push(&prepared, || world.now()).await;
        let gone = answer.as_ref().is_ok_and(|answer| webpush::gone(answer.status));
        let result = judged(answer, prepared.call.judge);
        if let (Outcome::Rejected { detail }, true) = (&result, gone)
            && let Err(fault) = self.devices.gone(to.space, person, to.target, detail).await
        {
            tracing::error!(error = %fault.chain(), "a browser that is gone was not removed");
        }
        result
    }
}

/// How push services reach whoever runs this: they want to know (RFC 8292, 2.1).
fn contact(config: &Config) -> String {
    let base = config.base_url();
    if base.starts_with("https://") { base } else { format!("mailto:{}", config.smtp.from) }
}
