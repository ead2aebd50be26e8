use kernel::Lifecycle;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{Page, Verb};

/// A page as the API shows it: the record with what may be asked of it now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PageView)]
pub struct View<'a> {
    /// The record.
    #[serde(flatten)]
    pub page: &'a Page,
    /// The row's version, for `If-Match`.
    pub version: i64,
    /// What a person may ask now.
    pub allowed: Vec<Offer>,
}

/// A command that a person may send now.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[schema(as = PageOffer)]
pub struct Offer {
    /// The command's name in JSON.
    pub command: &'static str,
    /// What a button says.
    pub label: &'static str,
    /// What has to be filled in: nothing.
    #[schema(value_type = Vec<Object>, max_items = 0)]
    pub fields: [(); 0],
}

impl Page {
    /// The page as the API shows it.
    pub fn view(&self, version: i64) -> View<'_> {
        View { page: self, version, allowed: self.offers() }
    }

    /// The commands that a person may send now.
    pub fn offers(&self) -> Vec<Offer> {
        let open = self.allows(Verb::Acknowledge) && self.acknowledged_by.is_none();
        let acknowledge = Offer { command: "acknowledge", label: "Acknowledge", fields: [] };
        let escalate = Offer { command: "escalate", label: "Call the next", fields: [] };
        let escalates = self.allows(Verb::Escalate);
        open.then_some(acknowledge).into_iter().chain(escalates.then_some(escalate)).collect()
    }
}
