use kernel::{Lifecycle, Time};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{Heartbeat, Verb};

/// A heartbeat as the API shows it: the record with what may be asked of it now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HeartbeatView)]
pub struct View<'a> {
    /// The record.
    #[serde(flatten)]
    pub heartbeat: &'a Heartbeat,
    /// When it is missed unless it is heard of; absent when nobody waits.
    pub deadline: Option<Time>,
    /// The row's version, for `If-Match`.
    pub version: i64,
    /// What a person may ask now.
    pub allowed: Vec<&'static Offer>,
}

/// A command that a person may send now.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[schema(as = HeartbeatOffer)]
pub struct Offer {
    /// The command's name in JSON.
    pub command: &'static str,
    /// What a button says.
    pub label: &'static str,
    /// What has to be filled in beside the plan: nothing.
    #[schema(value_type = Vec<Object>, max_items = 0)]
    pub fields: [(); 0],
    /// The verb behind it.
    #[serde(skip)]
    pub verb: Verb,
}

const OFFERS: [Offer; 4] = [
    Offer { command: "edit", label: "Edit", fields: [], verb: Verb::Edit },
    Offer { command: "pause", label: "Pause", fields: [], verb: Verb::Pause },
    Offer { command: "resume", label: "Resume", fields: [], verb: Verb::Resume },
    Offer { command: "remove", label: "Remove", fields: [], verb: Verb::Remove },
];

impl Heartbeat {
    /// The heartbeat as the API shows it.
    pub fn view(&self, version: i64) -> View<'_> {
        let allowed = OFFERS.iter().filter(|offer| self.allows(offer.verb)).collect();
        View { heartbeat: self, deadline: self.deadline(), version, allowed }
    }
}
