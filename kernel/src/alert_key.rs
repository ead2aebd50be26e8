use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ItemRef;

/// A rule of monitoring on an item: what recurs, whatever else the labels say.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AlertKey {
    /// The integration.
    pub source: String,
    /// The name of the alert.
    pub name: String,
    /// The item, where one was found.
    pub item: Option<ItemRef>,
}

impl fmt::Display for AlertKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.item {
            Some(item) => write!(f, "{} on {item}", self.name),
            None => f.write_str(&self.name),
        }
    }
}
