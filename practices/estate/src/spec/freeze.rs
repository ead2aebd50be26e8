use std::collections::BTreeMap;

use kernel::ItemRef;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Window, unset};

/// A time in which nothing is released, such as the days before Christmas.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FreezeSpec {
    /// What must not be changed; with what depends on it. Everything when nothing is named.
    #[serde(default, skip_serializing_if = "unset")]
    pub items: Vec<ItemRef>,
    /// Items with all of these labels, besides those that are named.
    #[serde(default, skip_serializing_if = "unset")]
    pub selector: BTreeMap<String, String>,
    /// When.
    pub windows: Vec<Window>,
    /// Why.
    pub reason: String,
}
