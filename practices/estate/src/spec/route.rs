use kernel::Priority;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::unset;
use crate::reference::TeamRef;

/// A rule for alerts: says which item an alert is about, which team gets its incident, or which
/// priority. Its name is the name of the rule.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RouteSpec {
    /// Rules are tried from the lowest number up, then by name; the first that holds decides: one
    /// about the item, and one about team and priority.
    #[serde(default, skip_serializing_if = "unset")]
    pub order: i32,
    /// The condition: a CEL expression over `labels`, `annotations` and the rest of the alert, and,
    /// where it names no item, over `products`, `usecases` and `team`. Without one the rule always
    /// holds.
    #[serde(default, skip_serializing_if = "unset")]
    pub when: String,
    /// The item, with parts of the alert in braces: `service/{labels.service}`.
    #[serde(default, skip_serializing_if = "unset")]
    pub item: Option<String>,
    /// The team that is charged with the incident, instead of the owner of the item.
    #[serde(default, skip_serializing_if = "unset")]
    pub team: Option<TeamRef>,
    /// The priority of the incident, instead of the calculated one.
    #[serde(default, skip_serializing_if = "unset")]
    pub priority: Option<Priority>,
}
