use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::unset;

/// Says which item an alert is about. Its name is the name of the rule.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RouteSpec {
    /// Rules are tried from the lowest number up, then by name; the first that holds decides.
    #[serde(default, skip_serializing_if = "unset")]
    pub order: i32,
    /// The condition: a CEL expression over `labels`, `annotations` and the rest of the alert.
    /// Without one the rule always holds.
    #[serde(default, skip_serializing_if = "unset")]
    pub when: String,
    /// The item, with parts of the alert in braces: `service/{labels.service}`.
    pub item: String,
}
